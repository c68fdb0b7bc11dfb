"""How a replay changes by what is said of it. Facts in any order and number; none is ever too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.event import Event
from contracts.replays.replay_advanced import ReplayAdvanced
from contracts.replays.replay_approved import ReplayApproved
from contracts.replays.replay_completed import ReplayCompleted
from contracts.replays.replay_planned import ReplayPlanned
from contracts.replays.replay_refused import ReplayRefused
from contracts.to_hub.replay_endorsed import ReplayEndorsed
from contracts.to_hub.replay_requested import ReplayRequested
from contracts.to_hub.replay_steered import ReplaySteered
from services.plumbing.identity import derived
from services.replay.domain.replay import SERVICE, Approval, Asked, End, Plan, Replay, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact

OF_A_REPLAY: Final[tuple[type[Event], ...]] = (
    ReplayEndorsed, ReplaySteered, ReplayPlanned, ReplayApproved, ReplayAdvanced, ReplayCompleted, ReplayRefused,
)  # fmt: skip
"""What names its replay."""


def replay_id_of(fact: Fact) -> str:
    """Return the id of the replay that a request asks for."""
    return derived("rpl-", fact.source, fact.id)


def key(fact: Fact) -> str | None:
    """Return the replay that a fact is about, else the person or agency whose row it writes.

    None for a deadline of another service.
    """
    event = fact.event
    if isinstance(event, ReplayRequested):
        return replay_id_of(fact)
    if isinstance(event, OF_A_REPLAY):
        named: str = getattr(event, "replay_id", "")
        return named
    if isinstance(event, DeadlineReached):
        return event.reference if event.service == SERVICE else None
    agency: str | None = getattr(event, "agency", None)
    return fact.subject or agency


def evolve(replay: Replay | None, fact: Fact) -> Replay | None:
    """Return the replay after a fact; None stays None where it is about none."""
    step = _STEPS.get(type(fact.event))
    if step is None:
        return replay
    return step(replay or Replay(replay_id=key(fact) or ""), fact, fact.event)


def _asked(replay: Replay, fact: Fact, event: ReplayRequested) -> Replay:
    if replay.asked is not None:
        return replay
    given = {name: value for name, value in event if name in Asked.model_fields and name != "until"}
    asked = Asked(
        **given,
        until=event.until or fact.at,
        office=fact.agency or "",
        word=fact.id,
        correlation=fact.envelope.correlation_id or fact.id,
        at=fact.at,
    )
    return replay.model_copy(update={"asked": asked})


def _planned(replay: Replay, _fact: Fact, event: ReplayPlanned) -> Replay:
    if replay.plan is not None:
        return replay
    plan = Plan.model_validate({name: getattr(event, name) for name in Plan.model_fields})
    return replay.model_copy(update={"plan": plan})


def _approved(replay: Replay, _fact: Fact, event: ReplayApproved) -> Replay:
    if any(one.number == event.number for one in replay.approvals):
        return replay
    approval = Approval(
        number=event.number, plan_hash=event.plan_hash, operator=event.operator, word=event.word_id,
        signature=event.signature, approved_at=event.approved_at, expires_at=event.expires_at,
    )  # fmt: skip
    approvals = sorted((*replay.approvals, approval), key=lambda one: one.number)
    return replay.model_copy(update={"approvals": tuple(approvals)})


def _advanced(replay: Replay, fact: Fact, event: ReplayAdvanced) -> Replay:
    if any(one.number == event.number for one in replay.steps):
        return replay
    step = Step(
        number=event.number, stage=event.stage, at=fact.at, operator=event.operator, per_second=event.per_second,
        withdraws=event.approval_withdrawn, word=fact.envelope.causation_id if event.operator else None,
    )  # fmt: skip
    steps = sorted((*replay.steps, step), key=lambda one: one.number)
    return replay.model_copy(update={"steps": tuple(steps)})


def _completed(replay: Replay, _fact: Fact, event: ReplayCompleted) -> Replay:
    if replay.end is not None:
        return replay
    end = End(cancelled=event.cancelled, ended=event.ended, at=event.completed_at)
    return replay.model_copy(update={"end": end})


def _refused(replay: Replay, _fact: Fact, event: ReplayRefused) -> Replay:
    """A request that was refused is the end of it; of any other word nothing follows."""
    if event.refusal.message_type != ReplayRequested.name:
        return replay
    return replay.model_copy(update={"refused": True})


_STEPS: Final[Mapping[type[Event], Callable[[Replay, Fact, Any], Replay]]] = {
    ReplayRequested: _asked,
    ReplayPlanned: _planned,
    ReplayApproved: _approved,
    ReplayAdvanced: _advanced,
    ReplayCompleted: _completed,
    ReplayRefused: _refused,
}
