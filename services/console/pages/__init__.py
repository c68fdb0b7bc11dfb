"""The page on which a helper types a one-time code and gets a receipt to print. On loopback, and without a login."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from aiohttp import web

from services.console.pages.answering import application
from services.console.pages.desk import Desk

if TYPE_CHECKING:
    from services.plumbing.runner import Beside, Pipes
    from services.sites import Site

LOOPBACK: Final = "127.0.0.1"
_STOPS_SECONDS: Final = 2.0
_SILENT: Final = logging.getLogger("services.console.pages.aiohttp")
"""aiohttp repeats a request that it cannot read; ours is one line for each request, without a word of it."""
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


def pages(site: Site, key: bytes, port: int) -> Beside:
    """Return the pages, to run beside the service; `key` is that of the codes (`SiteKeys.codes`)."""

    async def serve(pipes: Pipes) -> None:
        desk = Desk(site, key, pipes.database, pipes.now)
        runner = web.AppRunner(
            application(desk, pipes.log), access_log=None, logger=_SILENT, shutdown_timeout=_STOPS_SECONDS
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
            await pipes.stopping.wait()
        finally:
            await asyncio.shield(runner.cleanup())

    return serve


__all__ = ["pages"]
