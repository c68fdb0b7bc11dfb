"""Court pretrial diversion at a site: who is told by statute, how long it lasts, and what stands on every copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.court import SealMarking
from contracts.words import Code, Day, Role, Slug, Verdict
from services.sites.approvals import asks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from services.sites.site import Site

FILE: Final = "pretrial.toml"
BY_STATUTE: Final = frozenset({Role.COURT, Role.PROSECUTOR, Role.PUBLIC_DEFENDER})
"""Who is told, beside the person, who gets a printed copy. Source: RCW 69.50.4017(4) and (6). No site adds to it."""
REPORTED: Final = "pretrial.reported"
_MARKINGS: Final = ("under-seal", "admissions", "no-conviction")
_WORDS: Final = frozenset(
    {
        "title", "stage", "date", "report", "month", "complies", "complies_not", "services", "nothing_recommended",
        "hours", "completed_by", "to", "nothing_reported", "who_is_told",
    }
)  # fmt: skip
_LANGUAGES: Final = frozenset({"en", "es"})


class Marking(BaseModel):
    """One dated statement; a new wording is a new entry, and the newest that is in force goes out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    version: Code
    in_force_from: Day
    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    citation: Annotated[str, Field(min_length=1, max_length=300)]


class Pretrial(BaseModel):
    """A site's road of court pretrial diversion; a site without one refuses every word of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipients: Annotated[frozenset[Role], Field(min_length=1)]
    months: Annotated[int, Field(ge=1, le=60)]
    """How many months of substantial compliance complete it, where the services are not done before."""
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    basis: Mapping[str, str]
    marking: Annotated[tuple[Marking, ...], Field(min_length=1)]
    words: Mapping[str, Mapping[str, str]]
    """By language: the words of the person's printed copy."""

    def markings_on(self, day: date) -> tuple[SealMarking, ...]:
        """Return what stands on a copy that is made on that day; before the first of an id, the first."""
        newest: dict[str, Marking] = {}
        for one in sorted(self.marking, key=lambda marking: marking.in_force_from):
            if one.id not in newest or one.in_force_from <= day:
                newest[one.id] = one
        return tuple(
            SealMarking(id=one.id, version=one.version, text=one.text, citation=one.citation) for one in newest.values()
        )


def problems_of_pretrial(site: Site) -> Iterator[str]:
    """Yield what is wrong: recipients beyond the statute's, police before all, in whichever file they are named."""
    yield from _rows(site)
    for slug, agency in sorted(site.agencies.items()):
        if REPORTED in agency.may_hear and agency.role not in BY_STATUTE:
            yield f"agencies: {slug}.may_hear: {_never(agency.role)}"
    if site.pretrial is None:
        return
    for role in sorted(site.pretrial.recipients - BY_STATUTE):
        yield f"{FILE}: recipients: {_never(role)}"
    if missing := sorted(BY_STATUTE - site.pretrial.recipients):
        yield f"{FILE}: recipients: The statute names {_listed(missing)} as well. Next: add them."
    there = {agency.role for agency in site.agencies.values()}
    for role in sorted({Role.COURT, Role.PROSECUTOR, Role.CASE_MANAGEMENT} - there):
        yield f"{FILE}: recipients: The site has no {role}. Next: name the agency, or leave this file out."
    yield from _consent(site)
    yield from _words(site.pretrial)


def consent_minutes(site: Site) -> int:
    """Return how long a grant waits for the prosecutor's word: as long as the site's call for their approval does."""
    rule = asks_of(site.approvals, Role.PROSECUTOR)
    return 0 if rule is None else rule.answer_minutes


def _consent(site: Site) -> Iterator[str]:
    rule = asks_of(site.approvals, Role.PROSECUTOR)
    if rule is None:
        yield (
            "site.toml: approval: No diversion is granted unless the prosecutor consents (RCW 69.50.4017(2)). Next: "
            "add an [[approval]] that asks the prosecutor; it says how long they have."
        )
    elif rule.default is not Verdict.PRESUMPTIVELY_INELIGIBLE:
        yield (
            "site.toml: approval.default: Nobody presumes the prosecutor's consent (RCW 69.50.4017(2)). Next: make "
            "it presumptively_ineligible."
        )


def _rows(site: Site) -> Iterator[str]:
    for row in site.permissions:
        if row.event != REPORTED:
            continue
        named = row.roles | {site.agencies[slug].role for slug in row.agencies if slug in site.agencies}
        for role in sorted(named - BY_STATUTE):
            yield f"permissions.toml: {row.id}.roles: {_never(role)}"


def _words(pretrial: Pretrial) -> Iterator[str]:
    ids = {one.id for one in pretrial.marking}
    if missing := sorted(set(_MARKINGS) - ids):
        yield f"{FILE}: marking: A copy carries: {_listed(missing)}."
    for name in ("recipients", "months"):
        if name not in pretrial.basis:
            yield f"{FILE}: basis.{name}: Each setting says where it comes from."
    if missing := sorted(_LANGUAGES - set(pretrial.words)):
        yield f"{FILE}: words: The printed copy is in each language, and not in: {_listed(missing)}."
    for language, words in pretrial.words.items():
        if missing := sorted(_WORDS - set(words)):
            yield f"{FILE}: words.{language}: It has no words for: {_listed(missing)}."


def _never(role: Role) -> str:
    who = "Police are" if role is Role.LAW_ENFORCEMENT else f"Nobody who is {role} is"
    return (
        f"{who} never told of a court pretrial diversion: its recipients are fixed by RCW 69.50.4017(4) and (6). "
        f"Next: name no other than {_listed(sorted(BY_STATUTE))}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
