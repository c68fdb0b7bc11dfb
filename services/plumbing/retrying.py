"""Dead letters are tried again inside the running service: in order, as they came or as an operator corrected them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from contracts.event import versions
from services.plumbing.arrivals import BEHIND
from services.plumbing.batch import Report
from services.plumbing.deadletters import ask_retry
from services.plumbing.ring import KeyAway
from services.plumbing.tables import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.plumbing.arrivals import Arrival, Trouble
    from services.plumbing.database import Database
    from services.plumbing.handling import Handler

_NEWER: Final = """
SELECT id, type, dataschema FROM dead_letters WHERE settled_at IS NULL AND reason = 'newer-version' ORDER BY id
"""
_ASKED: Final = """
SELECT coalesce(key, ''), min(id) FROM dead_letters WHERE settled_at IS NULL AND retry_asked_at IS NOT NULL
GROUP BY 1, CASE WHEN key IS NULL THEN id END ORDER BY 2
"""
_FIRST_OF_HELD: Final = """
SELECT min(id) FROM dead_letters WHERE settled_at IS NULL AND key IS NOT NULL
GROUP BY key HAVING bool_and(reason = 'behind')
"""
_HOLDING: Final = "SELECT id FROM dead_letters WHERE settled_at IS NULL AND type = ANY($1::text[]) ORDER BY id"
_LOCK: Final = """
UPDATE dead_letters SET retry_asked_at = NULL
WHERE settled_at IS NULL AND (id = $1 OR key = $2) AND ($3 OR NOT wrapped)
"""
_TAKE_OLDEST: Final = """
UPDATE dead_letters SET settled_at = now(), settled_as = coalesce(put_away_as, corrected_as, 'retried')
WHERE id = (SELECT min(id) FROM dead_letters WHERE settled_at IS NULL AND (id = $1 OR key = $2))
  AND ($3 OR NOT wrapped)
RETURNING id, topic, partition, record_offset, appended_at, content, wrapped, put_away_as, correction
"""
_AHEAD: Final = """
SELECT true FROM dead_letters WHERE settled_at IS NULL AND id < $1 AND key = ANY($2::text[]) LIMIT 1
"""
_CLEAR: Final = """
UPDATE dead_letters
SET correction = NULL, content = CASE WHEN wrapped AND (corrected_as IS NULL OR $3) THEN '' ELSE content END,
    key = CASE WHEN corrected_as IS NULL THEN key ELSE coalesce(key, $2) END,
    corrected_as = CASE WHEN $3 THEN NULL ELSE corrected_as END,
    settled_as = CASE WHEN $3 AND corrected_as IS NOT NULL THEN 'handled before, as it was sent' ELSE settled_as END
WHERE id = $1 AND settled_at IS NOT NULL
"""
"""What was wrapped is an agency's clear text: once it was handled, it is kept sealed in the log and nowhere else.

Of what was corrected the log keeps the corrected form: as it was sent it stays here, until its record is erased.
"""


class Retries:
    """Tries dead letters again inside the running service, so that a person keeps one writer."""

    def __init__(self, database: Database, handler: Handler, unwrap: Callable[[bytes], bytes] | None = None) -> None:
        """`unwrap` opens what was sealed when it was parked."""
        self._database = database
        self._handler = handler
        self._unwrap = unwrap

    async def ask_known(self) -> int:
        """Ask for all letters that were too new once and can be read by now, and for those that hold somebody.

        What such a letter holds is said when it is parked: of one that an earlier version parked, it is said now.
        Returns how many.
        """
        async with self._database.connection() as conn:
            asked = 0
            for (letter,) in await conn.fetch(_HOLDING, list(self._handler.service.holding)):
                asked += await ask_retry(conn, letter)
            for letter, name, dataschema in await conn.fetch(_NEWER):
                if _known(name, dataschema):
                    asked += await ask_retry(conn, letter)
        return asked

    async def asked(self) -> int:
        """Try all letters again for which somebody asked, and those that have nothing ahead of them any more.

        Each key's in order, each in a transaction of its own; what fails again is open again, and the rest waits
        behind it. Returns how many were tried.
        """
        async with self._database.connection() as conn:
            due = [(key or None, first) for key, first in await conn.fetch(_ASKED)]
            for (first,) in await conn.fetch(_FIRST_OF_HELD):
                due.append((await conn.fetchval("SELECT key FROM dead_letters WHERE id = $1", first), first))
        tried = 0
        for key, first in dict.fromkeys(due):
            while (report := await self._oldest(first, key)).heard:
                tried += 1
                if report.parked:
                    break
        return tried

    async def _oldest(self, first: int, key: str | None) -> Report:
        """Try a key's oldest open letter again. A live message of the same key waits for our lock, and then goes on."""

        async def attempt(trouble: Trouble | None) -> Report:
            # What was sealed stays asked for until an instance with the key comes by.
            with suppress(KeyAway):
                async with self._database.transaction() as conn:
                    opens = self._unwrap is not None
                    await conn.execute(_LOCK, first, key, opens)
                    letter = await conn.fetchrow(_TAKE_OLDEST, first, key, opens)
                    if letter is not None:
                        return await self._again(conn, letter, trouble)
            return Report()

        return await self._handler.until_committed(attempt)

    async def _again(self, conn: Any, letter: Any, trouble: Trouble | None) -> Report:
        """Handle what was taken; whose it is may show only now, and then it waits behind what is ahead of it."""
        arrival = self._arrival(letter)
        keys = list(arrival.keys) if arrival else []
        if trouble is None and keys and await conn.fetchval(_AHEAD, letter["id"], keys):
            trouble = BEHIND
        report = await self._handler.retried(conn, arrival, trouble) if arrival else Report(heard=1)
        await conn.execute(_CLEAR, letter["id"], keys[0] if keys else None, bool(report.duplicates))
        return report

    def _arrival(self, letter: Any) -> Arrival | None:
        opens = self._unwrap if letter["wrapped"] and self._unwrap else bytes
        place = (letter["topic"], letter["partition"], letter["record_offset"], letter["appended_at"])
        record, reader = unpacked(opens(letter["content"]), *place), self._handler.reader
        if letter["put_away_as"] is not None:
            arrival = reader.put_away(record)
        elif letter["correction"] is not None:
            arrival = reader.corrected(record, opens(letter["correction"]))
        else:
            arrival = reader.arrival(record)
        if arrival is not None:
            arrival.letter = letter["id"]
        return arrival


def _known(name: str | None, dataschema: str | None) -> bool:
    version = (dataschema or "").rpartition("/")[2]
    return name is not None and version.isdigit() and int(version) <= len(versions(name))
