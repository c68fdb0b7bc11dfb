"""Stores of one row a person: the twin in memory, and the one scenario that both pass."""

from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import asyncpg

from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare
from services.plumbing.service import Loaded

OTHER = "per-" + "b" * 32


def migrations(service):
    return from_folder(Path(import_module(f"services.{service}").__file__).parent / "migrations")


class InMemory:
    """Keeps states as text, as the table does."""

    def __init__(self, kind):
        self.kept = {}
        self._kind = kind

    async def load(self, _conn, keys, _facts):
        known = {key: self.kept[key] for key in keys if key in self.kept}
        return Loaded({key: self._kind.model_validate_json(state) for key, state in known.items()}, None)

    async def save(self, _conn, states, _shared, _rows):
        self.kept |= {key: state.model_dump_json(exclude_defaults=True) for key, state in states.items()}


@asynccontextmanager
async def in_memory(store):
    yield store, None


@asynccontextmanager
async def in_postgres(service, store, dsn):
    """The store with a connection as the service's own role, on a real PostgreSQL."""
    conn = await asyncpg.connect(dsn)
    try:
        await prepare(conn, [service])
        await conn.execute(f"SET ROLE hub_{service}; SET search_path TO {service}")
        await migrate(conn, service, migrations(service))
        yield store, conn
    finally:
        await conn.close()


async def what_is_saved_is_what_is_loaded(opened, person, state, nothing):
    async with opened as (store, conn):
        assert (await store.load(conn, [person, OTHER], [])).states == {}

        await store.save(conn, {person: state, OTHER: nothing}, None, [])
        assert (await store.load(conn, [person, OTHER], [])).states == {person: state, OTHER: nothing}

        await store.save(conn, {OTHER: state}, None, [])
        assert (await store.load(conn, [person], [])).states == {person: state}
        assert (await store.load(conn, [OTHER], [])).states == {OTHER: state}

        await store.save(conn, {}, None, [])
        assert (await store.load(conn, [], [])).states == {}
