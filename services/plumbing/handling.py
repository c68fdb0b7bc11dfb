"""One batch on PostgreSQL: waited out, retried, split where the data are bad, and reported in one log line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from services.plumbing.arrivals import NOT_SAVED, Arrival, Reader, Trouble, cause_of
from services.plumbing.batch import MOST_BYTES, Condemned, Report, work
from services.plumbing.database import Database, waits_out
from services.plumbing.tables import PostgresTables, Wrap
from services.plumbing.waiting import Patience

if TYPE_CHECKING:
    from services.plumbing.service import Service

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 5.0


class Handler:
    """Handles batches of raw records for one service. Calls may not overlap: one batch at a time."""

    def __init__(
        self,
        service: Service[Any, Any],
        database: Database,
        *,
        log: Any,
        wrap: Wrap | None = None,
        most_bytes: int = MOST_BYTES,
        interrupt: asyncio.Event | None = None,
        pauses: tuple[float, float] = (_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS),
    ) -> None:
        """`interrupt` ends the waiting for what is away; `pauses` are the first and the longest, in seconds."""
        self.service = service
        self.reader = Reader(service)
        self.total = Report()
        self.trouble: str | None = None
        """What is being waited out just now, in code words."""
        self.after_commit: Callable[[], None] = _nothing
        """Called after each commit that changed something."""
        self._database = database
        self._log = log
        self._wrap = wrap
        self._most_bytes = most_bytes
        self._interrupt = interrupt or asyncio.Event()
        self._pauses = pauses

    async def handle(self, raws: Sequence[Any]) -> Report:
        """Read and handle raw records in order; see `handle_read`."""
        return await self.handle_read(self.read(raws), heard=len(raws))

    def read(self, raws: Sequence[Any]) -> list[Arrival]:
        """Return what the service hears of these raw records, in their order; touches nothing."""
        return self.reader.read(raws)

    async def handle_read(self, arrivals: Sequence[Arrival], *, heard: int) -> Report:
        """Handle what was read of `heard` records, in order; returns when all they come to is committed.

        Raises:
            Interrupted: the wait for a database that is away was ended; nothing of the rest is committed.
        """
        began = time.perf_counter()
        report = Report(heard=heard)
        if arrivals:
            report = await self._handled(arrivals)
            report.heard = heard
            self._tell(report, time.perf_counter() - began)
        self.total.add(report)
        return report

    async def retried(self, conn: Any, arrival: Arrival, trouble: Trouble | None) -> Report:
        """Handle one dead letter again, the oldest of its key, inside the caller's transaction.

        With `trouble` it is parked with that at once: an earlier attempt found it.
        """
        condemned = {arrival: trouble} if trouble else {}
        tables = PostgresTables(conn, self._wrap)
        return await work(
            self.service, tables, conn, [arrival],
            condemned=condemned, most_bytes=self._most_bytes, first_in_line=True,
        )  # fmt: skip

    async def until_committed(self, attempt: Attempt) -> Report:
        """Make attempts until one is committed: outages are waited out; other failures condemn what is attempted."""
        trouble: Trouble | None = None
        patience = Patience(*self._pauses, self._interrupt)
        while True:
            try:
                report = await attempt(trouble)
            except Condemned as found:
                trouble = next(iter(found.found.values()))
            except Exception as error:  # noqa: BLE001  # as below
                if not waits_out(error) and trouble is None:
                    trouble = Trouble(NOT_SAVED, cause_of(error))
                    continue
                self._wait_for(error)
                await patience.pause()
            else:
                self._committed(report)
                return report

    async def _handled(self, arrivals: Sequence[Arrival]) -> Report:
        """Try until it is committed: outages are waited out, bad data are found by halving and parked."""
        condemned: dict[Arrival, Trouble] = {}
        patience = Patience(*self._pauses, self._interrupt)
        while True:
            try:
                report = await self._work(arrivals, condemned)
            except Condemned as found:
                condemned.update(found.found)
            except Exception as error:  # noqa: BLE001  # told apart here, once for all stores
                if waits_out(error) or (len(arrivals) == 1 and arrivals[0] in condemned):
                    self._wait_for(error)
                    await patience.pause()
                elif len(arrivals) == 1:
                    condemned[arrivals[0]] = Trouble(NOT_SAVED, cause_of(error))
                else:
                    # Order within a key is kept: what cannot be saved is parked before what comes after it is tried.
                    middle = len(arrivals) // 2
                    report = await self._handled(arrivals[:middle])
                    report.add(await self._handled(arrivals[middle:]))
                    return report
            else:
                self._committed(report)
                return report

    async def _work(self, arrivals: Sequence[Arrival], condemned: dict[Arrival, Trouble]) -> Report:
        async with self._database.transaction() as conn:
            tables = PostgresTables(conn, self._wrap)
            return await work(self.service, tables, conn, arrivals, condemned=condemned, most_bytes=self._most_bytes)

    def _committed(self, report: Report) -> None:
        self.trouble = None
        if report.new:
            self.after_commit()

    def _wait_for(self, error: BaseException) -> None:
        trouble = cause_of(error)
        if self.trouble != trouble:
            self._log.warning("batch waits", service=self.service.name, trouble=trouble)
        self.trouble = trouble

    def _tell(self, report: Report, seconds: float) -> None:
        tell = self._log.warning if report.parked else self._log.info
        tell(
            "batch handled",
            service=self.service.name,
            heard=report.heard,
            new=report.new,
            duplicates=report.duplicates,
            parked=report.parked,
            said=report.said,
            seconds=round(seconds, 4),
            correlation=report.correlation,
        )


Attempt = Callable[[Trouble | None], Awaitable[Report]]
"""One try, in a transaction of its own; with a trouble: park it with that."""


def _nothing() -> None:
    """Nobody waits for the commit."""
