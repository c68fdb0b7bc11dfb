"""How what is kept changes by a fact: facts of different topics in any order, and each as often as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AssignmentDirected,
    ContactAttempted,
    DeadlineReached,
    PersonAgreed,
    PersonDeclined,
    PersonLinked,
    PersonUnlinked,
    ReachStated,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ScreeningDetermined,
)
from contracts.corrections import SaidBy
from contracts.relationship import ContactMode
from contracts.screenings.review_decided import SITE_DEFAULT
from contracts.words import ContactResult, Door, Verdict
from services.assignment.domain.kept import Attempt, Link, Ruling, Safety, Told, Word, changed
from services.assignment.domain.placement import Placement
from services.assignment.domain.referral import Referral
from services.assignment.domain.rooms import OF_AGENCIES, Room, about, evolve_room, room_key
from services.assignment.domain.said import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.event import Event
    from contracts.parts import Particulars

SERVICE: Final = "assignment"
ROUND: Final = "round"

State = Placement | Room


def key(fact: Fact) -> str | None:
    """Return whose state the fact touches: a person's, or an agency's; None for another service's deadline."""
    event: Any = fact.event
    kind = type(event)
    if kind in OF_AGENCIES:
        return room_key(about(fact) or "")
    if kind is DeadlineReached and event.service != SERVICE:
        return None
    return fact.subject or (event.person if kind is AssignmentDirected else None)


def evolve(state: State | None, fact: Fact) -> State:
    """Return what is kept after the fact; the same object where it changes nothing."""
    if type(fact.event) in OF_AGENCIES:
        return evolve_room(state if isinstance(state, Room) else Room(), fact)
    placement = state if isinstance(state, Placement) else Placement(person=key(fact) or "")
    if placement.erased and _of_what_was_erased(placement, fact.event):
        return placement
    own = OWN.get(type(fact.event))
    if own is not None:
        return own(placement, fact.event, fact.at)
    heard = _HEARD.get(type(fact.event))
    return placement if heard is None else heard(placement, fact.event, fact)


def _received(placement: Placement, event: ReferralReceived, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id)
    if referral is None:
        return placement.with_referral(event.referral_id, Referral(fact.at, _told(event, 0, fact, fact.at)))
    changes: dict[str, Any] = {} if referral.received_at == fact.at else {"received_at": fact.at}
    if referral.told is None:
        changes["told"] = _told(event, 0, fact, fact.at)
    return _with(placement, event.referral_id, referral, changes)


def _corrected(placement: Placement, event: ReferralCorrected, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id) or Referral()
    known = referral.told
    if known is not None and known.revision >= event.revision:
        return placement
    unchanged = known is not None and known.agreement is event.agreement
    told = _told(event, event.revision, fact, known.said_at if known is not None and unchanged else fact.at)
    return _with(placement, event.referral_id, referral, {"told": told})


def _told(event: ReferralReceived | ReferralCorrected, revision: int, fact: Fact, answered_at: datetime) -> Told:
    particulars = _matched_by(event)
    return Told(
        revision=revision,
        at=fact.at,
        agency=event.agency,
        door=event.door,
        agreement=event.agreement,
        officer_waiting=event.officer_waiting,
        restricted=event.restricted_source,
        age=particulars.age,
        area=particulars.area or particulars.residence_area,
        language=particulars.language,
        needs=particulars.needs,
        after_the_fact=event.after_the_fact,
        test=event.test,
        answered_at=None if answered_at == fact.at else answered_at,
        referred_at=event.referred_at,
    )


def _matched_by(event: ReferralReceived | ReferralCorrected) -> Particulars:
    """Return the facts by which a case manager is sought: with what people say of themselves before the sender's.

    While an officer stands with an arrested person, the sender's alone: who comes, and when, is told to police.
    """
    at_the_scene = event.door is Door.ARREST_DIVERSION and event.officer_waiting
    return event.as_sent if at_the_scene and isinstance(event, ReferralCorrected) else event.particulars


def _retracted(placement: Placement, event: ReferralRetracted, _fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id) or Referral()
    return _with(placement, event.referral_id, referral, {} if referral.retracted else {"retracted": True})


def _erased(placement: Placement, event: ReferralErased, _fact: Fact) -> Placement:
    return placement.without(event.referral_id)


def _of_what_was_erased(placement: Placement, event: Any) -> bool:
    """Whether the fact is of a referral that was erased: nothing brings that back."""
    about = event.reference if type(event) is DeadlineReached else getattr(event, "referral_id", None)
    return about in placement.erased


def _screened(placement: Placement, event: ScreeningDetermined, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id) or Referral()
    ruling = Ruling(at=fact.at, decided=False, revision=event.revision, id=fact.id, verdict=event.verdict)
    divertible = referral.divertible
    if event.police_verdict is Verdict.ELIGIBLE:
        divertible |= {event.revision}
    return _ruled(placement, event.referral_id, referral, ruling, divertible)


def _decided(placement: Placement, event: ReviewDecided, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id) or Referral()
    ruling = Ruling(
        at=fact.at,
        decided=True,
        revision=event.revision,
        id=fact.id,
        verdict=event.verdict,
        default=event.by == SITE_DEFAULT,
    )
    if event.officer_gone and not referral.unavailable:
        # Who waited heard "no" and went on: whoever comes now comes for an appointment.
        referral = changed(referral, unavailable=True)
        placement = placement.with_referral(event.referral_id, referral)
    return _ruled(placement, event.referral_id, referral, ruling, referral.divertible)


def _ruled(
    placement: Placement, referral_id: str, referral: Referral, ruling: Ruling, divertible: frozenset[int]
) -> Placement:
    newest = referral.ruling if ruling.overruled_by(referral.ruling) else ruling
    if newest is referral.ruling and divertible == referral.divertible and referral_id in placement.referrals:
        return placement
    return placement.with_referral(referral_id, referral.with_ruling(newest, divertible))


def _spoken(placement: Placement, event: PersonAgreed | PersonDeclined, fact: Fact) -> Placement:
    yes = isinstance(event, PersonAgreed)
    word = Word(agency=fact.agency, referral_id=event.referral_id, at=fact.at, yes=yes)
    return changed(placement, words=placement.words | {_identity(fact): word})


def _attempted(placement: Placement, event: ContactAttempted, fact: Fact) -> Placement:
    present = event.result is ContactResult.CONTACTED and event.mode is ContactMode.IN_PERSON
    # An agency may report in the evening whom it met at noon; nobody meets anybody after they said so.
    at = fact.at if event.at is None else min(event.at, fact.at)
    attempt = Attempt(agency=fact.agency, at=at, present=present, result=event.result, mode=event.mode)
    return changed(placement, attempts=placement.attempts | {_identity(fact): attempt})


def _stated(placement: Placement, event: ReachStated, fact: Fact) -> Placement:
    known = placement.safety.get(event.referral_id)
    said = Safety(own=event.said_by is SaidBy.PERSON, at=fact.at, id=fact.id, answer=event.message_is_safe)
    if known is not None and (known.own, known.at, known.id) >= (said.own, said.at, said.id):
        return placement
    return changed(placement, safety={**placement.safety, event.referral_id: said})


def _link(placement: Placement, event: PersonLinked | PersonUnlinked, fact: Fact) -> Placement:
    link = Link(at=fact.at, id=fact.id, linked=isinstance(event, PersonLinked))
    known = placement.links.get(event.other)
    if known is not None and (known.at, known.id) >= (link.at, link.id):
        return placement
    return changed(placement, links=placement.links | {event.other: link})


def _round(placement: Placement, event: DeadlineReached, _fact: Fact) -> Placement:
    referral = placement.referrals.get(event.reference)
    if event.deadline != ROUND:
        return placement
    referral = referral or Referral()
    start = event.due_at if referral.round_from is None else max(referral.round_from, event.due_at)
    return _with(placement, event.reference, referral, {} if start == referral.round_from else {"round_from": start})


def _with(placement: Placement, referral_id: str, referral: Referral, changes: Mapping[str, Any]) -> Placement:
    if not changes and referral_id in placement.referrals:
        return placement
    return placement.with_referral(referral_id, changed(referral, **changes))


def _identity(fact: Fact) -> str:
    return f"{fact.source} {fact.id}"


_HEARD: Final[Mapping[type[Event], Callable[[Placement, Any, Fact], Placement]]] = {
    ReferralReceived: _received,
    ReferralCorrected: _corrected,
    ReferralRetracted: _retracted,
    ReferralErased: _erased,
    ScreeningDetermined: _screened,
    ReviewDecided: _decided,
    PersonAgreed: _spoken,
    PersonDeclined: _spoken,
    ContactAttempted: _attempted,
    ReachStated: _stated,
    PersonLinked: _link,
    PersonUnlinked: _link,
    DeadlineReached: _round,
}
