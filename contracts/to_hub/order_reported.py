"""order.reported: a court's order keeps somebody away from others, or does so no more.

Only marks of it are kept: no name, no birth date, no number of it. The answer is the same silence whoever is known.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.orders import OrderKind, OrderParty
from contracts.words import Instant, Reference


@published("order.reported", version=1, on=topics.TO_HUB)
class OrderReportedV1(AgencyEvent):
    """A court's order keeps somebody away from others. Said again under the same number it replaces what was said."""

    order_number: Reference
    """As the sender knows it; only its own sender says it again."""
    kind: OrderKind
    respondent: OrderParty
    """Who is kept away."""
    protected: Annotated[tuple[OrderParty, ...], Field(min_length=1, max_length=10)]
    """From whom."""
    expires_at: Instant | None = None
    ended: bool = False
    """It was vacated, ran out, or was entered in error."""


OrderReported = OrderReportedV1
