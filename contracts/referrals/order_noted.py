"""order.noted: an order keeps this person away from somebody. Whom it protects is not said, nor whether they are known.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.orders import OrderId, OrderKind
from contracts.words import Instant, Slug


@published("order.noted", version=1, on=topics.REFERRALS)
class OrderNotedV1(Event):
    """An order keeps this person away from somebody, or does so no more. Said under the respondent's key."""

    order_id: OrderId
    agency: Slug
    """Who reported it."""
    kind: OrderKind
    expires_at: Instant | None = None
    ended: bool = False
    reported_at: Instant
    """Of two words about one order the later holds."""


OrderNoted = OrderNotedV1
