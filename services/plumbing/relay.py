"""The relay: what a service said leaves its outbox for Kafka, in order, and leaves the outbox only when it arrived."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

from services.plumbing.arrivals import cause_of
from services.plumbing.database import Database, waits_out
from services.plumbing.sending import KafkaAway, Sender
from services.plumbing.tables import Outgoing
from services.plumbing.waiting import Patience, happened

_NEXT: Final = """
SELECT id, topic, key, headers, body FROM outbox WHERE topic <> ALL($1::text[]) ORDER BY id LIMIT $2
"""
_GONE: Final = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_ANYTHING: Final = "SELECT EXISTS (SELECT FROM outbox WHERE topic <> ALL($1::text[]))"
_LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))"
_TELL: Final = "SELECT pg_notify($1, '')"
_OTHER_LEADS_SECONDS: Final = 1.0


class Relay:
    """Carries one service's outbox. Of several instances one leads, by an advisory lock; the others stand by.

    Who stands by tells the leader, by PostgreSQL's NOTIFY, of what its own instance has committed.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        log: Any,
        rows: int = 1_000,
        poll_seconds: float = 1.0,
        lane_retry_seconds: float = 10.0,
    ) -> None:
        """`rows` go in one piece; a lane that Kafka refused is tried again after `lane_retry_seconds`."""
        self.parked_lanes: dict[str, str] = {}
        """Topics that Kafka refuses just now, with the reason: the alarm."""
        self.trouble: str | None = None
        self.leads = False
        self._database = database
        self._sender = sender
        self._log = log
        self._rows = rows
        self._poll = poll_seconds
        self._lane_retry = lane_retry_seconds
        self._lane_due: dict[str, float] = {}
        self._woken = asyncio.Event()
        self._stop = asyncio.Event()
        self._patience = Patience(0.1, 5.0, self._stop)

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Carry until `stop`; whatever is away is waited out."""
        while not self._stop.is_set():
            try:
                await self._lead()
            except Exception as error:  # noqa: BLE001  # whatever it trips over, a relay never gives up
                self._waits(error)
                await happened(self._stop, self._patience.next())
        await self._sender.stop()

    async def stop(self) -> None:
        """End after the piece that is under way."""
        self._stop.set()
        self._woken.set()

    async def _lead(self) -> None:
        conn = await self._database.alone()
        try:
            name = f"relay of {self._database.schema}"
            while not self._stop.is_set():
                self.leads = await conn.fetchval(_LEAD, name)
                if self.leads:
                    await conn.add_listener(name, self._told)
                    await self._carry(conn)
                else:
                    await self._stand_by(conn, name)
        finally:
            self.leads = False
            with suppress(Exception):
                await conn.close(timeout=1)

    async def _stand_by(self, conn: Any, name: str) -> None:
        if await happened(self._woken, _OTHER_LEADS_SECONDS) and not self._stop.is_set():
            self._woken.clear()
            await conn.execute(_TELL, name)

    def _told(self, *_: object) -> None:
        self._woken.set()

    async def _carry(self, conn: Any) -> None:
        woken = True
        while True:
            self._woken.clear()
            # An empty outbox, which is what a look that nobody asked for finds, costs one question and no transaction.
            look = woken or await conn.fetchval(_ANYTHING, self._shut())
            taken = await self.once(conn) if look else 0
            self.trouble = None
            self._patience.again()
            if taken < self._rows:
                if self._stop.is_set():
                    return
                woken = await happened(self._woken, self._poll)

    async def once(self, conn: Any) -> int:
        """Carry one piece; return how many rows were looked at.

        A row leaves the outbox when Kafka has it. Who dies in between leaves it there, and it is sent again.

        Raises:
            KafkaAway: nothing left the outbox.
        """
        rows = await conn.fetch(_NEXT, self._shut(), self._rows)
        if not rows:
            return 0
        refused = await self._sender.send(
            [Outgoing(topic, key, headers, body.encode()) for _, topic, key, headers, body in rows]
        )
        await conn.execute(_GONE, [row[0] for row in rows if row[1] not in refused])
        self._note(refused, {row[1] for row in rows} - refused.keys())
        return len(rows)

    def _shut(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        return [topic for topic, due in self._lane_due.items() if due > now]

    def _note(self, refused: dict[str, str], carried: set[str]) -> None:
        due = asyncio.get_running_loop().time() + self._lane_retry
        for topic, reason in refused.items():
            if self.parked_lanes.get(topic) != reason:
                self._log.error("lane parked", service=self._database.schema, topic=topic, reason=reason)
            self.parked_lanes[topic], self._lane_due[topic] = reason, due
        for topic in carried & self.parked_lanes.keys():
            del self.parked_lanes[topic], self._lane_due[topic]
            self._log.info("lane open again", service=self._database.schema, topic=topic)

    def _waits(self, error: Exception) -> None:
        trouble = cause_of(error)
        if self.trouble != trouble:
            expected = isinstance(error, KafkaAway) or waits_out(error)
            tell = self._log.warning if expected else self._log.error
            tell("relay waits", service=self._database.schema, trouble=trouble)
        self.trouble = trouble
