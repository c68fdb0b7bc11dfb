"""What a site permits to be told: which event, to whom, of which people, with which fields. All else is denied."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Agreement, Category, ConsentKind, Door, Purpose, Role, Slug


class Relation(StrEnum):
    """What the recipient has to do with the referral or the person before the row applies."""

    REFERRER = "referrer"
    """It sent the referral."""
    OFFERED = "offered"
    """It has, or had, an offer of this referral."""
    HOLDER = "holder"
    """It accepted, and holds the assignment."""
    PROVIDER = "provider"
    """It is asked for help by the holder."""
    JURISDICTION = "jurisdiction"
    """It prosecutes the cases of the police who sent the referral."""
    APPROVER = "approver"
    """The site asks it whether a referral like this may go on."""
    PARTY = "party"
    """It is court, prosecutor or counsel of the very case that is told of."""
    OFFICE = "office"
    """It is the site's program office."""
    ANY = "any"


class Permission(BaseModel):
    """One row of the disclosure policy, in three layers: the event, the people, the fields.

    An event that no row names is told to nobody. Empty `agencies` means every agency of the roles; empty `doors`
    and `agreement` mean any. `categories` are what the row opens of the person, `fields` the event's fields that may
    be filled; a field that is not named stays at its default. With `consent_needed` the row opens nothing by itself:
    a consent of one of `consent_kinds` (empty: any kind) must allow the categories to this recipient for the purpose.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    agencies: frozenset[Slug] = frozenset()
    event: str
    purpose: Purpose
    relation: Relation
    doors: frozenset[Door] = frozenset()
    agreement: frozenset[Agreement] = frozenset()
    source_not_restricted: bool = False
    """The row never covers a referral whose source itself reveals health or treatment."""
    categories: frozenset[Category] = frozenset()
    fields: Annotated[tuple[str, ...], Field(min_length=1)]
    unless_part2: bool = False
    """The row opens nothing that a Part 2 program tells: there a consent is needed, whatever else asks for a report."""
    consent_needed: bool = False
    consent_kinds: frozenset[ConsentKind] = frozenset()
    citation: Annotated[str, Field(min_length=1, max_length=300)]

    def is_for(self, event: str, role: Role, agency: str) -> bool:
        """Whether the row speaks of this event to this agency at all (the first layer)."""
        return event == self.event and role in self.roles and (not self.agencies or agency in self.agencies)

    def is_about(self, door: Door) -> bool:
        """Whether the row may speak of people who came through the door."""
        return not self.doors or door in self.doors

    def covers(self, door: Door, agreement: Agreement, *, restricted_source: bool) -> bool:
        """Whether the row speaks of people who came like this (the second layer)."""
        return (
            self.is_about(door)
            and (not self.agreement or agreement in self.agreement)
            and not (self.source_not_restricted and restricted_source)
        )
