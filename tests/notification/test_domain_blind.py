"""An offer is blind: nothing in it tells who it is, who was asked before, or that one has met the person before."""

from __future__ import annotations

from datetime import timedelta

from contracts.envelope import Fact, readdressed, written
from tests.notification.examples import (
    CASEWORK,
    NOON,
    OFFER,
    OTHER_CASEWORK,
    PERSON,
    accepted,
    cancelled,
    lapsed,
    offered,
    received,
)
from tests.notification.told import Told

OTHER_OFFER, OTHER_REFERRAL = "off-" + "7" * 32, "ref-" + "7" * 32
SAME_FOR_ALL = {"content-type", "ce_specversion", "ce_source", "ce_type", "ce_dataschema"}
LATER = timedelta(minutes=10, seconds=20, microseconds=345_678)


def messages(told: Told, agency: str, name: str = "offer.made") -> list[Fact]:
    return [fact for slug, fact in told.messages if (slug, fact.event.name) == (agency, name)]


def asked_one_after_the_other() -> Told:
    """One referral: an agency lets its offer lapse, and the next is asked because of that very fact."""
    gone = readdressed(lapsed(), at=NOON + LATER)
    again = offered(offer_id=OTHER_OFFER, agency=OTHER_CASEWORK, lapses_at=gone.at + timedelta(minutes=10))
    return Told(received(), offered(), gone, readdressed(again, at=gone.at, causation_id=gone.id))


def test_two_agencies_asked_for_the_same_referral_share_no_header_that_could_tell_them_so():
    told = asked_one_after_the_other()
    (one,), (other,) = messages(told, CASEWORK), messages(told, OTHER_CASEWORK)
    first, second = dict(written(one)[1]), dict(written(other)[1])
    assert {name for name in first if first[name] == second.get(name)} == SAME_FOR_ALL


def test_of_an_offer_that_had_run_out_when_it_was_taken_back_nobody_is_told():
    ran_out = readdressed(cancelled(), at=NOON + timedelta(minutes=10))
    told = Told(received(), offered(), ran_out)
    assert not messages(told, CASEWORK, "offer.cancelled")
    in_time = Told(received(), offered(), cancelled())
    assert len(messages(in_time, CASEWORK, "offer.cancelled")) == 1
    on_the_way = Told(received(), offered(), accepted(), ran_out)
    assert len(messages(on_the_way, CASEWORK, "offer.cancelled")) == 1


def test_an_offer_does_not_tell_the_moment_at_which_somebody_else_said_no():
    [other] = messages(asked_one_after_the_other(), OTHER_CASEWORK)
    assert other.envelope.at == NOON + timedelta(minutes=10)
    assert other.event.answer_by == NOON + timedelta(minutes=20, seconds=20)


def test_an_agency_cannot_tell_from_an_offer_that_it_has_met_the_person_before():
    told = Told(received(), offered(), accepted())
    told.hear(received(referral_id=OTHER_REFERRAL))
    told.hear(offered(offer_id=OTHER_OFFER, referral_id=OTHER_REFERRAL))
    [made] = messages(told, CASEWORK, "assignment.made")
    first, second = messages(told, CASEWORK)
    assert len({made.subject, first.subject, second.subject}) == 3
    assert made.subject == f"psn-{CASEWORK}-{PERSON}"


def test_the_end_of_an_offer_calls_the_person_as_the_offer_did():
    told = Told(received(), offered(), cancelled())
    [offer], [end] = messages(told, CASEWORK), messages(told, CASEWORK, "offer.cancelled")
    assert offer.subject == end.subject == f"psn-{CASEWORK}-{OFFER}"
