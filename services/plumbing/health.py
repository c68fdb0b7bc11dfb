"""Health: what an instance knows of itself, its heartbeat in the database, and a small page on loopback."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

_BEAT: Final = """
WITH long_gone AS (DELETE FROM heartbeats WHERE beat_at < now() - interval '1 day' AND instance <> $1)
INSERT INTO heartbeats (instance, started_at, beat_at, state, partitions, lag, handled, parked_lanes, trouble)
VALUES ($1, $2, now(), $3, $4, $5, $6, $7, $8)
ON CONFLICT (instance) DO UPDATE SET (started_at, beat_at, state, partitions, lag, handled, parked_lanes, trouble)
  = (excluded.started_at, excluded.beat_at, excluded.state, excluded.partitions, excluded.lag, excluded.handled,
     excluded.parked_lanes, excluded.trouble)
"""
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Health:
    """How an instance is.

    state  `ready`; `joining`: no partition yet; `waiting`: something is away; `stuck`: it lags and does not move;
           `dead`: its loop ended; `stopped`.
    """

    state: str
    partitions: int
    lag: int
    handled: int
    parked_lanes: tuple[str, ...]
    trouble: str | None

    @property
    def well(self) -> bool:
        """Whether a supervisor may leave it alone: waiting for something else is no reason to restart."""
        return self.state not in {"stuck", "dead"}


class Probe:
    """Watches whether a lag moves."""

    def __init__(self, stuck_after_seconds: float) -> None:
        """A lag that does not move for so long is stuck."""
        self._stuck_after = stuck_after_seconds
        self._handled = -1
        self._moved_at = time.monotonic()

    def state(self, *, alive: bool, partitions: int, lag: int, handled: int, trouble: str | None) -> str:
        """Return the state's name; see `Health`."""
        now = time.monotonic()
        if handled != self._handled or lag == 0:
            self._handled, self._moved_at = handled, now
        if not alive:
            return "dead"
        if trouble:
            return "waiting"
        if now - self._moved_at > self._stuck_after:
            return "stuck"
        return "ready" if partitions else "joining"


async def beat(conn: Any, instance: str, started_at: datetime, health: Health) -> None:
    """Renew the instance's row; rows of instances that are gone for a day are removed."""
    await conn.execute(
        _BEAT, instance, started_at, health.state, health.partitions, health.lag, health.handled,
        list(health.parked_lanes), health.trouble,
    )  # fmt: skip


async def served(port: int, health: Callable[[], Awaitable[Health]]) -> asyncio.Server:
    """Serve the health as JSON on loopback: status 200 when well, 503 when not. Any path will do."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(reader.readline(), 5)
            now = await health()
            body = json.dumps(asdict(now)).encode()
            status = b"200 OK" if now.well else b"503 Service Unavailable"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
                % (status, len(body), body)
            )
            await writer.drain()
        except (OSError, TimeoutError):
            return
        finally:
            writer.close()

    return await asyncio.start_server(answer, _LOOPBACK, port)
