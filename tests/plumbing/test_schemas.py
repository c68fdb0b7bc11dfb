"""Each service keeps its own schema, under a role of its own; migrations are applied once and never changed."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from services.plumbing import roles
from services.plumbing.migrations import PIPES, MigrationChanged, MigrationMisnamed, from_folder, migrate, ordered
from services.plumbing.roles import CLOCK, NotAName, role_of

FIRST = {"0001_things_are_kept.sql": "CREATE TABLE things (id integer PRIMARY KEY)"}
SECOND = {"0002_things_have_names.sql": "ALTER TABLE things ADD COLUMN name text"}


async def connected(dsn: str, service: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, user=role_of(service), server_settings={"search_path": service})


async def prepared(dsn: str, *names: str) -> None:
    conn = await asyncpg.connect(dsn)
    await roles.prepare(conn, names)
    await roles.prepare(conn, names)
    await conn.close()


async def test_migrations_are_applied_once_in_order_however_many_start_at_once(database: str):
    await prepared(database, "herbs")
    connections = [await connected(database, "herbs") for _ in range(3)]
    results = await asyncio.gather(*(migrate(one, "herbs", ordered(FIRST)) for one in connections))
    assert sorted(len(applied) for applied in results) == [0, 0, len(from_folder(PIPES)) + len(FIRST)]
    assert await migrate(connections[0], "herbs", ordered(FIRST | SECOND)) == ["0002_things_have_names.sql"]
    for one in connections:
        await one.close()


async def test_a_migration_that_was_changed_afterwards_is_refused_and_nothing_is_applied(database: str):
    await prepared(database, "roots")
    conn = await connected(database, "roots")
    await migrate(conn, "roots", ordered(FIRST))
    changed = {name: f"{sql} -- and a word more" for name, sql in FIRST.items()}
    with pytest.raises(MigrationChanged, match="0001_things_are_kept"):
        await migrate(conn, "roots", ordered(changed | SECOND))
    assert await conn.fetch("SELECT name FROM migrations WHERE owner = 'service' AND number = 2") == []
    await conn.close()


@pytest.mark.parametrize("names", [["0002_gap.sql"], ["1_short.sql"], ["0001_one.sql", "0001_two.sql"]])
def test_misnumbered_migrations_are_refused(names: list[str]):
    with pytest.raises(MigrationMisnamed):
        ordered(dict.fromkeys(names, "SELECT 1"))


async def test_no_service_reads_what_another_keeps_and_the_clock_only_what_it_needs(database: str):
    await prepared(database, "bark", "moss")
    for name in ("bark", "moss"):
        conn = await connected(database, name)
        await migrate(conn, name, ordered(FIRST))
        await conn.close()
    bark = await connected(database, "bark")
    for table in ("things", "inbox", "outbox", "dead_letters", "deadlines"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await bark.fetch(f"SELECT * FROM moss.{table}")  # noqa: S608  # names of this test
    await bark.close()
    clock = await asyncpg.connect(database, user=CLOCK)
    assert await clock.fetch("SELECT due_at FROM moss.deadlines") == []
    assert await clock.execute("DELETE FROM moss.deadlines") == "DELETE 0"
    assert await clock.fetch("SELECT id FROM moss.outbox") == []
    for refused in ("SELECT body FROM moss.outbox", "DELETE FROM moss.outbox", "SELECT * FROM moss.dead_letters"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await clock.execute(refused)
    await clock.close()


def test_a_name_that_is_no_schema_is_refused():
    with pytest.raises(NotAName):
        role_of('x"; DROP SCHEMA public')
