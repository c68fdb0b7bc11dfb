"""What a backup and a restore ask of the hub's database, as its administrator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts import topics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from datetime import datetime

_LETTERS: Final = "SELECT to_jsonb(kept) FROM {service}.dead_letters AS kept ORDER BY id"
_TAKE_LETTERS: Final = """
INSERT INTO {service}.dead_letters OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(NULL::{service}.dead_letters, letter::jsonb)).* FROM unnest($1::text[]) AS letter
"""
_GO_ON_COUNTING: Final = """
SELECT setval(pg_get_serial_sequence('{service}.dead_letters', 'id'), greatest(max(id), 1), max(id) IS NOT NULL)
FROM {service}.dead_letters
"""
_SETTLED: Final = "SELECT id, to_jsonb(kept) FROM intake.dead_letters AS kept WHERE wrapped AND settled_at IS NOT NULL"
_ADMITTED: Final = """
SELECT source, id, digest FROM intake.inbox
JOIN unnest($1::text[], $2::text[], $3::text[]) AS said (source, id, digest) USING (source, id, digest)
"""
_KEYS: Final = "SELECT record_id, wrapped, made_at FROM keys.record_keys"
_TAKE_KEYS: Final = """
INSERT INTO keys.record_keys (record_id, wrapped, destroyed_at)
SELECT record_id, wrapped, CASE WHEN wrapped IS NULL THEN now() END
FROM unnest($1::text[], $2::bytea[]) AS kept (record_id, wrapped)
"""
_OPENING: Final = "SELECT count(*) FROM keys.record_keys WHERE wrapped IS NOT NULL"
_ERASURES: Final = "SELECT referral_id, erased_at, ground, erased_by FROM intake.erasures"
_CHANGES: Final = """
SELECT (SELECT count(*) FROM keys.record_keys WHERE destroyed_at IS NOT NULL),
       (SELECT count(*) FROM intake.dead_letters WHERE wrapped AND settled_at IS NOT NULL)
"""
_TOLD: Final = "SELECT message_id, entry FROM ledger.entries WHERE message_id = ANY($1::text[])"
_ENTRIES: Final = "SELECT count(*) FROM ledger.entries"
_IS_LAID: Final = "SELECT count(*) FROM pg_tables WHERE schemaname = 'intake'"
_PERSON: Final = "SELECT state::jsonb -> 'referrals' -> $2 ->> 'person' FROM intake.cases WHERE key = $1"
_DUE_NOW: Final = """
INSERT INTO intake.deadlines (key, subject, correlation_id, causation_id, name, reference, due_at)
VALUES ($1, $2, $3, $3, $4, $5, now()) ON CONFLICT DO NOTHING
"""
_NOW: Final = "SELECT now()"
_PIECE: Final = 200


class Erasure(NamedTuple):
    """A record that was erased."""

    referral_id: str
    erased_at: datetime
    ground: str
    by: str


async def now(conn: Any) -> datetime:
    """Return the time by the database's clock."""
    at: datetime = await conn.fetchval(_NOW)
    return at


async def letters(conn: Any) -> AsyncIterator[tuple[str, str]]:
    """Iterate over what every service has parked: the service and the row as JSON. Content stays wrapped or sealed."""
    async with conn.transaction():
        for service in topics.SERVICES:
            async for row in conn.cursor(_LETTERS.format(service=service), prefetch=_PIECE):
                yield service, row[0]


async def letters_taken(conn: Any, rows: Iterable[tuple[str, str]]) -> int:
    """Put parked rows back where they were, with their ids; return how many they were."""
    by_service: dict[str, list[str]] = {service: [] for service in topics.SERVICES}
    for service, row in rows:
        by_service[service].append(row)
    for service, some in by_service.items():
        await conn.execute(_TAKE_LETTERS.format(service=service), some)
        await conn.execute(_GO_ON_COUNTING.format(service=service))
    return sum(map(len, by_service.values()))


def settled(row: str) -> bool:
    """Whether a parked row was settled."""
    return json.loads(row)["settled_at"] is not None


async def settled_at_the_door(conn: Any) -> dict[int, str]:
    """Return what agencies said, was put aside, and is settled: its row as JSON, by its number."""
    return {row[0]: row[1] for row in await conn.fetch(_SETTLED)}


async def admitted(conn: Any, said: Sequence[Sequence[str]]) -> set[tuple[str, ...]]:
    """Return which of these messages the door has handled, by source, id and digest of the body."""
    columns = zip(*said, strict=True) if said else ((), (), ())
    return {tuple(row) for row in await conn.fetch(_ADMITTED, *map(list, columns))}


async def keys(conn: Any) -> list[tuple[str, bytes | None, datetime]]:
    """Return every record with its wrapped key (None: destroyed), and when it was made."""
    return [tuple(row) for row in await conn.fetch(_KEYS)]


async def keys_taken(conn: Any, wrapped: Mapping[str, bytes | None]) -> int:
    """Put the keys in; return how many records can be opened."""
    await conn.execute(_TAKE_KEYS, list(wrapped), list(wrapped.values()))
    opening: int = await conn.fetchval(_OPENING)
    return opening


async def erasures(conn: Any) -> list[Erasure]:
    """Return what was erased."""
    return [Erasure(*row) for row in await conn.fetch(_ERASURES)]


async def changes(conn: Any) -> tuple[int, int]:
    """Return how many keys are destroyed and how many letters settled: what the key copy has to follow."""
    destroyed, letters_settled = await conn.fetchrow(_CHANGES)
    return destroyed, letters_settled


async def told(conn: Any, message_ids: Sequence[str]) -> dict[str, str | None]:
    """Return of which record each of these messages told, by the ledger."""
    rows = await conn.fetch(_TOLD, list(message_ids))
    return {row["message_id"]: json.loads(row["entry"]).get("referral") for row in rows}


async def entries(conn: Any) -> int:
    """Return how long the ledger is."""
    length: int = await conn.fetchval(_ENTRIES)
    return length


async def is_laid(conn: Any) -> bool:
    """Whether there are tables of a hub."""
    return bool(await conn.fetchval(_IS_LAID))


async def person_of(conn: Any, case: str, referral_id: str) -> str | None:
    """Return whose record it is; None where the hub does not know it."""
    person: str | None = await conn.fetchval(_PERSON, case, referral_id)
    return person


async def due_now(conn: Any, case: str, person: str, cause: str, name: str, reference: str) -> None:
    """Set a deadline of the door that is due at once."""
    await conn.execute(_DUE_NOW, case, person, cause, name, reference)
