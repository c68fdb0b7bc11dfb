"""link.answered: an operator says whether two records are the same person, or parts them again.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import PersonRef, Slug


@published("link.answered", version=1, on=topics.TO_HUB)
class LinkAnsweredV1(AgencyEvent):
    """An operator says whether two records are the same person, or parts them. Only the program office says it."""

    person: PersonRef
    other: PersonRef
    same: bool
    operator: Slug


LinkAnswered = LinkAnsweredV1
