"""What follows from one fact, told step by step: each step sees the ones before, as they will be folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import AnswerRefused, PlaceFreed
from contracts.envelope import Envelope, Fact, service_source
from contracts.parts import Refusal
from contracts.words import Problem
from services.assignment.domain.board import Board, Turn
from services.assignment.domain.evolving import SERVICE, evolve
from services.assignment.domain.following import follow
from services.assignment.domain.placement import Placement
from services.plumbing.service import Deadline, Outcome, Said

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.event import Event
    from services.assignment.domain.referral import Referral
    from services.assignment.domain.rules import Rules

_OWN: Final = service_source(SERVICE)


class Course:
    """The decision under way for one person: what is so by now, and what was said so far."""

    def __init__(self, rules: Rules, before: Placement | None, after: Placement, fact: Fact, board: Board) -> None:
        """Begin with what is kept after the fact."""
        self.site = rules.site
        self.naming = rules.naming
        self.case_managers = rules.case_managers
        self.times = rules.times
        self.before = before
        self.fact = fact
        self.at = fact.at
        self.office = rules.site.program_office
        self._placement = after
        self._board = board
        self._unfolded: list[Event] = []
        self.outcomes: list[Outcome] = []
        self.openings: set[str] = set()
        """Agencies where a place may be free for somebody who waits."""

    @property
    def placement(self) -> Placement:
        """What is kept of the person, as it is by now."""
        if self._unfolded:
            self._fold()
        return self._placement

    @property
    def board(self) -> Board:
        """What is shared, as it is by now."""
        if self._unfolded:
            self._fold()
        return self._board

    def referral(self, referral_id: str) -> Referral:
        """Return the referral as it is by now."""
        return self.placement.referrals[referral_id]

    def waited(self, referral_id: str) -> bool:
        """Whether the referral was on the waiting list before the fact."""
        return self.before is not None and self.before.waits(referral_id, self.office)

    def say(self, event: Event) -> None:
        """Say something, and go on as it makes things."""
        self.outcomes.append(Said(event, self._placement.person))
        self._unfolded.append(event)

    def remind(self, name: str, reference: str, due_at: datetime) -> None:
        """Have time itself come back to it."""
        self.outcomes.append(Deadline(name, reference, due_at))

    def refuse(self, reason: str, problem: Problem) -> None:
        """Answer that what was sent fits nothing. Of one reason, the words are always the same."""
        agency = self.fact.agency or self.office
        refusal = Refusal(
            agency=agency,
            message_id=self.fact.id,
            message_type=self.fact.event.name,
            reason=reason,
            problems=(problem,),
        )
        self.say(AnswerRefused(refusal=refusal))

    def pass_on(self, agency: str, after: Turn | None = None) -> None:
        """Say the free place at the agency to whoever's turn it is, if it is free and somebody waits."""
        outcome = freed(self.board, agency, besides=self.placement.person, after=after)
        if outcome is not None:
            self.outcomes.append(outcome)

    def _fold(self) -> None:
        """Fold what was said, only when somebody looks: the last thing said is folded by the pipes alone."""
        person = self._placement.person
        for event in self._unfolded:
            said = Fact(event, Envelope("", _OWN, event.name, self.at, person))
            after = evolve(self._placement, said)
            self._placement = after if isinstance(after, Placement) else self._placement
            self._board = follow(self._board, said)
        self._unfolded.clear()


def freed(board: Board, agency: str, *, besides: str | None = None, after: Turn | None = None) -> Said | None:
    """Return the free place at the agency, said to whoever's turn it is; None if it is not free or nobody waits."""
    if board.room(agency).suspended or board.free(agency) <= 0:
        return None
    turn = board.first(agency, besides=besides, after=after)
    if turn is None:
        return None
    return Said(PlaceFreed(referral_id=turn.referral_id, agency=agency), subject=turn.person)
