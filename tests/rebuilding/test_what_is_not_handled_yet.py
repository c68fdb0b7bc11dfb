"""What the service has not handled is left to it, and what it has said and not sent is folded: on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from contracts import topics
from contracts.envelope import written
from services.local import rebuilds
from services.local.laying import migrated
from services.plumbing.batch import outgoing
from services.plumbing.migrations import from_folder
from services.plumbing.rebuilding import keeping
from services.plumbing.rebuilding.comparing import compared
from services.plumbing.rebuilding.filling import Filling
from services.plumbing.rebuilding.reading import Piece
from services.plumbing.rebuilding.swapping import fenced
from services.plumbing.roles import role_of
from services.plumbing.runner import SERVICES
from services.plumbing.service import Record
from tests.intake.examples import KEYS
from tests.journeys.test_in_memory_pretrial import SITE, Case
from tests.platform.aside import now

HANDLED = "INSERT INTO pretrial.inbox (source, id, delivery) VALUES ($1, $2, '')"
NAME = "pretrial"


class Held:
    """A log of one partition that can grow; the twin of `Log`."""

    def __init__(self):
        self.records = []

    def append(self, topic, fact):
        body, headers = written(fact)
        at = datetime(2026, 3, 2, 12, 0, len(self.records), tzinfo=UTC)
        key = fact.subject.encode()
        self.records.append(Record(topic, 0, len(self.records), at, tuple(headers), key, body))

    async def spans(self, names):
        return {(topics.REPORTS, 0): (0, len(self.records))} | {
            (name, 0): (0, 0) for name in names if name != topics.REPORTS
        }

    async def pieces(self, positions, ends, most):
        place = (topics.REPORTS, 0)
        for begin in range(positions.get(place, 0), ends[place], most):
            records = self.records[begin : begin + most]
            yield Piece(records, {place: begin + len(records)})


@pytest.fixture(scope="module")
def court():
    """What pretrial heard and said of a motion and its grant."""
    case = Case()

    async def played():
        await case.begins()
        await case.walks(0, 1)

    asyncio.run(played())
    plan = rebuilds.plan(NAME, SITE, KEYS)
    every = [(topic, fact) for topic in plan.topics for fact in case.hub.hub.facts(topic)]
    own = [(topic, fact) for topic, fact in every if fact.source == f"/hub/{NAME}"]
    heard = [
        (topic, fact) for topic, fact in every
        if type(fact.event) in plan.service.hears and plan.service.key(fact) and (topic, fact) not in own
    ]  # fmt: skip
    state = plan.kept["roads"].read["state"]
    kept = case.hub.hub._readings[NAME].service.store.kept
    return plan, heard, own, {person: state(text) for person, text in kept.items()}


def test_what_is_not_handled_is_left_until_it_is_and_what_is_not_sent_is_folded(database, court):
    plan, heard, own, kept = court
    assert len(heard) > 2
    assert own

    async def played():
        await migrated(database)
        admin = await asyncpg.connect(database)
        owner = await asyncpg.connect(database, user=role_of(NAME), server_settings={"search_path": plan.schema})
        await admin.execute("DELETE FROM pretrial.inbox; DELETE FROM pretrial.outbox; DELETE FROM pretrial.roads")
        log = Held()
        for topic, fact in heard:
            log.append(topic, fact)
        *before, (_, last) = heard
        past = [(topic, 0) for topic in plan.topics]
        for _, fact in before:
            await admin.execute(HANDLED, fact.source, fact.id)
        filling = Filling(plan, log, most=2)
        await keeping.begun(admin, owner, plan, from_folder(SERVICES / NAME / "migrations"), anew=True)
        done = await filling.filled(owner)
        assert (done.folded, done.left) == (len(before), 1)
        assert (await keeping.standing(admin, plan)).left == 1
        found = await _compared(admin, plan, filling, {})
        assert (found.waiting, found.never_handled) == (1, 0)
        # Read past, and neither handled nor parked: that has no explanation.
        assert (await _compared(admin, plan, filling, dict.fromkeys(past, len(heard)))).never_handled == 1

        await admin.execute(HANDLED, last.source, last.id)
        for topic, fact in own:
            row = outgoing(topic, fact.subject, fact)
            await admin.execute(
                "INSERT INTO pretrial.outbox (topic, key, headers, body) VALUES ($1, $2, $3, $4)",
                row.topic, row.key, row.headers, row.body.decode(),
            )  # fmt: skip
        await _compared(admin, plan, filling, {})
        roads = await admin.fetch(f"SELECT person, state FROM {plan.schema}.roads")
        assert {row["person"]: plan.kept["roads"].read["state"](row["state"]) for row in roads} == kept
        assert (await keeping.standing(admin, plan)).left == 0

        await admin.execute(HANDLED, last.source, "of a topic that is gone")
        assert (await _compared(admin, plan, filling, {})).not_in_the_log == 1
        await owner.close()
        await admin.close()

    now(played())


async def _compared(admin, plan, filling, committed):
    async with fenced(admin, plan, whole=False):
        await filling.caught_up(admin)
        return await compared(admin, plan, committed)
