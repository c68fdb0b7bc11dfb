"""From one case-management agency to another, as the person agreed: asked blind, one at a time.

Who has the person keeps them until another agency has accepted. Where none does, they stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AssignmentTransferred,
    DeadlineReached,
    OfferAccepted,
    OfferDeclined,
    TransferEnded,
    TransferOffered,
    TransferRequested,
    TransferSettled,
)
from contracts.relationship import TransferEnd as End
from contracts.words import Problem
from services.assignment.domain.first_contact import is_open
from services.assignment.domain.kept import changed
from services.assignment.domain.offering import OFFER, remind_of_intake, terms_of, told_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.assignment.domain.course import Course
    from services.assignment.domain.kept import Offer, Transfer
    from services.assignment.domain.referral import Referral

NOT_TRANSFERABLE: Final = Problem(
    field="subject",
    rule="It names a person whom you have and have met, who agreed to it, and for whom no other transfer is under way.",
    fix="Ask the person, and say person_agreed; before you have met them, decline the offer: the next agency is asked.",
)


def requested(course: Course, event: TransferRequested) -> None:
    """Who has the person asks that another agency take them on."""
    agency = course.fact.agency
    held = [one for one in course.placement.held_by(agency, course.at) if one[2].met or one[2].follows]
    under_way = any(one.open for one in course.placement.transfers.values())
    if agency is None or not held or not event.person_agreed or under_way:
        course.refuse("not-transferable", NOT_TRANSFERABLE)
        return
    referral_id, offer_id, _ = max(held, key=lambda one: (one[2].accepted_at, one[1]))
    number = course.placement.transfers_settled.get(offer_id, 0) + 1
    _ask_next(course, _Asked(referral_id, offer_id, agency, number, event.to, event.area))


def accepted(course: Course, event: OfferAccepted) -> bool:
    """Another agency takes the person on, with all referrals by which the holder has them; whether it may."""
    asked = course.placement.transfers[event.offer_id]
    if asked.agency != course.fact.agency:
        return False
    if asked.accepted_at is not None:
        return True
    if not asked.open or course.at > asked.lapses_at or not _still_held(course, asked):
        return False
    for referral_id, offer_id, _ in course.placement.held_by(asked.holder, course.at):
        along = offer_id != asked.holder_offer_id
        referral = course.referral(referral_id)
        if along and referral.officer_waits and not referral.settled:
            continue  # with whom an officer stands is met by who said that they come
        number = len(course.placement.transfers)
        course.say(
            AssignmentTransferred(
                referral_id=referral_id,
                offer_id=course.naming.transfer(referral_id, asked.agency, number) if along else event.offer_id,
                agency=asked.agency,
                former=asked.holder,
                former_offer_id=offer_id,
                appointment_at=None if along else event.appointment_at,
                along=along,
            )
        )
    remind_of_intake(course, event.offer_id)
    course.openings.add(asked.holder)
    _settle(course, asked, accepted=True)
    return True


def declined(course: Course, event: OfferDeclined) -> bool:
    """The agency does not take them on: the next is asked; whether it was asked at all."""
    asked = course.placement.transfers[event.offer_id]
    if asked.agency != course.fact.agency:
        return False
    if asked.ended is End.DECLINED:
        return True
    if not asked.open or course.at > asked.lapses_at:
        return False
    _end(course, event.offer_id, asked, End.DECLINED, event)
    _ask_next(course, _Asked.as_before(asked))
    return True


def lapsed(course: Course, event: DeadlineReached) -> None:
    """Nobody answered: the next is asked. What was never open to anybody (the hub was away) is asked again."""
    asked = course.placement.transfers[event.reference]
    if not asked.open or event.due_at < asked.lapses_at:
        return
    born_dead = event.set_at is not None and event.set_at >= event.due_at
    if born_dead and not course.board.room(asked.agency).suspended:
        _end(course, event.reference, asked, End.CANCELLED)
        _offer(course, _Asked.as_before(asked), asked.agency, event.set_at)
        return
    _end(course, event.reference, asked, End.LAPSED)
    _ask_next(course, _Asked.as_before(asked))


def taken_back(course: Course) -> None:
    """Take back what was asked on behalf of an agency that has the person no more."""
    for offer_id, asked in tuple(course.placement.transfers.items()):
        if asked.open and not _still_held(course, asked):
            _end(course, offer_id, asked, End.CANCELLED)


class _Asked:
    """What a transfer asks for: whom, by whose assignment, which agency if the person chose one, and where they are."""

    def __init__(  # what identifies a transfer
        self, referral_id: str, offer_id: str, holder: str, number: int, chosen: str | None, area: str | None
    ) -> None:
        self.referral_id, self.offer_id, self.holder, self.number = referral_id, offer_id, holder, number
        self.chosen, self.area = chosen, area

    @classmethod
    def as_before(cls, asked: Transfer) -> _Asked:
        """Return what was asked of one agency, to be asked of the next."""
        return cls(asked.referral_id, asked.holder_offer_id, asked.holder, asked.number, asked.chosen, asked.area)


def _ask_next(course: Course, wanted: _Asked) -> None:
    agency = next(_askable(course, wanted), None)
    if agency is not None:
        _offer(course, wanted, agency)
        return
    _settled(course, wanted.referral_id, wanted.offer_id, wanted.holder, wanted.number, accepted=False)


def _askable(course: Course, wanted: _Asked) -> Iterator[str]:
    """Yield who may be asked: with a place for a newcomer for which nobody waits, not asked before, and not the holder.

    Whom the person chose need not suit otherwise.
    """
    referral, board = course.referral(wanted.referral_id), course.board
    told = told_of(referral)
    there = told if wanted.area is None else changed(told, area=wanted.area)
    suiting = course.case_managers.for_newcomers(board, there)
    known = [wanted.chosen] if wanted.chosen is not None and wanted.chosen in course.case_managers.slugs else []
    asked = {
        one.agency for one in course.placement.transfers.values()
        if (one.holder_offer_id, one.number) == (wanted.offer_id, wanted.number)
    }  # fmt: skip
    for slug in suiting if wanted.chosen is None else known:
        if slug == wanted.holder or slug in asked or referral.refused_by(slug):
            continue
        if is_open(course, slug, told.door) and board.first(slug, besides=course.placement.person) is None:
            yield slug


def _offer(course: Course, wanted: _Asked, agency: str, since: datetime | None = None) -> None:
    referral: Referral = course.referral(wanted.referral_id)
    terms = terms_of(referral)
    offer_id = course.naming.transfer(wanted.referral_id, agency, len(course.placement.transfers))
    lapses_at = max(course.at, since or course.at) + course.times.outreach
    course.say(
        TransferOffered(
            referral_id=wanted.referral_id,
            offer_id=offer_id,
            agency=agency,
            holder=wanted.holder,
            holder_offer_id=wanted.offer_id,
            number=wanted.number,
            chosen=wanted.chosen,
            door=terms.door,
            area=wanted.area or terms.area,
            age_band=terms.age_band,
            language=terms.language,
            needs=terms.needs,
            lapses_at=lapses_at,
            test=told_of(referral).test,
        )
    )
    course.remind(OFFER, offer_id, lapses_at)


def _end(course: Course, offer_id: str, asked: Transfer, how: End, event: OfferDeclined | None = None) -> None:
    course.say(
        TransferEnded(
            referral_id=asked.referral_id, offer_id=offer_id, agency=asked.agency, holder=asked.holder, how=how,
            reason=None if event is None else event.reason,
        )
    )  # fmt: skip
    course.openings.add(asked.agency)


def _settle(course: Course, asked: Transfer, *, accepted: bool) -> None:
    _settled(course, asked.referral_id, asked.holder_offer_id, asked.holder, asked.number, accepted=accepted)


def _settled(course: Course, referral_id: str, offer_id: str, holder: str, number: int, *, accepted: bool) -> None:
    course.say(
        TransferSettled(referral_id=referral_id, offer_id=offer_id, holder=holder, number=number, accepted=accepted)
    )


def _still_held(course: Course, asked: Transfer) -> bool:
    offer: Offer | None = course.placement.offer(asked.holder_offer_id)
    return offer is not None and offer.holds
