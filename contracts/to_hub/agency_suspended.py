"""agency.suspended: an agency is cut off for a while; what is meant for it waits. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Slug


@published("agency.suspended", version=1, on=topics.TO_HUB)
class AgencySuspendedV1(AgencyEvent):
    """An agency is cut off for a while; what is meant for it waits. Only the program office says it."""

    agency: Slug
    operator: Slug


AgencySuspended = AgencySuspendedV1
