"""onward.asked: a service provider is to be asked for help, if consent allows it to know.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import HelpType, OnwardId, Sealed, Slug


@published("onward.asked", version=1, on=topics.ASSIGNMENTS)
class OnwardAskedV1(Event):
    """A service provider is to be asked for help, if consent allows it to know."""

    onward_id: OnwardId
    help_type: HelpType
    asked_by: Slug
    provider: Slug
    note: Sealed | None = None


OnwardAsked = OnwardAskedV1
