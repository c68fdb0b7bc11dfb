"""What a line of the timeline shows, and in which order the lines stand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import contracts as published
from contracts.catalogue import (
    AssignmentCancelled,
    ConsentRefused,
    OfferAccepted,
    ReferralAmended,
    ReferralSubmitted,
    ReferralWithdrawn,
    ReviewRefused,
    ScreeningDetermined,
)
from contracts.envelope import agency_source, readdressed
from contracts.event import brought_up, versions
from contracts.parts import Refusal
from contracts.words import ClosedReason, Problem
from services.console.domain import HEARS, File, Step, decide, in_order, numbered, step_of, worded
from services.console.domain.timeline import shown_of
from services.console.domain.words import told
from services.plumbing.service import Row
from services.sites import load_site
from tests.console import examples as x

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.envelope import Fact
    from contracts.event import Event

WHATCOM = load_site("whatcom")


def steps(*facts: Fact) -> list[Step]:
    """Return the lines that the facts become."""
    found: list[Step] = []
    for fact in facts:
        for outcome in decide(None, File(), fact, None):
            assert isinstance(outcome, Row)
            found.append(step_of(outcome.content._asdict()))
    return found


def test_each_fact_is_one_line_with_its_time_its_service_and_its_cause() -> None:
    """The line names what it is about."""
    (step,) = steps(x.referral_received())
    assert (step.at, step.service, step.cause, step.referral_id, step.agency) == (
        x.BEGIN,
        "/hub/referrals",
        "submission",
        x.REFERRAL,
        "opportunity-council",
    )


def test_what_an_agency_says_happened_when_the_hub_admitted_it() -> None:
    """A sender's clock may be wrong, and would put its word in the wrong place."""
    admitted = x.BEGIN + timedelta(hours=1)
    (step,) = steps(readdressed(x.agency_said(), admitted_at=admitted))
    assert step.at == admitted


def test_nothing_sealed_is_on_the_timeline() -> None:
    """Not in the details, not in the sentence."""
    assert x.SECRET not in "".join(step.model_dump_json() for step in steps(*x.everything()))


def screening(digest: str) -> Step:
    """Return the line of a screening under Whatcom's newest policy, with that hash."""
    policy = WHATCOM.policies[-1]
    found = ({"clause": "drug-amount", "result": "unknown"}, {"clause": "policy-in-force", "result": "unknown"})
    event = ScreeningDetermined(
        referral_id=x.REFERRAL, verdict="needs_review", police_verdict="needs_review", rules=found, policy=policy.id,
        policy_version=policy.version, policy_hash=digest, inputs={},
    )  # fmt: skip
    (step,) = steps(x.said(event))
    return step


def test_a_screening_reads_in_the_words_of_the_policy_that_decided() -> None:
    """Words and source come from the site, for what stands in place of a clause, too."""
    rules = worded(screening(WHATCOM.policies[-1].hash), WHATCOM).details["rules"]
    assert [(rule["clause"], rule["result"]) for rule in rules] == [
        ("drug-amount", "unknown"),
        ("policy-in-force", "unknown"),
    ]
    assert all(rule["text"] and rule["citation"] for rule in rules)


def test_where_the_policy_is_not_at_hand_as_it_was_the_clauses_stand_alone() -> None:
    """Other words would be a lie."""
    step = screening("0" * 64)
    assert worded(step, WHATCOM) == step


def test_a_screening_that_brought_its_words_along_keeps_them() -> None:
    """Lines that were written before are shown as they were."""
    step = screening("0" * 64)
    brought = {"clause": "drug-amount", "result": "unknown", "text": "Sample words.", "citation": "Sample source"}
    older = step.model_copy(update={"details": step.details | {"rules": [brought]}})
    assert worded(older, WHATCOM).details["rules"] == [brought]


def masked(event: type[Event]) -> list[str]:
    """Return the private or free words that a timeline would show of this kind of event, as dotted names."""
    schema = event.model_json_schema()
    return list(private(schema, shown_of(event), schema.get("$defs", {}), ""))


def private(schema: Any, shown: Any, defs: Any, path: str) -> Iterator[str]:
    """Walk down a schema where it is shown; `True` and `__all__` as pydantic's `include` means them."""
    schema = schema | defs.get(schema.get("$ref", "").rpartition("/")[2], {})
    for one in schema.get("anyOf", ()):
        yield from private(one, shown, defs, path)
    if {"x-private", "x-sealed"} & schema.keys():
        yield path
    if schema.get("type") == "string" and not {"pattern", "enum", "format", "const"} & schema.keys():
        yield path
    if "items" in schema:
        inner = shown.get("__all__", True) if isinstance(shown, dict) else shown
        yield from private(schema["items"], inner, defs, path)
    for name, inner in schema.get("properties", {}).items():
        if isinstance(shown, dict | set) and name not in shown:
            continue
        yield from private(inner, shown[name] if isinstance(shown, dict) else True, defs, f"{path}.{name}".lstrip("."))


THE_HUBS_OWN_WORDS = {
    "allowed_by", "because", "deadline", "expires_with", "how", "message_type", "particulars.language", "language",
    "policy_hash", "recall_id", "reference", "refusal.message_type", "refusal.problems.field", "refusal.problems.fix",
    "refusal.problems.rule", "rule", "service",
}  # fmt: skip
"""Texts without a list or a pattern that the hub's own services write; no value that anybody sent is in them."""
A_NUMBER = {"particulars.drugs.quantity"}
"""Decimal, so that nothing is rounded: a string in JSON."""


@pytest.mark.parametrize("event", HEARS, ids=lambda event: event.name)
def test_no_private_word_of_any_event_can_come_into_the_timeline(event: type[Event]) -> None:
    """Not a sealed one, not one in the clear, and no text that somebody outside the hub may choose freely."""
    assert set(masked(event)) <= THE_HUBS_OWN_WORDS | A_NUMBER


def test_what_agencies_send_with_a_name_in_the_clear_is_not_even_heard() -> None:
    """Of a submission the console hears what intake makes of it."""
    assert masked(ReferralSubmitted)
    assert not {ReferralSubmitted, ReferralAmended, ReferralWithdrawn} & set(HEARS)


def test_a_refused_answer_is_told_with_its_reason() -> None:
    """Of a consent and of a revocation alike; an operator sees whose it was."""
    problem = Problem(field="subject", rule="A rule.", fix="A fix.")
    refusal = Refusal(
        agency="sea-mar", message_id="m-1", message_type="consent.revoked", reason="no-relation", problems=(problem,)
    )
    (consent,) = steps(x.said(ConsentRefused(refusal=refusal)))
    (review,) = steps(x.said(ReviewRefused(refusal=refusal)))
    assert consent.says == "A consent.revoked of sea-mar does not count: no-relation."
    assert review.says == "An answer of sea-mar fits no open review: no-relation."
    assert consent.details["refusal"]["problems"] == [problem.model_dump()]
    assert (consent.agency, review.agency) == ("sea-mar", "sea-mar")


def test_a_blind_offer_shows_what_it_said_and_until_when_in_which_zone() -> None:
    """The operator sees what the agency saw."""
    (step,) = steps(x.offered())
    assert step.details["age_band"] == "unknown"
    assert "12:00:00 UTC" in step.says


def test_an_offer_that_is_made_again_is_not_said_to_be_amended() -> None:
    """It may be made again for an amendment, or because its time had run out while the hub was away."""
    values = {"referral_id": x.REFERRAL, "offer_id": x.OFFER, "agency": "compass-health"}
    again = told(AssignmentCancelled(**values, reason=ClosedReason.AMENDED))
    assert again == "What compass-health was offered is taken back, to be offered as it stands now."
    ended = told(AssignmentCancelled(**values, reason=ClosedReason.WITHDRAWN_BY_SOURCE))
    assert "withdrawn_by_source" in ended


def test_causes_stand_before_their_effects_within_one_moment() -> None:
    """Facts of one cause share their time."""
    first = x.referral_received()
    second = readdressed(x.offered(after=0), causation_id=first.id)
    third = readdressed(x.accepted(after=0), causation_id=second.id)
    assert [step.event for step in in_order(steps(third, second, first))] == [
        "referral.received",
        "assignment.offered",
        "assignment.accepted",
    ]


def test_each_step_names_its_cause_by_its_number() -> None:
    """What no step of this timeline has caused, an agency's message has."""
    first = x.referral_received()
    second = readdressed(x.review_requested(), causation_id=first.id)
    third = readdressed(x.review_decided(), causation_id=second.id)
    assert [(number, cause) for number, cause, _ in numbered(steps(first, second, third))] == [
        (1, None),
        (2, 1),
        (3, 2),
    ]


def test_an_agencys_answer_follows_what_it_answers() -> None:
    """Its message has no cause in the hub, but it names the offer."""
    first = x.offered()
    agency = agency_source("compass-health")
    second = x.said(OfferAccepted(offer_id=x.OFFER), after=5, by=agency)
    other = x.said(OfferAccepted(offer_id="off-" + "9" * 32), after=6, by=agency)
    assert [cause for _, cause, _ in numbered(steps(first, second, other))] == [None, 1, None]


EXAMPLES = Path(published.__file__ or "").parent / "examples"


def shipped(event: type[Event]) -> list[Event]:
    """Return every example of an event that was ever shipped, in its newest form."""
    found = sorted((EXAMPLES / event.name).glob("*.json"))
    return [
        brought_up(versions(event.name)[int(path.stem.partition("-")[0]) - 1].model_validate_json(path.read_text()))
        for path in found
    ]


@pytest.mark.parametrize("event", HEARS, ids=lambda event: event.name)
def test_every_event_is_told_in_a_sentence_of_its_own(event: type[Event]) -> None:
    """An operator reads words: no name of ours, no field that is not there, nothing that reads `None`."""
    for example in shipped(event):
        sentence = told(example)
        assert sentence.endswith(".")
        assert "None" not in sentence
