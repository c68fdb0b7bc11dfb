"""disclosure.recalled: an agency is asked to forget what it was told.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, Instant, Slug


@published("disclosure.recalled", version=1, on=topics.DISCLOSURES)
class DisclosureRecalledV1(Event):
    """An agency is asked to forget what it was told."""

    recall_id: str
    agency: Slug
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    recalled_at: Instant


DisclosureRecalled = DisclosureRecalledV1
