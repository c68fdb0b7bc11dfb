"""The swap: in one transaction, with the service held at its inbox, the rebuilt tables take the place of the live ones.

What is no knowledge of the past but work under way (what was said and not sent, deadlines, what is parked, what waits
for a lane) moves over as it is: the very tables, so that nothing is in two places and nothing is done twice.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from services.plumbing.rebuilding.comparing import Comparison, compared
from services.plumbing.rebuilding.errors import Busy, HalfBuilt, NothingBuilt, NothingOld, Unexplained
from services.plumbing.rebuilding.keeping import OWN_TABLES, alone, require_alike, standing
from services.plumbing.rebuilding.plan import OLD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.plumbing.rebuilding.filling import Filling
    from services.plumbing.rebuilding.plan import Plan
    from services.plumbing.rebuilding.reading import Log

_LOCK_SECONDS: Final = 20
_TRIES: Final = 3
_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"
_TODAY: Final = "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')"
_SWAPPED: Final = "UPDATE {beside}.rebuild SET swapped_at = now(), swapped_by = $1, despite = $2"
_LET_GO: Final = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = $1 AND pid <> pg_backend_pid()
"""
_OWNER: Final = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = $1"


@asynccontextmanager
async def fenced(conn: Any, plan: Plan, *, whole: bool) -> AsyncIterator[None]:
    """Hold the service at its inbox, inside a transaction that ends with the block; with `whole` all else, too.

    Every batch begins at the inbox: the one under way ends, and the next one waits for us.

    Raises:
        Busy: the tables could not be had in time.
    """
    transaction = conn.transaction()
    await transaction.start()
    try:
        await _locked(conn, plan, whole=whole)
        # Names without a schema are those of the second one: the stores write there.
        await conn.execute(f"SET LOCAL search_path = {plan.schema}")
        yield
    except BaseException:
        await transaction.rollback()
        raise
    await transaction.commit()


async def _locked(conn: Any, plan: Plan, *, whole: bool) -> None:
    others = [row[0] for row in await conn.fetch(_TABLES, plan.name) if row[0] != "inbox"] if whole else []
    mode = "ACCESS EXCLUSIVE" if whole else "SHARE ROW EXCLUSIVE"
    await conn.execute(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
    for tried in range(_TRIES):
        await conn.execute("SAVEPOINT before_the_locks")
        try:
            await conn.execute(f"LOCK TABLE {plan.name}.inbox IN {mode} MODE")
            for table in others:
                await conn.execute(f"LOCK TABLE {plan.name}.{table} IN {mode} MODE")
        except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError) as error:
            await conn.execute("ROLLBACK TO SAVEPOINT before_the_locks")
            if tried == _TRIES - 1 or isinstance(error, asyncpg.LockNotAvailableError):
                raise Busy(service=plan.name, seconds=_LOCK_SECONDS) from error
        else:
            return


async def require_built(conn: Any, plan: Plan) -> None:
    """See that something whole is built beside the live tables.

    Raises:
        NothingBuilt, HalfBuilt, OtherTables: as they say.
    """
    stands = await standing(conn, plan)
    if stands.schema is None:
        raise NothingBuilt(service=plan.name)
    if stands.filled_at is None:
        raise HalfBuilt(service=plan.name, done=stands.read, all=stands.ends)
    await require_alike(conn, plan)


async def swapped(
    admin: Any, plan: Plan, filling: Filling, log: Log, *, operator: str, despite: str | None = None
) -> tuple[Comparison, str]:
    """Catch up, compare and swap in one transaction; return the comparison, and the name of the former schema.

    `admin` may rename schemas. Where something differs and nobody said despite of what, nothing is swapped.

    Raises:
        NothingBuilt, HalfBuilt, OtherTables, AnotherBuilds, Busy, Unexplained: nothing was changed.
    """
    async with alone(admin, plan):
        await require_built(admin, plan)
        committed = await log.committed(plan.name)
        async with fenced(admin, plan, whole=True):
            await filling.caught_up(admin)
            found = await compared(admin, plan, committed)
            if found.unexplained and despite is None:
                raise Unexplained(service=plan.name, differences=found.words)
            await admin.execute(_SWAPPED.format(beside=plan.schema), operator, despite)
            old = await _renamed(admin, plan)
        # Whoever has the former tables in mind begins anew; what was under way waited for us and is done then.
        await admin.fetchval(_LET_GO, await admin.fetchval(_OWNER, plan.name))
    return found, old


async def _renamed(conn: Any, plan: Plan) -> str:
    live, beside = plan.name, plan.schema
    tables = [row[0] for row in await conn.fetch(_TABLES, live)]
    for table in tables:
        if table not in plan.kept and table != "migrations":
            await conn.execute(f"DROP TABLE {beside}.{table}")
            await conn.execute(f"ALTER TABLE {live}.{table} SET SCHEMA {beside}")
    old = await _free_name(conn, f"{live}{OLD}{await conn.fetchval(_TODAY)}")
    for table in OWN_TABLES:
        keep = table == "rebuild"
        await conn.execute(
            f"ALTER TABLE {beside}.{table} SET SCHEMA {live}" if keep else f"DROP TABLE {beside}.{table}"
        )
    await conn.execute(f"ALTER SCHEMA {live} RENAME TO {old}")
    await conn.execute(f"ALTER SCHEMA {beside} RENAME TO {live}")
    return old


async def _free_name(conn: Any, wanted: str) -> str:
    taken = {row[0] for row in await conn.fetch("SELECT nspname FROM pg_namespace")}
    names = [wanted, *(f"{wanted}_{number}" for number in range(2, len(taken) + 3))]
    return next(one for one in names if one not in taken)


async def given_up(admin: Any, plan: Plan) -> None:
    """Drop what is built beside the live tables.

    Raises:
        NothingBuilt, AnotherBuilds: as they say.
    """
    async with alone(admin, plan):
        if (await standing(admin, plan)).schema is None:
            raise NothingBuilt(service=plan.name)
        await admin.execute(f"DROP SCHEMA {plan.schema} CASCADE")


async def dropped(admin: Any, plan: Plan) -> list[str]:
    """Drop all former schemas of the service; return their names.

    Raises:
        NothingOld: there is none.
    """
    names = [one.schema for one in (await standing(admin, plan)).old]
    if not names:
        raise NothingOld(service=plan.name)
    for name in names:
        await admin.execute(f"DROP SCHEMA {name} CASCADE")
    return names
