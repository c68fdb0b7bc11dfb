"""Orders that keep one person away from another: what is kept of them, and who hears that there is one.

Of an order nothing is kept but keyed marks: of its number, of who is kept away, of who is protected. Whoever is kept
away has it noted under their key, now or when they are referred first. Whether the protected one is known here changes
nothing that is said: an operator who decides a review looks that up, and nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from contracts.catalogue import OrderNoted
from contracts.orders import OrderKind
from services.plumbing.service import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contracts.catalogue import OrderReported
    from services.intake.domain.bearing import Marked
    from services.intake.domain.heard import Heard


@dataclass(frozen=True, slots=True)
class Order:
    """An order by marks alone. `former` are the marks of all who were ever said to be kept away by it."""

    agency: str
    kind: OrderKind
    reported_at: datetime
    ended: bool
    expires_at: datetime | None
    respondents: tuple[str, ...]
    protected: tuple[str, ...]
    former: tuple[str, ...]


def order_after(known: Order | None, fact: Heard, event: OrderReported) -> Order:
    """Return the order as it is said to be now; of one that has ended no mark of the protected is kept."""
    if known is not None and known.reported_at > fact.at:
        return known
    marks = tuple(mark.hash for mark in fact.marks)
    former = known.former if known is not None else ()
    return Order(
        agency=fact.agency or "",
        kind=event.kind,
        reported_at=fact.at,
        ended=event.ended,
        expires_at=event.expires_at,
        respondents=() if event.ended else marks,
        protected=() if event.ended else fact.protected,
        former=tuple(sorted({*former, *marks})),
    )


def told_of(order_id: str, order: Order, marks: Mapping[str, tuple[Marked, ...]]) -> Iterator[Said]:
    """Yield the order as it stands for everybody known who is, or was, said to be kept away by it."""
    now, ever = _bearers(order.respondents, marks), _bearers(order.former, marks)
    for person in sorted(ever):
        yield Said(_noted(order_id, order, ended=person not in now), subject=person)


def of_a_newcomer(orders: Mapping[str, Order], person: str, hashes: Iterable[str]) -> Iterator[Said]:
    """Yield each order that keeps away who bears these marks, before their referral is said."""
    borne = set(hashes)
    for order_id, order in sorted(orders.items()):
        if not borne.isdisjoint(order.respondents):
            yield Said(_noted(order_id, order, ended=False), subject=person)


def _noted(order_id: str, order: Order, *, ended: bool) -> OrderNoted:
    return OrderNoted(
        order_id=order_id,
        agency=order.agency,
        kind=order.kind,
        expires_at=order.expires_at,
        ended=ended,
        reported_at=order.reported_at,
    )


def _bearers(hashes: Iterable[str], marks: Mapping[str, tuple[Marked, ...]]) -> set[str]:
    return {one.person for hashed in hashes for one in marks.get(hashed, ())}
