"""What the runner says, as facts of the service: folded at once and put out in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contracts.envelope import Envelope, Fact, service_source
from contracts.replaying import ReplayPass, ReplayStage, ToldItem, ToldReference
from contracts.replays.replay_advanced import ReplayAdvanced
from contracts.replays.replay_completed import ReplayCompleted
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.replays.replay_planned import ReplayPlanned
from contracts.replays.replay_refused import ReplayRefused
from contracts.to_hub.replay_requested import ReplayRequested
from services.plumbing.batch import outgoing
from services.plumbing.fold import Due
from services.plumbing.identity import derived
from services.plumbing.tables import PostgresTables
from services.replay.domain import (
    PLAN_EXPIRES,
    SERVICE,
    Tally,
    counts_of,
    differences_of,
    evolve,
    refusal_of,
    withheld_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contracts.event import Event
    from contracts.words import Problem
    from services.plumbing.tables import Outgoing
    from services.replay.domain import Replay
    from services.replay.store import Asking, Work
    from services.sites import Site

_PERSON: Final = "per-"


class Saying:
    """Words of the service that follow from no fact of a batch; their ids follow from the replay and the step."""

    def __init__(self, site: Site) -> None:
        """The site says how long a plan holds and who approves it."""
        self._site = site

    async def tallied(self, asking: Asking, replay: Replay) -> Tally:
        """Return all items, counted."""
        tally = Tally.of(replay.request)
        async for item in asking.items(replay.replay_id):
            tally.add(item)
        return tally

    def planned(self, replay: Replay, tally: Tally, now: datetime) -> Fact:
        """Return the plan."""
        asked, rules = replay.request, self._site.replay
        events = sum(tally.planned.values())
        because = [("size", events > rules.second_person_above), ("part-2", tally.restricted > 0)]
        pace = rules.per_second
        plan = ReplayPlanned(
            replay_id=replay.replay_id, plan_hash=tally.plan_hash, kind=asked.kind, agency=asked.agency,
            service=asked.service, since=asked.since, until=asked.until, reason=asked.reason, operator=asked.operator,
            persons=tally.persons, events=events, agencies=1 if asked.agency else 0, counts=counts_of(tally.planned),
            withheld=withheld_of(tally.withheld_planned), restricted=tally.restricted,
            second_person=any(holds for _, holds in because), because=tuple(name for name, holds in because if holds),
            per_second=pace, estimated_seconds=-(-events // pace), policy_hash=tally.policy_hash, planned_at=now,
            expires_at=now + timedelta(hours=rules.approval_hours),
        )  # fmt: skip
        return self._fact(replay, plan, now, "planned")

    def completed(self, replay: Replay, tally: Tally, now: datetime) -> Fact:
        """Return how all ended, against the plan."""
        done = ReplayCompleted(
            replay_id=replay.replay_id, plan_hash=tally.plan_hash, kind=replay.request.kind,
            agency=replay.request.agency, cancelled=replay.stage is ReplayStage.CANCELLED,
            planned=counts_of(tally.planned),
            ended=counts_of(tally.ended), withheld=withheld_of(tally.withheld),
            differences=differences_of(tally.differences), completed_at=now,
        )  # fmt: skip
        return self._fact(replay, done, now, "completed")

    def advanced(self, replay: Replay, stage: ReplayStage, now: datetime) -> Fact:
        """Return the next step, which nobody said: something has come to its end."""
        number, agency = replay.number + 1, replay.request.agency or self._site.program_office
        event = ReplayAdvanced(replay_id=replay.replay_id, number=number, stage=stage, agency=agency)
        return self._fact(replay, event, now, str(number))

    def refused(self, replay: Replay, objection: tuple[str, Problem], now: datetime) -> Fact:
        """Return why the request cannot be planned."""
        asked = replay.request
        refusal = refusal_of(asked.office, asked.word, ReplayRequested.name, objection)
        return self._fact(replay, ReplayRefused(replay_id=replay.replay_id, refusal=refusal), now, "refused")

    def ordered(self, replay: Replay, mode: ReplayPass, rows: Sequence[Any], now: datetime) -> Outgoing:
        """Return what is asked of notification: items of one person, in their order."""
        recalls = mode is ReplayPass.RECALL
        items = [
            ToldItem(
                message_id=row["told_as"] if recalls else row["original_id"],
                message_type=row["message_type"],
                reference=ToldReference.model_validate_json(row["reference"]),
                content=row["content"],
            )
            for row in rows
        ]
        person: str = rows[0]["person"]
        event = ReplayOrdered(
            replay_id=replay.replay_id, plan_hash=replay.plan.plan_hash if replay.plan else "",
            agency=replay.request.agency or "", mode=mode, items=tuple(items),
        )  # fmt: skip
        subject = person if person.startswith(_PERSON) else None
        fact = self._fact(replay, event, now, mode.value, str(rows[0]["chunk"]), subject=subject)
        return outgoing(ReplayOrdered.topic, person, fact)

    async def expires(self, tables: PostgresTables, replay: Replay, fact: Fact) -> None:
        """Set the day on which a plan that was not begun is one no more."""
        said = fact.envelope
        due = Due(
            replay.replay_id, None, said.correlation_id or said.id, said.id, PLAN_EXPIRES, replay.replay_id,
            getattr(fact.event, "expires_at", said.at),
        )  # fmt: skip
        await tables.set_deadlines([due])

    async def say(self, conn: Any, work: Work, replay: Replay, fact: Fact) -> None:
        """Fold it and put it out; when it comes back from its topic it is known."""
        after = evolve(replay, fact)
        if after is not None:
            await work.keep(conn, [after])
        own = [(fact.source, fact.id, "")]
        await PostgresTables(conn).send([outgoing(type(fact.event).topic, replay.replay_id, fact)], own)

    def _fact(self, replay: Replay, event: Event, now: datetime, *parts: str, subject: str | None = None) -> Fact:
        identity = derived("", SERVICE, replay.replay_id, event.name, *parts)
        envelope = Envelope(
            identity, service_source(SERVICE), event.name, now, subject, None, replay.request.correlation, replay.word
        )
        return Fact(event, envelope)
