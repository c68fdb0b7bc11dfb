"""link.proposed: two records may be one person; an operator decides. Said under both keys.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import PersonRef, Slug


@published("link.proposed", version=1, on=topics.REFERRALS)
class LinkProposedV1(Event):
    """Two records may be one person; an operator decides. Said under both keys."""

    other: PersonRef
    basis: Slug
    """What matched: name-and-birth-date, or an agency's own person number."""


LinkProposed = LinkProposedV1
