"""A person's consents and recalls, as operators see them in the steps of the timeline."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.recall_settled import RecallSettled
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.parts import Refusal
from contracts.recalls import RecallEnd, RecallGround
from contracts.to_hub.consent_signed import ConsentSigned
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.words import Category, ConsentKind, Problem, Purpose
from services.console.domain import consents_of, decide, in_vain, recalls_of, step_of
from tests.console.examples import BEGIN

TERMS = {
    "kind": ConsentKind.HUB_HANDOFF, "categories": (Category.IDENTITY,), "purpose": Purpose.CARE_COORDINATION,
    "recipients": ("opportunity-council",), "discloser": "opportunity-council",
    "disclosers": ("opportunity-council",),
}  # fmt: skip
CONSENT, RECALL = "con-" + "c" * 32, "rec-" + "d" * 32
AGENCY, PROVIDER = "opportunity-council", "compass-health"
SECRET = "c2VhbGVk"
PROBLEM = Problem(field="subject", rule="A rule.", fix="A fix.")


def step(event: Event, at, *, by=None, name=None, cause=None):
    envelope = Envelope(
        id=name or f"{event.name}-{at.minute}", source=agency_source(by) if by else service_source("consent"),
        type=event.name, at=at, subject="per-" + "a" * 32, causation_id=cause,
    )  # fmt: skip
    (row,) = decide(None, None, Fact(event, envelope), None)
    return step_of(row.content._asdict())


@pytest.fixture
def at():
    return lambda minutes: BEGIN + timedelta(minutes=minutes)


def fitting(event, fields):
    """The fields that the newest form of this event has."""
    return event(**{name: value for name, value in fields.items() if name in event.model_fields})


def signed(at, name="form-1", by=AGENCY):
    return step(fitting(ConsentSigned, TERMS | {"form_reference": "F-1", "signed_on": at.date()}), at, by=by, name=name)


def granted(at, cause="form-1", **more):
    fields = TERMS | {"consent_id": CONSENT, "witness": AGENCY, "signed_on": at.date()} | more
    return step(fitting(ConsentGranted, fields), at, cause=cause)


def refused(at, message="form-1", kind="consent.signed", by=AGENCY):
    refusal = Refusal(agency=by, message_id=message, message_type=kind, reason="no-relation", problems=(PROBLEM,))
    return step(ConsentRefused(refusal=refusal), at, cause=message)


def standings(steps, now):
    return [(one.number, str(one.standing)) for one in consents_of(steps, now)]


def test_a_consent_counts_until_it_is_taken_back(at):
    begun = [signed(at(0)), granted(at(1))]
    assert standings(begun, at(2)) == [(CONSENT, "counts")]
    ended = [*begun, step(ConsentWithdrawn(consent_id=CONSENT, how="verbal"), at(3))]
    (one,) = consents_of(ended, at(4))
    assert (str(one.standing), one.how, one.since) == ("taken back", "verbal", at(3))
    assert one.terms["recipients"] == [AGENCY]


def test_a_consent_whose_day_has_passed_has_expired_whether_or_not_that_was_said(at):
    begun = [signed(at(0)), granted(at(1), expires_at=at(5))]
    assert standings(begun, at(4)) == [(CONSENT, "counts")]
    assert standings(begun, at(5)) == [(CONSENT, "expired")]
    assert standings([*begun, step(ConsentExpired(consent_id=CONSENT), at(3))], at(4)) == [(CONSENT, "expired")]


def test_what_was_taken_back_stays_so_though_its_day_passes(at):
    steps = [granted(at(1), expires_at=at(5)), step(ConsentWithdrawn(consent_id=CONSENT, how="written"), at(2))]
    assert standings(steps, at(9)) == [(CONSENT, "taken back")]


def test_a_refused_consent_has_no_number_and_says_why(at):
    (one,) = consents_of([signed(at(0)), refused(at(1))], at(2))
    assert (one.number, str(one.standing), one.witness) == (None, "refused", AGENCY)
    assert one.why == ({"field": "subject", "rule": "A rule.", "fix": "A fix."},)


def test_a_form_that_is_not_answered_yet_waits_and_one_that_counts_after_a_refusal_is_there_once(at):
    assert standings([signed(at(0))], at(1)) == [(None, "waits")]
    steps = [signed(at(0)), refused(at(1)), granted(at(2), cause="assignment-accepted")]
    assert standings(steps, at(3)) == [(CONSENT, "counts")]


def test_another_agencys_refusal_of_the_same_message_id_says_nothing_of_this_one(at):
    assert standings([signed(at(0)), refused(at(1), by=PROVIDER)], at(2)) == [(None, "waits")]


def test_consents_that_count_come_first(at):
    other = "con-" + "e" * 32
    steps = [granted(at(0), consent_id=other), step(ConsentWithdrawn(consent_id=other, how="written"), at(1)),
             granted(at(2))]  # fmt: skip
    assert standings(steps, at(3)) == [(CONSENT, "counts"), (other, "taken back")]


def test_a_word_that_took_nothing_back_is_not_lost(at):
    steps = [signed(at(0)), refused(at(1), message="stop-1", kind="consent.revoked")]
    assert [one.details["refusal"]["agency"] for one in in_vain(steps)] == [AGENCY]
    assert standings(steps, at(2)) == [(None, "waits")]


def recalled(at, agency=AGENCY, recall=RECALL):
    event = DisclosureRecalled(
        recall_id=recall, agency=agency, because=RecallGround.CONSENT_WITHDRAWN, basis=f"consent/{CONSENT}",
        categories=(Category.IDENTITY,), disclosures=("msg-1",), recalled_at=at,
    )  # fmt: skip
    return step(event, at, cause="withdrawal")


def asked(at, cause="withdrawal", agency=AGENCY, message="information.recalled"):
    event = DisclosureMade(
        message_id=f"msg-{at.minute}", message_type=message, agency=agency, categories=(), purpose=Purpose.OPERATION,
        allowed_by="permission/recall-of-what-was-told", policy_hash="0" * 64, made_at=at,
    )  # fmt: skip
    return step(event, at, cause=cause)


def passed(at, times, recall=RECALL):
    event = DeadlineReached(service="notification", deadline="recall", reference=f"{recall}/{times}", due_at=at)
    return step(event, at, name=f"deadline-{recall}-{times}")


def ended(at, how, recall=RECALL, agency=AGENCY, cause=None):
    return step(RecallSettled(recall_id=recall, agency=agency, how=how, asked=1, settled_at=at), at, cause=cause)


def answered(at, answer="cannot", why=SECRET):
    event = RecallAnswered(recall_id=RECALL, answer=answer, why=why)
    return step(event, at, by=AGENCY, name="answer-1")


def test_a_recall_is_open_until_it_is_answered_and_knows_each_time_it_was_asked(at):
    steps = [
        recalled(at(1)), asked(at(2)), asked(at(3), agency=PROVIDER), asked(at(4), message="assignment.made"),
        passed(at(9), 1), asked(at(10), cause=f"deadline-{RECALL}-1"),
    ]  # fmt: skip
    (one,) = recalls_of(steps)
    assert (one.agency, one.end, one.open, one.asked) == (AGENCY, None, True, (at(2), at(10)))


def test_an_answer_that_comes_after_the_silence_counts(at):
    steps = [recalled(at(1)), asked(at(2)), ended(at(3), RecallEnd.SILENT)]
    assert recalls_of(steps)[0].end == "silent"
    (one,) = recalls_of([*steps, ended(at(8), RecallEnd.RECALLED)])
    assert (one.end, one.open, [answer.how for answer in one.answers]) == ("recalled", False, ["silent", "recalled"])


@pytest.mark.parametrize(("why", "given"), [(SECRET, True), (None, False)])
def test_of_a_cannot_only_that_a_reason_was_given_is_shown(at, why, given):
    steps = [recalled(at(1)), answered(at(2), why=why), ended(at(2), RecallEnd.CANNOT, cause="answer-1")]
    (one,) = recalls_of(steps)
    assert (one.end, one.answers[0].reason_given) == ("cannot", given)
    assert SECRET not in str(steps)


def test_open_recalls_come_first_then_the_silent_ones_then_what_cannot_be_done(at):
    ids = {name: f"rec-{number:032x}" for number, name in enumerate(("done", "cannot", "silent", "open"))}
    steps = [recalled(at(number), recall=one) for number, one in enumerate(ids.values())]
    end = partial(ended, at(9))
    steps += [end(RecallEnd.RECALLED, ids["done"]), end(RecallEnd.CANNOT, ids["cannot"]),
              end(RecallEnd.SILENT, ids["silent"])]  # fmt: skip
    assert [one.recall_id for one in recalls_of(steps)] == [ids["open"], ids["silent"], ids["cannot"], ids["done"]]
