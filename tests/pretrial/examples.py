"""A county court: the road alone on the hub in memory, and everybody who has a word in it. Nobody is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from contracts import topics
from contracts.catalogue import (
    ApprovalAnswered,
    AssignmentEnded,
    AssignmentHandedOff,
    PretrialAdvanced,
    PretrialAssessed,
    PretrialCompleted,
    PretrialConsented,
    PretrialMoved,
    PretrialRuled,
    PretrialUpdated,
    ReferralErased,
    ReferralReceived,
    ReviewRequested,
    TerminationMoved,
)
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.parts import Particulars
from contracts.words import Agreement, Door, EndReason, SourceKind
from services.plumbing.memory import MemoryHub
from services.pretrial import app
from services.sites import Site, load_site
from tests.pretrial.memory import MemoryRoads

BEGIN = datetime(2026, 1, 31, 18, 0, tzinfo=UTC)
"""Ten in the morning by the court's clock."""
DAY = 24 * 60
COURT, PROSECUTOR, COUNSEL = "court", "prosecutor", "public-defender"
PROGRAM, OTHER, POLICE = "recovery-navigator", "recovery-center", "police"
PERSON, REFERRAL = "per-" + "a" * 32, "ref-" + "1" * 32
SECOND = "ref-" + "2" * 32
REVIEW, OFFER = "rev-" + "3" * 32, "off-" + "4" * 32
GRANTED_ON = date(2026, 1, 31)
_numbers = count(1)


@cache
def site() -> Site:
    """The site whose road it is."""
    return load_site("washington-pretrial")


def received(referral: str = REFERRAL, agency: str = COUNSEL) -> ReferralReceived:
    """The referral that brings the person."""
    return ReferralReceived(
        referral_id=referral, agency=agency, door=Door.COMMUNITY, source_kind=SourceKind.PUBLIC_DEFENDER,
        agreement=Agreement.AGREED, officer_waiting=False, referred_at=BEGIN, particulars=Particulars(), sealed={},
    )  # fmt: skip


def moved(referral: str = REFERRAL, **given: Any) -> PretrialMoved:
    """The motion of the case."""
    usual = {"court": COURT, "prosecutor": PROSECUTOR, "counsel": COUNSEL}
    return PretrialMoved(referral_id=referral, cause_number="v1.sealed", moved_on=BEGIN.date(), **usual | given)


def consented(*, yes: bool = True, referral: str = REFERRAL) -> PretrialConsented:
    """The prosecutor's word."""
    return PretrialConsented(referral_id=referral, consents=yes, decided_on=GRANTED_ON)


def ruled(ruling: str, on: date = GRANTED_ON, hours: int | None = None, referral: str = REFERRAL) -> PretrialRuled:
    """An order of the court."""
    return PretrialRuled(referral_id=referral, ruling=ruling, ruled_on=on, hours=hours)


def assessed(*services: str, on: date = GRANTED_ON, referral: str = REFERRAL) -> PretrialAssessed:
    """The assessment, confirmed."""
    return PretrialAssessed(referral_id=referral, assessed_on=on, services=services)


def updated(through: date, *, complies: bool = True) -> PretrialUpdated:
    """A month's status."""
    return PretrialUpdated(referral_id=REFERRAL, through_on=through, substantial_compliance=complies)


def completed(by: str = "services", on: date = GRANTED_ON, hours: int | None = None) -> PretrialCompleted:
    """What completes it."""
    return PretrialCompleted(referral_id=REFERRAL, completed_on=on, completed_by=by, hours=hours)


def contested(on: date) -> TerminationMoved:
    """The prosecutor's motion to end it."""
    return TerminationMoved(referral_id=REFERRAL, moved_on=on)


def called() -> ReviewRequested:
    """The site's call for approval."""
    return ReviewRequested(review_id=REVIEW, referral_id=REFERRAL, because=("approval",))


def approved(*, yes: bool = True) -> ApprovalAnswered:
    """An answer to it."""
    return ApprovalAnswered(review_id=REVIEW, approved=yes)


def met(agency: str = PROGRAM) -> AssignmentHandedOff:
    """The program has met the person."""
    return AssignmentHandedOff(referral_id=REFERRAL, offer_id=OFFER, agency=agency, handed_off_at=BEGIN)


def left(agency: str = PROGRAM) -> AssignmentEnded:
    """The program has the person no more."""
    return AssignmentEnded(referral_id=REFERRAL, agency=agency, reason=EndReason.MOVED, by=agency)


def erased() -> ReferralErased:
    """The record goes."""
    return ReferralErased(referral_id=REFERRAL, ground="person_request", erased_at=BEGIN, by="ada")


def fact(event: Event, agency: str | None = None, at: datetime = BEGIN, identity: str | None = None) -> Fact:
    """Put an event into an envelope: an agency's, or a service's."""
    source = service_source("other") if agency is None else agency_source(agency)
    return Fact(event, Envelope(identity or f"m-{next(_numbers)}", source, event.name, at, PERSON, correlation_id="c"))


class Courthouse:
    """The road alone on the hub in memory; everybody else speaks through it."""

    def __init__(self) -> None:
        self.store = MemoryRoads()
        self.hub = MemoryHub([app.service(site(), self.store)], at=BEGIN)

    async def hear(self, *events: Event) -> None:
        """Services say these."""
        for event in events:
            await self.hub.publish(type(event).topic, fact(event, at=self.hub.at))
        await self.hub.settle()

    async def say(self, agency: str, *events: Event) -> None:
        """An agency says these, one after the other."""
        for event in events:
            self.hub.at += timedelta(seconds=1)
            await self.hub.publish(topics.REPORTS, fact(event, agency, self.hub.at))
            await self.hub.settle()

    async def granted(self, *services: str, assessed_too: bool = True) -> None:
        """From the motion to the grant; with an assessment, if one is wanted."""
        await self.hear(received(), met())
        await self.say(COUNSEL, moved())
        await self.say(PROSECUTOR, consented())
        await self.say(COURT, ruled("granted"))
        if assessed_too:
            await self.say(PROGRAM, assessed(*services))

    async def passes(self, days: float) -> None:
        """Time passes."""
        await self.hub.advance(days * DAY)

    def events(self, kind: type[Event] | None = None) -> list[Any]:
        """All that the road said. Nothing is ever parked in these tests."""
        assert not self.hub.parked("pretrial")
        found = [one.event for one in self.hub.facts(topics.PRETRIAL)]
        return [one for one in found if kind is None or isinstance(one, kind)]

    def stages(self) -> list[str]:
        """The stages, in the order in which they were said."""
        return [one.stage.value for one in self.events(PretrialAdvanced)]
