"""onward.offered: a case manager asks your help for a person who agreed that you may know.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, Code, Day, HelpType, OnwardId, Private, Slug


@published("onward.offered", version=1, on=topics.FROM_HUB)
class OnwardOfferedV1(Event):
    """A case manager asks your help for a person who agreed that you may know."""

    onward_id: OnwardId
    help_type: HelpType
    asked_by: Slug
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    note: Private | None = None
    language: str = "en"
    allowed: tuple[Category, ...] = ()
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    test: bool = False


OnwardOffered = OnwardOfferedV1
