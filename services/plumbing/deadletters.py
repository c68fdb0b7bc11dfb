"""Dead letters: what could not be handled, by cause; asked to be tried again, or settled with a word.

They never expire. How a replay plan uses them: `ids_alike` or `open_ids` name what it is about, `ask_retry` has one
tried again by the running service, and `how_ended` with `attempts` of `known` tell what became of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

NEWER: Final = "newer-version"
_LONGEST_WORD: Final = 120

_GROUPS: Final = """
SELECT reason, cause, type, count(*) AS letters, count(DISTINCT key) AS keys, sum(attempts) AS attempts,
       min(parked_at) AS first_seen, max(coalesce(last_tried_at, parked_at)) AS last_seen, min(id) AS first_id
FROM dead_letters WHERE settled_at IS NULL GROUP BY reason, cause, type ORDER BY letters DESC, first_seen
"""
_KNOWN: Final = """
SELECT id, type, source, event_id, dataschema, topic, partition, record_offset, appended_at, headers, bytes, reason,
       cause, key,
       (SELECT count(*) FROM dead_letters AS later
        WHERE later.key = letter.key AND later.id > letter.id AND later.settled_at IS NULL) AS behind,
       (SELECT min(id) FROM dead_letters AS earlier
        WHERE earlier.key = letter.key AND earlier.id < letter.id AND earlier.settled_at IS NULL) AS waits_for,
       attempts, parked_at, coalesce(last_tried_at, parked_at), retry_asked_at, settled_at, settled_as,
       put_away_as IS NOT NULL, corrected_as, coalesce(notes, '{}')
FROM dead_letters AS letter WHERE id = $1
"""
_OPEN: Final = "SELECT id FROM dead_letters WHERE settled_at IS NULL ORDER BY id"
_ALIKE: Final = """
SELECT letter.id FROM dead_letters AS letter JOIN dead_letters AS one
    ON letter.settled_at IS NULL AND (letter.reason, letter.cause) = (one.reason, one.cause)
    AND letter.type IS NOT DISTINCT FROM one.type
WHERE one.id = $1 ORDER BY letter.id
"""
_ASK: Final = """
UPDATE dead_letters SET retry_asked_at = now(), put_away_as = NULL WHERE id = $1 AND settled_at IS NULL RETURNING id
"""
_ASK_EACH: Final = """
UPDATE dead_letters SET retry_asked_at = now(), put_away_as = NULL
WHERE id = ANY($1::bigint[]) AND settled_at IS NULL RETURNING id
"""
_SETTLE: Final = """
UPDATE dead_letters SET settled_at = now(), settled_as = $2, content = CASE WHEN wrapped THEN '' ELSE content END
WHERE id = $1 AND settled_at IS NULL AND corrected_as IS NULL RETURNING id
"""
_PUT_AWAY: Final = """
UPDATE dead_letters SET retry_asked_at = now(), put_away_as = $2
WHERE id = $1 AND settled_at IS NULL AND corrected_as IS NULL RETURNING id
"""
_NOTE: Final = "UPDATE dead_letters SET notes = array_append(notes, $2) WHERE id = $1 RETURNING id"

Ending = Literal["retried", "corrected", "discarded", "refused"]
"""How a letter was settled: handled as it came, handled as corrected, left out, or answered with a refusal."""
_RETRIED: Final = "retried"
_BEFORE: Final = "handled before, as it was sent"


@dataclass(frozen=True, slots=True)
class Group:
    """Open dead letters with one cause: how many, of how many keys, when seen, and the first one's id."""

    reason: str
    cause: str
    type: str | None
    letters: int
    keys: int
    attempts: int
    """How often all of them were tried."""
    first_seen: datetime
    last_seen: datetime
    first_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one dead letter beside its content; `behind` counts what is parked of its key after it."""

    id: int
    type: str | None
    source: str | None
    event_id: str | None
    dataschema: str | None
    topic: str
    partition: int
    offset: int
    appended_at: datetime
    headers: dict[str, Any] | None
    """As `outline.headers_outlined` has them; None of what was parked before they were noted."""
    bytes: int | None
    reason: str
    cause: str
    key: str | None
    behind: int
    waits_for: int | None
    """The letter of its key that is ahead of it."""
    attempts: int
    first_seen: datetime
    last_seen: datetime
    retry_asked_at: datetime | None
    settled_at: datetime | None
    settled_as: str | None
    put_away: bool
    corrected_as: str | None
    """By whom, why and by which event: it waits to be handled so, or was."""
    notes: list[str]


def how_ended(kept: Kept) -> Ending | None:
    """Return how a letter was settled; None while it is open."""
    if kept.settled_at is None:
        return None
    if kept.settled_as in {_RETRIED, _BEFORE}:
        return "retried"
    if kept.corrected_as is not None:
        return "corrected"
    return "refused" if kept.put_away else "discarded"


async def groups(conn: Any) -> list[Group]:
    """Return the open dead letters by cause, most first. No content, no key."""
    return [Group(*row) for row in await conn.fetch(_GROUPS)]


async def known(conn: Any, letter: int) -> Kept | None:
    """Return what is known of a letter, open or settled; None where there is none."""
    row = await conn.fetchrow(_KNOWN, letter)
    if row is None:
        return None
    values = list(row)
    place = list(row.keys()).index("headers")
    values[place] = None if values[place] is None else json.loads(values[place])
    return Kept(*values)


async def open_ids(conn: Any) -> list[int]:
    """Return the ids of all open letters, oldest first."""
    return [row[0] for row in await conn.fetch(_OPEN)]


async def ids_alike(conn: Any, letter: int) -> list[int]:
    """Return the ids of all open letters with the reason, cause and type of this one, oldest first."""
    return [row[0] for row in await conn.fetch(_ALIKE, letter)]


async def ask_retry(conn: Any, letter: int) -> bool:
    """Ask the running service to try a letter again, with those behind it; return whether it was open."""
    return await conn.fetchval(_ASK, letter) is not None


async def ask_each(conn: Any, letters: list[int]) -> int:
    """Ask for all of these that are open; return how many."""
    return len(await conn.fetch(_ASK_EACH, letters))


async def settle(conn: Any, letter: int, word: str) -> bool:
    """Settle a letter without handling it, with a word why; those behind it are tried when the service looks next.

    The word is an operator's name and code, not a text about a person. What was wrapped is not kept any longer. Returns
    whether the letter was open, and no correction of it under way.
    """
    return await conn.fetchval(_SETTLE, letter, word[:_LONGEST_WORD]) is not None


async def put_away(conn: Any, letter: int, word: str) -> bool:
    """Have the running service refuse a letter that it could not read, with a word why, so that its sender hears it.

    What it held goes on then. The word is as in `settle`, and so is what is returned.
    """
    return await conn.fetchval(_PUT_AWAY, letter, word[:_LONGEST_WORD]) is not None


async def note(conn: Any, letter: int, word: str) -> bool:
    """Note when, an operator's name and a code beside a letter, open or settled; return whether it is there."""
    return await conn.fetchval(_NOTE, letter, word[:_LONGEST_WORD]) is not None
