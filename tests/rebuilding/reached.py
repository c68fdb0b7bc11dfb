"""How the rebuild of a service of a hub on this machine is reached; as a program, one that is killed in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from services.commands import reach
from services.local import rebuilds
from services.plumbing.keystore import known_keys
from services.plumbing.passwords import Passwords
from services.plumbing.rebuilding import Rebuilding
from services.plumbing.roles import role_of

KILLED_AFTER, AT_ONCE = 60, 25
"""So many records are read then, so many in one transaction: it has made some, and is within the next."""


def rebuilding_of(ground: Any, access: Any, name: str) -> Rebuilding:
    password = Passwords(ground.secrets / "postgres").known(role_of(name, ground.realm))
    return Rebuilding(rebuilds.plan(name, ground.site, known_keys(ground.secrets)), access, ground.database, password)


async def _killed(folder: Path, name: str) -> None:
    found = reach.find(folder)
    plan = rebuilds.plan(name, found.site, found.keys())
    work = Rebuilding(plan, found.hub, found.postgres, found.settings.database_password(name), most=AT_ONCE)

    def told(done: int, _whole: int) -> None:
        if done >= KILLED_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)

    await work.built(told)


if __name__ == "__main__":
    asyncio.run(_killed(Path(sys.argv[1]), sys.argv[2]))
