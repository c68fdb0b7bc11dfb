"""What follows from an operator's word, an answer, a deadline: a step, an approval, a refusal, or a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_foreseen import DisclosureForeseen
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.event import Event
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.replaying import ReplayKind, ReplayStage, ReplayStep
from contracts.replays.replay_advanced import ReplayAdvanced
from contracts.replays.replay_approved import ReplayApproved
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.replay_endorsed import ReplayEndorsed
from contracts.to_hub.replay_requested import ReplayRequested
from contracts.to_hub.replay_steered import ReplaySteered
from services.plumbing.service import Deadline, Row, Said
from services.replay.domain import answering, history, refusing
from services.replay.domain.evolving import OF_A_REPLAY, evolve, key, replay_id_of
from services.replay.domain.refusing import refused
from services.replay.domain.replay import Replay
from services.replay.domain.rows import Moved, Stands, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts.envelope import Fact
    from services.plumbing.service import Outcome
    from services.replay.domain.refusing import Objection
    from services.sites import Site

__all__ = ["HEARS", "OFFICES", "PLAN_EXPIRES", "Ground", "decide", "evolve", "key"]

PLAN_EXPIRES: Final = "plan"
_MOVES: Final[tuple[type[Event], ...]] = (
    ConsentGranted, ConsentWithdrawn, ConsentExpired, ReferralErased, ReferralRetracted,
)  # fmt: skip
_STANDS: Final[tuple[type[Event], ...]] = (AgencySuspended, AgencyResumed)
OFFICES: Final[tuple[type[Event], ...]] = (ReplayRequested, ReplayEndorsed, ReplaySteered)
"""What operators say."""
HEARS: Final[tuple[type[Event], ...]] = (
    ReplayRequested, *OF_A_REPLAY, DisclosureMade, DisclosureWithheld, DisclosureForeseen, *_MOVES, *_STANDS,
    DeadlineReached,
)  # fmt: skip

_FITS: Final[Mapping[ReplayStage, frozenset[ReplayStep]]] = {
    ReplayStage.PLANNING: frozenset({ReplayStep.CANCEL}),
    ReplayStage.PLANNED: frozenset(
        {ReplayStep.REHEARSE, ReplayStep.RUN, ReplayStep.CANCEL, ReplayStep.WITHDRAW_APPROVAL}
    ),
    ReplayStage.REHEARSING: frozenset({ReplayStep.CANCEL}),
    ReplayStage.REHEARSED: frozenset({ReplayStep.RUN, ReplayStep.CANCEL, ReplayStep.WITHDRAW_APPROVAL}),
    ReplayStage.RUNNING: frozenset({ReplayStep.PAUSE, ReplayStep.CANCEL, ReplayStep.WITHDRAW_APPROVAL}),
    ReplayStage.PAUSED: frozenset({ReplayStep.RESUME, ReplayStep.CANCEL, ReplayStep.WITHDRAW_APPROVAL}),
    ReplayStage.COMPLETED: frozenset({ReplayStep.COMPENSATE}),
}
"""By stage: what may be said then."""
_LEADS_TO: Final[Mapping[ReplayStep, ReplayStage]] = {
    ReplayStep.REHEARSE: ReplayStage.REHEARSING,
    ReplayStep.RUN: ReplayStage.RUNNING,
    ReplayStep.PAUSE: ReplayStage.PAUSED,
    ReplayStep.RESUME: ReplayStage.RUNNING,
    ReplayStep.CANCEL: ReplayStage.CANCELLED,
    ReplayStep.COMPENSATE: ReplayStage.COMPENSATING,
}
_BEGINS: Final = frozenset({ReplayStep.RUN, ReplayStep.RESUME})
_WAITS: Final = frozenset({ReplayStage.PLANNED, ReplayStage.REHEARSED})
"""A plan that was not begun."""


@dataclass(frozen=True)
class Ground:
    """What is shared over replays: whose ground moved since they were planned, and which agencies are suspended."""

    moved: Mapping[str, int] = field(default_factory=dict)
    """By replay: how many of its people something changed for since."""
    suspended: frozenset[str] = frozenset()


def decide(site: Site, before: Replay | None, after: Replay | None, fact: Fact, ground: Ground) -> Iterator[Outcome]:
    """Yield what follows. `after` is None where the fact is about no replay."""
    step = _STEPS.get(type(fact.event))
    if step is not None:
        yield from step(site, before, fact, fact.event, ground)
    elif isinstance(fact.event, _MOVES):
        yield Row(Moved(fact.subject or "", fact.event.name, fact.at))
    elif isinstance(fact.event, _STANDS):
        agency: str = getattr(fact.event, "agency", "")
        yield Row(Stands(agency, isinstance(fact.event, AgencySuspended), fact.at))
    del after


def _requested(
    site: Site, before: Replay | None, fact: Fact, event: ReplayRequested, ground: Ground
) -> Iterator[Outcome]:
    if before is not None and before.asked is not None:
        return
    objection = _no_plan(site, event, fact, ground)
    if objection is not None:
        yield refused(fact, replay_id_of(fact), objection)
    elif event.kind is ReplayKind.HISTORY:
        yield from history.kept(site, evolve(before, fact) or Replay(replay_id=replay_id_of(fact)), fact)


def _no_plan(site: Site, event: ReplayRequested, fact: Fact, ground: Ground) -> Objection | None:
    """Return why this cannot be planned, by what is known of the site alone."""
    if event.kind not in {ReplayKind.LANE, ReplayKind.HISTORY}:
        return refusing.NOT_BUILT
    if any(moment is not None and moment > fact.at for moment in (event.since, event.until)):
        return refusing.FUTURE
    if event.since is not None and event.since >= (event.until or fact.at):
        return refusing.EMPTY
    return _no_lane(site, event, ground) if event.kind is ReplayKind.LANE else history.not_judged(site, event)


def _no_lane(site: Site, event: ReplayRequested, ground: Ground) -> Objection | None:
    agency = site.agencies.get(event.agency or "")
    if agency is None:
        return refusing.NO_AGENCY
    if not agency.may_hear or agency.slug in ground.suspended:
        return refusing.NO_PERMISSION
    return refusing.NO_SINCE if event.since is None else None


def _endorsed(
    site: Site, before: Replay | None, fact: Fact, event: ReplayEndorsed, _ground: Ground
) -> Iterator[Outcome]:
    objection = _no_approval(before, fact, event)
    if before is None or objection is not None:
        yield refused(fact, event.replay_id, objection or refusing.NO_REPLAY)
        return
    expires_at = fact.at + timedelta(hours=site.replay.approval_hours)
    approved = ReplayApproved(
        replay_id=event.replay_id, number=before.number + 1, plan_hash=event.plan_hash, agency=fact.agency or "",
        operator=event.operator, word_id=fact.id, signature=fact.envelope.signature or "", approved_at=fact.at,
        expires_at=expires_at,
    )  # fmt: skip
    yield Said(approved, subject="", key=event.replay_id)
    yield Deadline(PLAN_EXPIRES, event.replay_id, expires_at)


def _no_approval(before: Replay | None, fact: Fact, event: ReplayEndorsed) -> Objection | None:
    if before is None or before.asked is None:
        return refusing.NO_REPLAY
    if before.asked.kind is ReplayKind.HISTORY:
        return refusing.NOTHING_TOLD
    if before.plan is None or before.stage not in {*_WAITS, ReplayStage.PAUSED, ReplayStage.REHEARSING}:
        return refusing.not_now(before.stage)
    if event.plan_hash != before.plan.plan_hash:
        return refusing.OTHER_PLAN
    if event.operator == before.asked.operator:
        return refusing.OWN_PLAN
    if not fact.envelope.signature:
        return refusing.UNSIGNED
    if before.stage in _WAITS and fact.at >= before.plan.expires_at:
        return refusing.EXPIRED
    return None


def _steered(site: Site, before: Replay | None, fact: Fact, event: ReplaySteered, ground: Ground) -> Iterator[Outcome]:
    objection = _no_step(site, before, fact, event, ground)
    if before is None or before.asked is None or objection is not None:
        yield refused(fact, event.replay_id, objection or refusing.NO_REPLAY)
        return
    withdraws = event.step is ReplayStep.WITHDRAW_APPROVAL
    stage = _LEADS_TO.get(event.step, before.stage)
    if withdraws and before.stage is ReplayStage.RUNNING:
        stage = ReplayStage.PAUSED
    advanced = ReplayAdvanced(
        replay_id=event.replay_id, number=before.number + 1, stage=stage, agency=before.asked.agency or fact.agency,
        operator=event.operator, per_second=event.per_second, approval_withdrawn=withdraws,
    )  # fmt: skip
    yield Said(advanced, subject="", key=event.replay_id)


def _no_step(site: Site, before: Replay | None, fact: Fact, event: ReplaySteered, ground: Ground) -> Objection | None:
    if before is None or before.asked is None:
        return refusing.NO_REPLAY
    if before.asked.kind is ReplayKind.HISTORY:
        return refusing.NOTHING_TOLD
    if event.step not in _FITS.get(before.stage, frozenset()):
        return refusing.not_now(before.stage)
    if event.per_second is not None and event.per_second > site.replay.most_per_second:
        return refusing.TOO_FAST
    return _may_not_run(site, before, fact, ground) if event.step in _BEGINS else None


def _may_not_run(site: Site, before: Replay, fact: Fact, ground: Ground) -> Objection | None:
    """Return why it may not begin, or go on, now."""
    plan, asked = before.plan, before.asked
    if plan is None or asked is None:
        return refusing.not_now(before.stage)
    approval = before.approved(fact.at)
    if plan.second_person and approval is None:
        return refusing.UNAPPROVED
    if asked.agency is not None and _no_lane(site, ReplayRequested(**_as_asked(before)), ground) is not None:
        return refusing.NO_PERMISSION
    if before.begun:
        return None
    if fact.at >= (plan.expires_at if approval is None else approval.expires_at):
        return refusing.EXPIRED
    moved = ground.moved.get(before.replay_id, 0) > 0 or plan.policy_hash not in {"", site.policy_hash}
    return refusing.GROUND_MOVED if moved else None


def _as_asked(replay: Replay) -> dict[str, Any]:
    asked = replay.asked
    return (
        {}
        if asked is None
        else {name: getattr(asked, name) for name in ("kind", "agency", "since", "reason", "operator")}
    )


def _reached(
    site: Site, before: Replay | None, fact: Fact, _event: DeadlineReached, _ground: Ground
) -> Iterator[Outcome]:
    """A plan that was neither begun nor approved in time is planned again."""
    if before is None or before.plan is None or before.asked is None or before.stage not in _WAITS:
        return
    if before.approved(fact.at) is not None or fact.at < before.plan.expires_at:
        return
    expired = ReplayAdvanced(
        replay_id=before.replay_id, number=before.number + 1, stage=ReplayStage.EXPIRED,
        agency=before.asked.agency or site.program_office,
    )  # fmt: skip
    yield Said(expired, subject="", key=before.replay_id)


def _made(_site: Site, _before: Replay | None, fact: Fact, event: DisclosureMade, _ground: Ground) -> Iterator[Outcome]:
    yield Row(told_of(event, fact.subject))
    yield from map(Row, answering.made(fact, event))


_STEPS: Final[Mapping[type[Event], Callable[[Site, Replay | None, Fact, Any, Ground], Iterator[Outcome]]]] = {
    ReplayRequested: _requested,
    ReplayEndorsed: _endorsed,
    ReplaySteered: _steered,
    DeadlineReached: _reached,
    DisclosureMade: _made,
    DisclosureWithheld: lambda _site, _before, fact, event, _ground: map(Row, answering.withheld(fact, event)),
    DisclosureForeseen: lambda _site, _before, fact, event, _ground: map(Row, answering.foreseen(fact, event)),
}
