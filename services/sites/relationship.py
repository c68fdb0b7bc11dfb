"""What a site publishes of the time after the first contact: when somebody counts as not found, pauses, conditions.

All of it is data with its source. The hub itself asks nothing of anybody once they are taken in: no abstinence, no
appointment kept, no progress. Where a site does, its words are shown, with who may decide what; the hub ends nothing.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.relationship import ContactMode, SiteCondition
from contracts.words import Door, Role, ShortText, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from services.sites.site import Site

FILE: Final = "relationship.toml"
_Source = Annotated[str, Field(min_length=1, max_length=300)]
_Words = Annotated[str, Field(min_length=1, max_length=600)]
DECIDE: Final = frozenset({Role.PROSECUTOR, Role.COURT, Role.PROBATION})
"""Who may decide what follows where somebody did not do what a site asks: never the hub, nor who helps the person."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class UnableToLocate(_Frozen):
    """After how many attempts that found nobody outreach ends. Without it the case manager or the office decides."""

    attempts: Annotated[int, Field(ge=2, le=100)]
    over_days: Annotated[int, Field(ge=0, le=365)]
    """So many days lie between the first and the last of them, at least."""
    modes: Annotated[frozenset[ContactMode], Field(min_length=1)]
    """Which attempts count."""
    citation: _Source


class Pause(_Frozen):
    """What becomes of the place of somebody who is inactive for a while."""

    place: Literal["kept", "freed"] = "kept"


class Condition(_Frozen):
    """What somebody at the site asks of people after their intake."""

    id: Slug
    doors: Annotated[frozenset[Door], Field(min_length=1)]
    in_force_from: date
    asked_by: Role
    text: _Words
    """What is asked, in plain words."""
    until: ShortText
    may_follow: _Words
    decided_by: Role
    citation: _Source

    def told(self) -> SiteCondition:
        """Return it as a case manager is told."""
        return SiteCondition(
            id=self.id, text=self.text, until=self.until, may_follow=self.may_follow, decided_by=self.decided_by,
            citation=self.citation,
        )  # fmt: skip


class Relationship(_Frozen):
    """All that a site says of the long relationship."""

    unable_to_locate: UnableToLocate | None = None
    pause: Pause = Pause()
    condition: tuple[Condition, ...] = ()

    def conditions(self, door: Door, day: date) -> tuple[SiteCondition, ...]:
        """Return what is asked of people who came through this door, on that day."""
        found = (one for one in self.condition if door in one.doors and one.in_force_from <= day)
        return tuple(one.told() for one in found)


def not_found(
    rule: UnableToLocate | None, attempts: list[tuple[datetime, ContactMode]], day: timedelta
) -> tuple[int, datetime] | None:
    """Return how many attempts count, and the first of them, where they are as many as the rule asks for; else None.

    `attempts` are those that found nobody since the person was last found; `day` is how long one of the site's lasts.
    """
    if rule is None:
        return None
    counted = sorted(at for at, mode in attempts if mode in rule.modes)
    if len(counted) < rule.attempts or counted[-1] - counted[0] < rule.over_days * day:
        return None
    return len(counted), counted[0]


def problems_of_relationship(site: Site) -> Iterator[str]:
    """Yield what is wrong with the conditions, each as `file: key: rule`."""
    seen: set[str] = set()
    for place, one in enumerate(site.relationship.condition):
        here = f"{FILE}: condition.{place}"
        if one.id in seen:
            yield f"{here}.id: Another condition has it already. Next: give each its own."
        seen.add(one.id)
        if one.decided_by not in DECIDE:
            yield (
                f"{here}.decided_by: A prosecutor, a court or probation decides; neither the hub, nor its operator, "
                "nor who helps the person. Next: name who does by the site's own word, or leave the condition out."
            )
