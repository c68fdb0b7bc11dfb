"""How the offers of a dossier change: made, answered, met, lost. The first word of each kind counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_lapsed import AssignmentLapsed
from services.notification.domain.kept import Acceptance, Offer, Terms

if TYPE_CHECKING:
    from contracts.assignments.assignment_offered import AssignmentOffered
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
