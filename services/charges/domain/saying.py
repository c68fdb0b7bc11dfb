"""The next thing to be said of a hold, if there is one; each is said once. Pure."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from contracts.charges.charge_contested import ChargeContested
from contracts.charges.charge_declined import ChargeDeclined
from contracts.charges.charge_filed import ChargeFiled
from contracts.charges.hold_extended import HoldExtended
from contracts.charges.hold_kept import HoldKept
from contracts.charges.hold_lapsed import HoldLapsed
from contracts.charges.hold_satisfied import HoldSatisfied
from contracts.charges.hold_started import HoldStarted
from contracts.charges.hold_unanswered import HoldUnanswered
from contracts.charges.hold_unreported import HoldUnreported
from contracts.charges.hold_untold import HoldUntold
from contracts.charges.hold_withdrawn import HoldWithdrawn
from contracts.held import ChargeDecision
from services.charges.domain.days import over_at
from services.charges.domain.docket import hold_key
from services.charges.domain.evolving import said_key
from services.charges.domain.hold import DUE, NEAR, WINDOW
from services.plumbing.service import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from contracts.event import Event
    from services.charges.domain.hold import Hold
    from services.sites import Site


def unsaid(hold: Hold) -> Event | None:
    """Return what is so of the hold and has not been said, the first of it; None where all has been."""
    if hold.due_on is None:
        return _started(hold)
    for say in _SAY:
        event = say(hold)
        if event is not None and said_key(event) not in hold.docket.said:
            return event
    return None


def deadlines_of(event: Event, site: Site, referred_at: datetime) -> Iterator[Deadline]:
    """Return what a new last day sets: when it is near, when it is over, when the site's days to file are."""
    if not isinstance(event, HoldStarted | HoldExtended):
        return
    reference, clocks = f"{hold_key(event.referral_id, event.agency)} {event.due_on}", site.clocks
    if clocks.hold_alarm_days is not None:
        near = over_at(site, event.due_on - timedelta(days=clocks.hold_alarm_days), referred_at)
        yield Deadline(NEAR, reference, near)
    yield Deadline(DUE, reference, event.due_at)
    if clocks.filing_days is not None:
        yield Deadline(WINDOW, reference, over_at(site, event.due_on + timedelta(days=clocks.filing_days), referred_at))


def _started(hold: Hold) -> Event | None:
    begun, back = hold.diverted_at, hold.docket.retracted.get(hold.referral_id)
    if not hold.known or begun is None or (back is not None and back <= begun):
        return None
    day = hold.asked_for(hold.words.values())
    referred_at = hold.docket.arrests[hold.referral_id].referred_at
    return HoldStarted(
        referral_id=hold.referral_id, agency=hold.office, due_on=day, due_at=over_at(hold.site, day, referred_at)
    )


def _extended(hold: Hold) -> Event | None:
    back = hold.docket.retracted.get(hold.referral_id)
    day = hold.asked_for([word for word in hold.words.values() if back is None or word.at <= back])
    if hold.due_on is None or day <= hold.due_on:
        return None
    referred_at = hold.docket.arrests[hold.referral_id].referred_at
    return HoldExtended(
        referral_id=hold.referral_id, agency=hold.office, due_on=day, due_at=over_at(hold.site, day, referred_at)
    )


def _satisfied(hold: Hold) -> Event | None:
    if not hold.met or hold.done_on is None:
        return None
    return HoldSatisfied(referral_id=hold.referral_id, agency=hold.office, completed_on=hold.done_on)


def _withdrawn(hold: Hold) -> Event | None:
    if not hold.retracted or hold.met or hold.decided:
        return None
    # What the office had decided, and took back after the police did, is withdrawn once more.
    taken_back = hold.word.at.astimezone(UTC) if hold.word is not None and hold.was_decided else None
    return HoldWithdrawn(referral_id=hold.referral_id, agency=hold.office, decided_at=taken_back)


def _near(hold: Hold) -> Event | None:
    if hold.due_on is None or hold.due_at is None or not hold.passed(NEAR) or hold.passed(DUE) or _over(hold):
        return None
    return HoldUnreported(
        referral_id=hold.referral_id, agency=hold.office, due_on=hold.due_on, due_at=hold.due_at
    )  # fmt: skip


def _lapsed(hold: Hold) -> Event | None:
    """When the day is over the office hears one thing, whichever of the two is said inside."""
    if hold.due_on is None or not hold.passed(DUE) or _over(hold):
        return None
    lapsed = HoldLapsed(referral_id=hold.referral_id, agency=hold.office, due_on=hold.due_on)
    if said_key(lapsed) in hold.docket.said or not hold.met:
        return lapsed
    return HoldUntold(referral_id=hold.referral_id, agency=hold.office, due_on=hold.due_on)


def _over(hold: Hold) -> bool:
    """Tell whether nobody waits for the day any more: the office decided or knows, or there is nothing to hold."""
    return hold.decided or hold.retracted or hold.knows


def _decided(hold: Hold) -> Event | None:
    word = hold.word
    if word is None:
        return None
    told_at = hold.docket.told.get(hold.key)
    office, at = {"referral_id": hold.referral_id, "agency": hold.office}, word.at.astimezone(UTC)
    if word.says == ChargeDecision.FILED and hold.met:
        return ChargeContested(**office, decided_at=at, told=told_at is not None and told_at <= word.at)
    if word.says == ChargeDecision.FILED:
        return ChargeFiled(**office, decided_at=at, before_due=hold.due_at is not None and word.at < hold.due_at)
    if hold.met:
        return None
    if word.says == ChargeDecision.DECLINED:
        return ChargeDeclined(**office, decided_at=at)
    return HoldKept(**office, decided_at=at) if hold.kept and not hold.retracted else None


def _unanswered(hold: Hold) -> Event | None:
    if hold.due_on is None or not hold.passed(WINDOW) or hold.decided or hold.retracted or hold.met:
        return None
    return HoldUnanswered(referral_id=hold.referral_id, agency=hold.office, due_on=hold.due_on)


_SAY: tuple[Callable[[Hold], Event | None], ...] = (
    _extended, _satisfied, _withdrawn, _near, _lapsed, _decided, _unanswered,
)  # fmt: skip
"""In the order in which they are said where several are so at once."""
