"""Roles and schemas in PostgreSQL: one of each per service, so that no service reads what another keeps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_ROLE: Final = re.compile(r"\bhub_([a-z]+)\b")
CLOCK: Final = "hub_clock"
STATUS: Final = "hub_status"
REBUILT: Final = "_rebuilt"
"""What follows a service's name in the name of the schema that is filled beside its own."""

_SUMMARY: Final = (
    "id, key, topic, partition, record_offset, appended_at, source, event_id, type, dataschema, reason, cause, "
    "attempts, parked_at, last_tried_at, retry_asked_at, settled_at, settled_as, put_away_as, corrected_as, headers, "
    "bytes, notes"
)
"""What is known of a letter beside its content."""

_MAKE_ROLE: Final = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} LOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server made it at the same moment
END $$
"""


class NotAName(ValueError):
    """A service's name is also its schema's: lower-case letters, digits and underscores, a letter first."""


def watcher(name: str, realm: str = "") -> str:
    """Return the role of the clock or of `hub status` (CLOCK, STATUS) at the site of that realm."""
    return role_of(name.removeprefix("hub_"), realm)


def role_of(service: str, realm: str = "") -> str:
    """Return the database role of a service: each site of a hub has its own, for its own database alone.

    Raises:
        NotAName: the name cannot be a schema's.
    """
    within = realm.replace("-", "_")
    if not _NAME.fullmatch(service) or (within and not _NAME.fullmatch(within)):
        raise NotAName(NotAName.__doc__)
    return f"hub_{within}_{service}" if within else f"hub_{service}"


def renamed(sql: str, owner: str, schema: str) -> str:
    """Return a migration's statements with the roles of the owner's own site; `owner` is the role that owns `schema`.

    They are written for the first site of a hub, whose roles are called `hub_` and a service's name.
    """
    prefix = _prefix(owner, schema)
    return sql if prefix == "hub" else _ROLE.sub(rf"{prefix}_\1", sql)


def _prefix(owner: str, schema: str) -> str:
    own = owner.removesuffix(f"_{schema.removesuffix(REBUILT)}")
    return own if own != owner and own.startswith("hub_") else "hub"


async def prepare(
    conn: Any, services: Iterable[str], passwords: Mapping[str, str] | None = None, realm: str = ""
) -> None:
    """Make role and schema of each service, and the roles of the clock and of `hub status`. Again changes nothing.

    `conn` is an administrator's connection to the site's database; `passwords` are by role name, and are set anew.
    Nobody else's role may connect to that database.
    """
    names = list(services)
    roles = [watcher(CLOCK, realm), watcher(STATUS, realm), *(role_of(name, realm) for name in names)]
    for role in roles:
        await conn.execute(_MAKE_ROLE.format(role=role))
        if passwords and role in passwords:
            await _set_password(conn, role, passwords[role])
    await conn.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    here = await conn.fetchval("SELECT quote_ident(current_database())")
    await conn.execute(f"REVOKE CONNECT, TEMPORARY ON DATABASE {here} FROM PUBLIC")
    await conn.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {here} TO {', '.join(roles)}")
    for name in names:
        role = role_of(name, realm)
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
    prefix = _prefix(await conn.fetchval("SELECT current_user"), schema)
    clock, status = (f"{prefix}{name.removeprefix('hub')}" for name in (CLOCK, STATUS))
    there = {
        row[0] for row in await conn.fetch("SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", [clock, status])
    }
    if clock in there:
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {clock}")
        await conn.execute(f"GRANT SELECT, DELETE ON {schema}.deadlines TO {clock}")
        await conn.execute(f"GRANT SELECT (id, topic, said_at) ON {schema}.outbox TO {clock}")
        await conn.execute(f"GRANT SELECT ON {schema}.heard_topics TO {clock}")
    if status in there:
        await conn.execute(f"GRANT USAGE ON SCHEMA {schema} TO {status}")
        await conn.execute(f"GRANT SELECT ON {schema}.heartbeats, {schema}.heard_topics TO {status}")
        await conn.execute(f"GRANT SELECT (id, topic, said_at) ON {schema}.outbox TO {status}")
        await conn.execute(f"GRANT SELECT ({_SUMMARY}) ON {schema}.dead_letters TO {status}")
        await conn.execute(f"GRANT SELECT (due_at) ON {schema}.deadlines TO {status}")
