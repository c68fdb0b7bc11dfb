"""How many full batches of all the services of one process are under way at once: memory goes with it.

One thread does the work of all: a third full batch would make none of them faster, and is held in memory all the while.
"""

from __future__ import annotations

import asyncio
from typing import Final

_AT_ONCE: Final = 2
"""While one batch is with PostgreSQL another is worked on."""
_MOST_SECONDS: Final = 2.0
"""A full batch takes less. One that takes longer waits for a server or a lock, and must hold up no other service."""


class Turn:
    """One batch's turn. It ends when that is said, or by itself when it took too long."""

    def __init__(self, free: asyncio.Semaphore, most_seconds: float) -> None:
        """`free` was acquired; it is released once."""
        self._free: asyncio.Semaphore | None = free
        self._lapse = asyncio.get_running_loop().call_later(most_seconds, self.end)

    def end(self) -> None:
        """Let another batch have its turn; again does nothing."""
        if self._free is not None:
            self._free.release()
            self._free = None
            self._lapse.cancel()


class Turns:
    """Shared by the services of one process; whoever waits longest is next."""

    def __init__(self, at_once: int = _AT_ONCE, most_seconds: float = _MOST_SECONDS) -> None:
        """`at_once` batches are under way; one that took `most_seconds` counts no more."""
        self._free = asyncio.Semaphore(at_once)
        self._most_seconds = most_seconds

    async def next(self) -> Turn:
        """Wait for a turn and take it."""
        await self._free.acquire()
        return Turn(self._free, self._most_seconds)
