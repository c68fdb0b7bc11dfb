"""A small town to place people in: three case-management agencies, assignment on the hub in memory, facts ready-made.

The people are invented, and none is named: assignment knows no names.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from contracts import topics
from contracts.catalogue import (
    AssignmentOffered,
    CapacityReported,
    HandoffCompleted,
    IntakeCompleted,
    OfferAccepted,
    OfferDeclined,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ScreeningDetermined,
)
from contracts.corrections import SaidBy
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.parts import AfterTheFact, AgeFact, Particulars
from contracts.words import Agreement, DeclineReason, Door, HelpType, Role, SourceKind, Verdict
from services.assignment import app
from services.plumbing.memory import MemoryHub
from services.sites import Agency, Shift, Site, load_site
from tests.assignment.memory import MemoryPlacements

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICE, OFFICE, HOSPITAL, KITCHEN = "town-police", "town-office", "town-hospital", "town-kitchen"
RIVER, HILL, YOUTH = "river-house", "hill-house", "youth-house"
ALL_DOORS = frozenset(Door)
NAMING = b"n" * 32
"""The key of offers' ids."""
ANSWER, OUTREACH, ARRIVAL, ALARM = 5, 1440, 30, 10
"""The town's minutes: to answer while an officer waits, to answer otherwise, to arrive, and before that the alarm."""


def person(number: int = 1) -> str:
    """Name the person of that number."""
    return f"per-{number:032x}"


def referral(number: int = 1) -> str:
    """Name the referral of that number."""
    return f"ref-{number:032x}"


def house(slug: str, **given: Any) -> Agency:
    """Make a case-management agency with four places."""
    usual = {"doors": ALL_DOORS, "starting_places": 4, "min_age": 18, "help_types": {HelpType.CASE_MANAGEMENT}}
    return Agency(slug=slug, name=slug, role=Role.CASE_MANAGEMENT, **usual | given)


@cache
def _whatcom() -> Site:
    return load_site("whatcom")


def town(*shifts: Shift, **places: int) -> Site:
    """Make the town; `river_house=0` and the like say how many places there are. Without shifts all are on call."""
    agencies = [
        Agency(slug=POLICE, name=POLICE, role=Role.LAW_ENFORCEMENT),
        Agency(slug=OFFICE, name=OFFICE, role=Role.PROGRAM_OFFICE),
        Agency(slug=HOSPITAL, name=HOSPITAL, role=Role.HOSPITAL, restricted_source=True),
        Agency(slug=KITCHEN, name=KITCHEN, role=Role.SERVICE_PROVIDER, help_types={HelpType.MEAL},
               may_hear={"onward.offered"}),
        house(RIVER, areas={"riverside"}, languages={"en", "es"}),
        house(HILL),
        house(YOUTH, min_age=None, max_age=24),
    ]  # fmt: skip
    numbers = {slug.replace("_", "-"): number for slug, number in places.items()}
    sized = {
        one.slug: one.model_copy(update={"starting_places": numbers.get(one.slug, one.starting_places)})
        for one in agencies
    }
    whatcom = _whatcom()
    clocks = whatcom.clocks.model_copy(
        update={
            "offer_answer_minutes": ANSWER,
            "offer_answer_minutes_outreach": OUTREACH,
            "arrival_minutes": ARRIVAL,
            "arrival_alarm_minutes": ALARM,
        }
    )
    own = {"agencies": sized, "program_office": OFFICE, "clocks": clocks, "oncall": shifts}
    return whatcom.model_copy(update=own)


def received(number: int = 1, **given: Any) -> ReferralReceived:
    """Make an arrest diversion with an officer waiting, unless said otherwise."""
    return ReferralReceived(**_told(number, given))


def corrected(number: int = 1, revision: int = 1, **given: Any) -> ReferralCorrected:
    """Make the same referral as it stands after a correction."""
    whose = {"said_by": SaidBy.SENDER, "by_way_of": POLICE, "sender_revision": revision}
    whose |= {name: given.pop(name) for name in [*whose, "own_facts", "sender_told"] if name in given}
    return ReferralCorrected(revision=revision, **whose, **_told(number, given))


def retracted(number: int = 1) -> ReferralRetracted:
    """Make the sender take it back."""
    return ReferralRetracted(referral_id=referral(number), agency=POLICE, why="other")


def erased(number: int = 1) -> ReferralErased:
    """Make its record go."""
    return ReferralErased(referral_id=referral(number), ground="person_request", erased_at=BEGIN, by="ada")


def after_the_fact(to: str = HILL) -> AfterTheFact:
    """Make the note of a hand-off by phone."""
    return AfterTheFact(handed_off_at=BEGIN, to_agency=to)


def aged(years: int | None) -> Particulars:
    """Make particulars with an exact age, or none."""
    return Particulars(age=AgeFact(from_years=years, to_years=years), area="riverside")


def screened(
    number: int = 1, verdict: Verdict = Verdict.ELIGIBLE, revision: int = 0, police: Verdict | None = None
) -> ScreeningDetermined:
    """Make what screening says; of police data the same, unless said otherwise."""
    return ScreeningDetermined(
        referral_id=referral(number), revision=revision, verdict=verdict, police_verdict=police or verdict, rules=(),
        policy="town-policy", policy_version="1", policy_hash="0" * 64, inputs={},
    )  # fmt: skip


def decided(verdict: Verdict = Verdict.ELIGIBLE, revision: int = 0, by: str = "ada") -> ReviewDecided:
    """Make what a review ends with."""
    return ReviewDecided(review_id="rev-" + "1" * 32, referral_id=referral(), revision=revision, verdict=verdict, by=by)


def _told(number: int, given: dict[str, Any]) -> dict[str, Any]:
    door = given.get("door", Door.ARREST_DIVERSION)
    usual = {
        "referral_id": referral(number), "agency": POLICE, "door": door, "source_kind": SourceKind.LAW_ENFORCEMENT,
        "agreement": Agreement.AGREED, "officer_waiting": door is Door.ARREST_DIVERSION, "referred_at": BEGIN,
        "particulars": aged(40), "sealed": {},
    }  # fmt: skip
    return usual | given


_numbers = count(1)


def fact(event: Event, who: str | None, source: str, at: datetime = BEGIN) -> Fact:
    """Put an event into an envelope."""
    return Fact(event, Envelope(f"m-{next(_numbers)}", source, event.name, at, who, correlation_id="c"))


class Town:
    """Assignment alone on the hub in memory; everybody else speaks through it."""

    def __init__(self, site: Site | None = None, store: Any = None) -> None:
        self.site = site or town()
        self.store = store or MemoryPlacements(self.site)
        self.hub = MemoryHub([app.service(self.site, NAMING, self.store)], at=BEGIN)

    async def hear(self, event: Event, who: int = 1) -> None:
        """A service says it."""
        await self.unread(event, who)
        await self.hub.settle()

    async def unread(self, event: Event, who: int = 1) -> None:
        """A service says it, and nobody has read it yet."""
        await self.hub.publish(type(event).topic, fact(event, person(who), service_source("other"), self.hub.at))

    async def report(self, agency: str, event: Event, who: int = 1) -> None:
        """An agency says it of a person, and intake admits it."""
        await self.reported(agency, event, who)
        await self.hub.settle()

    async def reported(self, agency: str, event: Event, who: int = 1) -> None:
        """An agency says it of a person, intake admits it, and nobody has read it yet."""
        await self.hub.publish(topics.REPORTS, fact(event, person(who), agency_source(agency), self.hub.at))

    async def tell(self, agency: str, event: Event) -> None:
        """An agency says it of an agency."""
        told = fact(event, None, agency_source(agency), self.hub.at)
        await self.hub.publish(topics.REPORTS, told, key=getattr(event, "agency", agency))
        await self.hub.settle()

    async def capacity(self, agency: str, places: int, *doors: Door) -> None:
        """The agency reports its places."""
        await self.tell(agency, CapacityReported(places=places, doors=doors or tuple(Door)))

    async def refer(self, number: int = 1, who: int | None = None, **given: Any) -> None:
        """A referral is received and found eligible."""
        await self.hear(received(number, **given), who or number)
        await self.hear(screened(number), who or number)

    async def amend(self, number: int = 1, revision: int = 1, who: int | None = None, **given: Any) -> None:
        """The sender amends the referral, and it is found eligible again."""
        await self.hear(corrected(number, revision, **given), who or number)
        await self.hear(screened(number, revision=revision), who or number)

    async def passes(self, minutes: float) -> None:
        """Time passes."""
        await self.hub.advance(minutes)

    async def accept(self, number: int = 1, who: int | None = None, **given: Any) -> str:
        """Whoever was asked last accepts; return who."""
        offer = self.offer(number)
        await self.report(offer.agency, OfferAccepted(offer_id=offer.offer_id, **given), who or number)
        return offer.agency

    async def decline(
        self, number: int = 1, reason: DeclineReason = DeclineReason.NO_ROOM, who: int | None = None
    ) -> str:
        """Whoever was asked last declines; return who."""
        offer = self.offer(number)
        await self.report(offer.agency, OfferDeclined(offer_id=offer.offer_id, reason=reason), who or number)
        return offer.agency

    async def hand_off(self, number: int = 1, who: int | None = None) -> str:
        """Whoever accepted meets the person; return who."""
        offer = self.offer(number)
        await self.report(offer.agency, HandoffCompleted(offer_id=offer.offer_id), who or number)
        return offer.agency

    async def enrol(self, number: int = 1, who: int | None = None, **given: Any) -> str:
        """From referral to enrolment at whichever agency; return which."""
        await self.refer(number, who, **given)
        await self.accept(number, who)
        agency = await self.hand_off(number, who)
        await self.report(agency, IntakeCompleted(completed_on=BEGIN.date()), who or number)
        return agency

    def offer(self, number: int = 1) -> AssignmentOffered:
        """Return the last offer of the referral."""
        return self.offers(number)[-1]

    def holder(self, number: int = 1) -> str | None:
        """Return who has the person of that number."""
        if person(number) not in self.store.placements():
            return None
        held = (offer.agency for _, _, offer in self.store.placement(person(number)).live if offer.holds)
        return next(held, None)

    def offers(self, number: int = 1) -> list[AssignmentOffered]:
        """Return all offers of the referral, oldest first."""
        return [
            one for one in self.events() if isinstance(one, AssignmentOffered) and one.referral_id == referral(number)
        ]

    def events(self) -> list[Any]:
        """Return all that assignment said, oldest first. Nothing is ever parked in these tests."""
        assert not self.hub.parked("assignment")
        return [one.event for one in self.hub.facts(topics.ASSIGNMENTS)]

    def said(self, number: int | None = None) -> list[str]:
        """Return the names of what assignment said, of one referral if one is given."""
        return [
            one.name for one in self.events() if number is None or getattr(one, "referral_id", None) == referral(number)
        ]

    def last(self, event: type[Event]) -> Any:
        """Return the last event of that kind."""
        return [one for one in self.events() if isinstance(one, event)][-1]


def later(minutes: float) -> datetime:
    """Return the instant that many minutes after the beginning."""
    return BEGIN + timedelta(minutes=minutes)
