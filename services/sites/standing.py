"""Legal standing: what the law calls an agency or the hub itself, and what follows from it. Pure; no rule of a site.

What is said here in plain words is for people to check against the source that is named beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.words import ConsentKind, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


class Standing(StrEnum):
    """What the law calls an agency.

    Sources: 42 CFR 2.11 (program, qualified service organisation, intermediary); 45 CFR 160.103 (covered entity,
    business associate); RCW 10.97.030 (criminal justice agency).
    """

    PART2_PROGRAM = "part2_program"
    COVERED_ENTITY = "covered_entity"
    BUSINESS_ASSOCIATE = "business_associate"
    QUALIFIED_SERVICE_ORGANISATION = "qualified_service_organisation"
    CRIMINAL_JUSTICE = "criminal_justice"
    INTERMEDIARY = "intermediary"
    NONE = "none"


_S = Standing
TOGETHER: Final[frozenset[frozenset[Standing]]] = frozenset(
    map(
        frozenset,
        (
            {_S.PART2_PROGRAM, _S.COVERED_ENTITY},
            {_S.PART2_PROGRAM, _S.COVERED_ENTITY, _S.BUSINESS_ASSOCIATE},
            {_S.COVERED_ENTITY, _S.BUSINESS_ASSOCIATE},
            {_S.COVERED_ENTITY, _S.QUALIFIED_SERVICE_ORGANISATION},
            {_S.BUSINESS_ASSOCIATE, _S.QUALIFIED_SERVICE_ORGANISATION},
        ),
    )
)
"""What an agency can be at once; everything else stands alone.

An intermediary is by its definition no program, covered entity or business associate (42 CFR 2.11); a covered entity
may be the business associate of another (45 CFR 160.103); a business associate that serves a program is a qualified
service organisation, too (42 CFR 2.11).
"""
PART2_KINDS: Final = (
    ConsentKind.PART2_SPECIFIC,
    ConsentKind.PART2_TPO,
    ConsentKind.PART2_COUNSELLING_NOTES,
    ConsentKind.PART2_PROCEEDINGS,
    ConsentKind.CRIMINAL_JUSTICE_REFERRAL,
)
"""Kinds of consent by which a record of a Part 2 program is told. Sources: 42 CFR 2.31(a), (b) and (d), 2.35."""
JUSTICE: Final = frozenset({Role.LAW_ENFORCEMENT, Role.PROSECUTOR, Role.COURT, Role.PROBATION, Role.JAIL})
"""Roles that only a criminal justice agency has."""
PUBLIC_OFFICES: Final = JUSTICE | {Role.PUBLIC_DEFENDER}
"""Roles of government agencies, to which chapter 19.373 RCW does not apply (RCW 19.373.010, regulated entity)."""

_UNDER_PART2: Final = frozenset({Standing.PART2_PROGRAM, Standing.QUALIFIED_SERVICE_ORGANISATION})
_UNDER_HIPAA: Final = frozenset({Standing.COVERED_ENTITY, Standing.BUSINESS_ASSOCIATE})
_WORDS: Final[Mapping[Standing, str]] = {
    Standing.PART2_PROGRAM: "Part 2 program",
    Standing.COVERED_ENTITY: "covered entity",
    Standing.BUSINESS_ASSOCIATE: "business associate",
    Standing.QUALIFIED_SERVICE_ORGANISATION: "qualified service organisation",
    Standing.CRIMINAL_JUSTICE: "criminal justice agency",
    Standing.INTERMEDIARY: "intermediary",
    Standing.NONE: "none of these",
}
_HOUSE: Final = (ConsentKind.HUB_HANDOFF, ConsentKind.HIPAA_AUTHORISATION, *PART2_KINDS)


class Rule(NamedTuple):
    """One thing that follows: about what, in plain words, and its source."""

    about: str
    says: str
    citation: str


class Listing(NamedTuple):
    """A list or accounting that is owed: how many years back, and within how many days where the rule says so."""

    name: str
    says: str
    years: int
    days: int | None
    citation: str


_LISTS: Final[Mapping[Standing, Listing]] = {
    Standing.INTERMEDIARY: Listing(
        "list of disclosures by an intermediary",
        "to the person on request: who was told, on which day, and a brief description",
        3, 30, "42 CFR 2.24",
    ),
    Standing.PART2_PROGRAM: Listing(
        "accounting of disclosures made with consent",
        "to the person on request; not owed until HHS has revised 45 CFR 164.528",
        3, None, "42 CFR 2.25; 89 FR 12472",
    ),
    Standing.COVERED_ENTITY: Listing(
        "accounting of disclosures",
        "to the person on request: day, recipient and address if known, brief description, purpose",
        6, None, "45 CFR 164.528",
    ),
    Standing.BUSINESS_ASSOCIATE: Listing(
        "what its covered entity needs for an accounting of disclosures",
        "to the covered entity, for the person",
        6, None, "45 CFR 164.528, 164.504(e)",
    ),
    Standing.CRIMINAL_JUSTICE: Listing(
        "records of dissemination",
        "kept at least that long: to whom criminal history record information went, and for what",
        1, None, "RCW 10.97.050",
    ),
}  # fmt: skip
"""By standing: what is owed. A qualified service organisation answers to its program (42 CFR 2.11)."""


@dataclass(frozen=True, slots=True)
class Following:
    """What follows from a standing."""

    standing: tuple[Standing, ...]
    part2: bool
    """What it discloses of a person is a record under 42 CFR part 2, so that the notice of 2.32 goes with it."""
    opened_by: tuple[ConsentKind, ...]
    """The kinds of consent by which its information may be told at all; a permission of the site may name fewer."""
    lists: tuple[Listing, ...]
    criminal_justice: bool
    """It is never inside a class of treating providers, and is named in a consent only by a kind for that."""
    consumer_health: bool
    """Chapter 19.373 RCW (My Health My Data) applies to what it holds."""

    def in_words(self) -> Iterator[Rule]:
        """Yield all of it for people, each with its source."""
        yield Rule("standing in law", ", ".join(_WORDS[one] for one in self.standing), _DEFINED)
        yield Rule("consents that open its information", ", ".join(self.opened_by), _opened_citation(self))
        if Standing.INTERMEDIARY in self.standing:
            yield Rule("consents name", "the intermediary and its members", "42 CFR 2.31(a)(4)(ii)")
        always = "always: the statement of 42 CFR 2.32, and the scope of the consent"
        told = always if self.part2 else "only with what a consent of Part 2 opens, or comes from a Part 2 program"
        yield Rule("notice with what it discloses", told, "42 CFR 2.32(a)")
        for one in self.lists:
            within = "" if one.days is None else f", within {one.days} days"
            yield Rule("owes", f"{one.name}, {_years(one.years)} back{within}: {one.says}", one.citation)
        if not self.lists:
            yield Rule("owes", "no list or accounting by its standing", "42 CFR 2.24, 2.25; 45 CFR 164.528")
        never = "yes: never inside a class of treating providers" if self.criminal_justice else "no"
        yield Rule("criminal justice agency", never, "RCW 10.97.030; 42 CFR 2.31(a)(4), 2.35")
        applies = "applies: the person may ask who got what, withdraw, and have it deleted"
        exempt = "does not apply: exempt data or a government agency"
        yield Rule("My Health My Data", applies if self.consumer_health else exempt, "RCW 19.373.010, .040, .100")


_DEFINED: Final = "42 CFR 2.11; 45 CFR 160.103; RCW 10.97.030"


def follows(standing: Collection[Standing], role: Role | None = None) -> Following:
    """Return what follows from a standing, and from the role of a public office where it has one."""
    held = frozenset(standing)
    part2 = not held.isdisjoint(_UNDER_PART2)
    exempt = held - {Standing.INTERMEDIARY, Standing.NONE} or role in PUBLIC_OFFICES
    return Following(
        standing=tuple(one for one in Standing if one in held),
        part2=part2,
        opened_by=_opened_by(held),
        lists=tuple(_LISTS[one] for one in Standing if one in held and one in _LISTS),
        criminal_justice=Standing.CRIMINAL_JUSTICE in held,
        consumer_health=not exempt,
    )


def unlawful(standing: Collection[Standing]) -> str | None:
    """Return why these cannot be one agency's standing, or None where the law knows such an agency."""
    if not standing:
        return "It names at least one; none is one, too."
    if len(set(standing)) < len(standing):
        return "It names each once."
    if len(standing) > 1 and frozenset(standing) not in TOGETHER:
        return f"No agency is at once: {', '.join(sorted(standing))} (42 CFR 2.11, 45 CFR 160.103)."
    return None


def _years(count: int) -> str:
    return "1 year" if count == 1 else f"{count} years"


def _opened_by(held: frozenset[Standing]) -> tuple[ConsentKind, ...]:
    """A kind that asks for more opens what asks for less; never the other way round."""
    if not held.isdisjoint(_UNDER_PART2):
        return PART2_KINDS
    if not held.isdisjoint(_UNDER_HIPAA):
        return _HOUSE
    return (*_HOUSE, ConsentKind.STATE_CONSUMER_HEALTH)


def _opened_citation(found: Following) -> str:
    if found.part2:
        return "42 CFR 2.31(a), (b) and (d), 2.35; a hub hand-off is no consent of Part 2"
    if not _UNDER_HIPAA.isdisjoint(found.standing):
        return "45 CFR 164.506(b), 164.508; 42 CFR 2.31"
    return "the person's own agreement; RCW 19.373.030 where it is consumer health data"
