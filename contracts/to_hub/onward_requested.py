"""onward.requested: the case manager asks a service provider's help for the person. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import HelpType, Private, Slug


@published("onward.requested", version=1, on=topics.TO_HUB)
class OnwardRequestedV1(AgencyEvent):
    """The case manager asks a service provider's help for the person. The subject is the person."""

    help_type: HelpType
    to: Slug | None = None
    """The provider; without it the hub asks one that gives this help in the person's area."""
    note: Private | None = None


OnwardRequested = OnwardRequestedV1
