"""How the hub's processes run: on which event loop, and with how much memory kept for later."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_LARGEST_KEPT_BYTES: Final = 128 * 1024
"""What is larger goes back to the system at once. glibc begins with this and, left alone, learns to keep ever more."""


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
    with suppress(OSError, AttributeError, TypeError):  # only glibc has these
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_TRIM_THRESHOLD, _LARGEST_KEPT_BYTES)
        allocator.mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
