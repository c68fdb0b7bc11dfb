"""Feedback to police cannot leak by type, and a person already enrolled looks like a newcomer (DESIGN 7.4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.envelope import Fact, readdressed, written
from contracts.event import shelf
from contracts.words import Role, Verdict
from services.notification.domain.floor import POLICE_HEAR
from services.plumbing.identity import Keyed, derived
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    IDS,
    NOON,
    OFFER,
    OTHER_CASEWORK,
    POLICE,
    REFERRAL,
    accepted,
    cancelled,
    corrected,
    enrolled,
    granted,
    handed_off,
    heard,
    lapsed,
    offered,
    onward_asked,
    received,
    retracted,
    review_decided,
    review_requested,
    screened,
    unavailable,
    whatcom,
    withdrawn,
)
from tests.notification.told import Told

POLICE_AGENCIES = [one.slug for one in whatcom().agencies.values() if one.role is Role.LAW_ENFORCEMENT]
EARLIER_REFERRAL, EARLIER_OFFER = "ref-" + "a" * 32, "off-" + "b" * 32


def test_police_may_hear_the_five_notices_and_the_refusal_of_a_message_and_nothing_else():
    for slug in POLICE_AGENCIES:
        assert whatcom().agencies[slug].may_hear == POLICE_HEAR


def test_what_a_site_would_permit_police_beyond_that_is_still_denied():
    generous = [
        row.model_copy(update={"roles": row.roles | {Role.LAW_ENFORCEMENT}, "relation": "any", "doors": frozenset()})
        for row in whatcom().permissions
    ]
    every = frozenset(event.name for event in shelf() if event.topic == topics.FROM_HUB)
    agencies = dict(whatcom().agencies)
    agencies[CASEWORK] = agencies[CASEWORK].model_copy(update={"role": Role.LAW_ENFORCEMENT, "may_hear": every})
    site = whatcom().model_copy(update={"permissions": tuple(generous), "agencies": agencies})
    told = Told(received(), offered(), accepted(), granted(), handed_off(), enrolled(), site=site)
    assert told.names(CASEWORK) == []


def _earlier_life() -> list[Fact]:
    """How somebody came to be enrolled: by an earlier arrest, long ago."""
    other = {"referral_id": EARLIER_REFERRAL}
    deal = other | {"offer_id": EARLIER_OFFER}
    facts = [
        received(**other), offered(**deal), accepted(**deal), handed_off(**deal), enrolled(), granted(), onward_asked(),
    ]  # fmt: skip
    return [
        Fact(fact.event.model_copy(update=other) if "referral_id" in type(fact.event).model_fields else fact.event,
             readdressed(fact, id=f"earlier-{place}").envelope)
        for place, fact in enumerate(facts)
    ]  # fmt: skip


STEPS = {
    "screened": screened, "ineligible": lambda: screened(Verdict.PRESUMPTIVELY_INELIGIBLE),
    "review": lambda: screened(Verdict.NEEDS_REVIEW), "called": review_requested, "decided": review_decided,
    "offered": offered, "accepted": accepted, "lapsed": lapsed, "cancelled": cancelled, "handed off": handed_off,
    "unavailable": unavailable, "corrected": corrected, "retracted": retracted, "granted": granted,
    "withdrawn": withdrawn, "screened again": lambda: screened(revision=1), "enrolled": enrolled,
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_for_any_history_an_enrolled_person_and_a_newcomer_yield_the_same_notices(steps: list[str]):
    history = [received(), *(STEPS[step]() for step in steps)]
    newcomer, participant = Told(*history), Told(*_earlier_life(), *history)
    mine = [fact for slug, fact in participant.messages if slug == POLICE and not _of_the_earlier(fact)]
    theirs = [fact for slug, fact in newcomer.messages if slug == POLICE]
    assert [fact.event for fact in mine] == [fact.event for fact in theirs]
    assert [len(b"".join(value for _, value in written(fact)[1])) for fact in mine] == [
        len(b"".join(value for _, value in written(fact)[1])) for fact in theirs
    ]
    assert [_attributes(fact) for fact in mine] == [_attributes(fact) for fact in theirs]


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_for_any_history_what_police_hear_in_words_is_their_own_numbers_and_names_out_of_the_sites_policies(steps):
    told = Told(*_earlier_life(), received(), *(STEPS[step]() for step in steps))
    policies = whatcom().policies
    of_police = {clause.id for policy in policies for clause in policy.clauses if clause.police_only}
    for agency, fact in told.messages:
        if agency == POLICE:
            told_back = {name: getattr(fact.event, name) for name in ("incident_number", "subject_sequence")}
            assert told_back == {"incident_number": "SAMPLE-1", "subject_sequence": 1}
            assert fact.event.source_reference is None
        if agency == POLICE and fact.event.name == "screening.reported":
            named = (fact.event.policy, fact.event.policy_version)
            assert named in [(policy.id, policy.version) for policy in policies]
            assert set(fact.event.clauses) <= of_police


@pytest.mark.parametrize("name", sorted(POLICE_HEAR - {"message.refused", "handoff.unavailable"}))
def test_no_header_of_a_notice_depends_on_which_agency_has_the_person(name):
    one, other = (_notice(name, _arrested(agency)) for agency in (CASEWORK, OTHER_CASEWORK))
    assert one.event == other.event
    assert _attributes(one) == _attributes(other)


def test_police_cannot_work_out_the_id_of_a_notice_from_what_they_can_guess_of_its_cause():
    cause = accepted()
    dispatched = _notice("case_manager.dispatched", Told(received(), screened(), offered(), cause))
    known = (POLICE, "case_manager.dispatched", REFERRAL, OFFER, None, None, 0, "", "", False)
    guess = ("msg-", cause.source, cause.id, "", *map(str, known))
    assert dispatched.id == IDS(*guess)
    assert dispatched.id not in {derived(*guess), Keyed(b"another key", "message")(*guess)}


def _arrested(agency: str) -> Told:
    """One history with this agency in it, each fact under ids that tell of it, as the hub's own ids do."""
    offer = {"offer_id": f"off-{agency.encode().hex():.32}", "agency": agency}
    facts = [received(), screened(), offered(**offer), accepted(**offer), handed_off(**offer)]
    told = Told()
    for place, fact in enumerate(facts):
        causes = {} if place == 0 else {"causation_id": f"{agency}-{place - 1}", "correlation_id": agency}
        told.hear(readdressed(fact, id=f"{agency}-{place}", **causes))
    return told


def _notice(name: str, told: Told) -> Fact:
    [notice] = [fact for slug, fact in told.messages if (slug, fact.event.name) == (POLICE, name)]
    return notice


def _attributes(fact: Fact) -> dict[str, bytes]:
    """All headers; an id is looked at for its looks alone."""
    headers = dict(written(fact)[1])
    return headers | {"ce_id": re.sub(rb"[0-9a-f]{32}", b"id", headers["ce_id"])}


def _of_the_earlier(fact: Fact) -> bool:
    return getattr(fact.event, "referral_id", None) == EARLIER_REFERRAL


BEFORE_A_LATER_MEETING = {
    "no officer waited": [received(officer_waiting=False), screened(), offered(officer_waiting=False), accepted()],
    "nobody came at once": [received(), screened(), unavailable(), offered(), accepted()],
    "an appointment was made": [received(), screened(), offered(), accepted(appointment_at=NOON + timedelta(days=1))],
}


@pytest.mark.parametrize("waiting", [False, True])
@pytest.mark.parametrize("how", sorted(BEFORE_A_LATER_MEETING))
def test_an_amendment_does_not_tell_police_whether_the_person_was_met_later(how: str, waiting: bool):
    amended = [
        corrected(minutes=30, officer_waiting=waiting),
        screened(Verdict.PRESUMPTIVELY_INELIGIBLE, revision=1, minutes=31),
    ]
    never = Told(*BEFORE_A_LATER_MEETING[how], *amended)
    later = Told(*BEFORE_A_LATER_MEETING[how], handed_off(), *amended)
    assert later.names(POLICE) == never.names(POLICE)
    assert [report.divertible for report in later.to(POLICE, "screening.reported")] == [True, False]


def test_an_amendment_that_has_an_officer_wait_after_all_brings_no_news_of_an_earlier_acceptance():
    told = Told(received(officer_waiting=False), screened(), offered(officer_waiting=False), accepted(), handed_off())
    told.hear(corrected(minutes=30))
    assert told.names(POLICE) == ["referral.acknowledged", "screening.reported"]


def test_a_consent_of_the_person_moves_nothing_on_a_police_lane():
    before = Told(received(), screened(), offered(), accepted(), handed_off()).names(POLICE)
    told = Told(received(), screened(), offered(), accepted(), handed_off(), granted(POLICE, CASEWORK), enrolled())
    assert told.names(POLICE) == before
    assert told.hear(heard(withdrawn(CONSENT).event)).names(POLICE) == before
