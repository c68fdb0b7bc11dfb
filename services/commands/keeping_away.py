"""Whether somebody from whom an order keeps a person away takes part now: pass or fail, and nobody is named.

It is worked out when an operator looks, and written down nowhere: no message, no time and no size depends on it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from services.commands.shown import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.commands.reach import Reach
    from services.console.store.asking import Asking


class Against(NamedTuple):
    """One order against the person, and whether somebody whom it protects takes part now."""

    agency: str
    kind: str
    expires_at: datetime | None
    in_force: bool
    takes_part: bool


async def orders_in(found: Reach, review: str) -> list[Against]:
    """Return the orders that keep the person of an open review away from somebody, by all of the person's records.

    Raises:
        Trouble: there is no such open review.
    """
    from services.intake.store import orders_against

    async with found.asking() as asking, found.connected("intake") as conn:
        person = next((one.subject for one in await asking.open_reviews() if one.id == review), None)
        if person is None:
            raise Trouble(f"No open review {review}.", "`hub reviews` lists those that are open.")
        kept = await orders_against(conn, await asking.same_person(person))
        now = datetime.now(UTC)
        return [
            Against(
                one.agency,
                one.kind,
                one.expires_at,
                one.expires_at is None or one.expires_at > now,
                await _takes_part(asking, one.known),
            )
            for one in kept
        ]


def fails(orders: Sequence[Against]) -> bool:
    """Whether an order in force protects somebody who takes part."""
    return any(one.in_force and one.takes_part for one in orders)


def result(orders: Sequence[Against]) -> str:
    """Return the answer in words."""
    if fails(orders):
        return "fail: an order keeps this person away from somebody who takes part now."
    return "pass: no order in force keeps this person away from anybody who takes part now."


def as_json(orders: Sequence[Against]) -> dict[str, Any]:
    """Return the answer as data."""
    told = [one._asdict() | {"expires_at": one.expires_at and one.expires_at.isoformat()} for one in orders]
    return {"result": "fail" if fails(orders) else "pass", "orders": told}


def rows(orders: Sequence[Against]) -> Iterator[tuple[Any, ...]]:
    """Yield a row of a table for each order."""
    return ((one.agency, one.kind, one.expires_at, one.in_force, one.takes_part) for one in orders)


async def _takes_part(asking: Asking, known: Sequence[str]) -> bool:
    for person in known:
        for record in await asking.same_person(person):
            if (await asking.file(record)).takes_part:
                return True
    return False
