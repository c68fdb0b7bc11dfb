"""Migrations: numbered SQL files, applied once, in order, under a lock; one that was changed afterwards is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from services.plumbing.roles import grant_watchers, renamed

if TYPE_CHECKING:
    from collections.abc import Mapping

PIPES: Final = Path(__file__).parent / "pipes"
"""The SQL of what every service has alike."""
_FILE: Final = re.compile(r"(?P<number>[0-9]{4})_[a-z0-9_]+\.sql")
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS migrations (
    owner text NOT NULL, number integer NOT NULL, name text NOT NULL, checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (owner, number)
)
"""


class MigrationChanged(Exception):
    """A migration that was applied is not what it was. Next: put the file back as it was, and write a new one."""


class MigrationMisnamed(ValueError):
    """Migrations are files 0001_what_becomes_true.sql, 0002_… without a gap."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, name and SQL."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What the file is known by once it was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def from_folder(folder: Path) -> list[Migration]:
    """Return the migrations of a folder in order; none where there is no folder.

    Raises:
        MigrationMisnamed: a file has no number, or a number is missing or given twice.
    """
    return ordered({path.name: path.read_text() for path in sorted(folder.glob("*.sql"))})


def ordered(files: Mapping[str, str]) -> list[Migration]:
    """Return the migrations by number, from the SQL of each file by its name.

    Raises:
        MigrationMisnamed: as above.
    """
    found = []
    for place, (name, sql) in enumerate(sorted(files.items()), start=1):
        named = _FILE.fullmatch(name)
        if named is None or int(named["number"]) != place:
            raise MigrationMisnamed(f"{MigrationMisnamed.__doc__} ({name})")
        found.append(Migration(place, name, sql))
    return found


async def migrate(conn: Any, schema: str, own: list[Migration], *, pipes: bool = True) -> list[str]:
    """Bring a schema up to date, in one transaction; return the names of what was applied.

    `conn` belongs to the schema's owner and has the schema as its search path. With `pipes` the tables that every
    service has alike come first, and the clock's rights last.

    Raises:
        MigrationChanged: a migration that was applied differs now; nothing was changed.
    """
    async with conn.transaction():
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"migrations of {schema}")
        await conn.execute(_TABLE)
        applied = []
        for owner, migrations in (("pipes", from_folder(PIPES) if pipes else []), ("service", own)):
            applied += await _apply(conn, schema, owner, migrations)
        if pipes and applied:
            await grant_watchers(conn, schema)
    return applied


async def _apply(conn: Any, schema: str, owner: str, migrations: list[Migration]) -> list[str]:
    rows = await conn.fetch("SELECT number, checksum FROM migrations WHERE owner = $1", owner)
    known = {row["number"]: row["checksum"] for row in rows}
    role = await conn.fetchval("SELECT current_user")
    applied = []
    for migration in migrations:
        if migration.number in known:
            if known[migration.number] != migration.checksum:
                raise MigrationChanged(f"{MigrationChanged.__doc__} ({migration.name})")
            continue
        await conn.execute(renamed(migration.sql, role, schema))
        await conn.execute(
            "INSERT INTO migrations (owner, number, name, checksum) VALUES ($1, $2, $3, $4)",
            owner, migration.number, migration.name, migration.checksum,
        )  # fmt: skip
        applied.append(migration.name)
    return applied
