"""Live and rebuilt, row by row: what is alike, what is written otherwise and means the same, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from services.plumbing.rebuilding.plan import Kept, Plan, meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SHOWN: Final = 20
"""So many differences of one table are named; all are counted."""
ONLY_LIVE: Final = "only in the live one"
ONLY_REBUILT: Final = "only in the rebuilt one"
DIFFERS: Final = "differs"

_COLUMNS: Final = """
SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_DIFFERENT: Final = """
SELECT live.tableoid IS NULL AS only_rebuilt, beside.tableoid IS NULL AS only_live, {columns}
FROM {live} AS live FULL JOIN {beside} AS beside ON {same_key}
WHERE ({lives}) IS DISTINCT FROM ({besides}) OR live.tableoid IS NULL OR beside.tableoid IS NULL
"""
_COUNT: Final = "SELECT (SELECT count(*) FROM {live}), (SELECT count(*) FROM {beside})"
_NOT_IN_THE_LOG: Final = """
SELECT count(*) FROM {live}.inbox AS handled WHERE delivery = '' AND NOT EXISTS (
    SELECT FROM {beside}.inbox AS folded
    WHERE (folded.source, folded.id, folded.delivery) = (handled.source, handled.id, handled.delivery)
)
"""
_NEVER_HANDLED: Final = """
SELECT kept.topic, kept.partition, kept.record_offset FROM {beside}.rebuild_left AS kept
WHERE NOT EXISTS (
    SELECT FROM {live}.dead_letters AS letter WHERE (letter.topic, letter.partition, letter.record_offset)
        = (kept.topic, kept.partition, kept.record_offset)
       OR (letter.source, letter.event_id) = (kept.source, kept.id)
)
"""
_PARKED: Final = "SELECT count(*) FROM {live}.dead_letters WHERE settled_at IS NULL"
_TROUBLES: Final = "SELECT topic, partition, record_offset, cause FROM {beside}.rebuild_troubles ORDER BY 1, 2, 3"
_PIECE: Final = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not alike: how, and in which columns."""

    table: str
    row: str
    how: str
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Alike:
    """One table: how many rows, how many are the same to the letter, and how many mean the same."""

    table: str
    live: int = 0
    rebuilt: int = 0
    written_otherwise: int = 0
    different: int = 0
    named: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison came to. Nothing is unexplained where `unexplained` is 0."""

    service: str
    tables: tuple[Alike, ...]
    not_in_the_log: int
    """Facts that the service handled and that its topics do not hold."""
    never_handled: int
    """Facts in the log that it has read past, and neither handled nor parked."""
    not_folded: tuple[tuple[str, int, int, str], ...]
    """Facts that it had handled and that fail now: topic, partition, offset, cause."""
    parked: int
    waiting: int
    """Facts in the log that it has not read yet: they come when it goes on."""

    @property
    def unexplained(self) -> int:
        """How many differences have no explanation."""
        rows = sum(one.different for one in self.tables)
        return rows + self.not_in_the_log + self.never_handled + len(self.not_folded)

    @property
    def words(self) -> str:
        """What is unexplained, in a few words."""
        found = [f"{one.different} rows of {one.table}" for one in self.tables if one.different]
        for count, what in (
            (self.not_in_the_log, "handled and not in the log"), (self.never_handled, "read and never handled"),
            (len(self.not_folded), "handled and not to be folded now"),
        ):  # fmt: skip
            found += [f"{count} facts {what}"] if count else []
        return ", ".join(found) or "nothing"


async def compared(conn: Any, plan: Plan, committed: Mapping[tuple[str, int], int]) -> Comparison:
    """Compare, inside a transaction in which nothing can be handled, after `Filling.caught_up`.

    `committed` is what the service's group has committed: what lies before it and was left must be parked.
    """
    names = {"live": plan.name, "beside": plan.schema}
    left = await conn.fetch(_NEVER_HANDLED.format(**names))
    never = sum(row["record_offset"] < committed.get((row["topic"], row["partition"]), 0) for row in left)
    return Comparison(
        service=plan.name,
        tables=tuple([await _alike(conn, plan, table, kept) for table, kept in plan.kept.items()]),
        not_in_the_log=await conn.fetchval(_NOT_IN_THE_LOG.format(**names)),
        never_handled=never,
        not_folded=tuple([tuple(row) for row in await conn.fetch(_TROUBLES.format(**names))]),
        parked=await conn.fetchval(_PARKED.format(**names)),
        waiting=len(left) - never,
    )


async def _alike(conn: Any, plan: Plan, table: str, kept: Kept) -> Alike:
    live, beside = f"{plan.name}.{table}", f"{plan.schema}.{table}"
    found = Alike(table, *await conn.fetchrow(_COUNT.format(live=live, beside=beside)))
    columns = [row[0] for row in await conn.fetch(_COLUMNS, live)]
    content = [one for one in columns if one not in kept.left_out and one not in kept.key]
    sql = _DIFFERENT.format(
        live=live, beside=beside,
        same_key=" AND ".join(f"live.{one} = beside.{one}" for one in kept.key),
        columns=", ".join([*(f"coalesce(live.{one}, beside.{one})::text" for one in kept.key),
                           *(f"live.{one}::text, beside.{one}::text" for one in content)]),
        lives=", ".join(f"live.{one}" for one in content) or "NULL",
        besides=", ".join(f"beside.{one}" for one in content) or "NULL",
    )  # fmt: skip
    async for row in conn.cursor(sql, prefetch=_PIECE):
        _note(found, table, kept, content, tuple(row))
    return found


def _note(found: Alike, table: str, kept: Kept, content: Sequence[str], row: tuple[Any, ...]) -> None:
    only_rebuilt, only_live, *rest = row
    name = " ".join(str(one) for one in rest[: len(kept.key)])
    pairs = zip(content, rest[len(kept.key) :: 2], rest[len(kept.key) + 1 :: 2], strict=True)
    if only_rebuilt or only_live:
        difference = Difference(table, name, ONLY_REBUILT if only_rebuilt else ONLY_LIVE)
    else:
        differing = tuple(
            column for column, live, rebuilt in pairs if not _means_the_same(kept.read.get(column), live, rebuilt)
        )
        if not differing:
            found.written_otherwise += 1
            return
        difference = Difference(table, name, DIFFERS, differing)
    found.different += 1
    if len(found.named) < SHOWN:
        found.named.append(difference)


def _means_the_same(read: Callable[[str], Any] | None, live: str | None, rebuilt: str | None) -> bool:
    if live == rebuilt:
        return True
    if live is None or rebuilt is None or read is None:
        return False
    try:
        return bool(read(live) == read(rebuilt))
    except Exception:  # noqa: BLE001  # what cannot be read any more is not the same, whatever is wrong with it
        return bool(meaning(live) == meaning(rebuilt))
