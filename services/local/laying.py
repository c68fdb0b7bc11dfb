"""What a hub stands on, made from the site and the services: database, roles, schemas, tables; topics and users.

Repeatable: again changes nothing. The same steps serve the embedded servers and servers of one's own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from contracts import topics
from services.plumbing import keystore, ledger
from services.plumbing.layout import AgencyLanes, Layout, desired, settings_of
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.passwords import Passwords
from services.plumbing.roles import CLOCK, STATUS, prepare, role_of, watcher

if TYPE_CHECKING:
    from services.sites import Site

ROOMS: Final = Path(__file__).resolve().parents[1]
TOPIC_CLASSES: Final = ROOMS.parent / "deploy" / "topics.toml"
POSTGRES_PASSWORDS: Final = "postgres"
"""The folder of the database roles' passwords, within that of the hub's; without it, roles have none."""


def wanted(site: Site, realm: str = "") -> Layout:
    """Return what Kafka should hold for the site, under the names of its realm."""
    lanes = (AgencyLanes(agency.slug, agency.lane_retention_days) for agency in site.agencies.values())
    return desired(lanes, settings_of(TOPIC_CLASSES), realm)


async def migrated(dsn: str, secrets: Path | None = None, realm: str = "") -> dict[str, list[str]]:
    """Make roles, schemas and tables of all services and bring them up to date; return what was applied, by service.

    `dsn` is an administrator's address of the site's database; roles get the passwords that are in `secrets`, if any.
    """
    passwords = await roles_made(dsn, secrets, realm)
    applied: dict[str, list[str]] = {}
    for service in topics.SERVICES:
        migrations = from_folder(ROOMS / service / "migrations")
        applied[service] = await _as_owner(dsn, service, realm, migrations, passwords, pipes=True)
    for kept in (keystore, ledger):
        applied[kept.SCHEMA] = await _as_owner(
            dsn, kept.SCHEMA, realm, from_folder(kept.MIGRATIONS), passwords, pipes=False
        )
    return applied


async def roles_made(dsn: str, secrets: Path | None = None, realm: str = "") -> dict[str, str]:
    """Make all roles and empty schemas; return the roles' passwords. `dsn` and `secrets` as `migrated` has them."""
    schemas = [*topics.SERVICES, keystore.SCHEMA, ledger.SCHEMA]
    roles = [watcher(CLOCK, realm), watcher(STATUS, realm), *(role_of(schema, realm) for schema in schemas)]
    passwords = _passwords(secrets, roles)
    admin = await asyncpg.connect(dsn)
    try:
        await prepare(admin, schemas, passwords, realm)
    finally:
        await admin.close()
    return passwords


async def _as_owner(
    dsn: str, schema: str, realm: str, migrations: list[Any], passwords: dict[str, str], *, pipes: bool
) -> list[str]:
    role = role_of(schema, realm)
    conn = await asyncpg.connect(dsn, user=role, password=passwords.get(role), server_settings={"search_path": schema})
    try:
        return await migrate(conn, schema, migrations, pipes=pipes)
    finally:
        await conn.close()


def _passwords(secrets: Path | None, roles: list[str]) -> dict[str, str]:
    kept = Passwords(secrets / POSTGRES_PASSWORDS) if secrets else None
    known = {role: kept.known(role) for role in roles} if kept else {}
    return {role: password for role, password in known.items() if password}
