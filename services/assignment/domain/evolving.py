"""How what is kept changes by a fact: facts of different topics in any order, and each as often as it comes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AssignmentDirected,
    ContactAttempted,
    DeadlineReached,
    PersonAgreed,
    PersonDeclined,
    PersonLinked,
    PersonUnlinked,
    ReferralCorrected,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ScreeningDetermined,
)
from contracts.screenings.review_decided import SITE_DEFAULT
from contracts.words import ContactResult, Verdict
from services.assignment.domain.kept import Attempt, Link, Ruling, Told, Word
from services.assignment.domain.placement import Placement
from services.assignment.domain.referral import Referral
from services.assignment.domain.rooms import OF_AGENCIES, Room, about, evolve_room, room_key
from services.assignment.domain.said import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event

SERVICE: Final = "assignment"
ROUND: Final = "round"

State = Placement | Room


def key(fact: Fact) -> str | None:
    """Return whose state the fact touches: a person's, or an agency's; None for another service's deadline."""
    event = fact.event
    if isinstance(event, DeadlineReached) and event.service != SERVICE:
        return None
    agency = about(fact)
    if agency is not None:
        return room_key(agency)
    return fact.subject or (event.person if isinstance(event, AssignmentDirected) else None)


def evolve(state: State | None, fact: Fact) -> State:
    """Return what is kept after the fact; the same object where it changes nothing."""
    if isinstance(fact.event, OF_AGENCIES):
        return evolve_room(state if isinstance(state, Room) else Room(), fact)
    placement = state if isinstance(state, Placement) else Placement(person=key(fact) or "")
    own = OWN.get(type(fact.event))
    if own is not None:
        return own(placement, fact.event, fact.at)
    heard = _HEARD.get(type(fact.event))
    return placement if heard is None else heard(placement, fact.event, fact)


def _told(placement: Placement, event: ReferralReceived | ReferralCorrected, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id, Referral())
    first = isinstance(event, ReferralReceived)
    revision = 0 if isinstance(event, ReferralReceived) else event.revision
    changes: dict[str, Any] = {"received_at": fact.at} if first else {}
    if referral.told is None or referral.told.revision < revision:
        particulars = event.particulars
        unchanged = referral.told is not None and referral.told.agreement is event.agreement
        changes["told"] = Told(
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
            answered_at=referral.told.said_at if referral.told is not None and unchanged else fact.at,
        )
    return _with(placement, event.referral_id, referral, changes)


def _retracted(placement: Placement, event: ReferralRetracted, _fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id, Referral())
    return _with(placement, event.referral_id, referral, {"retracted": True})


def _ruled(placement: Placement, event: ScreeningDetermined | ReviewDecided, fact: Fact) -> Placement:
    referral = placement.referrals.get(event.referral_id, Referral())
    ruling = Ruling(
        at=fact.at,
        decided=isinstance(event, ReviewDecided),
        revision=event.revision,
        id=fact.id,
        verdict=event.verdict,
        default=isinstance(event, ReviewDecided) and event.by == SITE_DEFAULT,
    )
    changes: dict[str, Any] = {}
    if referral.ruling is None or referral.ruling.order < ruling.order:
        changes["ruling"] = ruling
    if isinstance(event, ScreeningDetermined) and event.police_verdict is Verdict.ELIGIBLE:
        changes["divertible"] = referral.divertible | {event.revision}
    return _with(placement, event.referral_id, referral, changes)


def _spoken(placement: Placement, event: PersonAgreed | PersonDeclined, fact: Fact) -> Placement:
    yes = isinstance(event, PersonAgreed)
    word = Word(agency=fact.agency, referral_id=event.referral_id, at=fact.at, yes=yes)
    return replace(placement, words=placement.words | {_identity(fact): word})


def _attempted(placement: Placement, event: ContactAttempted, fact: Fact) -> Placement:
    present = event.result is ContactResult.CONTACTED and event.mode == "in_person"
    # An agency may report in the evening whom it met at noon; nobody meets anybody after they said so.
    at = fact.at if event.at is None else min(event.at, fact.at)
    attempt = Attempt(agency=fact.agency, at=at, present=present)
    return replace(placement, attempts=placement.attempts | {_identity(fact): attempt})


def _link(placement: Placement, event: PersonLinked | PersonUnlinked, fact: Fact) -> Placement:
    link = Link(at=fact.at, id=fact.id, linked=isinstance(event, PersonLinked))
    known = placement.links.get(event.other)
    if known is not None and (known.at, known.id) >= (link.at, link.id):
        return placement
    return replace(placement, links=placement.links | {event.other: link})


def _round(placement: Placement, event: DeadlineReached, _fact: Fact) -> Placement:
    referral = placement.referrals.get(event.reference)
    if event.deadline != ROUND:
        return placement
    referral = referral or Referral()
    start = event.due_at if referral.round_from is None else max(referral.round_from, event.due_at)
    return _with(placement, event.reference, referral, {"round_from": start})


def _with(placement: Placement, referral_id: str, referral: Referral, changes: Mapping[str, Any]) -> Placement:
    after = replace(referral, **changes)
    if after == placement.referrals.get(referral_id):
        return placement
    return replace(placement, referrals=placement.referrals | {referral_id: after})


def _identity(fact: Fact) -> str:
    return f"{fact.source} {fact.id}"


_HEARD: Final[Mapping[type[Event], Callable[[Placement, Any, Fact], Placement]]] = {
    ReferralReceived: _told,
    ReferralCorrected: _told,
    ReferralRetracted: _retracted,
    ScreeningDetermined: _ruled,
    ReviewDecided: _ruled,
    PersonAgreed: _spoken,
    PersonDeclined: _spoken,
    ContactAttempted: _attempted,
    PersonLinked: _link,
    PersonUnlinked: _link,
    DeadlineReached: _round,
}
