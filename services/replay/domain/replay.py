"""What is kept of a replay: what was asked, the plan, who approved, each step, the end. Facts come in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from contracts.replaying import (
    HistoryFound,
    PlanHash,
    ReplayCounts,
    ReplayId,
    ReplayKind,
    ReplayReason,
    ReplayStage,
    WithheldCount,
)
from contracts.words import Instant, Slug

if TYPE_CHECKING:
    from datetime import datetime

SERVICE: Final = "replay"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Asked(_Frozen):
    """What an operator asked for, and by which word."""

    kind: ReplayKind
    agency: str | None = None
    service: str | None = None
    since: Instant | None = None
    until: Instant
    referrals: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    group: str | None = None
    policy: str | None = None
    policy_version: str | None = None
    history: HistoryFound | None = None
    reason: ReplayReason
    operator: Slug
    office: Slug
    """Through whose door they spoke."""
    word: str
    """The id of their word."""
    correlation: str
    at: Instant


class Plan(_Frozen):
    """What would become of it, as foreseen."""

    plan_hash: PlanHash
    persons: int
    events: int
    agencies: int
    counts: ReplayCounts
    withheld: tuple[WithheldCount, ...] = ()
    restricted: int = 0
    second_person: bool
    because: tuple[str, ...] = ()
    per_second: int
    estimated_seconds: int
    policy_hash: str
    planned_at: Instant
    expires_at: Instant
    history: HistoryFound | None = None


class Approval(_Frozen):
    """A second person's signed word, as it was admitted."""

    number: int
    plan_hash: PlanHash
    operator: Slug
    word: str
    signature: str
    approved_at: Instant
    expires_at: Instant


class Step(_Frozen):
    """One step; the number gives their order, whatever the order in which they are heard."""

    number: int
    stage: ReplayStage
    at: Instant
    operator: str | None = None
    per_second: int | None = None
    withdraws: bool = False
    word: str | None = None


class End(_Frozen):
    """How it ended."""

    cancelled: bool
    ended: ReplayCounts
    at: Instant


_AFTER_THE_END: Final = frozenset({ReplayStage.COMPENSATING, ReplayStage.COMPENSATED})


class Replay(_Frozen):
    """Where a replay stands. Kept one row a replay."""

    replay_id: ReplayId
    asked: Asked | None = None
    plan: Plan | None = None
    approvals: tuple[Approval, ...] = ()
    steps: tuple[Step, ...] = ()
    refused: bool = False
    end: End | None = None

    @property
    def request(self) -> Asked:
        """What was asked: nobody works on a replay of which that is not known.

        Raises:
            ValueError: it is not.
        """
        if self.asked is None:
            message = "Nobody asked for this replay."
            raise ValueError(message)
        return self.asked

    @property
    def number(self) -> int:
        """The number of the newest word on it."""
        return max([0, *(one.number for one in self.steps), *(one.number for one in self.approvals)])

    @property
    def stage(self) -> ReplayStage:
        """Where it stands, by all that is known."""
        last = self.steps[-1].stage if self.steps else None
        if self.refused:
            return ReplayStage.REFUSED
        if self.end is not None:
            return last if last is not None and last in _AFTER_THE_END else ReplayStage.COMPLETED
        if last is not None:
            return last
        return ReplayStage.PLANNING if self.plan is None else ReplayStage.PLANNED

    @property
    def begun(self) -> bool:
        """Whether it ever ran."""
        return any(one.stage is ReplayStage.RUNNING for one in self.steps)

    @property
    def works(self) -> bool:
        """Whether the runner has something to do for it. Of history nothing is told: it is judged when it is asked."""
        stage = self.stage
        if self.asked is not None and self.asked.kind is ReplayKind.HISTORY:
            return False
        if stage is ReplayStage.CANCELLED:
            return self.begun
        return self.asked is not None and stage in _WORKING

    @property
    def per_second(self) -> int | None:
        """How fast it may go, where an operator said so last."""
        return next((one.per_second for one in reversed(self.steps) if one.per_second is not None), None)

    @property
    def word(self) -> str | None:
        """The operator's word because of which it stands where it does."""
        said = next((one.word for one in reversed(self.steps) if one.word is not None), None)
        return said or (self.asked.word if self.asked else None)

    def approved(self, at: datetime) -> Approval | None:
        """Return the approval of this plan by somebody else that holds at that time, or None."""
        withdrawn = max((one.number for one in self.steps if one.withdraws), default=0)
        if self.plan is None or self.asked is None:
            return None
        holding = (
            one
            for one in self.approvals
            if one.number > withdrawn
            and one.plan_hash == self.plan.plan_hash
            and one.operator != self.asked.operator
            and at < one.expires_at
        )
        return next(holding, None)


_WORKING: Final = frozenset(
    {ReplayStage.PLANNING, ReplayStage.REHEARSING, ReplayStage.RUNNING, ReplayStage.COMPENSATING}
)
