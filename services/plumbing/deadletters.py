"""Dead letters: what could not be handled, by cause; tried again in order, or settled with a word."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.event import versions
from services.plumbing.batch import Report
from services.plumbing.ring import KeyAway
from services.plumbing.tables import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.plumbing.arrivals import Arrival, Trouble
    from services.plumbing.database import Database
    from services.plumbing.handling import Handler

NEWER: Final = "newer-version"
_LONGEST_WORD: Final = 120

_GROUPS: Final = """
SELECT reason, cause, type, count(*) AS letters, count(DISTINCT key) AS keys, min(parked_at) AS oldest,
       min(id) AS first_id
FROM dead_letters WHERE settled_at IS NULL GROUP BY reason, cause, type ORDER BY letters DESC, oldest
"""
_KNOWN: Final = """
SELECT type, topic, reason, cause, key,
       (SELECT count(*) FROM dead_letters AS later
        WHERE later.key = letter.key AND later.id > letter.id AND later.settled_at IS NULL) AS behind,
       attempts, parked_at, retry_asked_at, settled_at, settled_as
FROM dead_letters AS letter WHERE id = $1
"""
_ASK: Final = """
UPDATE dead_letters SET retry_asked_at = now(), put_away_as = NULL WHERE id = $1 AND settled_at IS NULL RETURNING id
"""
_ASK_ALIKE: Final = """
UPDATE dead_letters AS letter SET retry_asked_at = now(), put_away_as = NULL
FROM (SELECT reason, cause, type FROM dead_letters WHERE id = $1) AS one
WHERE letter.settled_at IS NULL AND (letter.reason, letter.cause) = (one.reason, one.cause)
  AND letter.type IS NOT DISTINCT FROM one.type
RETURNING letter.id
"""
_SETTLE: Final = """
UPDATE dead_letters SET settled_at = now(), settled_as = $2, content = CASE WHEN wrapped THEN '' ELSE content END
WHERE id = $1 AND settled_at IS NULL RETURNING id
"""
_CLEAR: Final = "UPDATE dead_letters SET content = '' WHERE id = $1 AND wrapped AND settled_at IS NOT NULL"
"""What was wrapped is an agency's clear text: once it was handled, it is kept sealed in the log and nowhere else."""
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
_PUT_AWAY: Final = """
UPDATE dead_letters SET retry_asked_at = now(), put_away_as = $2 WHERE id = $1 AND settled_at IS NULL RETURNING id
"""
_LOCK: Final = """
UPDATE dead_letters SET retry_asked_at = NULL
WHERE settled_at IS NULL AND (id = $1 OR key = $2) AND ($3 OR NOT wrapped)
"""
_TAKE_OLDEST: Final = """
UPDATE dead_letters SET settled_at = now(), settled_as = coalesce(put_away_as, 'retried')
WHERE id = (SELECT min(id) FROM dead_letters WHERE settled_at IS NULL AND (id = $1 OR key = $2))
  AND ($3 OR NOT wrapped)
RETURNING id, topic, partition, record_offset, appended_at, content, wrapped, put_away_as
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Open dead letters with one cause: how many, of how many keys, since when, and the first one's id."""

    reason: str
    cause: str
    type: str | None
    letters: int
    keys: int
    oldest: datetime
    first_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one dead letter beside its content; `behind` counts what is parked of its key after it."""

    type: str | None
    topic: str
    reason: str
    cause: str
    key: str | None
    behind: int
    attempts: int
    parked_at: datetime
    retry_asked_at: datetime | None
    settled_at: datetime | None
    settled_as: str | None


async def groups(conn: Any) -> list[Group]:
    """Return the open dead letters by cause, most first. No content, no key."""
    return [Group(*row) for row in await conn.fetch(_GROUPS)]


async def known(conn: Any, letter: int) -> Kept | None:
    """Return what is known of a letter, open or settled; None where there is none."""
    row = await conn.fetchrow(_KNOWN, letter)
    return None if row is None else Kept(*row)


async def ask_retry(conn: Any, letter: int) -> bool:
    """Ask the running service to try a letter again, with those behind it; return whether it was open."""
    return await conn.fetchval(_ASK, letter) is not None


async def ask_alike(conn: Any, letter: int) -> int:
    """Ask for all open letters with the reason, cause and type of this one; return how many."""
    return len(await conn.fetch(_ASK_ALIKE, letter))


async def settle(conn: Any, letter: int, word: str) -> bool:
    """Settle a letter without handling it, with a word why; those behind it are tried when the service looks next.

    The word is an operator's name and code, not a text about a person. What was wrapped is not kept any longer. Returns
    whether the letter was open.
    """
    return await conn.fetchval(_SETTLE, letter, word[:_LONGEST_WORD]) is not None


async def put_away(conn: Any, letter: int, word: str) -> bool:
    """Have the running service refuse a letter that it could not read, with a word why, so that its sender hears it.

    What it held goes on then. The word is as in `settle`; returns whether the letter was open.
    """
    return await conn.fetchval(_PUT_AWAY, letter, word[:_LONGEST_WORD]) is not None


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
                        arrival = self._arrival(letter)
                        report = await self._handler.retried(conn, arrival, trouble) if arrival else Report(heard=1)
                        await conn.execute(_CLEAR, letter["id"])
                        return report
            return Report()

        return await self._handler.until_committed(attempt)

    def _arrival(self, letter: Any) -> Arrival | None:
        content: bytes = letter["content"]
        clear = self._unwrap(content) if letter["wrapped"] and self._unwrap else content
        place = (letter["topic"], letter["partition"], letter["record_offset"], letter["appended_at"])
        record, reader = unpacked(clear, *place), self._handler.reader
        arrival = reader.arrival(record) if letter["put_away_as"] is None else reader.put_away(record)
        if arrival is not None:
            arrival.letter = letter["id"]
        return arrival


def _known(name: str | None, dataschema: str | None) -> bool:
    version = (dataschema or "").rpartition("/")[2]
    return name is not None and version.isdigit() and int(version) <= len(versions(name))
