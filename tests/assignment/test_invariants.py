"""Whatever happens to many people at once: one open offer a referral, no place given twice, nobody forgotten."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from contracts import topics
from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentOffered,
    ContactAttempted,
    HandoffCompleted,
    IntakeCompleted,
    OfferAccepted,
    OfferDeclined,
    ParticipationEnded,
    ParticipationPaused,
    ParticipationReopened,
    ParticipationResumed,
    PersonDeclined,
    TransferOffered,
    TransferRequested,
)
from contracts.parts import AgeFact, Particulars
from contracts.relationship import ContactMode, PauseReason, TransferReason
from contracts.words import ClosedReason, ContactResult, DeclineReason, Door, EndReason, Verdict
from services.assignment.domain import gathered
from services.sites.relationship import Pause, Relationship, UnableToLocate
from tests.assignment.examples import (
    BEGIN,
    HILL,
    OFFICE,
    POLICE,
    RIVER,
    YOUTH,
    Town,
    corrected,
    received,
    referral,
    retracted,
    screened,
    town,
)

PEOPLE = some.integers(1, 7)
DOORS = some.sampled_from(sorted(Door))
STEPS = some.one_of(
    some.tuples(some.just("refer"), PEOPLE, DOORS),
    some.tuples(some.just("accept"), PEOPLE),
    some.tuples(some.just("decline"), PEOPLE, some.sampled_from([DeclineReason.NO_ROOM, DeclineReason.SAFETY])),
    some.tuples(some.just("meet"), PEOPLE),
    some.tuples(some.just("leave"), PEOPLE),
    some.tuples(some.just("no"), PEOPLE),
    some.tuples(some.just("pause"), PEOPLE),
    some.tuples(some.just("resume participation"), PEOPLE),
    some.tuples(some.just("reopen"), PEOPLE),
    some.tuples(some.just("transfer"), PEOPLE),
    some.tuples(some.just("take over"), PEOPLE, some.booleans()),
    some.tuples(some.just("seek"), PEOPLE, some.sampled_from(sorted(ContactResult))),
    some.tuples(some.just("retract"), PEOPLE),
    some.tuples(some.just("unfit"), PEOPLE),
    some.tuples(some.just("amend"), PEOPLE, some.sampled_from(["riverside", "hills", None]), some.booleans()),
    some.tuples(some.just("time"), some.sampled_from([1, 6, 40, 1500])),
    some.tuples(some.just("room"), some.sampled_from([RIVER, HILL])),
    some.tuples(some.just("suspend"), some.sampled_from([RIVER, HILL])),
    some.tuples(some.just("resume"), some.sampled_from([RIVER, HILL])),
)
RELATIONSHIP = Relationship(
    unable_to_locate=UnableToLocate(
        attempts=2, over_days=0, modes=frozenset({ContactMode.IN_PERSON}), citation="the town's protocol"
    ),
    pause=Pause(place="freed"),
)


class Day:
    """A town on a day on which anything happens. Places only grow, so that none is offered in an overfull house.

    A hand-off that was recorded as it had happened takes a place although the house is full.
    """

    def __init__(self) -> None:
        site = town(river_house=1, hill_house=2)
        self.place = Town(site.model_copy(update={"relationship": RELATIONSHIP}))
        self.known: set[int] = set()
        self.doors: dict[int, Door] = {}
        self.revision = 0
        self.places = {RIVER: 1, HILL: 2}

    async def step(self, what: str, *about) -> None:
        place, one = self.place, about[0]
        place.hub.at += timedelta(seconds=1)
        if what == "refer":
            if one not in self.known:
                self.known.add(one)
                self.doors[one] = about[1]
                await place.unread(received(one, door=about[1]), who=one)
                await place.unread(screened(one), who=one)
        elif what == "time":
            await place.passes(one)
        elif what == "room":
            self.places[one] += 1
            await place.capacity(one, self.places[one])
        elif what in {"suspend", "resume"}:
            event = AgencySuspended if what == "suspend" else AgencyResumed
            await place.tell(OFFICE, event(agency=one, operator="ada"))
        elif one in self.known:
            await self._to_person(what, *about)

    async def _to_person(self, what: str, one: int, *more) -> None:
        place = self.place
        if what == "retract":
            await place.unread(retracted(one), who=one)
        elif what == "amend":
            self.revision += 1
            where = Particulars(age=AgeFact(from_years=40, to_years=40), area=more[0])
            amended = corrected(one, self.revision, door=self.doors[one], officer_waiting=more[1], particulars=where)
            await place.unread(amended, who=one)
            await place.unread(screened(one, revision=self.revision), who=one)
        elif what == "unfit":
            self.revision += 1
            await place.unread(corrected(one, self.revision, door=self.doors[one], officer_waiting=False), who=one)
            await place.unread(screened(one, Verdict.PRESUMPTIVELY_INELIGIBLE, revision=self.revision), who=one)
        elif what == "no":
            await place.reported(POLICE, PersonDeclined(referral_id=referral(one)), who=one)
        elif what == "take over":
            asked = [event for event in place.events() if isinstance(event, TransferOffered)]
            if asked := [event for event in asked if event.referral_id == referral(one)]:
                answer = OfferAccepted if more[0] else OfferDeclined
                given = {} if more[0] else {"reason": DeclineReason.NO_ROOM}
                await place.reported(asked[-1].agency, answer(offer_id=asked[-1].offer_id, **given), who=one)
        elif offers := place.offers(one):
            holder = place.holder(one) or offers[-1].agency
            events = {
                "pause": [ParticipationPaused(reason=PauseReason.AWAY)],
                "resume participation": [ParticipationResumed()],
                "reopen": [ParticipationReopened(person_agreed=True)],
                "transfer": [TransferRequested(reason=TransferReason.MOVED, person_agreed=True)],
                "seek": [ContactAttempted(result=more[0] if what == "seek" else ContactResult.NOT_FOUND)],
                "accept": [OfferAccepted(offer_id=offers[-1].offer_id)],
                "decline": [
                    OfferDeclined(offer_id=offers[-1].offer_id, reason=more[0] if what == "decline" else "other")
                ],
                "meet": [HandoffCompleted(offer_id=offers[-1].offer_id), IntakeCompleted(completed_on=BEGIN.date())],
                "leave": [ParticipationEnded(reason=EndReason.MOVED)],
            }
            for event in events[what]:
                by = offers[-1].agency if what in {"accept", "decline"} else holder
                await place.reported(by, event, who=one)

    def check(self) -> None:
        placements = self.place.store.placements()
        for placement in placements.values():
            for one in placement.referrals.values():
                assert sum(not offer.over for offer in one.offers.values()) <= 1
        for agency in (RIVER, HILL, YOUTH):
            people = [one.person for one in placements.values() if agency in one.places]
            assert self.place.store.taken(agency) == len(people)
        # Recorded as it had happened, reopened, or back from a pause: these go beyond the places.
        recorded = Counter(
            offer.agency
            for one in placements.values()
            for _, _, offer in one.live
            if offer.offered_at is None or offer.resumes
        )
        for agency, places in self.places.items():
            assert self.place.store.taken(agency) - recorded[agency] <= places
        self._nobody_has_two(placements)
        self._nobody_is_forgotten(placements)

    def _nobody_has_two(self, placements) -> None:
        """Whoever has a person, one agency has them, and a transfer is asked by that one alone."""
        for placement in placements.values():
            holders = {offer.agency for _, _, offer in placement.live if offer.holds}
            asked = [one for one in placement.transfers.values() if one.open]
            assert len(holders) <= 1
            assert len(asked) <= 1
            assert {one.holder for one in asked} <= holders

    def _nobody_is_forgotten(self, placements) -> None:
        """Where a place is free, nobody waits who may have it."""
        board = gathered(self.place.site, placements, self.place.store.desks(), {}, self.place.store.waiting())
        for agency in (RIVER, HILL):
            if board.free(agency) > 0 and not board.room(agency).suspended:
                assert board.first(agency, besides=None) is None
        for number in self.known:
            said = self.place.said(number)
            closed = [name for name in said if name == "assignment.closed"]
            placement = next((one for one in placements.values() if referral(number) in one.referrals), None)
            if placement is not None:
                one = placement.referrals[referral(number)]
                done = one.settled or one.live or closed or placement.waits(referral(number), OFFICE)
                assert done or not one.eligible

    def never_after_a_no(self) -> None:
        """After a referral was closed by the person or by its sender it is never offered again."""
        closed: set[str] = set()
        for one in self.place.hub.facts(topics.ASSIGNMENTS):
            event = one.event
            if event.name == "assignment.closed" and event.reason in {
                ClosedReason.PERSON_DECLINED, ClosedReason.WITHDRAWN_BY_SOURCE,
            }:  # fmt: skip
                closed.add(event.referral_id)
            assert not (isinstance(event, AssignmentOffered) and event.referral_id in closed)


@settings(max_examples=100, deadline=None)
@given(some.lists(STEPS, min_size=10, max_size=60), some.integers(0, 1_000_000))
def test_on_any_day_no_place_is_given_twice_and_nobody_is_forgotten(steps, seed):
    async def live() -> None:
        chance = random.Random(seed)  # no secret
        day = Day()
        for step in steps:
            await day.step(*step)
            if chance.random() < 0.7:
                await day.place.hub.settle(chance, duplicate=0.2)
                day.check()
        await day.place.hub.settle(chance, duplicate=0.2)
        day.check()
        day.never_after_a_no()
        assert not day.place.hub.parked("assignment")

    asyncio.run(live())


LATER = some.one_of(
    some.tuples(
        some.sampled_from(["pause", "resume participation", "reopen", "transfer", "leave"]), some.integers(1, 3)
    ),
    some.tuples(some.just("take over"), some.integers(1, 3), some.booleans()),
    some.tuples(some.just("seek"), some.integers(1, 3), some.sampled_from(sorted(ContactResult))),
    some.tuples(some.just("refer"), some.integers(4, 6), DOORS),
    some.tuples(some.just("accept"), some.integers(4, 6)),
    some.tuples(some.just("room"), some.sampled_from([RIVER, HILL])),
    some.tuples(some.just("time"), some.sampled_from([1, 40, 1500])),
)


@settings(max_examples=60, deadline=None)
@given(some.lists(LATER, min_size=10, max_size=40), some.integers(0, 1_000_000))
def test_through_pause_transfer_death_and_return_no_place_is_counted_twice_or_lost(steps, seed):
    async def live() -> None:
        chance = random.Random(seed)  # no secret
        day = Day()
        for agency in (RIVER, HILL):
            await day.step("room", agency)
        for one in (1, 2, 3):
            await day.step("refer", one, Door.COMMUNITY)
            await day.place.hub.settle()
            for what in ("accept", "meet"):
                await day.step(what, one)
                await day.place.hub.settle()
        for step in steps:
            await day.step(*step)
            await day.place.hub.settle(chance, duplicate=0.2)
            day.check()
        assert not day.place.hub.parked("assignment")

    asyncio.run(live())
