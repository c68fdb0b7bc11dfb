"""How places and the waiting list change by what is heard and said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AssignmentAccepted,
    AssignmentCancelled,
    AssignmentClosed,
    AssignmentDeclined,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentLapsed,
    AssignmentOffered,
    AssignmentPaused,
    AssignmentReleased,
    AssignmentReopened,
    AssignmentResumed,
    AssignmentTransferred,
    AssignmentUnlocated,
    AssignmentWaitlisted,
    PersonLinked,
    PersonUnlinked,
    ReferralErased,
    TransferEnded,
    TransferOffered,
)
from contracts.words import ClosedReason
from services.assignment.domain.board import ANYWHERE, Board, Tally, Waiting
from services.assignment.domain.rooms import OF_AGENCIES, about, evolve_room

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.event import Event


def follow(board: Board, fact: Fact) -> Board:
    """Return the board after a fact, heard or said; the same board where nothing shared changes."""
    change = _CHANGES.get(type(fact.event))
    return board if change is None else change(board, fact.event, fact)


def _reported(board: Board, _event: Event, fact: Fact) -> Board:
    agency = about(fact) or ""
    room = evolve_room(board.room(agency), fact)
    return board._replace(rooms={**board.rooms, agency: room}, touched=board.touched | {agency})


def _offered(board: Board, event: AssignmentOffered, fact: Fact) -> Board:
    return _taken(_left(board, event.referral_id), fact.subject or "", event.agency)


def _accepted(board: Board, event: AssignmentAccepted, fact: Fact) -> Board:
    """Count a place only for what was never offered: an offer took its place already."""
    if not event.after_the_fact:
        return board
    return _taken(_left(board, event.referral_id), fact.subject or "", event.agency)


def _unanswered(board: Board, event: AssignmentDeclined | AssignmentLapsed, fact: Fact) -> Board:
    return _given_back(board, fact.subject or "", event.agency)


def _cancelled(board: Board, event: AssignmentCancelled, fact: Fact) -> Board:
    """Give the place back; where only the terms changed, the same agency is asked again, and no place came free."""
    anew = event.reason is ClosedReason.AMENDED
    return _given_back(board, fact.subject or "", event.agency, at=None if anew else fact.at)


def _enrolled(board: Board, event: AssignmentEnrolled, fact: Fact) -> Board:
    return _participant(board, fact.subject or "", event.agency)


def _ended(board: Board, event: AssignmentEnded, fact: Fact) -> Board:
    person = fact.subject or ""
    board = _participant_no_more(board, person, event.agency)
    return _left_place(board, person, event.agency, event.offer_id, fact.at)


def _unlocated(board: Board, event: AssignmentUnlocated, fact: Fact) -> Board:
    return _given_back(board, fact.subject or "", event.agency, at=fact.at)


def _paused(board: Board, event: AssignmentPaused, fact: Fact) -> Board:
    """A place that the site's rule frees meanwhile is somebody else's; the person stays the agency's participant."""
    if not event.place_freed:
        return board
    board = _given_back(board, fact.subject or "", event.agency, at=fact.at)
    return board._replace(away=board.away | {event.offer_id})


def _resumed(board: Board, event: AssignmentResumed, fact: Fact) -> Board:
    if not event.place_taken:
        return board
    return _taken(board._replace(away=board.away - {event.offer_id}), fact.subject or "", event.agency)


def _reopened(board: Board, event: AssignmentReopened, fact: Fact) -> Board:
    board = _taken(board, fact.subject or "", event.agency)
    return _participant(board, fact.subject or "", event.agency) if event.enrolled else board


def _transferred(board: Board, event: AssignmentTransferred, fact: Fact) -> Board:
    """Free the former place; the new one was taken when the agency was asked."""
    person = fact.subject or ""
    if event.along:
        board = _taken(board, person, event.agency)
    board = _participant_no_more(board, person, event.former)
    return _left_place(board, person, event.former, event.former_offer_id, fact.at)


def _transfer_offered(board: Board, event: TransferOffered, fact: Fact) -> Board:
    return _taken(board, fact.subject or "", event.agency)


def _transfer_ended(board: Board, event: TransferEnded, fact: Fact) -> Board:
    return _given_back(board, fact.subject or "", event.agency, at=fact.at)


def _participant(board: Board, person: str, agency: str) -> Board:
    agencies = tuple(sorted({*board.enrolled.get(person, ()), agency}))
    return board._replace(enrolled={**board.enrolled, person: agencies})


def _participant_no_more(board: Board, person: str, agency: str) -> Board:
    agencies = tuple(one for one in board.enrolled.get(person, ()) if one != agency)
    return board._replace(enrolled={**board.enrolled, person: agencies})


def _released(board: Board, event: AssignmentReleased, fact: Fact) -> Board:
    """Give the place back; a participant by another referral, too, stays one."""
    person = fact.subject or ""
    last = 0 if event.offer_id in board.away else 1
    if board.held.get((person, event.agency), 0) == last:
        board = _participant_no_more(board, person, event.agency)
    return _left_place(board, person, event.agency, event.offer_id, fact.at)


def _waitlisted(board: Board, event: AssignmentWaitlisted, fact: Fact) -> Board:
    joined = Waiting(ANYWHERE, (event.priority, fact.at, event.referral_id), fact.subject or "")
    return board._replace(waiting={**board.waiting, event.referral_id: (joined,)})


def _closed(board: Board, event: AssignmentClosed | ReferralErased, _fact: Fact) -> Board:
    return _left(board, event.referral_id)


def _linked(board: Board, event: PersonLinked, fact: Fact) -> Board:
    person = fact.subject or ""
    return board._replace(links={**board.links, person: board.links.get(person, frozenset()) | {event.other}})


def _unlinked(board: Board, event: PersonUnlinked, fact: Fact) -> Board:
    """Count the places of who turns out to be somebody else."""
    person = fact.subject or ""
    links = {**board.links, person: board.links.get(person, frozenset()) - {event.other}}
    board = board._replace(links=links)
    for agency in board.guest_at(person):
        if not board.has_under_another_record(person, agency):
            board = board._replace(guests=board.guests - {(person, agency)}, **_tallied(board, agency, 1, None))
    return board


def _taken(board: Board, person: str, agency: str) -> Board:
    place = (person, agency)
    count = board.held.get(place, 0)
    held = {**board.held, place: count + 1}
    if count:
        return board._replace(held=held)
    if board.has_under_another_record(person, agency):
        return board._replace(held=held, guests=board.guests | {place})
    return board._replace(held=held, **_tallied(board, agency, 1, None))


def _given_back(board: Board, person: str, agency: str, at: datetime | None = None) -> Board:
    place = (person, agency)
    count = board.held.get(place, 0)
    held = {**board.held, place: max(count - 1, 0)}
    if count != 1:
        return board._replace(held=held)
    if place in board.guests:
        return board._replace(held=held, guests=board.guests - {place})
    return board._replace(held=held, **_tallied(board, agency, -1, at))


def _left_place(board: Board, person: str, agency: str, offer_id: str | None, at: datetime) -> Board:
    """Give back the place of what has ended; a pause has given it back already where the site frees it."""
    if offer_id in board.away:
        return board._replace(away=board.away - {offer_id})
    return _given_back(board, person, agency, at=at)


def _tallied(board: Board, agency: str, change: int, at: datetime | None) -> dict[str, Any]:
    before = board.tally(agency)
    opened_at = before.opened_at if at is None else max(at, before.opened_at or at)
    tally = Tally(before.taken + change, opened_at)
    return {"tallies": {**board.tallies, agency: tally}, "touched": board.touched | {agency}}


def _left(board: Board, referral_id: str) -> Board:
    if referral_id not in board.waiting:
        return board
    return board._replace(waiting={one: entries for one, entries in board.waiting.items() if one != referral_id})


_CHANGES: Final[Mapping[type[Event], Callable[[Board, Any, Fact], Board]]] = {
    **dict.fromkeys(OF_AGENCIES, _reported),
    AssignmentOffered: _offered,
    AssignmentAccepted: _accepted,
    AssignmentDeclined: _unanswered,
    AssignmentLapsed: _unanswered,
    AssignmentCancelled: _cancelled,
    AssignmentEnrolled: _enrolled,
    AssignmentEnded: _ended,
    AssignmentReleased: _released,
    AssignmentUnlocated: _unlocated,
    AssignmentPaused: _paused,
    AssignmentResumed: _resumed,
    AssignmentReopened: _reopened,
    AssignmentTransferred: _transferred,
    TransferOffered: _transfer_offered,
    TransferEnded: _transfer_ended,
    AssignmentWaitlisted: _waitlisted,
    AssignmentClosed: _closed,
    ReferralErased: _closed,
    PersonLinked: _linked,
    PersonUnlinked: _unlinked,
}
