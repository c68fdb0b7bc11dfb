"""A hub that was laid out and has stopped, made once a run: what starts on a copy of it is ready in half the time.

It is what any hub is after its first start: servers with their data, roles, tables, topics, users and rights. A first
start from nothing is what it is made by, and what the tests of the platform itself do.
"""

import asyncio
import fcntl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from services.local import laying
from services.local.ground import AGENCIES, DATABASE
from services.local.platform import Platform
from services.plumbing.administration import Administration
from services.plumbing.passwords import Passwords
from services.plumbing.standing import database_made
from services.sites import load_site
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder
from tests.platform.sharing import locked

SITE = "whatcom"
FreshHub = Callable[[], AbstractContextManager[Path]]


@contextmanager
def laid(of_all_workers: Path) -> Iterator[Path]:
    """A state folder in which nothing has run yet but the laying out; its ports are still to be chosen."""
    made = of_all_workers / "laid"
    with locked(of_all_workers / "laid.lock", fcntl.LOCK_EX):
        if not made.exists():
            with fresh_folder() as folder:
                now(_laid_out(folder / "state"))
                _copied(folder / "state", made)
    with fresh_folder() as folder:
        _copied(made, folder / "state")
        yield folder / "state"


async def _laid_out(folder: Path) -> None:
    async with Platform.started(folder) as platform:
        await laying.migrated(await database_made(platform.postgres, DATABASE), platform.secrets)
        administration = Administration(platform.hub_access, Passwords(platform.secrets / AGENCIES))
        await administration.apply(laying.wanted(load_site(SITE)))
    (folder / "hub.json").unlink()
    await asyncio.to_thread(_logs_removed, folder / "logs")


def _logs_removed(folder: Path) -> None:
    for log in folder.iterdir():
        log.unlink()


def _copied(state: Path, to: Path) -> None:
    """With owners, for PostgreSQL's are not ours where we are root."""
    subprocess.run(["/bin/cp", "-a", str(state), str(to)], check=True)
