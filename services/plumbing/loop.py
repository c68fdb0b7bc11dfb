"""How the hub's processes run: on which event loop, and with how much memory kept for later."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

Result = TypeVar("Result")

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_LARGEST_KEPT_BYTES: Final = 128 * 1024
"""What is larger goes back to the system at once. glibc begins with this and, left alone, learns to keep ever more."""

_NO_GLIBC: Final = (OSError, AttributeError, TypeError)
"""How it shows that the C library is another one, which has none of these calls."""


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end on libuv's loop, which spends less on sockets; where there is none, on Python's own."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop  # noqa: PLC0415  # it does not exist for every system

    return uvloop.run(work)


def steady() -> None:
    """Let the collector of this process pause less, and keep little of what a batch held for the next one.

    A batch makes many small things that all go at its end; what is there by now stays. Call it once, when everything
    is imported and wired.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
    with suppress(*_NO_GLIBC):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_TRIM_THRESHOLD, _LARGEST_KEPT_BYTES)
        allocator.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)


@asynccontextmanager
async def lean(every_seconds: float = 1.0) -> AsyncIterator[None]:
    """Give the pages on which nothing lies any more back to the system, again and again, while the body runs."""
    giving = asyncio.create_task(_given_back(every_seconds))
    try:
        yield
    finally:
        giving.cancel()
        await asyncio.gather(giving, return_exceptions=True)


async def _given_back(every_seconds: float) -> None:
    with suppress(*_NO_GLIBC):
        give_back = ctypes.CDLL(None).malloc_trim
        while True:
            await asyncio.sleep(every_seconds)
            give_back(0)
