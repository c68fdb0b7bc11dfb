"""The ledger in PostgreSQL: entries in chains, appended in the transaction in which they come about, never changed.

The schema `ledger` belongs to a role of its own; who writes may select and insert, and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from services.plumbing.chains import Entry, Head, Link, extended
from services.plumbing.sending import partition_of
from services.plumbing.tables import joined

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from services.plumbing.service import Connection

MIGRATIONS: Final = Path(__file__).parent / "entries"
"""The SQL of the schema; it names the roles of those who may insert and select."""
SCHEMA: Final = "ledger"
CHAINS: Final = 4
"""One chain for each partition of the hub's topics, as they are laid at first; it never changes afterwards."""

_LOCK: Final = """
SELECT pg_advisory_xact_lock(hashtextextended('hub.ledger', chain))
FROM unnest($1::int[]) AS chain ORDER BY chain
"""
_THERE: Final = """
SELECT chain::int, sequence, hash, NULL AS event_id
FROM unnest($1::int[]) AS asked CROSS JOIN LATERAL (
    SELECT chain, sequence, hash FROM ledger.entries WHERE chain = asked ORDER BY sequence DESC LIMIT 1
) AS last
UNION ALL
SELECT NULL, NULL, NULL, event_id FROM ledger.entries WHERE event_id = ANY(string_to_array($2, chr(31)))
"""
_APPEND: Final = """
INSERT INTO ledger.entries (chain, sequence, previous, hash, event_id, subject, agency, message_id, entry)
SELECT chain::smallint, sequence::bigint, previous, hash, event_id, nullif(subject, ''), agency,
       nullif(message_id, ''), entry
FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), string_to_array($3, chr(31)),
            string_to_array($4, chr(31)), string_to_array($5, chr(31)), string_to_array($6, chr(31)),
            string_to_array($7, chr(31)), string_to_array($8, chr(31)), string_to_array($9, chr(31)))
     AS entered (chain, sequence, previous, hash, event_id, subject, agency, message_id, entry)
"""
_ALL: Final = "SELECT chain, sequence, previous, hash, entry FROM ledger.entries ORDER BY chain, sequence"
_OF_SUBJECTS: Final = """
SELECT entry FROM ledger.entries WHERE subject = ANY(string_to_array($1, chr(31))) ORDER BY chain, sequence
"""
_OF_MESSAGE: Final = "SELECT entry FROM ledger.entries WHERE message_id = $1 ORDER BY chain, sequence"
_OF_EVENTS: Final = """
SELECT entry FROM ledger.entries WHERE event_id = ANY(string_to_array($1, chr(31))) ORDER BY chain, sequence
"""
_LENGTH: Final = "SELECT count(*) FROM ledger.entries"
_PIECE: Final = 500


class Ledger(Protocol):
    """Where entries go."""

    async def append(self, conn: Connection, entries: Sequence[Entry]) -> list[Head]:
        """Append what is not there yet, in order; return the heads of the chains that grew."""
        ...

    async def of_subjects(self, conn: Connection, subjects: Sequence[str]) -> list[str]:
        """Return the entries of these people, oldest first for each."""
        ...


class PostgresLedger:
    """The table `ledger.entries`. A chain is locked from the append until the transaction ends."""

    async def append(self, conn: Connection, entries: Sequence[Entry]) -> list[Head]:
        """See `Ledger`. It should be the last thing of a transaction: others wait for it."""
        by_chain: dict[int, list[Entry]] = {}
        for entry in entries:
            by_chain.setdefault(chain_of(entry.key), []).append(entry)
        chains = sorted(by_chain)
        await conn.execute(_LOCK, chains)
        there = await conn.fetch(_THERE, chains, joined([entry.event_id for entry in entries]))
        known = {row["event_id"] for row in there}
        heads = {row["chain"]: Head(row["chain"], row["sequence"], row["hash"]) for row in there if row["hash"]}
        links: list[tuple[Link, Entry]] = []
        for chain in chains:
            fresh = [entry for entry in _once(by_chain[chain]) if entry.event_id not in known]
            links += zip(extended(heads.get(chain), chain, [entry.text for entry in fresh]), fresh, strict=True)
        if links:
            await conn.execute(_APPEND, *_columns(links))
        return list({link.chain: Head(link.chain, link.sequence, link.hash) for link, _ in links}.values())

    async def of_subjects(self, conn: Connection, subjects: Sequence[str]) -> list[str]:
        """See `Ledger`."""
        return [row["entry"] for row in await conn.fetch(_OF_SUBJECTS, joined(list(subjects)))]

    async def of_message(self, conn: Connection, message_id: str) -> list[str]:
        """Return the entries about one message."""
        return [row["entry"] for row in await conn.fetch(_OF_MESSAGE, message_id)]

    async def of_events(self, conn: Connection, event_ids: Sequence[str]) -> list[str]:
        """Return the entries of these facts of disclosure."""
        return [row["entry"] for row in await conn.fetch(_OF_EVENTS, joined(list(event_ids)))]

    async def length(self, conn: Connection) -> int:
        """Return how many entries there are."""
        return int(await conn.fetchval(_LENGTH))

    async def all(self, conn: Connection) -> AsyncIterator[Link]:
        """Iterate over the whole ledger as it is at this moment, chain by chain; needs a transaction."""
        async for row in conn.cursor(_ALL, prefetch=_PIECE):
            yield Link(*row.values())


def chain_of(key: str) -> int:
    """Return the chain of what has this key, as Kafka would choose a partition."""
    return partition_of(key.encode(), CHAINS)


def _once(entries: Sequence[Entry]) -> list[Entry]:
    return list({entry.event_id: entry for entry in entries}.values())


def _columns(links: Sequence[tuple[Link, Entry]]) -> list[Any]:
    columns = [
        (str(link.chain), str(link.sequence), link.previous, link.hash, entry.event_id, entry.subject or "",
         entry.agency, entry.message_id or "", entry.text)
        for link, entry in links
    ]  # fmt: skip
    return [joined(list(column)) for column in zip(*columns, strict=True)]
