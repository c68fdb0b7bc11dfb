"""Waiting out what is away: growing pauses with some chance in them, ended at once when nobody waits any more."""

from __future__ import annotations

import asyncio
import random


class Interrupted(Exception):
    """What was waited for is not needed any more: the partitions went elsewhere, or the service stops."""


class Patience:
    """Pauses that grow from `first` to `most` seconds; begin again after a success."""

    def __init__(self, first: float, most: float, interrupt: asyncio.Event) -> None:
        """`interrupt` ends every wait."""
        self._first = first
        self._most = most
        self._next = first
        self._interrupt = interrupt

    async def pause(self) -> None:
        """Wait the next pause.

        Raises:
            Interrupted: the wait was ended from outside.
        """
        if await happened(self._interrupt, self.next()):
            raise Interrupted(Interrupted.__doc__)

    def next(self) -> float:
        """Return the length of the next pause in seconds."""
        length = self._next * random.uniform(0.7, 1.3)  # noqa: S311  # so that all do not knock at the same moment
        self._next = min(self._next * 2, self._most)
        return length

    def again(self) -> None:
        """Begin with the shortest pause again."""
        self._next = self._first


async def happened(event: asyncio.Event, seconds: float) -> bool:
    """Wait at most `seconds` for the event; return whether it is set."""
    if event.is_set():
        return True
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
