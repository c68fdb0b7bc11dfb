"""Filling the second schema: what the service has handled and said is folded, with the cursor in the same transaction.

Whoever is killed goes on from the cursor; after a crash of the database it begins anew. Each fact is folded once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from services.plumbing.arrivals import Arrival, Reader, record_of
from services.plumbing.fold import fold
from services.plumbing.rebuilding.errors import Shortened
from services.plumbing.rebuilding.keeping import logged
from services.plumbing.service import Loaded, Record
from services.plumbing.tables import joined, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from services.plumbing.rebuilding.plan import Plan
    from services.plumbing.rebuilding.reading import Log, Piece, Place

MOST: Final = 1_000
"""How many records one transaction takes."""
_ADMIT: Final = """
WITH asked AS (
    SELECT DISTINCT ON (source, id, delivery) source, id, coalesce(delivery, '') AS delivery, own = 'own' AS own
    FROM unnest(string_to_array($1, chr(31)), string_to_array($2, chr(31)), string_to_array($3, chr(31)),
                string_to_array($4, chr(31))) AS asked (source, id, delivery, own)
), known AS (
    SELECT asked.source, asked.id, asked.delivery, asked.own, handled.id IS NOT NULL AS handled,
           handled.digest, handled.handled_at
    FROM asked LEFT JOIN {live}.inbox AS handled
    ON (handled.source, handled.id, handled.delivery) = (asked.source, asked.id, asked.delivery)
), entered AS (
    INSERT INTO {beside}.inbox (source, id, delivery, digest, handled_at)
    SELECT source, id, delivery, digest, coalesce(handled_at, now()) FROM known WHERE handled OR own
    ON CONFLICT DO NOTHING RETURNING source, id, delivery
)
SELECT source, id, delivery, true FROM entered
UNION ALL SELECT source, id, delivery, false FROM known WHERE NOT handled AND NOT own
"""
_LEAVE: Final = """
INSERT INTO {beside}.rebuild_left (topic, partition, record_offset, appended_at, content, source, id, delivery)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING
"""
_SINCE_HANDLED: Final = """
WITH due AS (
    SELECT kept.* FROM {beside}.rebuild_left AS kept
    JOIN {live}.inbox USING (source, id, delivery) ORDER BY appended_at, topic, partition, record_offset LIMIT $1
)
DELETE FROM {beside}.rebuild_left AS kept USING due
WHERE (kept.topic, kept.partition, kept.record_offset) = (due.topic, due.partition, due.record_offset)
RETURNING kept.topic, kept.partition, kept.record_offset, kept.appended_at, kept.content
"""
_TROUBLE: Final = """
INSERT INTO {beside}.rebuild_troubles (topic, partition, record_offset, cause) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""
_MOVE: Final = """
INSERT INTO {beside}.rebuild_positions (topic, partition, position, ends_at)
SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET position = excluded.position,
    ends_at = greatest(rebuild_positions.ends_at, excluded.ends_at)
"""
_POSITIONS: Final = "SELECT topic, partition, position FROM {beside}.rebuild_positions"
_COUNT: Final = "UPDATE {beside}.rebuild SET folded = folded + $1"
_FILLED: Final = "UPDATE {beside}.rebuild SET filled_at = now() WHERE filled_at IS NULL RETURNING filled_at"
_SAID: Final = (
    "SELECT id, topic, key, headers, body, said_at FROM {live}.outbox WHERE topic = ANY($1::text[]) ORDER BY id"
)
_LEAST_COSTLY: Final = "SET synchronous_commit = off"
"""A crash of the database takes the last transactions, each with its cursor: they are done again."""


@dataclass(slots=True)
class Done:
    """What a filling came to: numbers only."""

    read: int = 0
    folded: int = 0
    left: int = 0
    troubles: int = 0


class Filling:
    """Folds the log into the second schema, through a connection that has it as its search path."""

    def __init__(self, plan: Plan, log: Log, most: int = MOST) -> None:
        """Nothing is read yet; the schema is there (`keeping.begun`). One transaction takes `most` records."""
        self._most = most
        self._plan = plan
        self._log = log
        self._service = plan.folding
        self._reader = Reader(self._service)
        self._own = f"/hub/{plan.name}"
        self._heard = frozenset(plan.service.hears)
        self._sql = {
            name: text.format(live=plan.name, beside=plan.schema)
            for name, text in {
                "admit": _ADMIT, "leave": _LEAVE, "since": _SINCE_HANDLED, "trouble": _TROUBLE, "move": _MOVE,
                "positions": _POSITIONS, "count": _COUNT, "filled": _FILLED, "said": _SAID,
            }.items()
        }  # fmt: skip

    async def filled(self, conn: Any, told: Callable[[int, int], None] = lambda _done, _all: None) -> Done:
        """Fill from the cursor to the end of the log as it is now, a transaction a piece; then what was left before.

        `told` hears how many records of how many are read.

        Raises:
            Shortened: the log does not begin at its beginning.
        """
        await conn.execute(_LEAST_COSTLY)
        done = Done()
        positions, ends = await self._ground(conn)
        so_far, whole = sum(min(positions.get(one, 0), end) for one, end in ends.items()), sum(ends.values())
        told(so_far, whole)
        saving: asyncio.Task[None] | None = None
        try:
            async for piece in self._log.pieces(positions, ends, self._most):
                arrivals = await self._read(piece)
                if saving is not None:
                    await saving
                    told(so_far + done.read, whole)
                saving = asyncio.create_task(self._saved(conn, arrivals, piece, ends, done))
                await asyncio.sleep(0)  # lets the saving begin
            if saving is not None:
                await saving
        finally:
            if saving is not None:
                await asyncio.gather(saving, return_exceptions=True)
        await self._left_before(conn, done)
        await self._whole(conn)
        told(whole, whole)
        return done

    async def _whole(self, conn: Any) -> None:
        """Say that it is whole, once; from then on it survives a crash of the database."""
        async with conn.transaction():
            if await conn.fetchval(self._sql["filled"]) is not None:
                await logged(conn, self._plan, whether=True)

    async def caught_up(self, conn: Any) -> Done:
        """Fold what is still missing, inside the caller's transaction, while nothing can be handled.

        What the service has said and not yet sent is read first: what is missing there is in Kafka by then.

        Raises:
            Shortened: as above.
        """
        done = Done()
        said = await self._said(conn)
        positions, ends = await self._ground(conn)
        async for piece in self._log.pieces(positions, ends, self._most):
            await self._fold(conn, await self._read(piece), done)
            await self._moved(conn, piece.positions, ends)
            done.read += len(piece.records)
        await self._fold(conn, said, done)
        while await self._since_handled(conn, done):
            pass
        await conn.execute(self._sql["count"], done.folded)
        return done

    async def _ground(self, conn: Any) -> tuple[dict[Place, int], dict[Place, int]]:
        rows = await conn.fetch(self._sql["positions"])
        positions = {(row["topic"], row["partition"]): row["position"] for row in rows}
        spans = await self._log.spans(self._plan.topics)
        for place, (first, _) in spans.items():
            if first > positions.get(place, 0):
                if place[0] != topics.redelivery(self._plan.name):
                    raise Shortened(topic=place[0], service=self._plan.name)
                # What comes again is kept for a while only: it is on its own topic, too.
                positions[place] = first
        return positions, {place: end for place, (_, end) in spans.items()}

    async def _read(self, piece: Piece) -> list[Arrival]:
        """Return what the service had heard or said; in small steps, so that the saving before goes on meanwhile."""
        found: list[Arrival] = []
        for begin in range(0, len(piece.records), 50):
            found += [one for one in self._reader.read(piece.records[begin : begin + 50]) if self._of_ours(one)]
            await asyncio.sleep(0)
        return found

    def _of_ours(self, arrival: Arrival) -> bool:
        """Whether it was folded, or can have been: what cannot be read, was parked, or is somebody else's word."""
        fact = arrival.fact
        return fact is not None and arrival.trouble is None and (
            type(fact.event) in self._heard or fact.source == self._own
        )  # fmt: skip

    async def _saved(
        self, conn: Any, arrivals: Sequence[Arrival], piece: Piece, ends: Mapping[Place, int], done: Done
    ) -> None:
        before = done.folded
        async with conn.transaction():
            await self._fold(conn, arrivals, done)
            await self._moved(conn, piece.positions, ends)
            await conn.execute(self._sql["count"], done.folded - before)
        done.read += len(piece.records)

    async def _fold(self, conn: Any, arrivals: Sequence[Arrival], done: Done) -> None:
        """Fold what is new of what the service had handled; what it had not is left for later."""
        if not arrivals:
            return
        fresh = await self._fresh(conn, arrivals, done)
        if not fresh:
            return
        facts = [one.fact for one in fresh] if self._plan.shares else []
        keys = sorted({one.key for one in fresh})  # type: ignore[type-var]  # readable arrivals have a key
        loaded: Loaded[Any, Any] = await self._service.store.load(conn, keys, facts)  # type: ignore[arg-type]
        folded = fold(self._service, loaded, fresh, blocked=set(), condemned={})
        if folded.changed or folded.rows or folded.shared is not loaded.shared:
            await self._service.store.save(conn, folded.changed, folded.shared, folded.rows)
        for arrival, trouble in folded.parked:
            record = arrival.record
            await conn.execute(self._sql["trouble"], record.topic, record.partition, record.offset, trouble.cause)
        done.folded += folded.handled
        done.troubles += len(folded.parked)

    async def _fresh(self, conn: Any, arrivals: Sequence[Arrival], done: Done) -> list[Arrival]:
        identities = [one.identity for one in arrivals]
        rows = await conn.fetch(
            self._sql["admit"], *(joined([identity[at] for identity in identities]) for at in range(3)),
            joined(["own" if self._folded_at_once(one) else "heard" for one in arrivals]),
        )  # fmt: skip
        new = {(source, event, delivery) for source, event, delivery, is_new in rows if is_new}
        left = {(source, event, delivery) for source, event, delivery, is_new in rows if not is_new}
        fresh = []
        for one, identity in zip(arrivals, identities, strict=True):
            if identity in new:
                new.discard(identity)
                fresh.append(one)
            elif identity in left:
                left.discard(identity)
                await self._leave(conn, one, identity)
                done.left += 1
        return fresh

    def _folded_at_once(self, arrival: Arrival) -> bool:
        """Whether it is the service's own word, folded when it was said; of what it also hears the inbox tells."""
        fact = arrival.fact
        return fact is not None and fact.source == self._own and type(fact.event) not in self._heard

    async def _leave(self, conn: Any, arrival: Arrival, identity: tuple[str, str, str]) -> None:
        raw = arrival.raw
        record = raw if isinstance(raw, Record) else record_of(raw)
        place = (raw.topic, raw.partition, raw.offset)
        await conn.execute(self._sql["leave"], *place, record.appended_at, packed(record), *identity)

    async def _left_before(self, conn: Any, done: Done) -> None:
        while True:
            async with conn.transaction():
                before = done.folded
                found = await self._since_handled(conn, done)
                await conn.execute(self._sql["count"], done.folded - before)
            if not found:
                return

    async def _since_handled(self, conn: Any, done: Done) -> int:
        """Fold what was left and has been handled since: in the order of each partition."""
        rows = sorted(await conn.fetch(self._sql["since"], MOST), key=lambda row: (row["appended_at"], row[:3]))
        records = [
            unpacked(row["content"], row["topic"], row["partition"], row["record_offset"], row["appended_at"])
            for row in rows
        ]
        await self._fold(conn, self._reader.read(records), done)
        return len(rows)

    async def _said(self, conn: Any) -> list[Arrival]:
        """Return what the service has said that may not be in Kafka yet."""
        records = []
        for row in await conn.fetch(self._sql["said"], list(self._plan.says_on)):
            lines = (line.partition(":") for line in row["headers"].splitlines())
            headers = tuple((name, value.encode()) for name, _, value in lines)
            records.append(
                Record(row["topic"], -1, row["id"], row["said_at"], headers, row["key"].encode(), row["body"].encode())
            )
        return [one for one in self._reader.read(records) if self._of_ours(one)]

    async def _moved(self, conn: Any, positions: Mapping[Place, int], ends: Mapping[Place, int]) -> None:
        places = list(positions)
        await conn.execute(
            self._sql["move"], [one[0] for one in places], [one[1] for one in places],
            [positions[one] for one in places], [ends[one] for one in places],
        )  # fmt: skip
