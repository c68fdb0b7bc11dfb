"""The database's part: everything that can be kept for ever goes by PostgreSQL's own programs, the rest as rows."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from services.backups.errors import ProgramFailed, ProgramMissing
from services.local.errors import PostgresNotInstalled
from services.local.postgres import programs_folder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

_NOT_DUMPED: Final = ("keys.record_keys", "*.dead_letters", "*.heartbeats")
"""Keys, and what was parked with an agency's clear text wrapped: whatever may have to be destroyed."""
_LONGEST_WORDS: Final = 400
_LETTERS: Final = "SELECT to_jsonb(kept) FROM {service}.dead_letters AS kept ORDER BY id"
_TAKE_LETTERS: Final = """
INSERT INTO {service}.dead_letters OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(NULL::{service}.dead_letters, letter::jsonb)).* FROM unnest($1::text[]) AS letter
"""
_GO_ON_COUNTING: Final = """
SELECT setval(pg_get_serial_sequence('{service}.dead_letters', 'id'), greatest(max(id), 1), max(id) IS NOT NULL)
FROM {service}.dead_letters
"""
_PIECE: Final = 200


async def dumped(dsn: str, file: Path) -> None:
    """Write the dump; `dsn` is an administrator's address of the hub's database.

    Raises:
        ProgramMissing, ProgramFailed: as their names say.
    """
    left_out = [f"--exclude-table-data={one}" for one in _NOT_DUMPED]
    await _run("pg_dump", "--format=custom", f"--file={file}", *left_out, f"--dbname={dsn}")


async def loaded(dsn: str, file: Path) -> None:
    """Load a dump into a database whose roles are there and whose schemas are empty; all of it or nothing.

    Raises:
        ProgramMissing, ProgramFailed: as their names say.
    """
    await _run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--clean", "--if-exists", f"--dbname={dsn}", str(file)
    )  # fmt: skip


async def letters(conn: Any) -> AsyncIterator[tuple[str, str]]:
    """Iterate over what every service has parked: the service and the row as JSON. Content stays wrapped or sealed."""
    async with conn.transaction():
        for service in topics.SERVICES:
            async for row in conn.cursor(_LETTERS.format(service=service), prefetch=_PIECE):
                yield service, row[0]


async def letters_taken(conn: Any, rows: Iterable[tuple[str, str]]) -> int:
    """Put parked rows back where they were, with their ids; return how many they were."""
    by_service: dict[str, list[str]] = {service: [] for service in topics.SERVICES}
    for service, row in rows:
        by_service[service].append(row)
    for service, some in by_service.items():
        await conn.execute(_TAKE_LETTERS.format(service=service), some)
        await conn.execute(_GO_ON_COUNTING.format(service=service))
    return sum(map(len, by_service.values()))


def settled(row: str) -> bool:
    """Whether a parked row was settled."""
    return json.loads(row)["settled_at"] is not None


async def _run(name: str, *words: str) -> None:
    process = await asyncio.create_subprocess_exec(
        program(name), *words, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        short = " ".join(said.decode(errors="replace").split())[:_LONGEST_WORDS]
        raise ProgramFailed(program=name, code=process.returncode, said=short or "nothing")


def program(name: str) -> str:
    """Return where one of PostgreSQL's programs is: with the embedded server, else on the path.

    Raises:
        ProgramMissing: it is in neither.
    """
    try:
        return str(programs_folder() / name)
    except PostgresNotInstalled:
        found = shutil.which(name)
    if found is None:
        raise ProgramMissing(program=name)
    return found
