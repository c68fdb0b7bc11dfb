"""Orders as the door remembers them, and what an operator who decides a review asks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.orders import OrderKind
from services.intake.domain.orders import Order
from services.intake.domain.register import MOST_MATCHES
from services.intake.store.marks import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from services.plumbing.service import Connection

_COLUMNS: Final = "order_id, agency, kind, reported_at, ended, expires_at, respondents, protected, former"
_WANTED: Final = f"""
SELECT {_COLUMNS} FROM intake.orders WHERE order_id = ANY($1::text[]) OR respondents && $2::text[]
ORDER BY order_id FOR UPDATE
"""
_SAVE: Final = f"""
INSERT INTO intake.orders ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (order_id) DO UPDATE SET kind = excluded.kind, reported_at = excluded.reported_at,
    ended = excluded.ended, expires_at = excluded.expires_at, respondents = excluded.respondents,
    protected = excluded.protected, former = excluded.former
"""
_OF_PERSON: Final = f"""
SELECT {_COLUMNS} FROM intake.orders
WHERE NOT ended AND respondents && ARRAY(SELECT hash FROM intake.marks WHERE person = $1)
ORDER BY reported_at, order_id
"""


class Kept(NamedTuple):
    """An order that keeps somebody away, for an operator: who reported it, and who is known of those it protects."""

    agency: str
    kind: str
    expires_at: datetime | None
    protects: int
    """By how many marks they could be recognised."""
    known: tuple[str, ...]
    """The people of the hub who bear one of them."""


async def orders_wanted(conn: Connection, named: Sequence[str], hashes: Sequence[str]) -> dict[str, Order]:
    """Return the orders that are spoken of, and those that keep away who bears one of these marks."""
    if not named and not hashes:
        return {}
    rows = await conn.fetch(_WANTED, list(named), list(hashes))
    return {row["order_id"]: _order(row) for row in rows}


async def save_orders(conn: Connection, orders: Mapping[str, Order]) -> None:
    """Save the orders that changed."""
    rows = [
        (
            name, one.agency, one.kind.value, one.reported_at, one.ended, one.expires_at,
            list(one.respondents), list(one.protected), list(one.former),
        )
        for name, one in sorted(orders.items())
    ]  # fmt: skip
    if rows:
        await conn.executemany(_SAVE, rows)


async def orders_against(conn: Connection, people: Iterable[str]) -> list[Kept]:
    """Return the orders that keep any of these records of a person away from somebody, as they stand now."""
    found: dict[str, Kept] = {}
    for person in people:
        for row in await conn.fetch(_OF_PERSON, person):
            bearers = await conn.fetch(MARKS, row["protected"], MOST_MATCHES)
            known = tuple(sorted({one["person"] for one in bearers}))
            found[row["order_id"]] = Kept(row["agency"], row["kind"], row["expires_at"], len(row["protected"]), known)
    return list(found.values())


def _order(row: Any) -> Order:
    return Order(
        agency=row["agency"],
        kind=OrderKind(row["kind"]),
        reported_at=row["reported_at"],
        ended=row["ended"],
        expires_at=row["expires_at"],
        respondents=tuple(row["respondents"]),
        protected=tuple(row["protected"]),
        former=tuple(row["former"]),
    )
