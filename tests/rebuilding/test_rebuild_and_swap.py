"""Each service, rebuilt from the log of a real hub: it is what the live one is, takes its place, and goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka import Consumer, TopicPartition

from contracts import topics
from services import cli
from services.local import rebuilds
from services.plumbing.rebuilding.errors import AnotherBuilds, HalfBuilt, OtherTables
from services.plumbing.rebuilding.keeping import alone
from tests.chaos.settling import quiet
from tests.chaos.world import until
from tests.journeys.cast import LISTENING
from tests.rebuilding.conftest import CASES
from tests.rebuilding.reached import KILLED_AFTER

ROOT = Path(__file__).resolve().parents[2]
OPERATOR = "sam-sample"


def nobody_is_told(_done: int, _whole: int) -> None:
    """Progress is of no interest here."""


def differences(comparison):
    return [one for table in comparison.tables for one in table.named], comparison.words


def ends_of_all_topics(world):
    """How far every topic of the hub and every agency's lane goes."""
    consumer = Consumer(world.hub.platform.hub_access.for_librdkafka() | {"group.id": "looks"})
    try:
        known = consumer.list_topics(timeout=60).topics
        wanted = [*topics.HUB_TOPICS, *map(topics.from_hub, LISTENING)]
        return {
            (name, number): consumer.get_watermark_offsets(TopicPartition(name, number), timeout=60)[1]
            for name in wanted
            for number in known[name].partitions
        }
    finally:
        consumer.close()


def rows(world, plan, schema):
    """Every row that follows from the log, as text, without the numbers that the database gives."""
    found = {}
    for table, kept in plan.kept.items():
        left_out = "".join(f" - '{one}'" for one in kept.left_out)
        found[table] = sorted(world.rows(f"SELECT (to_jsonb(kept){left_out})::text FROM {schema}.{table} AS kept"))
    return found


def test_a_rebuild_of_every_service_is_what_the_live_one_is_and_says_nothing(world, of):
    until(lambda: quiet(world), lambda: "the day has not settled")
    before = ends_of_all_topics(world)
    folded = {}
    for name in rebuilds.possible():
        work = of(name)
        went_on, done, comparison = asyncio.run(work.built(nobody_is_told))
        assert not went_on
        assert differences(comparison) == ([], "nothing")
        assert world.rows(f"SELECT count(*) FROM {work.plan.schema}.outbox") == [(0,)]
        folded[name] = done.folded
        asyncio.run(work.given_up())
    assert ends_of_all_topics(world) == before
    # No case of the caseload goes to court.
    assert [name for name, facts in folded.items() if facts < CASES] == ["pretrial"]


@pytest.mark.parametrize("name", ["console", "assignment"])
def test_a_rebuild_that_is_killed_goes_on_and_ends_as_a_clean_one(world, of, name):
    work, folder = of(name), world.hub.ground.state.folder
    killed = subprocess.run(
        [sys.executable, "-m", "tests.rebuilding.reached", str(folder), name],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    half = asyncio.run(work.standing())
    assert half.filled_at is None
    assert KILLED_AFTER <= half.read < half.ends
    with pytest.raises(HalfBuilt, match=f"{half.read} of {half.ends}"):
        asyncio.run(work.swapped(operator=OPERATOR, despite="in-haste"))

    went_on, done, comparison = asyncio.run(work.built(nobody_is_told))
    assert went_on
    assert differences(comparison) == ([], "nothing")
    assert done.read == half.ends - half.read
    resumed = rows(world, work.plan, work.plan.schema)

    went_on, _, _ = asyncio.run(work.built(nobody_is_told, anew=True))
    assert not went_on
    assert rows(world, work.plan, work.plan.schema) == resumed
    asyncio.run(work.given_up())


@pytest.fixture
def hub(world, monkeypatch, capsys):
    """`hub replay rebuild consent` as somebody types it, with these words: its exit code, and the JSON that it wrote.

    The hub's own log is on the same output here.
    """

    def run(*words):
        state = str(world.hub.ground.state.folder)
        monkeypatch.setattr(sys, "argv", ["hub", "replay", "rebuild", "consent", *words, "--state", state, "--json"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        (line,) = (one for one in capsys.readouterr().out.splitlines() if one.startswith("{"))
        return ended.value.code or 0, json.loads(line)

    return run


def test_a_row_that_was_damaged_is_named_and_mended_by_the_swap(world, of, hub):
    plan = of("consent").plan
    whole = rows(world, plan, "consent")
    ((changed,), (lost,)) = world.rows("SELECT person FROM consent.registers ORDER BY person LIMIT 2")
    world.rows(f"UPDATE consent.registers SET state = '{{}}' WHERE person = '{changed}'")
    world.rows(f"DELETE FROM consent.registers WHERE person = '{lost}'")

    code, built = hub()
    (registers,) = built["comparison"]["tables"]
    assert code == 1
    assert {(one["row"], one["how"], *one["columns"]) for one in registers["named"]} == {
        (changed, "differs", "state"), (lost, "only in the rebuilt one"),
    }  # fmt: skip
    assert hub("--compare") == (1, {"service": "consent", "comparison": built["comparison"]})
    code, refused = hub("--swap", "--yes")
    assert code == 1
    assert "2 rows of registers" in refused["error"]
    assert "--despite CODE" in refused["next"]
    assert "nobody is there to ask" in hub("--swap")[1]["error"]
    assert hub("--status")[1]["schema"] == "consent_rebuilt"

    code, swapped = hub("--swap", "--operator", OPERATOR, "--despite", "rows-damaged", "--yes")
    assert code == 0
    assert rows(world, plan, "consent") == whole
    (kept,) = hub("--status")[1]["old"]
    assert (kept["schema"], kept["swapped_by"], kept["despite"]) == (swapped["former"], OPERATOR, "rows-damaged")
    assert hub("--drop", "--yes") == (0, {"service": "consent", "dropped": [swapped["former"]]})
    assert "no former consent" in hub("--drop", "--yes")[1]["error"]
    assert "Nothing was built" in hub("--swap", "--yes")[1]["error"]


def test_of_two_who_rebuild_one_service_the_second_is_told_so_and_after_a_deployment_it_begins_anew(world, of):
    work = of("charges")

    async def second():
        admin = await asyncpg.connect(world.hub.database)
        async with alone(admin, work.plan):
            with pytest.raises(AnotherBuilds, match="Somebody else is rebuilding charges"):
                await work.built(nobody_is_told)
        await admin.close()

    asyncio.run(second())
    asyncio.run(work.built(nobody_is_told))
    world.rows("UPDATE charges_rebuilt.migrations SET checksum = 'another' WHERE owner = 'service' AND number = 1")
    for what in (work.built(nobody_is_told), work.compared(), work.swapped(operator=OPERATOR)):
        with pytest.raises(OtherTables, match="--anew"):
            asyncio.run(what)
    asyncio.run(work.built(nobody_is_told, anew=True))
    asyncio.run(work.given_up())


def test_what_is_parked_goes_on_holding_its_person_over_a_swap(world, of):
    work = of("eligibility")
    ((person,),) = world.rows("SELECT person FROM eligibility.person_files ORDER BY person LIMIT 1")
    world.rows(
        "INSERT INTO eligibility.dead_letters (key, topic, partition, record_offset, appended_at, digest, content, "
        f"wrapped, reason, cause) VALUES ('{person}', 'hub.referrals', 0, 1000000, now(), '', '', false, 'failed', 'x')"
    )
    asyncio.run(work.built(nobody_is_told))
    asyncio.run(work.swapped(operator=OPERATOR))
    kept = "SELECT key FROM eligibility.dead_letters WHERE settled_at IS NULL"
    assert world.rows(kept) == [(person,)]
    # Nothing can be said of one who is not there: it is settled by hand, so that the next day is undisturbed.
    world.rows("UPDATE eligibility.dead_letters SET settled_at = now(), settled_as = 'a test'")
    asyncio.run(work.dropped())


def test_while_people_are_referred_every_service_is_swapped_and_nothing_is_lost_or_doubled(world, of, play):
    def all_swapped():
        for name in rebuilds.possible():
            asyncio.run(of(name).built(nobody_is_told))
            asyncio.run(of(name).swapped(operator=OPERATOR))

    play(CASES, all_swapped)
    for name in rebuilds.possible():
        work = of(name)
        assert len(asyncio.run(work.dropped())) == 1
        # What went on after the swap is what the whole log says.
        _, _, comparison = asyncio.run(work.built(nobody_is_told))
        assert differences(comparison) == ([], "nothing")
        asyncio.run(work.given_up())
