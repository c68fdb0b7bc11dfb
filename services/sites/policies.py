"""Eligibility as a site dates it: policies made of clauses, each with its words and the source that it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from contracts.parts import ClauseResult, Particulars
from contracts.reading import unknown_fields
from contracts.words import Agreement, Code, Day, Door, Instant, RuleResult, Slug, SourceKind, Verdict
from services.sites.approvals import APPROVAL


class Clause(BaseModel):
    """One rule in CEL: `applies` gives a truth value, `expression` gives pass, fail or unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    rule: Slug | None = None
    """The rule of the catalogue that it is made of; None where it has words in CEL of its own."""
    given: str = ""
    """What the rule is given, in words: years, grams, areas."""
    text: Annotated[str, Field(min_length=1, max_length=600)]
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    published: bool
    """False where the county has not published the rule; such a clause never passes, it only asks for a review."""
    police_only: bool
    """It rests on the sender's own data alone, so that its result may be told to the police who sent it."""
    applies: Annotated[str, Field(min_length=1)]
    expression: Annotated[str, Field(min_length=1)]
    line: int = 0
    """On which line of its file it begins; no part of its words. 0: not known."""

    def where(self, file: str) -> str:
        """Return the clause's file and line, as errors name them."""
        return f"{file}:{self.line}" if self.line else file


class Case(BaseModel):
    """One line of a policy's table of cases: facts of a referral, what some clauses find of it, and the verdict."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    door: Door = Door.COMMUNITY
    source_kind: SourceKind
    agreement: Agreement = Agreement.AGREED
    referred_at: Instant = datetime(2026, 6, 15, 12, tzinfo=UTC)
    facts: Particulars = Particulars()
    earlier_diversions: int = 0
    """How often the person was diverted at an arrest before; no sender tells it."""
    finds: Mapping[Slug, RuleResult]
    """By clause; a clause that is not named may find anything."""
    verdict: Verdict

    @field_validator("facts", mode="before")
    @classmethod
    def _known(cls, facts: Any) -> Any:
        if unknown := sorted(unknown_fields(Particulars, facts)):
            message = f"A referral has no such fact: {', '.join(unknown)}."
            raise ValueError(message)
        return facts


class Approval(BaseModel):
    """Who approved a policy, and when. It names the very words; other words are a draft until they are approved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Annotated[str, Field(min_length=1, max_length=200)]
    """The site's policy group, in words; who decides for it is not the hub's to know."""
    on: Day
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    reference: Annotated[str, Field(max_length=300)] = ""
    """Where it is written down: minutes, a resolution."""
    entered_by: Slug
    """The operator who entered it."""


class Policy(BaseModel):
    """One dated version of who is eligible. Another date, another version; a version never changes once in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Slug
    version: Code
    in_force_from: Instant
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of what the file says, so that a decision names exactly the words that it stands on."""
    file: str
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    cases: tuple[Case, ...] = ()
    """Its table of cases, from a file of its own: no part of the words on which decisions stand, nor of the hash."""
    approval: Approval | None = None
    """None: a draft, by which nobody is screened. In a file of its own, as the cases are."""

    def asks_a_person(self, found: ClauseResult) -> bool:
        """Whether a clause that found this asks a person: it stayed open, or failed on what its sender cannot know."""
        if found.result is RuleResult.FAIL:
            return any(one.id == found.clause and not one.police_only for one in self.clauses)
        return found.result is RuleResult.UNKNOWN

    @property
    def cases_file(self) -> str:
        """Where its table of cases is, in the site's folder."""
        return beside(self.file, CASES)

    @property
    def approval_file(self) -> str:
        """Where it says who approved it, in the site's folder."""
        return beside(self.file, APPROVALS)


def beside(policy: str, folder: str) -> str:
    """Return the file of the same name as a policy's, in a folder of the policies."""
    return f"{folder}/{policy.rpartition('/')[2]}"


class Words(NamedTuple):
    """What a clause says, and what it stands on."""

    text: str
    citation: str
    published: bool


CASES: Final = "policies/cases"
APPROVALS: Final = "policies/approvals"
BEFORE_ALL_POLICIES: Final = "policy-in-force"
"""What stands in place of a clause where no policy was in force yet."""
_ASKED: Final = Words(
    "The site asks for approval before a referral goes on; `hub sites show` says whose.",
    "the site's own rule of approval",
    published=True,
)
NO_CONTACT: Final = "no-contact-check"
"""What stands beside the clauses where an order keeps the person away from somebody, whoever that is."""
_KEPT_AWAY: Final = Words(
    "An order keeps the person away from somebody; `hub reviews check` says whether that one takes part.",
    "Cal. Penal Code 1001.87(a)(2)(E); denvergov.org: no order for a current participant",
    published=True,
)
_BEFORE_ALL: Final = Words(
    "No policy was in force on the day of this referral; the earliest was asked, and a person decides.",
    "not published",
    published=False,
)


def words_of(policies: tuple[Policy, ...], name: str, version: str, digest: str) -> Mapping[str, Words]:
    """Return the words of each clause, by its id, of the very policy that is named; empty where it is not at hand."""
    for policy in policies:
        if (policy.id, policy.version, policy.hash) == (name, version, digest):
            said = {one.id: Words(one.text, one.citation, one.published) for one in policy.clauses}
            return {BEFORE_ALL_POLICIES: _BEFORE_ALL, APPROVAL: _ASKED, NO_CONTACT: _KEPT_AWAY} | said
    return {}
