"""The database's part: everything that can be kept for ever, by PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Final

from services.backups.errors import ProgramFailed, ProgramMissing
from services.local.errors import PostgresNotInstalled
from services.local.postgres import programs_folder

if TYPE_CHECKING:
    from pathlib import Path

_NOT_DUMPED: Final = ("keys.record_keys", "*.dead_letters", "*.heartbeats")
"""Keys, and what was parked with an agency's clear text wrapped: whatever may have to be destroyed."""
_LONGEST_WORDS: Final = 400


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
