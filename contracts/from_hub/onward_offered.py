"""onward.offered: a case manager asks your help for a person who agreed that you may know.

1  first published
2  where 42 CFR part 2 applies, the notice of 2.32 goes with it: the statement, and the scope of the consent
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Part2Notice
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


@published("onward.offered", version=2, on=topics.FROM_HUB)
class OnwardOfferedV2(Event):
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
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""

    @classmethod
    def upcast(cls, old: OnwardOfferedV1) -> Self:
        """Return the message in this form; what was told before had no notice with it."""
        return cls(
            onward_id=old.onward_id,
            help_type=old.help_type,
            asked_by=old.asked_by,
            preferred_name=old.preferred_name,
            legal_name=old.legal_name,
            birth_date=old.birth_date,
            phones=old.phones,
            usual_places=old.usual_places,
            note=old.note,
            language=old.language,
            allowed=old.allowed,
            allowed_by=old.allowed_by,
            test=old.test,
        )


OnwardOffered = OnwardOfferedV2
