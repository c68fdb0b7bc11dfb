"""agency.resumed: a suspended agency is back. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Slug


@published("agency.resumed", version=1, on=topics.TO_HUB)
class AgencyResumedV1(AgencyEvent):
    """A suspended agency is back. Only the program office says it."""

    agency: Slug
    operator: Slug


AgencyResumed = AgencyResumedV1
