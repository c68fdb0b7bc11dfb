"""The clock: says that a deadline is reached, once everything said before it was due has been read.

One clock for all services; of several one leads, by an advisory lock. A deadline of a service fires when

1. the door (intake) has read every record that agencies had appended by the time it was due,
2. nothing that the door said because of these records waits in its outbox,
3. the service has read everything that was on its own topics then.

So after an outage nothing lapses that was answered in time. The fact's id follows from the deadline alone: a crash
between saying it and removing the row says the same again, and the inbox knows it.
"""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from services.plumbing import log as logs
from services.plumbing.arrivals import cause_of
from services.plumbing.batch import outgoing
from services.plumbing.database import Database, waits_out
from services.plumbing.fold import Due
from services.plumbing.loop import run
from services.plumbing.positions import Positions
from services.plumbing.reaching import CLOCK, TOPIC, reached
from services.plumbing.sending import KafkaAway, Sender
from services.plumbing.settings import PipesSettings
from services.plumbing.waiting import Patience, happened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOOR: Final = "intake"
"""The service that reads what agencies say."""

_LEAD: Final = "SELECT pg_try_advisory_lock(hashtextextended('the clock', 0))"
_SCHEMAS: Final = """
SELECT nspname FROM pg_namespace AS schema JOIN pg_class AS relation ON relation.relnamespace = schema.oid
WHERE relname = 'deadlines' AND has_schema_privilege(schema.oid, 'USAGE')
  AND has_table_privilege(relation.oid, 'DELETE')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation.oid AND attname = 'set_at')
ORDER BY nspname
"""
"""A schema whose service has not brought it up to date yet waits for that; the others go on."""
_IS_LAID: Final = """
SELECT FROM pg_namespace AS schema JOIN pg_class AS relation ON relation.relnamespace = schema.oid
WHERE nspname = $1 AND relname = 'outbox' AND has_schema_privilege(schema.oid, 'USAGE')
"""
_DUE: Final = """
SELECT key, subject, correlation_id, causation_id, name, reference, due_at, set_at FROM {schema}.deadlines
WHERE due_at <= $1 ORDER BY due_at LIMIT 1000
"""
_IS_DUE: Final = "SELECT '{schema}' WHERE EXISTS (SELECT FROM {schema}.deadlines WHERE due_at <= $1)"
_REMOVE: Final = """
DELETE FROM {schema}.deadlines AS kept
USING unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS gone (key, name, reference, due_at)
WHERE (kept.key, kept.name, kept.reference, kept.due_at) = (gone.key, gone.name, gone.reference, gone.due_at)
"""
_NEWEST_ROW: Final = "SELECT coalesce(max(id), -1) FROM {schema}.outbox"
_OLDEST_ROW: Final = "SELECT coalesce(min(id), 9223372036854775807) FROM {schema}.outbox"
_TOPICS: Final = "SELECT topic FROM {schema}.heard_topics"
_OTHER_LEADS_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 1.0
_SLOWER: Final = 1.2
_LOOK_FOR_SCHEMAS_SECONDS: Final = 1.0


class Clock:
    """Publishes `deadline.reached` for every service whose `deadlines` its role may take from."""

    def __init__(
        self, settings: PipesSettings, *, door: str = DOOR, log: Any = None, now: Callable[[], datetime] | None = None
    ) -> None:
        """`door` is the service through which agencies' answers come; `now` is what time it is, where it is moved."""
        self._now = now or (lambda: datetime.now(UTC))
        self.trouble: str | None = None
        self.fired = 0
        self.leads = False
        self._settings = settings
        self._door = door
        self._log = log or logs.logger()
        self._stopping = asyncio.Event()
        self._poll = settings.clock_poll_milliseconds / 1000
        self._skew = timedelta(milliseconds=settings.clock_skew_milliseconds)
        self._patience = Patience(0.2, 5.0, self._stopping)
        self._database = Database(
            settings.postgres, CLOCK, password=settings.database_password(CLOCK),
            instance=settings.instance, timeout=settings.database_timeout_seconds, realm=settings.realm,
        )  # fmt: skip
        timeout = settings.request_timeout_milliseconds / 1000
        self._sender = Sender(settings.access, client="hub.clock", timeout=timeout)
        self._sending = asyncio.Lock()
        self._positions = Positions(settings.access, timeout=timeout)

    async def run(self) -> None:
        """Keep time until `stop`; whatever is away is waited out."""
        while not self._stopping.is_set():
            try:
                await self._lead()
            except Exception as error:  # noqa: BLE001  # whatever it trips over, the clock never gives up
                trouble = cause_of(error)
                if self.trouble != trouble:
                    expected = isinstance(error, KafkaAway) or waits_out(error)
                    tell = self._log.warning if expected else self._log.error
                    tell("clock waits", trouble=trouble)
                self.trouble = trouble
                await self._positions.close()
                await happened(self._stopping, self._patience.next())
        await self._sender.stop()
        await self._positions.close()

    async def stop(self) -> None:
        """End after the round that is under way. Again does nothing."""
        self._stopping.set()

    async def _lead(self) -> None:
        conn = await self._database.alone()
        try:
            while not self._stopping.is_set():
                self.leads = await conn.fetchval(_LEAD)
                if self.leads:
                    await self._keep(_Lead(conn))
                else:
                    await happened(self._stopping, _OTHER_LEADS_SECONDS)
        finally:
            self.leads = False
            with suppress(Exception):
                await conn.close(timeout=1)

    async def _keep(self, lead: _Lead) -> None:
        """Serve all services side by side: one that lags holds up its own deadlines alone."""
        rounds: dict[str, asyncio.Task[None]] = {}
        schemas: list[str] = []
        looked_at = float("-inf")
        try:
            while not await happened(self._stopping, self._poll):
                if time.monotonic() - looked_at > _LOOK_FOR_SCHEMAS_SECONDS:
                    schemas = [schema for (schema,) in await lead.asked(_SCHEMAS)]
                    looked_at = time.monotonic()
                due = await self._with_due(lead, schemas)
                for schema in [one for one, task in rounds.items() if task.done()]:
                    rounds.pop(schema).result()
                    self._goes_on()
                if not due and not rounds:
                    self._goes_on()
                for schema in due - rounds.keys():
                    rounds[schema] = asyncio.create_task(self._round(lead, schema))
        finally:
            for task in rounds.values():
                task.cancel()
            await asyncio.gather(*rounds.values(), return_exceptions=True)

    def _goes_on(self) -> None:
        self.trouble = None
        self._patience.again()

    async def _with_due(self, lead: _Lead, schemas: list[str]) -> set[str]:
        """Ask all services at once which of them have a deadline to be reached."""
        if not schemas:
            return set()
        question = " UNION ALL ".join(_IS_DUE.format(schema=schema) for schema in schemas)
        return {schema for (schema,) in await lead.asked(question, self._now() - self._skew)}

    async def _round(self, lead: _Lead, schema: str) -> None:
        rows = await lead.asked(_DUE.format(schema=schema), self._now() - self._skew)
        if not rows:
            return
        due = [Due(*row) for row in rows]
        await self._until_read(self._door, await self._positions.appended_until(max(one.due_at for one in due)))
        await self._until_door_has_said(lead)
        topics = [row[0] for row in await lead.asked(_TOPICS.format(schema=schema))]
        await self._until_read(schema, await self._positions.ends(topics))
        await self._fire(lead, schema, due)

    async def _until_read(self, service: str, wanted: Mapping[Any, int]) -> None:
        pause = self._poll / 4
        while not await self._positions.committed(service, wanted):
            await asyncio.sleep(pause)
            pause = min(pause * _SLOWER, _LONGEST_PAUSE_SECONDS)

    async def _until_door_has_said(self, lead: _Lead) -> None:
        """Wait until what the door has said until now left its outbox: it commits offsets after its outbox."""
        if not await lead.asked(_IS_LAID, self._door):
            return
        newest = (await lead.asked(_NEWEST_ROW.format(schema=self._door)))[0][0]
        oldest = 0
        while oldest <= newest:  # the database is asked, there is no event
            await asyncio.sleep(self._poll / 4)
            oldest = (await lead.asked(_OLDEST_ROW.format(schema=self._door)))[0][0]

    async def _fire(self, lead: _Lead, schema: str, due: list[Due]) -> None:
        async with self._sending:
            refused = await self._sender.send([outgoing(TOPIC, one.key, reached(schema, one)) for one in due])
        if refused:
            raise KafkaAway(KafkaAway.__doc__)
        columns = zip(*((one.key, one.name, one.reference, one.due_at) for one in due), strict=True)
        await lead.asked(_REMOVE.format(schema=schema), *(list(column) for column in columns))
        self.fired += len(due)
        self._log.info("deadlines reached", service=schema, count=len(due))


class _Lead:
    """The one connection that holds the lead; all rounds ask through it in turn."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self._turn = asyncio.Lock()

    async def asked(self, sql: str, *values: Any) -> list[Any]:
        async with self._turn:
            return list(await self._conn.fetch(sql, *values))


async def keep_time(settings: PipesSettings | None = None) -> None:
    """Run the clock until SIGTERM or Ctrl-C."""
    clock = Clock(settings or PipesSettings())
    told = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, told.set)
    running = asyncio.create_task(clock.run())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    await clock.stop()
    await running
    waiting.cancel()


if __name__ == "__main__":
    logs.configure()
    run(keep_time())
