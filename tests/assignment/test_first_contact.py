"""Whom a referral is offered to, when, and what happens when they answer or do not."""

from __future__ import annotations

import pytest

from contracts.catalogue import (
    AnswerRefused,
    AssignmentAccepted,
    AssignmentClosed,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentUnavailable,
    AssignmentWaitlisted,
    ContactAttempted,
    HandoffCompleted,
    OfferAccepted,
    PersonAgreed,
    PersonDeclined,
)
from contracts.parts import AgeFact, Particulars
from contracts.words import (
    AgeBand,
    Agreement,
    ClosedReason,
    ContactResult,
    DeclineReason,
    Door,
    SourceKind,
    Verdict,
)
from tests.assignment.examples import (
    ANSWER,
    ARRIVAL,
    HILL,
    HOSPITAL,
    OUTREACH,
    POLICE,
    RIVER,
    YOUTH,
    Town,
    after_the_fact,
    aged,
    corrected,
    decided,
    later,
    received,
    referral,
    screened,
    town,
)
from tests.journeys.agreements import CASES


async def test_an_eligible_referral_is_offered_to_one_agency_and_blind():
    place = Town()
    await place.refer()
    assert place.said() == ["assignment.offered"]
    offer = place.offer()
    assert (offer.agency, offer.door, offer.age_band) == (RIVER, Door.ARREST_DIVERSION, AgeBand.FROM_25_TO_64)
    assert (offer.lapses_at, offer.arrive_within_minutes) == (later(ANSWER), ARRIVAL)


@pytest.mark.parametrize("screening_first", [True, False])
async def test_screening_may_be_heard_before_the_referral(screening_first):
    place = Town()
    facts = [screened(), received()] if screening_first else [received(), screened()]
    for one in facts:
        await place.hear(one)
    assert place.said() == ["assignment.offered"]


async def test_a_referral_that_needs_review_waits_for_the_review():
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW))
    assert place.said() == []


async def test_a_review_decides_and_an_amendment_beside_the_question_changes_nothing():
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW))
    await place.hear(decided())
    await place.hear(corrected())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW, revision=1))
    await place.hear(decided(revision=1))
    assert await place.decline() == RIVER
    assert place.said() == ["assignment.offered", "assignment.declined", "assignment.offered"]


@pytest.mark.parametrize("decision_first", [True, False])
async def test_a_decision_on_the_first_facts_does_not_rule_over_the_amended_ones(decision_first):
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW))
    facts = [corrected(), screened(verdict=Verdict.NEEDS_REVIEW, revision=1), decided()]
    for fact in reversed(facts) if decision_first else facts:
        await place.unread(fact)
    await place.hub.settle()
    assert place.said() == []
    await place.hear(decided(revision=1))
    assert place.said() == ["assignment.offered"]


async def test_what_was_amended_is_offered_only_once_it_was_screened_again():
    place = Town(town(hill_house=0))
    await place.hear(received())
    await place.hear(corrected())
    await place.hear(screened())
    assert place.said() == []
    await place.hear(screened(revision=1))
    assert place.said() == ["assignment.offered"]


async def test_an_operators_word_counts_before_the_sites_default_whichever_is_later():
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW))
    await place.hear(decided())
    await place.passes(1)
    await place.hear(decided(Verdict.PRESUMPTIVELY_INELIGIBLE, by="site-default"))
    assert place.said() == ["assignment.offered"]


async def test_a_referral_that_is_not_divertible_is_closed_and_an_amendment_opens_it_again():
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE))
    assert place.last(AssignmentClosed).reason is ClosedReason.NOT_DIVERTIBLE
    await place.passes(1)
    await place.amend()
    assert place.said() == ["assignment.closed", "assignment.offered"]


@pytest.mark.parametrize("by_review", [True, False])
async def test_an_officer_who_heard_divertible_hears_that_nobody_comes_when_other_grounds_decide(by_review):
    place = Town()
    await place.hear(received())
    if by_review:
        await place.hear(screened(verdict=Verdict.NEEDS_REVIEW, police=Verdict.ELIGIBLE))
        assert place.said() == []
        await place.hear(decided(Verdict.PRESUMPTIVELY_INELIGIBLE))
    else:
        await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE, police=Verdict.ELIGIBLE))
    assert place.said() == ["assignment.unavailable", "assignment.closed"]
    assert not place.last(AssignmentUnavailable).appointment_follows


@pytest.mark.parametrize("police", [Verdict.NEEDS_REVIEW, Verdict.PRESUMPTIVELY_INELIGIBLE])
async def test_an_officer_who_hears_not_divertible_hears_nothing_more(police):
    place = Town()
    await place.hear(received())
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW, police=police))
    await place.hear(decided(Verdict.PRESUMPTIVELY_INELIGIBLE))
    assert place.said() == ["assignment.closed"]


async def test_where_no_officer_waits_nobody_is_told_that_nobody_comes():
    place = Town()
    await place.hear(received(officer_waiting=False))
    await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE, police=Verdict.ELIGIBLE))
    assert place.said() == ["assignment.closed"]


async def test_a_person_who_declined_on_scene_is_offered_to_nobody():
    place = Town()
    await place.refer(agreement=Agreement.DECLINED)
    assert place.said() == ["assignment.closed"]
    assert place.last(AssignmentClosed).reason is ClosedReason.PERSON_DECLINED


async def test_from_an_emergency_department_nothing_leaves_before_the_person_agreed():
    place = Town()
    await place.refer(
        agency=HOSPITAL, door=Door.COMMUNITY, source_kind=SourceKind.EMERGENCY_DEPARTMENT,
        agreement=Agreement.NOT_ASKED, restricted_source=True,
    )  # fmt: skip
    assert place.said() == []
    await place.passes(10)
    await place.report(HOSPITAL, PersonAgreed())
    assert place.said() == ["assignment.offered"]
    assert place.offer().lapses_at == later(10 + OUTREACH)


@pytest.mark.parametrize("agreement", [Agreement.NOT_ASKED, Agreement.UNDECIDED])
@pytest.mark.parametrize(
    "given",
    [{}, {"officer_waiting": False}, {"door": Door.SOCIAL_CONTACT, "officer_waiting": True}],
    ids=["an arrest", "an arrest that nobody waits for", "a social contact with an officer waiting"],
)
async def test_nobody_is_paged_for_an_officer_before_the_person_agreed(agreement, given):
    place = Town()
    await place.refer(agreement=agreement, **given)
    await place.passes(OUTREACH)
    assert place.said() == []
    await place.report(POLICE, PersonAgreed(referral_id=referral()))
    assert place.said() == ["assignment.offered"]
    assert place.offer().lapses_at > place.hub.at


async def test_everything_full_is_not_told_of_a_person_who_has_not_agreed():
    place = Town(town(river_house=0, hill_house=0))
    await place.refer(agreement=Agreement.NOT_ASKED)
    assert place.said() == []
    await place.amend(agreement=Agreement.AGREED)
    assert place.said() == ["assignment.unavailable", "assignment.waitlisted"]


async def test_outreach_needs_no_yes_where_nobody_waits():
    place = Town()
    await place.refer(door=Door.SOCIAL_CONTACT, agreement=Agreement.NOT_ASKED)
    assert place.said() == ["assignment.offered"]


async def test_a_correction_may_bring_the_agreement():
    place = Town()
    await place.refer(agreement=Agreement.UNDECIDED, restricted_source=True)
    await place.amend(agreement=Agreement.AGREED, restricted_source=True)
    assert place.said() == ["assignment.offered"]


async def test_a_decline_goes_to_the_next_agency():
    place = Town()
    await place.refer()
    assert await place.decline() == RIVER
    assert place.offer().agency == HILL
    assert place.said() == ["assignment.offered", "assignment.declined", "assignment.offered"]


async def test_no_answer_in_time_goes_to_the_next_agency():
    place = Town()
    await place.refer()
    await place.passes(ANSWER)
    assert place.said() == ["assignment.offered", "assignment.lapsed", "assignment.offered"]
    assert place.offer().lapses_at == later(2 * ANSWER)


async def test_outreach_has_the_longer_time_to_answer():
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    await place.passes(ANSWER + 1)
    assert place.said() == ["assignment.offered"]
    assert place.offer().arrive_within_minutes is None


async def test_an_answer_at_the_last_moment_counts():
    place = Town()
    await place.refer()
    place.hub.at = later(ANSWER)
    await place.accept()
    await place.passes(1)
    assert place.said() == ["assignment.offered", "assignment.accepted"]


async def test_a_late_answer_loses_even_when_it_is_read_before_the_deadline():
    place = Town()
    await place.refer()
    place.hub.at = later(ANSWER + 1)
    await place.accept()
    assert place.said() == ["assignment.offered", "answer.refused"]
    await place.passes(0)
    assert place.said()[2:] == ["assignment.lapsed", "assignment.offered"]


async def test_who_accepts_for_a_waiting_officer_arrives_in_time_or_lapses():
    place = Town()
    await place.refer()
    await place.accept(arrives_in_minutes=20)
    assert place.last(AssignmentAccepted).arrive_by == later(ARRIVAL)
    await place.passes(ARRIVAL)
    assert place.last(AssignmentLapsed).after_acceptance
    assert place.offer().agency == HILL


@pytest.mark.parametrize("by_contact", [True, False])
async def test_a_hand_off_or_a_contact_in_person_is_arrival(by_contact):
    place = Town()
    await place.refer()
    agency = await place.accept()
    await place.passes(ARRIVAL - 1)
    if by_contact:
        await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED))
        await place.passes(10)
    await place.hand_off()
    await place.passes(ARRIVAL)
    begun = ["assignment.offered", "assignment.accepted", "arrival.awaited"]
    assert place.said() == [*begun, "assignment.handed_off"]


async def test_an_appointment_instead_of_coming_is_told_to_the_officer():
    place = Town()
    await place.refer()
    await place.accept(appointment_at=later(600))
    assert place.said() == ["assignment.offered", "assignment.accepted", "assignment.unavailable"]
    assert place.last(AssignmentUnavailable).appointment_follows
    await place.passes(ARRIVAL)
    await place.hand_off()
    assert place.said()[-1] == "assignment.handed_off"


async def test_who_accepted_may_still_decline_until_the_hand_off():
    place = Town()
    await place.refer()
    await place.accept()
    await place.decline(reason=DeclineReason.NOBODY_ON_CALL)
    assert place.said()[-2:] == ["assignment.declined", "assignment.offered"]


async def test_all_silent_with_an_officer_waiting_means_go_on_as_usual():
    place = Town()
    await place.refer()
    await place.passes(10 * ANSWER)
    assert [offer.agency for offer in place.offers()] == [RIVER, HILL]
    assert place.said()[-2:] == ["assignment.unavailable", "assignment.waitlisted"]
    assert not place.last(AssignmentUnavailable).appointment_follows
    assert not place.last(AssignmentWaitlisted).appointment


async def test_whom_nobody_came_for_is_not_lost_but_asked_for_again_the_next_day():
    place = Town()
    await place.refer()
    await place.passes(2 * ANSWER + OUTREACH)
    assert place.said()[-1] == "assignment.offered"
    assert not place.offer().officer_waiting
    await place.passes(5 * OUTREACH)
    assert place.said().count("assignment.unavailable") == 1


async def test_all_silent_on_a_social_contact_frees_the_officer_and_keeps_the_person():
    place = Town()
    await place.refer(door=Door.SOCIAL_CONTACT, officer_waiting=True)
    await place.passes(2 * ANSWER)
    assert place.said()[-2:] == ["assignment.unavailable", "assignment.waitlisted"]
    await place.passes(OUTREACH)
    assert place.said()[-1] == "assignment.offered"
    assert not place.offer().officer_waiting


async def test_everything_full_gives_an_arrest_an_appointment():
    place = Town(town(river_house=0, hill_house=0))
    await place.refer()
    assert place.said() == ["assignment.unavailable", "assignment.waitlisted"]
    assert place.last(AssignmentUnavailable).appointment_follows
    assert place.last(AssignmentWaitlisted).appointment


async def test_one_full_and_the_rest_silent_gives_an_appointment_too():
    place = Town(town(hill_house=0))
    await place.refer()
    await place.passes(ANSWER)
    assert place.last(AssignmentUnavailable).appointment_follows


async def test_everything_full_puts_a_community_referral_on_the_list():
    place = Town(town(river_house=0, hill_house=0))
    await place.refer(door=Door.COMMUNITY)
    assert place.said() == ["assignment.waitlisted"]
    assert (place.last(AssignmentWaitlisted).priority, place.last(AssignmentWaitlisted).appointment) == (3, False)


async def test_whoever_waits_is_asked_for_again_the_next_day():
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    await place.decline()
    await place.decline()
    assert place.said()[-1] == "assignment.waitlisted"
    await place.passes(OUTREACH)
    assert [offer.agency for offer in place.offers()] == [RIVER, HILL, RIVER]


async def test_a_lasting_reason_is_not_asked_about_again():
    place = Town()
    await place.refer(door=Door.COMMUNITY)
    await place.decline(reason=DeclineReason.NOT_OUR_AREA)
    await place.decline()
    await place.passes(OUTREACH)
    assert [offer.agency for offer in place.offers()] == [RIVER, HILL, HILL]


async def test_a_minor_goes_to_the_youth_provider_and_to_nobody_else():
    place = Town()
    await place.refer(door=Door.COMMUNITY, source_kind=SourceKind.FAMILY, particulars=aged(16))
    assert place.offer().agency == YOUTH
    await place.decline()
    assert place.said()[-1] == "assignment.waitlisted"


@pytest.mark.parametrize(
    ("age", "first"),
    [
        (AgeFact(), RIVER),
        (AgeFact(from_years=20, to_years=20), RIVER),
        (AgeFact(from_years=15, to_years=17), YOUTH),
        (AgeFact(from_years=16, to_years=20), RIVER),
    ],
)
async def test_an_age_that_is_guessed_or_unknown_excludes_nobody(age, first):
    place = Town()
    await place.refer(door=Door.COMMUNITY, particulars=Particulars(age=age, area="riverside"))
    assert place.offer().agency == first


async def test_elsewhere_only_who_works_everywhere_is_asked():
    place = Town()
    await place.refer(particulars=Particulars(age=AgeFact(from_years=40, to_years=40), area="hills"))
    assert place.offer().agency == HILL


async def test_an_agency_without_the_language_is_better_than_none():
    place = Town()
    await place.refer(particulars=Particulars(age=AgeFact(from_years=40, to_years=40), language="es"))
    assert place.offer().agency == HILL
    await place.decline()
    assert place.offer().agency == RIVER


async def test_a_recorded_hand_off_pages_nobody_whatever_screening_says():
    place = Town(town(hill_house=0))
    await place.hear(screened(verdict=Verdict.PRESUMPTIVELY_INELIGIBLE))
    await place.hear(received(after_the_fact=after_the_fact()))
    assert place.said() == ["assignment.accepted", "assignment.handed_off"]
    assert place.last(AssignmentAccepted).after_the_fact
    assert place.last(AssignmentHandedOff).after_the_fact
    assert place.store.taken(HILL) == 1


async def test_unknown_lapsed_cancelled_and_somebody_elses_offer_get_the_same_words():
    place = Town()
    await place.refer()
    mine = place.offer().offer_id
    await place.report(HILL, OfferAccepted(offer_id=mine))
    await place.passes(ANSWER)
    await place.report(RIVER, OfferAccepted(offer_id=mine))
    await place.report(RIVER, OfferAccepted(offer_id="off-" + "e" * 32))
    await place.report(RIVER, OfferAccepted(offer_id="off-" + "e" * 32), who=2)
    await place.report(HILL, HandoffCompleted(offer_id=place.offer().offer_id))
    refusals = [one.refusal for one in place.events() if isinstance(one, AnswerRefused)]
    assert len(refusals) == 5
    assert len({(one.reason, one.problems) for one in refusals}) == 1


async def test_the_same_answer_twice_is_answered_once():
    place = Town()
    await place.refer()
    await place.accept()
    await place.accept()
    assert place.said() == ["assignment.offered", "assignment.accepted"]


async def test_a_test_referral_goes_the_same_way_and_keeps_its_mark():
    place = Town()
    await place.refer(test=True)
    assert place.offer().test
    assert place.offer().referral_id == referral()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
async def test_an_arrest_is_offered_only_when_by_the_newest_word_the_person_agreed(case):
    place = Town()
    words = 0
    for minute, word in enumerate(case.words):
        place.hub.at = later(minute)
        if isinstance(word, bool):
            await place.report(POLICE, PersonAgreed() if word else PersonDeclined())
        elif minute == 0:
            await place.hear(received(agreement=word))
        else:
            words += 1
            await place.hear(corrected(revision=words, agreement=word))
    await place.hear(screened(revision=words))
    assert ("assignment.offered" in place.said()) is case.agreed
