"""The same scenarios over the store in memory and the one in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

import services.eligibility
from services.eligibility.domain import PersonFile
from services.eligibility.store import PersonFiles
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare
from tests.eligibility.examples import PERSON, UNWEIGHED_LIFE, Stage, community
from tests.eligibility.memory import MemoryPersonFiles

OTHER = "per-" + "b" * 32
MIGRATIONS = Path(services.eligibility.__file__).parent / "migrations"


class InMemory:
    def __init__(self) -> None:
        self.store = MemoryPersonFiles()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield None


class InPostgres:
    def __init__(self, dsn: str) -> None:
        self.store = PersonFiles()
        self._dsn = dsn
        self._is_prepared = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        conn = await asyncpg.connect(self._dsn, server_settings={"search_path": "eligibility"})
        try:
            if not self._is_prepared:
                await empty(conn)
                self._is_prepared = True
            await conn.execute("SET ROLE hub_eligibility")
            async with conn.transaction():
                yield conn
        finally:
            await conn.close()


async def empty(conn: asyncpg.Connection) -> None:
    """Make the service's schema as its own role, with nothing in it."""
    await prepare(conn, ["eligibility"])
    await conn.execute("SET ROLE hub_eligibility")
    await conn.execute("SET search_path TO eligibility")
    await migrate(conn, "eligibility", from_folder(MIGRATIONS))
    await conn.execute("TRUNCATE person_files")


@pytest.fixture(params=["memory", "postgres"])
def place(request: pytest.FixtureRequest) -> InMemory | InPostgres:
    return InMemory() if request.param == "memory" else InPostgres(request.getfixturevalue("database"))


async def kept(place: InMemory | InPostgres, *persons: str) -> dict[str, PersonFile]:
    async with place.transaction() as conn:
        return (await place.store.load(conn, sorted(persons), [])).states


async def keep(place: InMemory | InPostgres, **states: PersonFile) -> None:
    async with place.transaction() as conn:
        await place.store.save(conn, {name.replace("_", "-"): state for name, state in states.items()}, None, [])


async def test_nothing_is_kept_of_a_person_who_was_never_referred(place):
    assert await kept(place, PERSON) == {}


async def test_a_file_is_read_as_it_was_saved(place):
    await keep(place, **{PERSON: UNWEIGHED_LIFE})
    assert await kept(place, PERSON, OTHER) == {PERSON: UNWEIGHED_LIFE}


async def test_the_last_save_stands(place):
    later = Stage(file=UNWEIGHED_LIFE).when(community(), 60).file
    await keep(place, **{PERSON: UNWEIGHED_LIFE})
    await keep(place, **{PERSON: later, OTHER: PersonFile()})
    assert await kept(place, PERSON, OTHER) == {PERSON: later, OTHER: PersonFile()}


async def test_only_the_files_that_are_asked_for_come(place):
    await keep(place, **{PERSON: UNWEIGHED_LIFE, OTHER: PersonFile()})
    assert set(await kept(place, OTHER)) == {OTHER}


async def test_nothing_to_save_is_no_error(place):
    await keep(place)
    assert await kept(place, PERSON) == {}


async def test_who_works_on_a_file_makes_others_wait(database):
    place = InPostgres(database)
    await keep(place, **{PERSON: UNWEIGHED_LIFE})
    async with place.transaction() as first:
        await place.store.load(first, [PERSON], [])
        waiting = asyncio.create_task(kept(place, PERSON))
        done, _ = await asyncio.wait({waiting}, timeout=0.3)
        assert not done
        await place.store.save(first, {PERSON: PersonFile()}, None, [])
    assert await waiting == {PERSON: PersonFile()}
