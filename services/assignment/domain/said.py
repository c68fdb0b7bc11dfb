"""How what assignment itself said changes what is kept: the decisions, folded like any fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentDeclined,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentHandedOff,
    AssignmentLapsed,
    AssignmentOffered,
    AssignmentPaused,
    AssignmentReopened,
    AssignmentResumed,
    AssignmentTransferred,
    AssignmentUnavailable,
    AssignmentUnlocated,
    AssignmentWaitlisted,
    DeathReported,
    OnwardAsked,
    OnwardClosed,
    TransferEnded,
    TransferOffered,
    TransferSettled,
)
from services.assignment.domain.kept import Offer, Onward, Terms, Transfer, changed
from services.assignment.domain.referral import Referral

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from contracts.event import Event
    from services.assignment.domain.placement import Placement

ONWARD_RANKS: Final[Mapping[str, int]] = {
    "asked": 0, "waitlisted": 1, "accepted": 2, "declined": 3, "fulfilled": 3, "nobody": 3,
    "called_off": 3,
}  # fmt: skip
"""How far an onward referral is; it only goes on, never back."""


def _offered(placement: Placement, event: AssignmentOffered, at: datetime) -> Placement:
    terms = Terms(
        door=event.door,
        area=event.area,
        age_band=event.age_band,
        language=event.language,
        needs=event.needs,
        officer_waiting=event.officer_waiting,
    )
    return _offer(placement, event, terms=terms, offered_at=at, lapses_at=event.lapses_at)


def _accepted(placement: Placement, event: AssignmentAccepted, at: datetime) -> Placement:
    return _offer(placement, event, accepted_at=at, arrive_by=event.arrive_by)


def _declined(placement: Placement, event: AssignmentDeclined, _at: datetime) -> Placement:
    return _offer(placement, event, declined=event.reason)


def _lapsed(placement: Placement, event: AssignmentLapsed, _at: datetime) -> Placement:
    return _offer(placement, event, lapsed=True)


def _cancelled(placement: Placement, event: AssignmentCancelled, at: datetime) -> Placement:
    return _offer(placement, event, cancelled=event.reason, cancelled_at=at)


def _handed_off(placement: Placement, event: AssignmentHandedOff, at: datetime) -> Placement:
    return _offer(placement, event, handed_off_at=at)


def _enrolled(placement: Placement, event: AssignmentEnrolled, at: datetime) -> Placement:
    return _relation(placement, event, at, enrolled_at=at)


def _ended(placement: Placement, event: AssignmentEnded, at: datetime) -> Placement:
    if event.offer_id is not None:
        return _offer(placement, event, ended_at=at)
    return _relation(placement, event, at, ended_at=at)


def _unlocated(placement: Placement, event: AssignmentUnlocated, at: datetime) -> Placement:
    return _offer(placement, event, unlocated_at=at)


def _paused(placement: Placement, event: AssignmentPaused, _at: datetime) -> Placement:
    known = _known(placement, event.referral_id, event.offer_id)
    pauses = event.number if known is None else max(known.pauses, event.number)
    freed = 0 if known is None else known.freed_at_pause
    return _offer(placement, event, pauses=pauses, freed_at_pause=max(freed, event.number if event.place_freed else 0))


def _resumed(placement: Placement, event: AssignmentResumed, _at: datetime) -> Placement:
    known = _known(placement, event.referral_id, event.offer_id)
    return _offer(placement, event, resumes=event.number if known is None else max(known.resumes, event.number))


def _reopened(placement: Placement, event: AssignmentReopened, at: datetime) -> Placement:
    """The person is known already: what they were at the agency they are again."""
    known = {"handed_off_at": at} if event.met else {}
    taken_in = {"enrolled_at": at} if event.enrolled else {}
    return _offer(placement, event, accepted_at=at, follows=True, **known, **taken_in)


def _transferred(placement: Placement, event: AssignmentTransferred, at: datetime) -> Placement:
    placement = _offer(placement, event, accepted_at=at, follows=True)
    former = _known(placement, event.referral_id, event.former_offer_id) or Offer(event.former)
    referral = placement.referrals[event.referral_id].with_offer(event.former_offer_id, changed(former, ended_at=at))
    placement = placement.with_referral(event.referral_id, referral)
    asked = placement.transfers.get(event.offer_id)
    return placement if asked is None else _transfer(placement, event.offer_id, changed(asked, accepted_at=at))


def _transfer_offered(placement: Placement, event: TransferOffered, _at: datetime) -> Placement:
    if event.offer_id in placement.transfers:
        return placement
    asked = Transfer(
        agency=event.agency, referral_id=event.referral_id, holder=event.holder, lapses_at=event.lapses_at,
        holder_offer_id=event.holder_offer_id, number=event.number, chosen=event.chosen, area=event.area,
    )  # fmt: skip
    return _transfer(placement, event.offer_id, asked)


def _transfer_ended(placement: Placement, event: TransferEnded, _at: datetime) -> Placement:
    asked = placement.transfers.get(event.offer_id)
    return placement if asked is None else _transfer(placement, event.offer_id, changed(asked, ended=event.how))


def _transfer_settled(placement: Placement, event: TransferSettled, _at: datetime) -> Placement:
    number = max(event.number, placement.transfers_settled.get(event.offer_id, 0))
    return changed(placement, transfers_settled={**placement.transfers_settled, event.offer_id: number})


def _died(placement: Placement, _event: DeathReported, at: datetime) -> Placement:
    return changed(placement, died_at=at if placement.died_at is None else max(at, placement.died_at))


def _waitlisted(placement: Placement, event: AssignmentWaitlisted, at: datetime) -> Placement:
    referral = placement.referrals.get(event.referral_id, Referral())
    since = at if referral.waitlisted_at is None else min(at, referral.waitlisted_at)
    return _referral(placement, event, waitlisted_at=since, appointment=referral.appointment or event.appointment)


def _unavailable(placement: Placement, event: AssignmentUnavailable, _at: datetime) -> Placement:
    promised = placement.referrals.get(event.referral_id, Referral()).appointment
    return _referral(placement, event, unavailable=True, appointment=promised or event.appointment_follows)


def _closed(placement: Placement, event: AssignmentClosed, _at: datetime) -> Placement:
    closed = placement.referrals.get(event.referral_id, Referral()).closed
    return _referral(placement, event, closed=closed | {event.reason})


def _asked(placement: Placement, event: OnwardAsked, _at: datetime) -> Placement:
    known = placement.onwards.get(event.onward_id)
    state = "asked" if known is None else known.state
    return _onward(placement, event.onward_id, Onward(event.asked_by, event.provider, state, event.help_type))


def _answered(placement: Placement, event: OnwardClosed, _at: datetime) -> Placement:
    known = placement.onwards.get(event.onward_id) or Onward(asked_by=event.asked_by, provider=event.provider)
    if ONWARD_RANKS[event.state] <= ONWARD_RANKS[known.state]:
        return placement
    return _onward(placement, event.onward_id, changed(known, state=event.state))


def _known(placement: Placement, referral_id: str, offer_id: str) -> Offer | None:
    return placement.referrals.get(referral_id, Referral()).offers.get(offer_id)


def _transfer(placement: Placement, offer_id: str, asked: Transfer) -> Placement:
    return changed(placement, transfers={**placement.transfers, offer_id: asked})


def _offer(placement: Placement, event: Any, **changes: Any) -> Placement:
    referral = placement.referrals.get(event.referral_id) or Referral()
    known = referral.offers.get(event.offer_id)
    offer = Offer(event.agency, **changes) if known is None else changed(known, **changes)
    return placement.with_referral(event.referral_id, referral.with_offer(event.offer_id, offer))


def _relation(placement: Placement, event: Any, at: datetime, **changes: Any) -> Placement:
    """Change the newest assignment at the agency accepted by then: an agency may have a person twice in a life."""
    referral = placement.referrals.get(event.referral_id, Referral())
    held = [
        (offer.accepted_at, offer_id)
        for offer_id, offer in referral.offers.items()
        if offer.agency == event.agency and offer.accepted_at is not None and offer.accepted_at <= at
    ]
    if not held:
        return placement
    _, offer_id = max(held)
    offer = changed(referral.offers[offer_id], **changes)
    return placement.with_referral(event.referral_id, referral.with_offer(offer_id, offer))


def _referral(placement: Placement, event: Any, **changes: Any) -> Placement:
    before = placement.referrals.get(event.referral_id) or Referral()
    return placement.with_referral(event.referral_id, changed(before, **changes))


def _onward(placement: Placement, onward_id: str, onward: Onward) -> Placement:
    return changed(placement, onwards=placement.onwards | {onward_id: onward})


OWN: Final[Mapping[type[Event], Callable[[Placement, Any, datetime], Placement]]] = {
    AssignmentOffered: _offered,
    AssignmentAccepted: _accepted,
    AssignmentDeclined: _declined,
    AssignmentLapsed: _lapsed,
    AssignmentCancelled: _cancelled,
    AssignmentHandedOff: _handed_off,
    AssignmentEnrolled: _enrolled,
    AssignmentEnded: _ended,
    AssignmentUnlocated: _unlocated,
    AssignmentPaused: _paused,
    AssignmentResumed: _resumed,
    AssignmentReopened: _reopened,
    AssignmentTransferred: _transferred,
    TransferOffered: _transfer_offered,
    TransferEnded: _transfer_ended,
    TransferSettled: _transfer_settled,
    DeathReported: _died,
    AssignmentWaitlisted: _waitlisted,
    AssignmentUnavailable: _unavailable,
    AssignmentClosed: _closed,
    OnwardAsked: _asked,
    OnwardClosed: _answered,
}
"""Each thing that assignment says, with what it changes."""
