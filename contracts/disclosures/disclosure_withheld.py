"""disclosure.withheld: an agency was not told something, and which layer and rule stood against it.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, Instant, Purpose, ReferralId, Slug


@published("disclosure.withheld", version=1, on=topics.DISCLOSURES)
class DisclosureWithheldV1(Event):
    """An agency was not told something, and which layer and rule stood against it."""

    message_id: str
    """The id of the message on the agency's lane, or the one it would have had."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    layer: Annotated[str, Field(pattern=r"^(permission|rows|fields|consent|parked|suspended)$")]
    rule: str
    withheld_at: Instant


DisclosureWithheld = DisclosureWithheldV1
