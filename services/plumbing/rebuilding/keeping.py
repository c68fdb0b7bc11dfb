"""The second schema: made with the service's own migrations, with its cursor and what is left in tables beside them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from services.plumbing.migrations import migrate
from services.plumbing.rebuilding.errors import AnotherBuilds, NotLaid, OtherTables
from services.plumbing.rebuilding.plan import OLD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from services.plumbing.migrations import Migration
    from services.plumbing.rebuilding.plan import Plan

_OWN: Final = """
CREATE TABLE rebuild (
    one        boolean     PRIMARY KEY DEFAULT true CHECK (one),
    begun_at   timestamptz NOT NULL DEFAULT now(),
    filled_at  timestamptz,
    folded     bigint      NOT NULL DEFAULT 0,
    swapped_at timestamptz,
    swapped_by text,
    despite    text
);
INSERT INTO rebuild DEFAULT VALUES;
CREATE TABLE rebuild_positions (
    topic     text    NOT NULL,
    partition integer NOT NULL,
    position  bigint  NOT NULL,
    ends_at   bigint  NOT NULL,
    PRIMARY KEY (topic, partition)
);
CREATE TABLE rebuild_left (
    topic         text        NOT NULL,
    partition     integer     NOT NULL,
    record_offset bigint      NOT NULL,
    appended_at   timestamptz NOT NULL,
    content       bytea       NOT NULL,
    source        text        NOT NULL,
    id            text        NOT NULL,
    delivery      text        NOT NULL,
    PRIMARY KEY (topic, partition, record_offset)
);
CREATE TABLE rebuild_troubles (
    topic         text    NOT NULL,
    partition     integer NOT NULL,
    record_offset bigint  NOT NULL,
    cause         text    NOT NULL,
    PRIMARY KEY (topic, partition, record_offset)
);
"""
OWN_TABLES: Final = ("rebuild", "rebuild_positions", "rebuild_left", "rebuild_troubles")
"""What is kept of a rebuild while it lasts; `rebuild` goes with the old schema, and says who swapped."""
_THERE: Final = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)"
_LAID: Final = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'inbox')"
_BEGUN: Final = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'rebuild')"
_KEPT: Final = "SELECT EXISTS (SELECT FROM {beside}.rebuild)"
_ALIKE: Final = """
SELECT NOT EXISTS (
    (SELECT owner, number, checksum FROM {live}.migrations
     EXCEPT SELECT owner, number, checksum FROM {beside}.migrations)
    UNION ALL
    (SELECT owner, number, checksum FROM {beside}.migrations
     EXCEPT SELECT owner, number, checksum FROM {live}.migrations)
)
"""
_ALONE: Final = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_OTHERS: Final = "SELECT pg_advisory_unlock(hashtextextended($1, 0))"
_STANDING: Final = """
SELECT begun_at, filled_at, folded,
       (SELECT coalesce(sum(position), 0)::bigint FROM {beside}.rebuild_positions) AS read,
       (SELECT coalesce(sum(ends_at), 0)::bigint FROM {beside}.rebuild_positions) AS ends,
       (SELECT count(*) FROM {beside}.rebuild_left) AS left_behind,
       (SELECT count(*) FROM {beside}.rebuild_troubles) AS troubles
FROM {beside}.rebuild
"""
_OLD: Final = """
SELECT nspname FROM pg_namespace WHERE left(nspname, length($1)) = $1 ORDER BY nspname
"""
_OLD_SWAP: Final = "SELECT swapped_at, swapped_by, despite FROM {old}.rebuild"


@dataclass(frozen=True, slots=True)
class Old:
    """A former schema that was kept: since when it is not the live one any more, by whom, and despite what."""

    schema: str
    swapped_at: datetime | None
    swapped_by: str | None
    despite: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a rebuild is."""

    service: str
    schema: str | None
    """None: nothing is built beside the live one."""
    begun_at: datetime | None = None
    filled_at: datetime | None = None
    folded: int = 0
    """Facts that the service had handled, or said."""
    read: int = 0
    ends: int = 0
    """Records that were read, of how many when it last looked."""
    left: int = 0
    """Facts that the service had not handled when they were read."""
    troubles: int = 0
    """Facts that could not be folded."""
    old: tuple[Old, ...] = ()


async def standing(conn: Any, plan: Plan) -> Standing:
    """Return how far the rebuild of the service is, and which former schemas are kept.

    Raises:
        NotLaid: the service has no tables.
    """
    await require_laid(conn, plan)
    names = [row["nspname"] for row in await conn.fetch(_OLD, f"{plan.name}{OLD}")]
    old = tuple([Old(name, *await conn.fetchrow(_OLD_SWAP.format(old=name))) for name in names])
    if not await conn.fetchval(_BEGUN, plan.schema):
        return Standing(plan.name, None, old=old)
    row = await conn.fetchrow(_STANDING.format(beside=plan.schema))
    if row is None:
        return Standing(plan.name, plan.schema, old=old)
    return Standing(
        plan.name, plan.schema, row["begun_at"], row["filled_at"], row["folded"], row["read"], row["ends"],
        row["left_behind"], row["troubles"], old,
    )  # fmt: skip


async def require_laid(conn: Any, plan: Plan) -> None:
    """See that the live service has tables.

    Raises:
        NotLaid: it has none.
    """
    if not await conn.fetchval(_LAID, plan.name):
        raise NotLaid(service=plan.name)


async def require_alike(conn: Any, plan: Plan) -> None:
    """See that live and rebuilt tables were made by the same migrations.

    Raises:
        OtherTables: a deployment came in between.
    """
    if not await conn.fetchval(_ALIKE.format(live=plan.name, beside=plan.schema)):
        raise OtherTables(service=plan.name)


async def begun(admin: Any, owner: Any, plan: Plan, migrations: Iterable[Migration], *, anew: bool = False) -> bool:
    """Make the second schema, or find the one that is there; return whether an earlier rebuild goes on.

    `admin` may make schemas; `owner` is the service's own role, with the second schema as its search path.

    Raises:
        NotLaid, OtherTables: as they say.
    """
    await require_laid(admin, plan)
    if anew:
        await admin.execute(f"DROP SCHEMA IF EXISTS {plan.schema} CASCADE")
    if await admin.fetchval(_BEGUN, plan.schema):
        await require_alike(admin, plan)
        if await admin.fetchval(_KEPT.format(beside=plan.schema)):
            return True
    role = await owner.fetchval("SELECT current_user")
    # One that is there without its cursor was never begun, or the database has crashed meanwhile.
    await admin.execute(f"DROP SCHEMA IF EXISTS {plan.schema} CASCADE")
    await admin.execute(f"CREATE SCHEMA {plan.schema} AUTHORIZATION {role}")
    await admin.execute(f"REVOKE ALL ON SCHEMA {plan.schema} FROM PUBLIC")
    await migrate(owner, plan.schema, list(migrations))
    async with owner.transaction():
        await owner.execute(_OWN)
        await logged(owner, plan, whether=False)
    await require_alike(admin, plan)
    return False


async def logged(conn: Any, plan: Plan, *, whether: bool) -> None:
    """Let what is filled survive a crash of the database, or not: until it is whole that saves most of the writing.

    After a crash all of it is empty, the cursor, too; so it begins anew.
    """
    for table in ("inbox", *plan.kept, *OWN_TABLES):
        await conn.execute(f"ALTER TABLE {plan.schema}.{table} SET {'LOGGED' if whether else 'UNLOGGED'}")


@asynccontextmanager
async def alone(conn: Any, plan: Plan) -> AsyncIterator[None]:
    """Be the only one who rebuilds this service, as long as the connection lives.

    Raises:
        AnotherBuilds: somebody else does.
    """
    lock = f"rebuild of {plan.name}"
    if not await conn.fetchval(_ALONE, lock):
        raise AnotherBuilds(service=plan.name)
    try:
        yield
    finally:
        await conn.fetchval(_OTHERS, lock)
