"""What follows from a fact: its own consequence, the next step of each referral, then the places that came free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    AssignmentDirected,
    ContactAttempted,
    DeadlineReached,
    DeathReported,
    HandoffCompleted,
    IntakeCompleted,
    NeedMet,
    OfferAccepted,
    OfferDeclined,
    OnwardAnswered,
    OnwardRequested,
    ParticipationEnded,
    ParticipationPaused,
    ParticipationReopened,
    ParticipationResumed,
    PersonAgreed,
    PersonDeclined,
    PersonLinked,
    PersonUnlinked,
    PlaceFreed,
    ReachStated,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ScreeningDetermined,
    TransferRequested,
)
from services.assignment.domain import transferring
from services.assignment.domain.answers import accepted, declined, handed_off, time_passed
from services.assignment.domain.candidates import turn_of
from services.assignment.domain.course import Course, freed
from services.assignment.domain.first_contact import proceed
from services.assignment.domain.onward import answered, requested
from services.assignment.domain.outreach import contacted, death_passed_on, ends
from services.assignment.domain.participation import need_met, paused, reopened, resumed
from services.assignment.domain.placement import Placement
from services.assignment.domain.relations import directed, released, spoken, taken_in
from services.assignment.domain.rooms import OF_AGENCIES, about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.assignment.domain.board import Board
    from services.assignment.domain.evolving import State
    from services.assignment.domain.rules import Rules
    from services.plumbing.service import Outcome

HEARS: Final[tuple[type[Event], ...]] = (
    ReferralReceived, ReferralCorrected, ReferralRetracted, ReferralErased, PersonLinked, PersonUnlinked,
    ScreeningDetermined, ReviewDecided,
    OfferAccepted, OfferDeclined, PersonAgreed, PersonDeclined, ContactAttempted, HandoffCompleted, IntakeCompleted,
    ParticipationEnded, ParticipationPaused, ParticipationResumed, ParticipationReopened, TransferRequested, NeedMet,
    OnwardRequested, OnwardAnswered, AssignmentDirected, *OF_AGENCIES, ReachStated,
    PlaceFreed, DeathReported, DeadlineReached,
)  # fmt: skip
"""Of its own facts it hears only what it said to somebody else: places, and a death under a linked record."""

_CONSEQUENCES: Final[Mapping[type[Event], Callable[[Course, Any], None]]] = {
    OfferAccepted: accepted,
    OfferDeclined: declined,
    HandoffCompleted: handed_off,
    DeadlineReached: time_passed,
    PersonAgreed: spoken,
    PersonDeclined: spoken,
    ContactAttempted: contacted,
    IntakeCompleted: taken_in,
    ParticipationEnded: ends,
    ParticipationPaused: paused,
    ParticipationResumed: resumed,
    ParticipationReopened: reopened,
    TransferRequested: transferring.requested,
    NeedMet: need_met,
    DeathReported: death_passed_on,
    AssignmentDirected: directed,
    OnwardRequested: requested,
    OnwardAnswered: answered,
    ReferralErased: released,
}


def decide(rules: Rules, before: State | None, after: State, fact: Fact, board: Board) -> Iterable[Outcome]:
    """Return what follows. Whatever arrives, nothing is raised: what fits nothing is refused or passed over."""
    if not isinstance(after, Placement):
        outcome = freed(board, about(fact) or "") if type(fact.event) in OF_AGENCIES else None
        return [] if outcome is None else [outcome]
    course = Course(rules, before if isinstance(before, Placement) else None, after, fact, board)
    consequence = _CONSEQUENCES.get(type(fact.event))
    if consequence is not None:
        consequence(course, fact.event)
    told = fact.event if isinstance(fact.event, PlaceFreed) else None
    for referral_id in tuple(course.placement.referrals):
        promised = told.agency if told is not None and told.referral_id == referral_id else None
        proceed(course, referral_id, promised)
    if course.placement.transfers:
        transferring.taken_back(course)
    if told is not None:
        _pass_on(course, told)
    if course.openings:
        for agency in sorted(course.openings - ({told.agency} if told is not None else set())):
            course.pass_on(agency)
    return course.outcomes


def _pass_on(course: Course, told: PlaceFreed) -> None:
    """Let the next one know while places are free: from the top where this person waits no more, else after their turn.

    So each step either takes a place or goes on along the line, and the telling ends.
    """
    waits = told.referral_id in course.placement.referrals and course.placement.waits(told.referral_id, course.office)
    course.pass_on(told.agency, turn_of(course.site, course.placement, told.referral_id) if waits else None)
