"""Roles and schemas in PostgreSQL: one of each per service, so that no service reads what another keeps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
CLOCK: Final = "hub_clock"
STATUS: Final = "hub_status"

_MAKE_ROLE: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} LOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at the same moment
END $$
"""


class NotAName(ValueError):
    """A service's name is also its schema's: lower-case letters, digits and underscores, a letter first."""


def role_of(service: str) -> str:
    """Return the database role of a service.

    Raises:
        NotAName: the name cannot be a schema's.
    """
    if not _NAME.fullmatch(service):
        raise NotAName(NotAName.__doc__)
    return f"hub_{service}"


async def prepare(conn: Any, services: Iterable[str], passwords: Mapping[str, str] | None = None) -> None:
    """Make role and schema of each service, and the roles of the clock and of `hub status`. Again changes nothing.

    `conn` is an administrator's connection to the hub's database; `passwords` are by role name, and are set anew.
    """
    names = list(services)
    for role in (CLOCK, STATUS, *map(role_of, names)):
        await conn.execute(_MAKE_ROLE.format(role=role))
        if passwords and role in passwords:
            await _set_password(conn, role, passwords[role])
    await conn.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for name in names:
        role = role_of(name)
        # An administrator who is no superuser may give away only what he is a member of.
        await conn.execute(f"GRANT {role} TO CURRENT_USER")
        await conn.execute(f"CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {role}")
        await conn.execute(f"REVOKE ALL ON SCHEMA {name} FROM PUBLIC")


async def _set_password(conn: Any, role: str, password: str) -> None:
    statement = await conn.fetchval("SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, password)
    await conn.execute(statement)


async def grant_watchers(conn: Any, schema: str) -> None:
    """Let the clock see and take deadlines, and `hub status` see counts; called by the schema's owner.

    Neither sees what was said, nor what is parked. Roles that do not exist get nothing.
    """
    role_of(schema)
    there = {
        row[0] for row in await conn.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", [CLOCK, STATUS])
    }
    if CLOCK in there:
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {CLOCK}")
        await conn.execute(f"GRANT SELECT, DELETE ON {schema}.deadlines TO {CLOCK}")
        await conn.execute(f"GRANT SELECT (id, topic, said_at) ON {schema}.outbox TO {CLOCK}")
        await conn.execute(f"GRANT SELECT ON {schema}.heard_topics TO {CLOCK}")
    if STATUS in there:
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {STATUS}")
        await conn.execute(f"GRANT SELECT ON {schema}.heartbeats, {schema}.heard_topics TO {STATUS}")
        await conn.execute(f"GRANT SELECT (id, topic, said_at) ON {schema}.outbox TO {STATUS}")
        summary = "id, key, topic, type, reason, cause, attempts, parked_at, retry_asked_at, settled_at, settled_as"
        await conn.execute(f"GRANT SELECT ({summary}) ON {schema}.dead_letters TO {STATUS}")
        await conn.execute(f"GRANT SELECT (due_at) ON {schema}.deadlines TO {STATUS}")
