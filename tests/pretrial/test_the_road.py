"""A pretrial diversion from the motion to its end, step by step (DOMAIN 7.4, RCW 69.50.4017)."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from pydantic import ValidationError

from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.catalogue import PretrialFiled, PretrialOpened, PretrialRefused
from services.pretrial.domain import course_of, evolve
from tests.pretrial.examples import (
    BEGIN,
    COUNSEL,
    COURT,
    OFFER,
    OTHER,
    PROGRAM,
    PROSECUTOR,
    REFERRAL,
    Courthouse,
    approved,
    assessed,
    called,
    completed,
    consented,
    contested,
    erased,
    fact,
    left,
    met,
    moved,
    received,
    ruled,
    site,
    updated,
)

MARCH = date(2026, 3, 1)
TO_THE_GRANT = ["moved", "granted"]


def reasons(place: Courthouse) -> list[tuple[str, str]]:
    return [(one.refusal.agency, one.refusal.reason) for one in place.events(PretrialRefused)]


async def test_services_that_are_done_complete_it_at_once():
    place = Courthouse()
    await place.granted("housing", "drug_treatment")
    await place.say(PROGRAM, updated(date(2026, 2, 28)), completed(on=date(2026, 3, 5)))
    await place.say(COURT, ruled("dismissed", date(2026, 3, 10)))

    assert place.stages() == [*TO_THE_GRANT, "assessed", "in_services", "completed", "dismissed"]
    reports = place.events(PretrialFiled)
    assert [(one.report.value, one.month) for one in reports] == [
        ("assessment", None), ("status", 1), ("completion", None),
    ]  # fmt: skip
    assert {one.to for one in reports} == {(COURT, PROSECUTOR, COUNSEL)}
    assert reasons(place) == []


async def test_where_nothing_is_recommended_the_hours_of_the_court_complete_it():
    place = Courthouse()
    await place.granted()
    await place.say(PROGRAM, updated(date(2026, 2, 20)))
    await place.say(PROGRAM, completed("community_service", hours=40))
    await place.say(COURT, ruled("community_service", hours=40))
    await place.say(PROGRAM, completed("community_service", hours=30))
    await place.say(PROGRAM, completed("community_service", MARCH, hours=40))

    assert place.stages() == [*TO_THE_GRANT, "assessed", "community_service", "completed"]
    assert reasons(place) == [(PROGRAM, "not-yet")] * 3


@pytest.mark.parametrize("event", [
    lambda: ruled("community_service", hours=121), lambda: completed("community_service", hours=121),
], ids=["ordered", "done"])  # fmt: skip
def test_more_than_120_hours_are_refused_with_the_rule_and_the_fix(event):
    with pytest.raises(ValidationError, match=r"120 hours .*69\.50\.4017\(7\)"):
        event()


def test_hours_belong_to_community_service_alone():
    with pytest.raises(ValidationError, match="Hours are named with community_service"):
        ruled("granted", hours=10)
    with pytest.raises(ValidationError, match="Hours are named with community_service"):
        ruled("community_service")


async def test_no_motion_is_granted_against_the_prosecutor():
    place = Courthouse()
    await place.hear(received(), met())
    await place.say(COUNSEL, moved())
    await place.say(PROSECUTOR, consented(yes=False))
    await place.say(COURT, ruled("granted"))
    assert place.stages() == ["moved"]
    assert reasons(place) == []  # a yes may be on its way
    await place.passes(1)
    assert reasons(place) == [(COURT, "prosecutor-declined")]

    await place.say(PROSECUTOR, consented())
    assert place.stages() == ["moved"]
    await place.say(COURT, ruled("granted", MARCH))
    assert place.stages() == TO_THE_GRANT


async def test_a_grant_waits_for_the_prosecutor_who_has_said_nothing_yet():
    place = Courthouse()
    await place.hear(received())
    await place.say(COUNSEL, moved())
    await place.say(COURT, ruled("granted"))
    assert place.stages() == ["moved"]
    await place.say(PROSECUTOR, consented())
    assert place.stages() == TO_THE_GRANT
    await place.say(PROSECUTOR, consented(yes=False))
    assert place.stages() == TO_THE_GRANT


async def test_a_prosecutor_who_says_nothing_has_as_long_as_the_sites_call_for_approval_gives():
    place = Courthouse()
    await place.hear(received(), met())
    await place.say(COUNSEL, moved())
    await place.say(COURT, ruled("granted"))
    await place.passes(13.9)
    assert reasons(place) == []
    await place.passes(0.2)
    assert (place.stages(), reasons(place)) == (["moved"], [(COURT, "prosecutor-silent")])
    await place.say(PROSECUTOR, consented())
    await place.passes(30)
    assert (place.stages(), reasons(place)) == (["moved"], [(COURT, "prosecutor-silent")])
    await place.say(COURT, ruled("granted", MARCH))
    assert place.stages() == TO_THE_GRANT


def test_a_yes_from_after_the_prosecutors_time_counts_for_nothing_whatever_is_heard_first():
    late = BEGIN + timedelta(days=15)
    said = [
        fact(received()), fact(moved(), COUNSEL), fact(ruled("granted"), COURT, BEGIN),
        fact(consented(), PROSECUTOR, late),
    ]  # fmt: skip
    for facts in permutations(said):
        roads = None
        for one in facts:
            roads = evolve(roads, one)
        assert course_of(roads, REFERRAL, site()).granted_on is None


async def test_an_answer_to_the_sites_call_for_approval_is_the_prosecutors_consent():
    place = Courthouse()
    await place.hear(received(), called())
    await place.say(COUNSEL, moved())
    await place.say(PROSECUTOR, approved())
    await place.say(COURT, ruled("granted"))
    assert place.stages() == TO_THE_GRANT


@pytest.mark.parametrize("late", [False, True])
async def test_the_sites_call_for_approval_may_be_heard_after_the_grant_that_rests_on_it(late):
    place = Courthouse()
    await place.hear(*([received()] if late else [received(), called()]))
    await place.say(COUNSEL, moved())
    await place.say(PROSECUTOR, consented(yes=False), approved())
    await place.say(COURT, ruled("granted"))
    if late:
        await place.hear(called())
    await place.passes(1)
    assert place.stages() == TO_THE_GRANT
    assert reasons(place) == []


async def test_an_order_beside_a_grant_that_waits_for_the_prosecutor_waits_with_it():
    place = Courthouse()
    await place.hear(received(), met())
    await place.say(COUNSEL, moved())
    await place.say(COURT, ruled("granted"), ruled("dismissed", MARCH))
    await place.passes(2)
    assert (place.stages(), reasons(place)) == (["moved"], [])
    await place.say(PROSECUTOR, consented())
    assert place.stages() == [*TO_THE_GRANT, "dismissed"]


async def test_an_order_in_a_case_that_nobody_granted_is_refused_after_a_while():
    place = Courthouse()
    await place.hear(received(), met())
    await place.say(COUNSEL, moved())
    await place.say(COURT, ruled("dismissed", MARCH))
    assert reasons(place) == []
    await place.passes(1)
    assert reasons(place) == [(COURT, "not-granted")]


async def test_a_denied_motion_may_be_granted_later():
    place = Courthouse()
    await place.hear(received())
    await place.say(COUNSEL, moved())
    await place.say(PROSECUTOR, consented())
    await place.say(COURT, ruled("denied"), ruled("granted", MARCH))
    assert place.stages() == ["moved", "denied", "granted"]


async def test_a_motion_for_termination_is_heard_and_the_diversion_goes_on_or_ends():
    place = Courthouse()
    await place.granted("housing")
    await place.say(PROGRAM, updated(date(2026, 2, 28), complies=False))
    await place.say(PROSECUTOR, contested(date(2026, 3, 2)))
    await place.say(COURT, ruled("hearing_set", date(2026, 3, 5)), ruled("continued", date(2026, 3, 20)))
    assert place.stages()[-4:] == ["in_services", "termination_moved", "hearing_set", "in_services"]

    await place.say(PROSECUTOR, contested(date(2026, 5, 2)))
    await place.say(COURT, ruled("hearing_set", date(2026, 5, 9)), ruled("terminated", date(2026, 5, 20)))
    assert place.stages()[-3:] == ["termination_moved", "hearing_set", "terminated"]
    await place.say(PROGRAM, updated(date(2026, 5, 25)))
    assert reasons(place) == [(PROGRAM, "over")]


async def test_only_who_has_a_word_in_the_case_is_heard():
    place = Courthouse()
    await place.granted("housing")
    await place.say("another-court", ruled("terminated"))
    await place.say("another-prosecutor", contested(MARCH), consented(yes=False))
    await place.say(OTHER, updated(MARCH))
    assert place.stages() == [*TO_THE_GRANT, "assessed"]
    assert reasons(place) == [("another-court", "not-your-case"), *[("another-prosecutor", "not-your-case")] * 2]
    await place.passes(2)
    assert reasons(place)[3:] == [(OTHER, "no-relation")]


async def test_nobody_puts_themselves_into_somebody_elses_case():
    place = Courthouse()
    await place.granted("housing")
    await place.say("another-defender", moved(counsel="another-defender"))
    assert reasons(place) == [("another-defender", "not-your-case")]
    assert {one.counsel for one in place.events(PretrialOpened)} == {COUNSEL}


async def test_another_counsel_takes_the_place_of_the_first_and_gets_what_is_reported_since():
    place = Courthouse()
    await place.granted("housing")
    await place.say(COURT, moved(counsel="another-defender"))
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    assert [one.counsel for one in place.events(PretrialOpened)] == [COUNSEL, "another-defender"]
    assert [one.to[-1] for one in place.events(PretrialFiled)] == [COUNSEL, "another-defender"]


async def test_a_word_before_everything_waits_and_counts_then_or_is_refused():
    early, late = Courthouse(), Courthouse()
    await early.say(COURT, ruled("granted"))
    await early.say(PROSECUTOR, consented())
    await early.say(COUNSEL, moved())
    await early.hear(received())
    assert early.stages() == TO_THE_GRANT

    await late.say(COURT, ruled("granted"))
    await late.passes(2)
    assert reasons(late) == [(COURT, "no-relation")]


async def test_who_has_the_person_no_more_reports_nothing_more():
    place = Courthouse()
    await place.granted("housing")
    await place.passes(0.1)
    await place.hear(left())
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    assert [one.report.value for one in place.events(PretrialFiled)] == ["assessment"]


async def test_of_an_erased_record_nothing_is_kept():
    place = Courthouse()
    await place.granted("housing")
    said = len(place.events())
    await place.hear(erased())
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    await place.passes(40)
    assert len(place.events()) == said
    assert all(REFERRAL not in state.replace(f'"gone":["{REFERRAL}"]', "") for state in place.store.kept.values())


async def test_an_assessment_that_is_made_anew_is_filed_anew():
    place = Courthouse()
    await place.granted()
    await place.say(PROGRAM, assessed("housing"))
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    assert place.stages() == [*TO_THE_GRANT, "assessed", "in_services"]
    assert [one.services for one in place.events(PretrialFiled)] == [(), ("housing",), ()]


async def test_who_had_the_person_before_a_transfer_reports_no_more_and_who_has_them_anew_does():
    place = Courthouse()
    await place.granted("housing")
    other = AssignmentTransferred(
        referral_id=REFERRAL,
        offer_id="off-" + "7" * 32,
        agency="another-program",
        former=PROGRAM,
        former_offer_id=OFFER,
    )
    place.hub.at += timedelta(seconds=1)
    await place.hear(other)
    before = len(place.events(PretrialFiled))
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    assert len(place.events(PretrialFiled)) == before
    back = AssignmentReopened(referral_id=REFERRAL, offer_id=OFFER, agency=PROGRAM, met=True, enrolled=True)
    place.hub.at += timedelta(seconds=1)
    await place.hear(back)
    await place.say(PROGRAM, updated(date(2026, 2, 28)))
    assert len(place.events(PretrialFiled)) == before + 1
