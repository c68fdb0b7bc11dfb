"""How the services stand: heartbeats, what waits in outboxes, what is parked. For `hub status` and `hub up`.

Asked as the role `hub_status`, which sees counts and reasons, and nothing of what was said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from services.plumbing.roles import STATUS, role_of, watcher

_BEATS: Final = """
SELECT instance, started_at, beat_at, state, partitions, lag, handled, parked_lanes, trouble,
       beat_at > now() - make_interval(secs => $1) AS fresh
FROM {schema}.heartbeats ORDER BY instance
"""
_OUTBOX: Final = "SELECT count(*) AS depth, min(said_at) AS oldest FROM {schema}.outbox"
_PARKED: Final = """
SELECT reason, type, count(*) AS letters, count(DISTINCT key) AS keys, min(parked_at) AS oldest
FROM {schema}.dead_letters WHERE settled_at IS NULL GROUP BY reason, type ORDER BY letters DESC
"""
_DEADLINES: Final = "SELECT count(*) FROM {schema}.deadlines"
_THERE: Final = "SELECT true FROM pg_database WHERE datname = $1"
_GONE_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Instance:
    """One running instance of a service, by its last heartbeat."""

    instance: str
    state: str
    partitions: int
    lag: int
    handled: int
    started_at: datetime
    beat_at: datetime
    parked_lanes: tuple[str, ...]
    trouble: str | None
    fresh: bool
    """Whether it was heard of within the last 15 seconds."""


@dataclass(frozen=True)
class Standing:
    """How one service stands."""

    service: str
    instances: tuple[Instance, ...] = ()
    outbox: int = 0
    outbox_oldest: datetime | None = None
    deadlines: int = 0
    parked: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    """Open dead letters by reason and type: `letters`, and how many `keys` (persons) they hold back."""

    @property
    def state(self) -> str:
        """The best state that a living instance is in; `down` where none lives."""
        living = [one.state for one in self.instances if one.fresh and one.state != "stopped"]
        return min(living, key=lambda state: (state != "ready", state), default="down")


async def standing(dsn: str, service: str, password: str | None = None, *, realm: str = "") -> Standing:
    """Return how a service stands; `dsn` is the hub's database.

    Raises what asyncpg raises where the database is away, or the service was never migrated.
    """
    role_of(service)
    conn = await asyncpg.connect(dsn, user=watcher(STATUS, realm), password=password)
    try:
        beats = await conn.fetch(_BEATS.format(schema=service), _GONE_SECONDS)
        outbox = await conn.fetchrow(_OUTBOX.format(schema=service))
        parked = await conn.fetch(_PARKED.format(schema=service))
        deadlines = await conn.fetchval(_DEADLINES.format(schema=service))
    finally:
        await conn.close()
    instances = tuple(Instance(**dict(row) | {"parked_lanes": tuple(row["parked_lanes"])}) for row in beats)
    rows = tuple(dict(row) for row in parked)
    return Standing(service, instances, outbox["depth"], outbox["oldest"], deadlines, rows)


async def database_made(administrator: str, name: str) -> str:
    """Make a database on the server if it is not there; return its address. `administrator` is a superuser's (DSN)."""
    role_of(name)
    conn = await asyncpg.connect(administrator)
    try:
        if not await conn.fetchval(_THERE, name):
            await conn.execute(f"CREATE DATABASE {name}")
    finally:
        await conn.close()
    return urlunsplit(urlsplit(administrator)._replace(path=f"/{name}"))
