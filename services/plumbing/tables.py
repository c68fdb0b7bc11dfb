"""The pipes' own tables, as one batch uses them: inbox, outbox, deadlines, dead letters. The only SQL of a batch."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from services.plumbing.arrivals import Arrival, Trouble, digest_of
from services.plumbing.outline import headers_outlined, size
from services.plumbing.service import Record

if TYPE_CHECKING:
    from datetime import datetime

    from services.plumbing.fold import Due

Identity = tuple[str, str, str]
"""Source, id and delivery of an event."""


class Outgoing(NamedTuple):
    """One row of the outbox. `headers` are lines of `name:value`."""

    topic: str
    key: str
    headers: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, as it is kept: enough to read the record again, and to say why it was parked."""

    id: int
    key: str | None
    record: Record
    trouble: Trouble


class Tables(Protocol):
    """What a batch needs of the pipes, inside its transaction."""

    async def admit(
        self, identities: Sequence[Identity], digests: Sequence[str], keys: Sequence[str]
    ) -> tuple[set[Identity], set[str]]:
        """Enter the identities into the inbox; return those that are new, and which of `keys` are held back."""
        ...

    async def digests(self, identities: Sequence[Identity]) -> dict[Identity, str]:
        """Return the digests under which the identities are known."""
        ...

    async def forget(self, identities: Sequence[Identity]) -> None:
        """Take the identities out of the inbox: they were parked, not handled."""
        ...

    async def send(self, rows: Sequence[Outgoing], own: Sequence[Identity] = ()) -> None:
        """Put the rows into the outbox, in order; `own` are handled already and go into the inbox, too."""
        ...

    async def set_deadlines(self, deadlines: Sequence[Due]) -> None:
        """Set the deadlines; those that are set already stay as they are."""
        ...

    async def park(self, parked: Sequence[tuple[Arrival, Trouble]]) -> None:
        """Park the arrivals; a dead letter that was tried again is opened again."""
        ...


_BETWEEN: Final = "\x1f"
"""Between the values of a column that goes as one text: `chr(31)` in the statements."""
_ADMIT: Final = """
WITH entered AS (
    INSERT INTO inbox (source, id, delivery, digest)
    SELECT source, id, coalesce(delivery, ''), nullif(digest, '')
    FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), string_to_array($3, chr(31)),
                string_to_array($4, chr(31))) AS heard (source, id, delivery, digest)
    ON CONFLICT DO NOTHING
    RETURNING source, id, delivery
)
SELECT source, id, delivery FROM entered WHERE (SELECT count(*) FROM entered) < $6
UNION ALL
SELECT NULL, NULL, NULL FROM entered HAVING count(*) = $6
UNION ALL
SELECT DISTINCT key, NULL, NULL FROM dead_letters WHERE settled_at IS NULL AND key = ANY(string_to_array($5, chr(31)))
"""
_HELD: Final = """
SELECT key FROM dead_letters WHERE settled_at IS NULL AND key = ANY($1::text[]) ORDER BY id FOR UPDATE
"""
_DIGESTS: Final = """
SELECT source, id, delivery, digest FROM inbox
JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (source, id, delivery) USING (source, id, delivery)
"""
_FORGET: Final = """
DELETE FROM inbox USING unnest($1::text[], $2::text[], $3::text[]) AS parked (source, id, delivery)
WHERE (inbox.source, inbox.id, inbox.delivery) = (parked.source, parked.id, parked.delivery)
"""
_SEND: Final = """
WITH own AS (
    INSERT INTO inbox (source, id, delivery)
    SELECT source, id, coalesce(delivery, '')
    FROM unnest(string_to_array($5, chr(31)), string_to_array($6, chr(31)), string_to_array($7, chr(31)))
         AS said (source, id, delivery)
    ON CONFLICT DO NOTHING
)
INSERT INTO outbox (topic, key, headers, body)
SELECT * FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), string_to_array($3, chr(31)),
                     string_to_array($4, chr(31)))
"""
_DEADLINES: Final = """
INSERT INTO deadlines (key, subject, correlation_id, causation_id, name, reference, due_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING
"""
_PARK: Final = """
INSERT INTO dead_letters (key, topic, partition, record_offset, appended_at, digest, content, wrapped,
                          source, event_id, type, dataschema, reason, cause, headers, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (topic, partition, record_offset, digest) DO NOTHING
"""
_OPEN_AGAIN: Final = """
UPDATE dead_letters
SET settled_at = NULL, settled_as = NULL, put_away_as = NULL, correction = NULL, corrected_as = NULL,
    attempts = attempts + 1, last_tried_at = now(), reason = $2, cause = $3, key = coalesce(key, $4)
WHERE id = $1
"""
"""Whose it is may show only when it is tried again: from then on it holds them."""

Wrap = Callable[[bytes], bytes]
EXCHANGES: Final = "SELECT pg_advisory_xact_lock(hashtextextended('the key of the site', 0))"
"""Waits until nothing is under way that was wrapped under the site's key before."""
WRAPS: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended('the key of the site', 0))"
"""Says that this transaction holds something wrapped under the site's key: whoever exchanges that waits for its end."""


class PostgresTables:
    """The tables in the service's own schema, through the connection of one transaction."""

    def __init__(self, conn: Any, wrap: Wrap | None = None) -> None:
        """`wrap` seals the content of dead letters, where it is not sealed already (intake's)."""
        self._conn = conn
        self._wrap = wrap

    async def admit(
        self, identities: Sequence[Identity], digests: Sequence[str], keys: Sequence[str]
    ) -> tuple[set[Identity], set[str]]:
        """Enter the identities into the inbox; return those that are new, and which of `keys` are held back."""
        columns = (joined(column) for column in (*_columns(identities), digests, keys))
        rows = await self._conn.fetch(_ADMIT, *columns, len(identities))
        # Where all are new, as they mostly are, one row without anything says so.
        new = {(source, event, delivery) for source, event, delivery in rows if event is not None}
        held = [source for source, event, _ in rows if event is None]
        if None in held:
            held.remove(None)
            new = set(identities)
        if not held:
            return new, set()
        # Somebody may be settling these letters just now: waiting for their rows makes one order of it.
        held = await self._conn.fetch(_HELD, keys)
        return new, {row[0] for row in held}

    async def digests(self, identities: Sequence[Identity]) -> dict[Identity, str]:
        """Return the digests under which the identities are known."""
        rows = await self._conn.fetch(_DIGESTS, *_columns(identities))
        return {(source, event, delivery): digest for source, event, delivery, digest in rows}

    async def forget(self, identities: Sequence[Identity]) -> None:
        """Take the identities out of the inbox: they were parked, not handled."""
        await self._conn.execute(_FORGET, *_columns(identities))

    async def send(self, rows: Sequence[Outgoing], own: Sequence[Identity] = ()) -> None:
        """Put the rows into the outbox, in order; `own` are handled already and go into the inbox, too."""
        await self._conn.execute(
            _SEND,
            joined([row.topic for row in rows]),
            joined([row.key for row in rows]),
            joined([row.headers for row in rows]),
            joined([row.body.decode() for row in rows]),
            *(joined(column) for column in _columns(own)),
        )

    async def set_deadlines(self, deadlines: Sequence[Due]) -> None:
        """Set the deadlines; those that are set already stay as they are."""
        columns = zip(
            *((due.key, due.subject, due.correlation_id, due.causation_id, due.name, due.reference, due.due_at)
              for due in deadlines), strict=True,
        )  # fmt: skip
        await self._conn.execute(_DEADLINES, *(list(column) for column in columns))

    async def park(self, parked: Sequence[tuple[Arrival, Trouble]]) -> None:
        """Park the arrivals; a dead letter that was tried again is opened again."""
        for arrival, trouble in parked:
            if arrival.letter is not None:
                key = arrival.keys[0] if arrival.keys else None
                await self._conn.execute(_OPEN_AGAIN, arrival.letter, trouble.reason, trouble.cause, key)
            else:
                if self._wrap:
                    await self._conn.execute(WRAPS)
                await self._conn.execute(_PARK, *self._letter(arrival, trouble))

    def _letter(self, arrival: Arrival, trouble: Trouble) -> tuple[Any, ...]:
        record = arrival.record
        content = packed(record)
        envelope = arrival.fact.envelope if arrival.fact is not None else arrival.envelope
        known = (
            (envelope.source, envelope.id, envelope.type, envelope.dataschema) if envelope else (None, None, None, None)
        )
        return (
            arrival.keys[0] if arrival.keys else None,
            record.topic, record.partition, record.offset, record.appended_at, digest_of(record.body),
            self._wrap(content) if self._wrap else content, self._wrap is not None,
            *known, trouble.reason, trouble.cause, headers_outlined(record), size(record),
        )  # fmt: skip


def packed(record: Record) -> bytes:
    """Return key, headers and body of a record as one piece, whatever bytes they are."""
    headers = [[name, _base64(value)] for name, value in record.headers]
    return json.dumps({"key": _base64(record.key), "headers": headers, "body": _base64(record.body)}).encode()


def unpacked(content: bytes, topic: str, partition: int, offset: int, appended_at: datetime) -> Record:
    """Return the record again that `packed` made one piece of."""
    parts = json.loads(content)
    headers = tuple((name, _bytes(value)) for name, value in parts["headers"])
    return Record(topic, partition, offset, appended_at, headers, _bytes(parts["key"]), _bytes(parts["body"]))


def _base64(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)


def joined(values: Sequence[str]) -> str:
    """Return a whole column as one text: asyncpg looks long at each element of an array.

    Raises:
        ValueError: a value holds the separator, which nothing readable does; its message is parked.
    """
    joined = _BETWEEN.join(values)
    if values and joined.count(_BETWEEN) != len(values) - 1:
        message = "A key or an attribute holds a control character."
        raise ValueError(message)
    return joined


def _columns(identities: Sequence[Identity]) -> tuple[list[str], list[str], list[str]]:
    return [one[0] for one in identities], [one[1] for one in identities], [one[2] for one in identities]
