"""The partners of a site: who they are in the program and in law, what they may say and hear, whom they help."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.words import Door, HelpType, Ori, Role, Slug, SourceKind
from services.sites.standing import Following, Standing, follows


class Agency(BaseModel):
    """One partner of the site.

    `may_say` and `may_hear` are names of events, `may_refer` is by door: what the role allows, unless the agency's own
    entry says otherwise. `areas` and `languages` empty mean everywhere and any. `jurisdiction` names the police whose
    cases a prosecutor gets. Ages are whole years, both ends included.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Slug
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Role
    standing: tuple[Standing, ...] = (Standing.NONE,)
    oris: tuple[Ori, ...] = ()
    may_say: frozenset[str] = frozenset()
    may_hear: frozenset[str] = frozenset()
    may_refer: Mapping[Door, frozenset[SourceKind]] = {}
    """Through which doors it may refer, and as whom through each."""
    may_witness_consent: bool = False
    restricted_source: bool = False
    """That this agency refers somebody reveals health or treatment: a hospital, a Part 2 program."""
    lane_retention_days: Annotated[int, Field(ge=1, le=365)] = 14
    help_types: frozenset[HelpType] = frozenset()
    areas: frozenset[Slug] = frozenset()
    based_in: Slug | None = None
    """The area from which its people set out; who is nearer is asked first, where the site says what is near."""
    languages: frozenset[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] = frozenset({"en"})
    doors: frozenset[Door] = frozenset()
    """The doors whose people this agency meets first; empty: it gets no offers."""
    min_age: Annotated[int, Field(ge=0, le=125)] | None = None
    max_age: Annotated[int, Field(ge=0, le=125)] | None = None
    starting_places: Annotated[int, Field(ge=0, le=100_000)] = 0
    jurisdiction: tuple[Slug, ...] = ()
    neighbour: Slug | None = None
    """The site that this partner stands for; its case managers are asked by name alone, never by the hub's choice."""

    @model_validator(mode="after")
    def _ages_are_a_range(self) -> Agency:
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            msg = "min_age is at most max_age."
            raise ValueError(msg)
        return self

    @cached_property
    def follows(self) -> Following:
        """What follows from its legal standing."""
        return follows(self.standing, self.role)

    @property
    def meets_people_first(self) -> bool:
        """Whether it gets first offers. First contact always belongs to a case-management agency."""
        return self.role is Role.CASE_MANAGEMENT

    def covers(self, area: str | None) -> bool:
        """Whether it works in the area; an unknown area is nobody's ground to refuse."""
        return area is None or not self.areas or area in self.areas
