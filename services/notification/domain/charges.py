"""How long an office holds a charge, as far as lanes hear of it; and when it need not hear that the day is over. Pure.

That the day is over is told in one way, whatever became of the intake: of both facts that say so nothing else is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from services.plumbing.identity import mark_of

if TYPE_CHECKING:
    from contracts.charges.hold_extended import HoldExtended
    from contracts.charges.hold_lapsed import HoldLapsed
    from contracts.charges.hold_started import HoldStarted
    from contracts.charges.hold_unreported import HoldUnreported
    from contracts.charges.hold_untold import HoldUntold
    from contracts.envelope import Fact
    from contracts.to_hub.charge_held import ChargeHeld
    from services.notification.domain.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Number:
    """The office's own number of the case, sealed, with the mark of the report that it stands in."""

    at: datetime
    token: str
    report: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The hold of one office about one referral: the days, and which of them are near or over."""

    days: dict[date, datetime] = field(default_factory=dict)
    """By last day: when it is over."""
    near: frozenset[date] = frozenset()
    over: frozenset[date] = frozenset()
    number: Number | None = None

    @property
    def due_on(self) -> date | None:
        """The last day that counts."""
        return max(self.days, default=None)


class Named(NamedTuple):
    """Which hold is meant."""

    referral_id: str
    office: str

    @property
    def key(self) -> str:
        """Its name in the dossier."""
        return f"{self.referral_id} {self.office}"


def named(key: str) -> Named:
    """Return which hold bears this name."""
    referral_id, _, office = key.partition(" ")
    return Named(referral_id, office)


def begun(dossier: Dossier, event: HoldStarted | HoldExtended, _fact: Fact) -> Dossier:
    """A last day is said."""
    known = _known(dossier, event.referral_id, event.agency)
    return _with(
        dossier, event.referral_id, event.agency, replace(known, days={**known.days, event.due_on: event.due_at})
    )


def passed(dossier: Dossier, event: HoldLapsed | HoldUntold, _fact: Fact) -> Dossier:
    """The day is over, and the office is to hear so; not why."""
    known = _known(dossier, event.referral_id, event.agency)
    return _with(dossier, event.referral_id, event.agency, replace(known, over=known.over | {event.due_on}))


def awaited(dossier: Dossier, event: HoldUnreported, _fact: Fact) -> Dossier:
    """The day is near, and the office was told of no intake."""
    known = _known(dossier, event.referral_id, event.agency)
    return _with(dossier, event.referral_id, event.agency, replace(known, near=known.near | {event.due_on}))


def numbered(dossier: Dossier, event: ChargeHeld, fact: Fact) -> Dossier:
    """The office gives its number of the case; it is said back to it alone. The newest counts."""
    office = fact.agency or ""
    known = _known(dossier, event.referral_id, office)
    if event.cause_number is None or any(f".{gone}." in event.cause_number for gone in dossier.erased):
        return dossier
    number = Number(fact.at, event.cause_number, mark_of(fact.source, fact.id))
    if known.number is not None and (known.number.at, known.number.report) >= (number.at, number.report):
        return dossier
    return _with(dossier, event.referral_id, office, replace(known, number=number))


def without(holds: dict[str, Hold], gone: str) -> dict[str, Hold]:
    """Return the holds without those of a record that was erased, and without numbers that were sealed under it."""
    return {
        key: replace(hold, number=None) if hold.number is not None and f".{gone}." in hold.number.token else hold
        for key, hold in holds.items()
        if named(key).referral_id != gone
    }


def holds_of(holds: dict[str, Hold], referral_id: str) -> tuple[Hold, ...]:
    """Return the holds about this referral."""
    return tuple(hold for key, hold in holds.items() if named(key).referral_id == referral_id)


def done_in_time(dossier: Dossier, hold: Named) -> bool:
    """Tell whether an intake was done by the last day of the hold."""
    known, done = dossier.charges.get(hold.key), dossier.enrolled.get(hold.referral_id)
    return known is not None and known.due_on is not None and done is not None and done <= known.due_on


def _known(dossier: Dossier, referral_id: str, office: str) -> Hold:
    return dossier.charges.get(Named(referral_id, office).key, Hold())


def _with(dossier: Dossier, referral_id: str, office: str, hold: Hold) -> Dossier:
    return replace(dossier, charges={**dossier.charges, Named(referral_id, office).key: hold})
