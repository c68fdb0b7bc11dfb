"""An amendment of what an open offer says: whoever decides by it is asked again by what is so now."""

from __future__ import annotations

import pytest

from contracts.catalogue import AnswerRefused, AssignmentCancelled, AssignmentDirected, OfferAccepted
from contracts.corrections import SaidBy
from contracts.parts import AgeFact, Particulars
from contracts.words import AgeBand, ClosedReason, Door, HelpType, Verdict
from tests.assignment.examples import (
    ANSWER,
    HILL,
    OFFICE,
    OUTREACH,
    RIVER,
    Town,
    aged,
    corrected,
    decided,
    later,
    person,
    referral,
    screened,
    town,
)

FORTY = AgeFact(from_years=40, to_years=40)
ANEW = ["assignment.offered", "assignment.cancelled", "assignment.offered"]


@pytest.mark.parametrize(
    ("particulars", "what", "said"),
    [
        (Particulars(age=FORTY), "area", None),
        (aged(70), "age_band", AgeBand.FROM_65),
        (Particulars(age=FORTY, area="riverside", language="es"), "language", "es"),
        (Particulars(age=FORTY, area="riverside", needs=(HelpType.SHELTER,)), "needs", (HelpType.SHELTER,)),
    ],
)
async def test_an_open_offer_is_made_again_by_what_is_so_now_with_a_new_clock(particulars, what, said):
    place = Town(town(hill_house=0))
    await place.refer()
    await place.passes(ANSWER - 1)
    await place.amend(particulars=particulars)
    assert place.said() == ANEW
    assert place.last(AssignmentCancelled).reason is ClosedReason.AMENDED
    assert (place.offer().agency, getattr(place.offer(), what)) == (RIVER, said)
    assert place.offer().lapses_at == later(ANSWER - 1 + ANSWER)
    assert place.store.taken(RIVER) == 1
    await place.passes(1)
    assert place.said() == ANEW
    await place.accept()
    assert place.said()[-1] == "assignment.accepted"


async def test_the_offer_that_was_taken_back_cannot_be_accepted():
    place = Town()
    await place.refer()
    old = place.offer().offer_id
    await place.amend(particulars=aged(70))
    await place.passes(1)
    await place.report(RIVER, OfferAccepted(offer_id=old))
    assert place.last(AnswerRefused).refusal.reason == "unknown-offer"
    assert place.offer().offer_id != old


async def test_when_the_agency_suits_no_more_the_next_is_asked():
    place = Town()
    await place.refer()
    await place.amend(particulars=Particulars(age=FORTY, area="hills"))
    assert place.said() == ANEW
    assert (place.offer().agency, place.offer().area) == (HILL, "hills")
    assert (place.store.taken(RIVER), place.store.taken(HILL)) == (0, 1)


async def test_an_amendment_of_anything_else_pages_nobody_again():
    place = Town()
    await place.refer()
    await place.amend(particulars=aged(41))
    assert place.said() == ["assignment.offered"]


async def test_an_amendment_after_the_acceptance_undoes_nothing():
    place = Town()
    await place.refer()
    await place.accept()
    await place.amend(particulars=Particulars(age=FORTY, area="hills"))
    assert place.said() == ["assignment.offered", "assignment.accepted"]


async def test_the_place_is_kept_from_whoever_waits_for_one():
    place = Town(town(river_house=0, hill_house=1))
    await place.refer(1, door=Door.COMMUNITY)
    await place.refer(2, door=Door.SOCIAL_CONTACT)
    await place.amend(door=Door.COMMUNITY, particulars=aged(70))
    assert place.said(1) == ANEW
    assert place.said(2) == ["assignment.waitlisted"]
    assert place.store.taken(HILL) == 1


async def test_an_officer_who_waits_no_longer_gives_the_longer_time():
    place = Town()
    await place.refer(door=Door.SOCIAL_CONTACT, officer_waiting=True)
    await place.amend(door=Door.SOCIAL_CONTACT, officer_waiting=False)
    assert place.said() == ANEW
    assert (place.offer().officer_waiting, place.offer().lapses_at) == (False, later(OUTREACH))


async def test_while_an_amendment_is_under_review_the_offer_stands_and_is_made_again_after_it():
    place = Town()
    await place.refer()
    await place.passes(1)
    await place.hear(screened(verdict=Verdict.NEEDS_REVIEW, revision=1))
    await place.hear(corrected(particulars=aged(70)))
    assert place.said() == ["assignment.offered"]
    await place.passes(1)
    await place.hear(decided(revision=1))
    assert place.said() == ANEW


async def test_an_offer_whose_time_is_up_lapses_and_the_next_hears_what_is_so_now():
    place = Town()
    await place.refer()
    place.hub.at = later(ANSWER + 1)
    await place.amend(particulars=aged(70))
    assert place.said() == ["assignment.offered"]
    await place.passes(0)
    assert place.said() == ["assignment.offered", "assignment.lapsed", "assignment.offered"]
    assert (place.offer().agency, place.offer().age_band) == (HILL, AgeBand.FROM_65)


async def test_whom_an_operator_chose_keeps_the_offer_although_it_never_suited():
    place = Town()
    await place.refer(particulars=Particulars(age=FORTY, area="hills"))
    direction = AssignmentDirected(referral_id=referral(), person=person(), agency=RIVER, operator="ada")
    await place.report(OFFICE, direction)
    await place.amend(particulars=Particulars(age=FORTY, area="hills", language="es"))
    assert (place.offer().agency, place.offer().language) == (RIVER, "es")


async def test_where_everything_is_full_an_officer_who_comes_later_hears_of_no_own_case_manager():
    place = Town(town(river_house=0, hill_house=1))
    await place.enrol()
    await place.refer(2, who=1, officer_waiting=False)
    await place.amend(2, officer_waiting=True, who=1)
    assert place.said(2) == [
        "assignment.offered", "assignment.cancelled", "assignment.unavailable", "assignment.offered",
    ]  # fmt: skip
    assert (place.offer(2).agency, place.offer(2).officer_waiting) == (HILL, False)


OWN = {"said_by": SaidBy.PERSON, "by_way_of": OFFICE, "sender_revision": 0}


async def test_while_an_officer_waits_what_the_person_says_of_themselves_moves_no_offer():
    place = Town()
    await place.refer()
    await place.amend(particulars=Particulars(age=FORTY, area="hills", language="es"), sender_told=aged(40), **OWN)
    assert place.said() == ["assignment.offered"]


async def test_where_nobody_waits_an_open_offer_is_made_again_by_what_the_person_says():
    place = Town()
    await place.refer(door=Door.COMMUNITY, officer_waiting=False)
    await place.amend(door=Door.COMMUNITY, officer_waiting=False, sender_told=aged(40),
                      particulars=Particulars(age=FORTY, area="hills"), **OWN)  # fmt: skip
    assert place.said() == ANEW
    assert place.offer().agency == HILL


async def test_who_has_the_person_keeps_them_whatever_the_person_says():
    place = Town()
    await place.refer(door=Door.COMMUNITY, officer_waiting=False)
    await place.accept()
    child = Particulars(age=AgeFact(from_years=12, to_years=12), area="hills")
    await place.amend(door=Door.COMMUNITY, officer_waiting=False, sender_told=aged(40), particulars=child, **OWN)
    assert place.said() == ["assignment.offered", "assignment.accepted"]
