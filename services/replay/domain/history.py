"""History that was screened again: who asked has judged it, so plan and end are said at once, and kept as evidence.

Nobody is told anything by it. What was found is counted in the request, which the operator signs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from contracts.replaying import ReplayCounts
from contracts.replays.replay_completed import ReplayCompleted
from contracts.replays.replay_planned import ReplayPlanned
from services.plumbing.service import Said
from services.replay.domain import refusing
from services.replay.domain.ending import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.envelope import Fact
    from contracts.to_hub.replay_requested import ReplayRequested
    from services.replay.domain.refusing import Objection
    from services.replay.domain.replay import Replay
    from services.sites import Site

_NONE = ReplayCounts()


def not_judged(site: Site, event: ReplayRequested) -> Objection | None:
    """Return why this is no history that was screened again; None where it is."""
    asked = (event.policy, event.policy_version)
    policy = next((one for one in site.policies if (one.id, one.version) == asked), None)
    if policy is None:
        return refusing.NO_POLICY
    if event.history is None or event.history.policy_hash != policy.hash:
        return refusing.NOT_JUDGED
    return None if event.history.screened else refusing.NOTHING


def kept(site: Site, replay: Replay, fact: Fact) -> Iterator[Said]:
    """Yield the plan and its end: there is nothing between them."""
    asked = replay.request
    if asked.history is None:
        return
    digest, rules = Tally.of(asked).plan_hash, site.replay
    planned = ReplayPlanned(
        replay_id=replay.replay_id, plan_hash=digest, kind=asked.kind, since=asked.since, until=asked.until,
        reason=asked.reason, operator=asked.operator, persons=asked.history.persons, events=asked.history.screened,
        agencies=0, counts=_NONE, second_person=False, per_second=rules.per_second, estimated_seconds=0,
        policy_hash=site.policy_hash, planned_at=fact.at, expires_at=fact.at + timedelta(hours=rules.approval_hours),
        policy=asked.policy, policy_version=asked.policy_version, history=asked.history,
    )  # fmt: skip
    yield Said(planned, subject="", key=replay.replay_id)
    completed = ReplayCompleted(
        replay_id=replay.replay_id, plan_hash=digest, kind=asked.kind, planned=_NONE, ended=_NONE,
        completed_at=fact.at, history=asked.history,
    )  # fmt: skip
    yield Said(completed, subject="", key=replay.replay_id)
