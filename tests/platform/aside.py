"""Asynchronous work for fixtures and tests that are not asynchronous themselves."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def now(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end in a thread, so that no test's event loop is touched."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
