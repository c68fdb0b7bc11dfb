"""How the offers of a dossier change: made, answered, met, lost. The first word of each kind counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from contracts.relationship import TransferEnd
from services.notification.domain.kept import Acceptance, Offer, Terms

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.assignments.assignment_ended import AssignmentEnded
    from contracts.assignments.assignment_offered import AssignmentOffered
    from contracts.assignments.assignment_reopened import AssignmentReopened
    from contracts.assignments.assignment_transferred import AssignmentTransferred
    from contracts.assignments.assignment_unlocated import AssignmentUnlocated
    from contracts.assignments.transfer_ended import TransferEnded
    from contracts.assignments.transfer_offered import TransferOffered
    from contracts.assignments.transfer_settled import TransferSettled
    from contracts.envelope import Fact
    from services.notification.domain.dossier import Dossier

_AboutAnOffer = AssignmentAccepted | AssignmentHandedOff | AssignmentDeclined | AssignmentLapsed | AssignmentCancelled


def offered(dossier: Dossier, event: AssignmentOffered, _fact: Fact) -> Dossier:
    """An offer is made."""
    known = dossier.offers.get(event.offer_id)
    terms = Terms(
        door=event.door,
        area=event.area,
        age_band=event.age_band,
        language=event.language,
        needs=event.needs,
        officer_waiting=event.officer_waiting,
        lapses_at=event.lapses_at,
        arrive_within_minutes=event.arrive_within_minutes,
        test=event.test,
    )
    if known is None:
        offer = Offer(event.referral_id, event.agency, terms)
    else:
        offer = replace(known, terms=known.terms or terms)
    return replace(dossier, offers={**dossier.offers, event.offer_id: offer})


def transfer_offered(dossier: Dossier, event: TransferOffered, _fact: Fact) -> Dossier:
    """An agency is asked, blind as ever, to take the person on from another."""
    known = dossier.offers.get(event.offer_id) or Offer(event.referral_id, event.agency)
    terms = Terms(
        door=event.door,
        area=event.area,
        age_band=event.age_band,
        language=event.language,
        needs=event.needs,
        officer_waiting=False,
        lapses_at=event.lapses_at,
        arrive_within_minutes=None,
        test=event.test,
    )
    offer = replace(known, terms=known.terms or terms, transfer=True)
    return replace(dossier, offers={**dossier.offers, event.offer_id: offer})


def transfer_ended(dossier: Dossier, event: TransferEnded, fact: Fact) -> Dossier:
    """The agency that was asked does not take the person on."""
    known = dossier.offers.get(event.offer_id) or Offer(event.referral_id, event.agency, transfer=True)
    match event.how:
        case TransferEnd.DECLINED:
            ended = replace(known, declined=True)
        case TransferEnd.LAPSED:
            ended = replace(known, lapsed_at=known.lapsed_at or fact.at)
        case _:
            ended = replace(known, cancelled_at=known.cancelled_at or fact.at)
    return replace(dossier, offers={**dossier.offers, event.offer_id: ended})


def transferred(dossier: Dossier, event: AssignmentTransferred, fact: Fact) -> Dossier:
    """Another agency has the person now; the one that had them is told that it has them no more."""
    known = dossier.offers.get(event.offer_id) or Offer(event.referral_id, event.agency)
    taken = known.accepted or _without_an_officer(fact, event.appointment_at)
    dossier = replace(dossier, offers={**dossier.offers, event.offer_id: replace(known, accepted=taken, transfer=True)})
    return _over(dossier, event.former_offer_id, by_others=True)


def reopened(dossier: Dossier, event: AssignmentReopened, fact: Fact) -> Dossier:
    """An agency has the person again whom it had before."""
    known = dossier.offers.get(event.offer_id) or Offer(event.referral_id, event.agency)
    taken = known.accepted or _without_an_officer(fact, None)
    return replace(dossier, offers={**dossier.offers, event.offer_id: replace(known, accepted=taken)})


def unlocated(dossier: Dossier, event: AssignmentUnlocated, _fact: Fact) -> Dossier:
    """By the site's rule outreach is over; the agency hears that, for it did not end it itself."""
    return _over(dossier, event.offer_id, by_others=True)


def ended(dossier: Dossier, event: AssignmentEnded) -> Dossier:
    """The person is no longer with the agency, by this offer; before the hub named it, by whichever of the referral."""
    others = event.by not in {None, event.agency}
    if event.offer_id is not None:
        return _over(dossier, event.offer_id, by_others=others)
    over = {(event.referral_id, event.agency)}
    by_others = dossier.ended_by_others | (over if others else set())
    return replace(dossier, ended=dossier.ended | over, ended_by_others=by_others)


def settled(dossier: Dossier, event: TransferSettled, _fact: Fact) -> Dossier:
    """What became of a transfer."""
    said = (event.offer_id, event.holder, event.number, event.accepted)
    return replace(dossier, transfers={**dossier.transfers, f"{event.offer_id} {event.number}": said})


def _over(dossier: Dossier, offer_id: str, *, by_others: bool) -> Dossier:
    others = {offer_id} if by_others else set()
    return replace(
        dossier,
        offers_ended=dossier.offers_ended | {offer_id},
        offers_ended_by_others=dossier.offers_ended_by_others | others,
    )


def _without_an_officer(fact: Fact, appointment_at: datetime | None) -> Acceptance:
    """Return how an agency takes on somebody with whom no officer waits: police hear nothing of it."""
    return Acceptance(
        at=fact.at, arrives_in_minutes=None, arrive_by=None, appointment_at=appointment_at, after_the_fact=True,
        officer_gone=True,
    )  # fmt: skip


def accepted(dossier: Dossier, event: AssignmentAccepted, fact: Fact) -> Dossier:
    """The agency takes the person on."""
    acceptance = Acceptance(
        at=fact.at,
        arrives_in_minutes=event.arrives_in_minutes,
        arrive_by=event.arrive_by,
        appointment_at=event.appointment_at,
        after_the_fact=event.after_the_fact,
        officer_gone=event.referral_id in dossier.unavailable,
    )
    known = _offer(dossier, event)
    return _with_offer(dossier, event, replace(known, accepted=known.accepted or acceptance))


def handed_off(dossier: Dossier, event: AssignmentHandedOff, fact: Fact) -> Dossier:
    """The person met a case manager."""
    known = _offer(dossier, event)
    met = replace(known, handed_off_at=known.handed_off_at or event.handed_off_at, met_at=known.met_at or fact.at)
    return _with_offer(dossier, event, met)


def declined(dossier: Dossier, event: AssignmentDeclined, _fact: Fact) -> Dossier:
    """The agency said no."""
    return _with_offer(dossier, event, replace(_offer(dossier, event), declined=True))


def lapsed(dossier: Dossier, event: AssignmentLapsed, fact: Fact) -> Dossier:
    """The agency did not answer, or did not come."""
    known = _offer(dossier, event)
    return _with_offer(dossier, event, replace(known, lapsed_at=known.lapsed_at or fact.at))


def cancelled(dossier: Dossier, event: AssignmentCancelled, fact: Fact) -> Dossier:
    """The offer, or what came of it, no longer stands."""
    known = _offer(dossier, event)
    return _with_offer(dossier, event, replace(known, cancelled_at=known.cancelled_at or fact.at))


def _offer(dossier: Dossier, event: _AboutAnOffer) -> Offer:
    return dossier.offers.get(event.offer_id) or Offer(event.referral_id, event.agency)


def _with_offer(dossier: Dossier, event: _AboutAnOffer, offer: Offer) -> Dossier:
    return replace(dossier, offers={**dossier.offers, event.offer_id: offer})
