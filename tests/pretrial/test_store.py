"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

import services.pretrial
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare
from services.pretrial.domain import Roads
from services.pretrial.store import PersonRoads
from tests.pretrial.examples import PERSON
from tests.pretrial.memory import MemoryRoads
from tests.pretrial.test_convergence import FACTS, folded

OTHER = "per-" + "b" * 32
MIGRATIONS = Path(services.pretrial.__file__).parent / "migrations"


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory
    return in_postgres(request.getfixturevalue("database"))


@asynccontextmanager
async def in_memory():
    yield MemoryRoads(), None


def in_postgres(dsn):
    @asynccontextmanager
    async def opened():
        conn = await asyncpg.connect(dsn)
        try:
            await prepare(conn, ["pretrial"])
            await conn.execute("SET ROLE hub_pretrial; SET search_path TO pretrial")
            await migrate(conn, "pretrial", from_folder(MIGRATIONS))
            yield PersonRoads(), conn
        finally:
            await conn.close()

    return opened


async def test_what_is_saved_is_what_is_loaded(opened):
    roads = folded(FACTS)
    async with opened() as (store, conn):
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {}

        await store.save(conn, {PERSON: roads, OTHER: Roads()}, None, [])
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {PERSON: roads, OTHER: Roads()}

        await store.save(conn, {OTHER: roads}, None, [])
        assert (await store.load(conn, [OTHER], [])).states == {OTHER: roads}
