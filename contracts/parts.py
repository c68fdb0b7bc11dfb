"""The pieces of a referral, as agencies send them and the hub passes them on. Fields follow DOMAIN 2.1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from contracts.complaints import BrokenRule
from contracts.event import AgencyPart, Part
from contracts.words import (
    Activity,
    Age,
    Amount,
    Answer,
    Category,
    Code,
    ConsentId,
    ConsentKind,
    Day,
    DrugUnit,
    HelpType,
    Instant,
    NibrsCode,
    Ori,
    Private,
    Problem,
    Purpose,
    Reference,
    ReferralId,
    RuleResult,
    Sealed,
    Severity,
    ShortText,
    Slug,
)

NOTICE: Final = "notice"
"""The field in which an event carries the notice of 42 CFR 2.32, if it can carry one."""


class Offence(AgencyPart):
    """One suspected offence, in police terms."""

    nibrs: NibrsCode
    statute: Code | None = None
    description: ShortText | None = None
    severity: Severity = Severity.UNKNOWN
    activity: Activity | None = None
    attempted: bool = False


class Drug(AgencyPart):
    """One seized drug. Without a quantity, or in the unit XX, the amount is unknown, never zero."""

    kind: Annotated[str, Field(pattern=r"^[A-Z]$")]
    """NIBRS data element 20, one letter."""
    quantity: Amount | None = None
    unit: DrugUnit = DrugUnit.NOT_REPORTED
    lab_pending: bool = False

    @property
    def known_quantity(self) -> bool:
        """Whether the amount was reported at all; records systems write 0 for what was not weighed."""
        return self.quantity is not None and self.quantity > 0 and self.unit is not DrugUnit.NOT_REPORTED


class Attestation(AgencyPart):
    """The result of a check that the sender made in its own records: the result alone, never the history."""

    rule: Slug
    result: RuleResult
    checked_on: Day | None = None


class PriorInvolvement(AgencyPart):
    """How a social contact's earlier low-level involvement was verified. Source: Cal. Penal Code 1001.87(a)(2)."""

    verified_by: Annotated[str, Field(pattern=r"^(records|observed|reliable_information)$")]
    last_on: Day | None = None


class Location(AgencyPart):
    """A place: an area code is a fact for routing, the words are private."""

    area: Slug | None = None
    place: Private | None = None


class Point(AgencyPart):
    """A point on the map (WGS 84, decimal degrees). The hub makes an area code of it at its door, and seals it."""

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class Whereabouts(AgencyPart):
    """A place: by the code of an area, by a point on the map, or both where they agree; the words are private."""

    area: Slug | None = None
    point: Point | None = None
    place: Private | None = None


class Officer(AgencyPart):
    """The officer who refers, so that the case manager can call back."""

    badge: Private | None = None
    name: Private | None = None
    call_back: Private | None = None
    supervisor: Private | None = None


class Incident(AgencyPart):
    """The police's own incident. One arrested person is one subject of it."""

    number: Reference
    ori: Ori
    subject_sequence: Annotated[int, Field(ge=1, le=99)] = 1
    occurred_at: Instant | None = None
    reported_at: Instant | None = None
    officer: Officer | None = None
    officer_waiting: bool = False
    """An officer stands with the person and waits for the case manager."""


class Demographics(AgencyPart):
    """Coded by the site's list; `declined` and `unknown` are different answers. Source: RCW 69.50.4017(12)."""

    race: Code | None = None
    ethnicity: Code | None = None
    gender: Code | None = None
    gender_identity: Code | None = None
    disability: Code | None = None


class EstimatedAge(AgencyPart):
    """An age as somebody guessed it, in whole years."""

    from_years: Age
    to_years: Age

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_years > self.to_years:
            raise BrokenRule("It is not above to_years.", "Swap the two, or correct them.", field="from_years")
        return self


class PersonDetails(AgencyPart):
    """What the sender knows of the person. Nothing is required: a business may know only a street name."""

    legal_name: Private | None = None
    preferred_name: Private | None = None
    aliases: Annotated[tuple[Private, ...], Field(max_length=20)] = ()
    pronouns: Private | None = None
    birth_date: Day | None = None
    estimated_age: EstimatedAge | None = None
    agency_person_number: Reference | None = None
    """The sender's own number of this person (a master name index); the same number is the same person."""
    demographics: Demographics | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    interpreter: Answer = Answer.UNKNOWN
    housing: Annotated[str, Field(pattern=r"^(housed|sheltered|unsheltered|unstable|unknown)$")] = "unknown"
    veteran: Answer = Answer.UNKNOWN
    under_supervision: Answer = Answer.UNKNOWN


class Reach(AgencyPart):
    """How to reach the person, and whether it is safe to leave a message."""

    phones: Annotated[tuple[Private, ...], Field(max_length=10)] = ()
    usual_places: Annotated[tuple[Private, ...], Field(max_length=10)] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN


class AfterTheFact(AgencyPart):
    """The hand-off was made by phone before this was sent: it is recorded, and nobody is paged."""

    handed_off_at: Instant
    to_agency: Slug


class ReferralName(AgencyPart):
    """Which referral is meant: by the sender's own number, or by the id in the hub's acknowledgement."""

    referral_id: ReferralId | None = None
    incident_number: Reference | None = None
    subject_sequence: Annotated[int, Field(ge=1, le=99)] = 1
    source_reference: Reference | None = None

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if sum(name is not None for name in (self.referral_id, self.incident_number, self.source_reference)) != 1:
            raise BrokenRule(
                "Exactly one of referral_id, incident_number and source_reference is given.",
                "Name the referral once: by the hub's id, or as you submitted it.",
            )
        return self


class AgeFact(Part):
    """The age in whole years on the day of the referral: exact (both alike), estimated (a range), or unknown."""

    from_years: Age | None = None
    to_years: Age | None = None


class Particulars(Part):
    """What screening and assignment may know of a referral: facts without identity."""

    age: AgeFact = AgeFact()
    area: Slug | None = None
    residence_area: Slug | None = None
    offences: tuple[Offence, ...] = ()
    drugs: tuple[Drug, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    prior_involvement: PriorInvolvement | None = None
    under_supervision: Answer = Answer.UNKNOWN
    language: str = "en"
    interpreter: Answer = Answer.UNKNOWN
    housing: str = "unknown"
    needs: tuple[HelpType, ...] = ()


class Refusal(Part):
    """A message that was not admitted, for the agency that sent it: what was meant, and why not."""

    agency: Slug
    message_id: Annotated[str, Field(max_length=600)]
    """The id that the sender gave it, or `record <partition>/<offset>` where none could be read."""
    message_type: Annotated[str, Field(max_length=100)] = "unknown"
    reason: Slug
    problems: Annotated[tuple[Problem, ...], Field(min_length=1, max_length=12)]


class ConsentScope(Part):
    """What a consent allows its reader, in codes: the clear explanation of its scope. Source: 42 CFR 2.32(a).

    It names the reader alone: whom else the person named may itself tell of treatment, and is not the reader's to know.
    """

    consent_id: ConsentId
    kind: ConsentKind
    recipient: Slug
    """The reader."""
    categories: tuple[Category, ...]
    """Of what kind of information; not all of it need be told today."""
    purpose: Purpose
    expires_at: Instant | None = None
    expires_with: Code = "none"
    """The event that ends it; `none`: no event does."""


class Part2Notice(Part):
    """Goes with what 42 CFR part 2 protects: a statement word for word, and what the consent allows. Source: 2.32(a).

    It says that the record is protected, and names no source.
    """

    statement: Annotated[str, Field(min_length=1, max_length=4_000)]
    text: Slug
    """Which of the site's texts the statement is."""
    text_version: Code
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    consents: tuple[ConsentScope, ...] = ()
    """The consents of Part 2 under which it is told; none where the hub has it from a sender who told it lawfully."""


class RuleOutcome(Part):
    """What one clause found, with the words and the source that it stands on."""

    clause: Slug
    result: RuleResult
    text: Annotated[str, Field(max_length=600)]
    citation: Annotated[str, Field(max_length=300)]
    published: bool = True
    """False where the county has not published the rule; such a clause never passes by itself."""


class ClauseResult(Part):
    """What one clause found. Its words and source are in the policy, by its id, version and hash."""

    clause: Slug
    result: RuleResult


SealedParts = dict[Category, Sealed]
"""What is private of a referral, one sealed piece for each category that it has."""

AwareTime = datetime
