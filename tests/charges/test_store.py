"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

import services.charges
from services.charges.domain import Docket
from services.charges.store import Dockets
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare
from tests.charges.examples import PERSON, Stage, decides, diverted, holds, taken_in, told
from tests.charges.memory import MemoryDockets

OTHER = "per-" + "b" * 32
MIGRATIONS = Path(services.charges.__file__).parent / "migrations"


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory
    return in_postgres(request.getfixturevalue("database"))


@asynccontextmanager
async def in_memory():
    yield MemoryDockets(), None


def in_postgres(dsn):
    @asynccontextmanager
    async def opened():
        conn = await asyncpg.connect(dsn)
        try:
            await prepare(conn, ["charges"])
            await conn.execute("SET ROLE hub_charges; SET search_path TO charges")
            await migrate(conn, "charges", from_folder(MIGRATIONS))
            yield Dockets(), conn
        finally:
            await conn.close()

    return opened


async def test_what_is_saved_is_what_is_loaded(opened):
    docket = Stage().given(*diverted(), holds(2, until=40), taken_in(9), told(9), decides("declined", 12)).docket
    async with opened() as (store, conn):
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {}

        await store.save(conn, {PERSON: docket, OTHER: Docket()}, None, [])
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {PERSON: docket, OTHER: Docket()}

        await store.save(conn, {OTHER: docket}, None, [])
        assert (await store.load(conn, [OTHER], [])).states == {OTHER: docket}

        await store.save(conn, {}, None, [])
        assert (await store.load(conn, [], [])).states == {}
