"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

import services.consent
from services.consent.domain import Register
from services.consent.store import Registers
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare
from tests.consent.examples import PERSON, Stage, accepted, own_care, revoked, signed
from tests.consent.memory import MemoryRegisters

OTHER = "per-" + "b" * 32
MIGRATIONS = Path(services.consent.__file__).parent / "migrations"


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory
    return in_postgres(request.getfixturevalue("database"))


@asynccontextmanager
async def in_memory():
    yield MemoryRegisters(), None


def in_postgres(dsn):
    @asynccontextmanager
    async def opened():
        conn = await asyncpg.connect(dsn)
        try:
            await prepare(conn, ["consent"])
            await conn.execute("SET ROLE hub_consent; SET search_path TO consent")
            await migrate(conn, "consent", from_folder(MIGRATIONS))
            yield Registers(), conn
        finally:
            await conn.close()

    return opened


async def test_what_is_saved_is_what_is_loaded(opened):
    register = Stage().given(accepted(), signed(), own_care(form_reference="ROI-1"), revoked()).register
    async with opened() as (store, conn):
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {}

        await store.save(conn, {PERSON: register, OTHER: Register()}, None, [])
        assert (await store.load(conn, [PERSON, OTHER], [])).states == {PERSON: register, OTHER: Register()}

        await store.save(conn, {OTHER: register}, None, [])
        assert (await store.load(conn, [PERSON], [])).states == {PERSON: register}
        assert (await store.load(conn, [OTHER], [])).states == {OTHER: register}

        await store.save(conn, {}, None, [])
        assert (await store.load(conn, [], [])).states == {}
