"""Seeking somebody: attempts, the site's rule for who is not found, who is found again, and who has died."""

from __future__ import annotations

import pytest

from contracts.catalogue import (
    AnswerRefused,
    AssignmentEnded,
    AssignmentReopened,
    AssignmentUnlocated,
    ContactAttempted,
    ContactFlagged,
    DeathReported,
    IntakeOverdue,
    OfferAccepted,
    OnwardAnswered,
    OnwardAsked,
    OnwardClosed,
    OnwardRequested,
    ParticipationEnded,
    PersonLinked,
    ReachStated,
    TransferOffered,
    TransferRequested,
)
from contracts.corrections import SaidBy
from contracts.relationship import ContactMode, TransferReason
from contracts.words import Answer, ContactResult, Door, EndReason, HelpType
from services.sites.relationship import Relationship, UnableToLocate
from tests.assignment.examples import HILL, KITCHEN, POLICE, RIVER, Town, person, referral, town

DAY = 24 * 60
RULE = UnableToLocate(
    attempts=3, over_days=2, modes=frozenset({ContactMode.IN_PERSON, ContactMode.PHONE}), citation="the town's protocol"
)


def with_rule(rule=RULE, **places):
    return town(**places).model_copy(update={"relationship": Relationship(unable_to_locate=rule)})


async def sought(place, agency, *results, mode=ContactMode.IN_PERSON, who=1):
    for result in results:
        await place.report(agency, ContactAttempted(result=result, mode=mode), who)
        await place.passes(DAY)


async def referred(site=None, **given):
    place = Town(site)
    await place.refer(door=Door.COMMUNITY, **given)
    return place, await place.accept()


VAIN = (ContactResult.NOT_FOUND, ContactResult.LEFT_MESSAGE, ContactResult.NOT_FOUND)


async def test_after_as_many_attempts_as_the_site_asks_for_outreach_ends_and_the_place_is_free():
    place, agency = await referred(with_rule())
    await sought(place, agency, *VAIN)
    unlocated = place.last(AssignmentUnlocated)
    assert (unlocated.agency, unlocated.attempts) == (agency, 3)
    assert place.store.taken(agency) == 0
    await place.passes(60 * DAY)
    assert place.said()[-1] == "assignment.unlocated"


async def test_without_a_rule_of_the_site_no_number_of_attempts_ends_outreach():
    place, agency = await referred()
    await sought(place, agency, *VAIN * 4)
    assert "assignment.unlocated" not in place.said()
    assert place.store.taken(agency) == 1


@pytest.mark.parametrize(
    "result", [ContactResult.CONTACTED, ContactResult.IN_CUSTODY, ContactResult.HOSPITAL, ContactResult.REFUSED]
)
async def test_of_whom_it_is_known_where_they_are_the_attempts_count_anew(result):
    place, agency = await referred(with_rule())
    await sought(place, agency, *VAIN[:2], result, *VAIN[:2])
    assert "assignment.unlocated" not in place.said()
    await sought(place, agency, ContactResult.NOT_FOUND)
    assert place.said()[-1] == "assignment.unlocated"


async def test_only_the_modes_that_the_rule_names_count():
    place, agency = await referred(with_rule())
    await sought(place, agency, *VAIN * 2, mode=ContactMode.LETTER)
    assert "assignment.unlocated" not in place.said()


async def test_as_many_attempts_in_too_few_days_are_too_few():
    place, agency = await referred(with_rule())
    for _ in range(9):
        await place.report(agency, ContactAttempted(result=ContactResult.NOT_FOUND))
    assert "assignment.unlocated" not in place.said()


async def test_who_was_met_is_never_lost_by_the_rule():
    place = Town(with_rule())
    agency = await place.enrol()
    await sought(place, agency, *VAIN * 2)
    assert "assignment.unlocated" not in place.said()


async def test_a_freed_place_goes_to_who_waits():
    place, agency = await referred(with_rule(river_house=1, hill_house=0))
    await place.refer(2, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.waitlisted"]
    await sought(place, agency, *VAIN)
    assert place.offer(2).agency == agency


async def test_who_is_found_later_is_the_agencys_again_though_it_is_full_by_now():
    place, agency = await referred(with_rule(river_house=1, hill_house=0))
    await place.refer(2, door=Door.COMMUNITY)
    await sought(place, agency, *VAIN[:2])
    await place.report(agency, ContactAttempted(result=ContactResult.NOT_FOUND))
    await place.accept(2)
    await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED))
    again = place.last(AssignmentReopened)
    assert (again.agency, again.met, again.enrolled) == (agency, False, False)
    assert place.store.taken(agency) == 2
    await place.passes(60 * DAY)
    assert again.offer_id in {one.offer_id for one in place.events() if isinstance(one, IntakeOverdue)}


async def test_who_is_found_while_another_agency_has_them_stays_there():
    place, agency = await referred(with_rule())
    await sought(place, agency, *VAIN)
    await place.refer(2, who=1, door=Door.SOCIAL_CONTACT)
    other = await place.decline(2, who=1)
    keeper = await place.accept(2, who=1)
    assert (other, keeper) == (RIVER, HILL)
    await place.report(agency, ContactAttempted(result=ContactResult.CONTACTED))
    assert "assignment.reopened" not in place.said()


async def test_after_it_a_new_referral_is_offered_as_ever():
    place, agency = await referred(with_rule())
    await sought(place, agency, *VAIN)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.offered"]


async def test_a_message_where_none_is_safe_is_kept_and_operators_are_alarmed():
    place, agency = await referred()
    await place.hear(ReachStated(referral_id=referral(), said_by=SaidBy.SENDER, message_is_safe=Answer.NO))
    await place.report(agency, ContactAttempted(result=ContactResult.LEFT_MESSAGE, mode=ContactMode.PHONE))
    flagged = place.last(ContactFlagged)
    assert (flagged.agency, flagged.referral_id, flagged.mode) == (agency, referral(), ContactMode.PHONE)
    assert len(place.store.placement(person()).attempts) == 1


@pytest.mark.parametrize("last", [Answer.YES, Answer.UNKNOWN])
async def test_the_persons_own_word_on_messages_counts_before_their_senders(last):
    place, agency = await referred()
    await place.hear(ReachStated(referral_id=referral(), said_by=SaidBy.PERSON, message_is_safe=last))
    await place.passes(1)
    await place.hear(ReachStated(referral_id=referral(), said_by=SaidBy.SENDER, message_is_safe=Answer.NO))
    await place.report(agency, ContactAttempted(result=ContactResult.LEFT_MESSAGE))
    assert "contact.flagged" not in place.said()


@pytest.mark.parametrize("by_attempt", [True, False])
async def test_a_death_ends_all_that_is_under_way_at_once(by_attempt):
    place = Town()
    agency = await place.enrol()
    await place.report(agency, OnwardRequested(help_type=HelpType.MEAL))
    asked = place.last(OnwardAsked).onward_id
    await place.refer(2, who=1, door=Door.COMMUNITY)
    await place.report(agency, TransferRequested(reason=TransferReason.MOVED, person_agreed=True))
    await place.passes(1)
    died = ContactAttempted(result=ContactResult.DECEASED) if by_attempt else ParticipationEnded(
        reason=EndReason.DECEASED
    )  # fmt: skip
    await place.report(agency, died)
    assert set(place.said()[-6:]) == {
        "death.reported", "assignment.ended", "onward.closed", "assignment.cancelled", "assignment.closed",
        "transfer.ended",
    }  # fmt: skip
    assert place.last(AssignmentEnded).reason is EndReason.DECEASED
    assert (place.last(OnwardClosed).onward_id, place.last(OnwardClosed).state) == (asked, "called_off")
    assert [place.store.taken(one) for one in (RIVER, HILL)] == [0, 0]
    before = place.said()
    await place.report(KITCHEN, OnwardAnswered(onward_id=asked, answer="accepted"))
    await place.passes(60 * DAY)
    assert place.said() == [*before, "answer.refused"]


async def _linked(place: Town, *pairs: tuple[int, int]) -> None:
    for one, other in pairs:
        await place.hear(PersonLinked(other=person(other), basis="agency-person-number", by="ada"), one)
        await place.hear(PersonLinked(other=person(one), basis="agency-person-number", by="ada"), other)


@pytest.mark.parametrize("links", [[(1, 2), (2, 3)], [(1, 2), (2, 3), (3, 1)], [(1, 2), (2, 3), (3, 4), (4, 1)]])
async def test_a_death_is_heard_over_every_link_once_and_goes_round_no_more_than_that(links):
    place, agency = await referred(town(river_house=4, hill_house=0))
    last = max(max(pair) for pair in links)
    for number in range(2, last + 1):
        await place.refer(number, door=Door.COMMUNITY)
        await place.accept(number)
    await _linked(place, *links)
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    for number in range(1, last + 1):
        assert place.holder(number) is None
    ended = [one.referral_id for one in place.events() if isinstance(one, AssignmentEnded)]
    assert sorted(ended) == [referral(number) for number in range(1, last + 1)]
    assert place.said().count("death.reported") <= 1 + 2 * len(links)


async def test_a_death_that_is_reported_again_ends_what_began_since_over_every_link():
    place, agency = await referred(town(river_house=4, hill_house=0))
    await _linked(place, (1, 2), (2, 3))
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    await place.passes(1)
    for number, who in ((3, 3), (4, 1)):
        await place.refer(number, who, door=Door.COMMUNITY)
        await place.accept(number, who)
    await place.passes(1)
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    assert place.holder(3) is None


async def test_who_waits_and_has_died_waits_no_more():
    place, agency = await referred(town(river_house=1, hill_house=0))
    await place.refer(2, who=2, door=Door.COMMUNITY)
    await place.hear(PersonLinked(other=person(2), basis="agency-person-number", by="ada"))
    await place.hear(PersonLinked(other=person(1), basis="agency-person-number", by="ada"), 2)
    await place.passes(1)
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    assert place.said(2)[-1] == "assignment.closed"
    assert place.store.waiting() == []
    assert place.said().count("death.reported") == 3  # the last is what comes back to the first record


async def test_with_whom_an_officer_stands_is_alive_and_the_officer_hears_nothing():
    place = Town()
    agency = await place.enrol()
    await place.refer(2, who=1, door=Door.ARREST_DIVERSION)
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    assert place.said(2) == ["assignment.offered"]


async def test_a_death_that_was_a_mistake_is_followed_by_a_new_referral():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    await place.passes(1)
    await place.refer(2, who=1, door=Door.COMMUNITY)
    assert place.said(2) == ["assignment.offered"]


async def test_nobody_without_a_relation_reports_a_death():
    place, _ = await referred()
    await place.report(POLICE, ContactAttempted(result=ContactResult.DECEASED))
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"
    assert "death.reported" not in place.said()


async def test_a_death_is_said_by_the_name_of_who_reported_it_and_of_nobody_who_was_sick():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, ContactAttempted(result=ContactResult.HOSPITAL))
    await place.report(agency, ContactAttempted(result=ContactResult.IN_CUSTODY))
    assert place.said()[-1] == "assignment.enrolled"
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    assert place.last(DeathReported).by == agency


async def test_who_had_the_person_before_another_agency_has_no_word_of_their_death():
    place = Town()
    agency = await place.enrol()
    await place.report(agency, TransferRequested(reason=TransferReason.MOVED, person_agreed=True))
    asked = place.last(TransferOffered)
    await place.report(asked.agency, OfferAccepted(offer_id=asked.offer_id))
    before = place.said()
    await place.report(agency, ContactAttempted(result=ContactResult.DECEASED))
    assert place.said() == [*before, "answer.refused"]
    assert place.last(AnswerRefused).refusal.reason == "unknown-person"
    await place.report(asked.agency, ContactAttempted(result=ContactResult.DECEASED))
    assert "death.reported" in place.said()
