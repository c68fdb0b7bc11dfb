"""How the docket changes by a fact: any order over topics, any repetition, the same end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.charges.charge_contested import ChargeContested
from contracts.charges.charge_declined import ChargeDeclined
from contracts.charges.charge_filed import ChargeFiled
from contracts.charges.charge_refused import ChargeRefused
from contracts.charges.hold_extended import HoldExtended
from contracts.charges.hold_kept import HoldKept
from contracts.charges.hold_lapsed import HoldLapsed
from contracts.charges.hold_satisfied import HoldSatisfied
from contracts.charges.hold_started import HoldStarted
from contracts.charges.hold_unanswered import HoldUnanswered
from contracts.charges.hold_unreported import HoldUnreported
from contracts.charges.hold_untold import HoldUntold
from contracts.charges.hold_withdrawn import HoldWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.envelope import agency_source
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.to_hub.charge_decided import ChargeDecided
from contracts.to_hub.charge_held import ChargeHeld
from contracts.words import Door
from services.charges.domain.docket import HELD, Arrest, Docket, GoneOn, Offer, Word, hold_key
from services.plumbing.identity import mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event

WEIGH: Final = "weigh"
"""The deadline, due at once, by which all is read that was said before a word: `<type> <agency> <message id>`."""
NOTHING: Final = Docket()
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def evolve(docket: Docket | None, fact: Fact) -> Docket | None:
    """Enter a fact. What says nothing of an arrest's charge leaves the docket as it is."""
    return entered(docket, fact.event, fact)


def entered(docket: Docket | None, event: Event, fact: Fact) -> Docket | None:
    """Enter an event: that of the fact, or one that the service says because of it."""
    known = docket or NOTHING
    folded = _FOLDED.get(type(event))
    referral_id = getattr(event, "referral_id", None)
    if folded is None or (referral_id is not None and not known.of(referral_id) and folded is not _erased):
        return docket
    return folded(known, event, fact)


def word_key(agency: str, message_id: str) -> str:
    """Return the mark of an office's message."""
    return mark_of(agency_source(agency), message_id)


def said_key(event: Any) -> str:
    """Return what tells one thing that was said of a hold from another."""
    about = getattr(event, "due_on", None)
    if about is None and (moment := getattr(event, "decided_at", None)) is not None:
        about = moment.astimezone(UTC)
    return f"{hold_key(event.referral_id, event.agency)} {event.name} {'' if about is None else about.isoformat()}"


def _referred(docket: Docket, event: ReferralReceived | ReferralCorrected, _fact: Fact) -> Docket:
    """Door, sender and day of a referral are never amended."""
    gone = event.referral_id
    if event.door is not Door.ARREST_DIVERSION:
        return _with(_without(docket, gone), no_arrests=docket.no_arrests | {gone})
    if gone in docket.arrests:
        return docket
    after = event.after_the_fact
    arrest = Arrest(
        agency=event.agency, referred_at=event.referred_at, after_the_fact=after is not None,
        handed_off_at=None if after is None else after.handed_off_at,
    )  # fmt: skip
    return _with(docket, arrests=_and(docket.arrests, gone, arrest))


def _retracted(docket: Docket, event: ReferralRetracted, fact: Fact) -> Docket:
    since = _first(docket.retracted.get(event.referral_id), fact.at)
    return _with(docket, retracted=_and(docket.retracted, event.referral_id, since))


def _erased(docket: Docket, event: ReferralErased, _fact: Fact) -> Docket:
    gone = event.referral_id
    kept = _without(docket, gone)
    return _with(kept, erased=docket.erased | {gone}, no_arrests=docket.no_arrests - {gone})


def _offered(docket: Docket, event: AssignmentOffered, _fact: Fact) -> Docket:
    return _offer(docket, event, officer_waiting=event.officer_waiting)


def _accepted(docket: Docket, event: AssignmentAccepted, fact: Fact) -> Docket:
    known = docket.offers.get(event.offer_id)
    return _offer(docket, event, accepted_at=_first(None if known is None else known.accepted_at, fact.at))


def _met(docket: Docket, event: AssignmentHandedOff, fact: Fact) -> Docket:
    known = docket.offers.get(event.offer_id)
    return _offer(docket, event, met_at=_first(None if known is None else known.met_at, fact.at))


def _unavailable(docket: Docket, event: AssignmentUnavailable, fact: Fact) -> Docket:
    told, known = GoneOn(at=fact.at, appointment=event.appointment_follows), docket.gone_on.get(event.referral_id)
    if known is not None and (known.at, known.appointment) <= (told.at, told.appointment):
        return docket
    return _with(docket, gone_on=_and(docket.gone_on, event.referral_id, told))


def _enrolled(docket: Docket, event: AssignmentEnrolled, _fact: Fact) -> Docket:
    days = docket.completed.get(event.referral_id, frozenset()) | {event.completed_on}
    return _with(docket, completed=_and(docket.completed, event.referral_id, days))


def _told(docket: Docket, event: DisclosureMade, fact: Fact) -> Docket:
    hold = hold_key(event.referral_id or "", event.agency)
    return _with(docket, told=_and(docket.told, hold, _first(docket.told.get(hold), fact.at)))


def _held(docket: Docket, event: ChargeHeld, fact: Fact) -> Docket:
    word = Word(
        referral_id=event.referral_id, agency=fact.agency or "", at=fact.at, says=HELD, hold_until=event.hold_until
    )
    return _with(docket, words=_and(docket.words, word_key(word.agency, fact.id), word))


def _decided(docket: Docket, event: ChargeDecided, fact: Fact) -> Docket:
    word = Word(referral_id=event.referral_id, agency=fact.agency or "", at=fact.at, says=event.decision.value)
    return _with(docket, words=_and(docket.words, word_key(word.agency, fact.id), word))


def _refused(docket: Docket, event: ChargeRefused, _fact: Fact) -> Docket:
    refusal = event.refusal
    return _with(docket, refused=docket.refused | {word_key(refusal.agency, refusal.message_id)})


def _passed(docket: Docket, event: DeadlineReached, _fact: Fact) -> Docket:
    if event.deadline == WEIGH:
        _, agency, message_id = event.reference.split(" ", 2)
        return _with(docket, weighed=docket.weighed | {word_key(agency, message_id)})
    if not docket.of(event.reference.partition(" ")[0]):
        return docket
    return _with(docket, reached=docket.reached | {f"{event.reference} {event.deadline}"})


def _began(docket: Docket, event: HoldStarted | HoldExtended, _fact: Fact) -> Docket:
    hold = hold_key(event.referral_id, event.agency)
    days = _and(docket.days.get(hold, {}), event.due_on, event.due_at)
    return _with(docket, days=_and(docket.days, hold, days), said=docket.said | {said_key(event)})


def _was_said(docket: Docket, event: Event, _fact: Fact) -> Docket:
    return _with(docket, said=docket.said | {said_key(event)})


def _offer(docket: Docket, event: Any, **changes: object) -> Docket:
    known = docket.offers.get(event.offer_id) or Offer(referral_id=event.referral_id)
    return _with(docket, offers=_and(docket.offers, event.offer_id, known.model_copy(update=changes)))


def _without(docket: Docket, gone: str) -> Docket:
    """Return the docket with nothing of this referral."""
    return _with(
        docket,
        arrests=_but(docket.arrests, gone),
        retracted=_but(docket.retracted, gone),
        offers={one: offer for one, offer in docket.offers.items() if offer.referral_id != gone},
        gone_on=_but(docket.gone_on, gone),
        words={one: word for one, word in docket.words.items() if word.referral_id != gone},
        completed=_but(docket.completed, gone),
        told=_but(docket.told, gone),
        days=_but(docket.days, gone),
        reached=frozenset(one for one in docket.reached if not one.startswith(gone)),
        said=frozenset(one for one in docket.said if not one.startswith(gone)),
    )


def _first(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _but(kept: Mapping[str, _Value], gone: str) -> dict[str, _Value]:
    return {name: one for name, one in kept.items() if not name.startswith(gone)}


def _and(items: Mapping[_Key, _Value], key: _Key, item: _Value) -> dict[_Key, _Value]:
    return {**items, key: item}


def _with(docket: Docket, **changes: object) -> Docket:
    return docket.model_copy(update=changes)


_FOLDED: Final[Mapping[type[Event], Callable[[Docket, Any, Fact], Docket]]] = {
    ReferralReceived: _referred,
    ReferralCorrected: _referred,
    ReferralRetracted: _retracted,
    ReferralErased: _erased,
    AssignmentOffered: _offered,
    AssignmentAccepted: _accepted,
    AssignmentHandedOff: _met,
    AssignmentUnavailable: _unavailable,
    AssignmentEnrolled: _enrolled,
    DisclosureMade: _told,
    ChargeHeld: _held,
    ChargeDecided: _decided,
    ChargeRefused: _refused,
    DeadlineReached: _passed,
    HoldStarted: _began,
    HoldExtended: _began,
    **dict.fromkeys(
        (
            HoldSatisfied, HoldLapsed, HoldUntold, HoldUnreported, HoldKept, HoldUnanswered, HoldWithdrawn,
            ChargeFiled, ChargeDeclined, ChargeContested,
        ),
        _was_said,
    ),
}  # fmt: skip
"""By event: how a docket changes."""
