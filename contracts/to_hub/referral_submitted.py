"""referral.submitted: somebody refers a person, through one of three doors.

1  first published; a seized drug had `grams`, and 0 stood for "not weighed" as well as for nothing
2  a drug has a quantity and a NIBRS unit, XX for "not reported", so that an unknown weight is never zero and dosage
   units are not grams (about a quarter of real reports give no weight); and the person's agreement has four answers,
   for most who refer never asked
3  a place may be told as a point on the map: a records system knows where it was and not which area of the program that
   is; the door makes the area's code of it
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts import topics
from contracts.complaints import BrokenRule
from contracts.event import AgencyEvent, AgencyPart, published
from contracts.parts import (
    AfterTheFact,
    Attestation,
    Drug,
    Incident,
    Location,
    Offence,
    PersonDetails,
    Point,
    PriorInvolvement,
    Reach,
    Whereabouts,
)
from contracts.words import (
    Agreement,
    Door,
    DrugUnit,
    HelpType,
    Instant,
    Private,
    Reference,
    Slug,
    SourceKind,
)


class DrugInGrams(AgencyPart):
    """A seized drug as version 1 knew it."""

    kind: Annotated[str, Field(pattern=r"^[A-Z]$")]
    grams: Annotated[Decimal, Field(ge=0, le=Decimal(1_000_000), decimal_places=4)] = Decimal(0)


@published("referral.submitted", version=1, on=topics.TO_HUB)
class ReferralSubmittedV1(AgencyEvent):
    """Somebody refers a person; drugs in grams, agreement yes or no."""

    door: Door
    source_kind: SourceKind
    referred_at: Instant
    source_reference: Reference | None = None
    incident: Incident | None = None
    person: PersonDetails = PersonDetails()
    reach: Reach = Reach()
    location: Location = Location()
    residence_area: Slug | None = None
    offences: Annotated[tuple[Offence, ...], Field(max_length=40)] = ()
    drugs: Annotated[tuple[DrugInGrams, ...], Field(max_length=40)] = ()
    attestations: Annotated[tuple[Attestation, ...], Field(max_length=40)] = ()
    agreed: bool = False
    needs: Annotated[tuple[HelpType, ...], Field(max_length=12)] = ()
    reason: Private | None = None
    safety_notes: Private | None = None
    test: bool = False


@published("referral.submitted", version=2, on=topics.TO_HUB)
class ReferralSubmittedV2(AgencyEvent):
    """Somebody refers a person. Nothing is required that a community referral cannot have."""

    door: Door
    source_kind: SourceKind
    referred_at: Instant
    source_reference: Reference | None = None
    incident: Incident | None = None
    person: PersonDetails = PersonDetails()
    reach: Reach = Reach()
    location: Location = Location()
    residence_area: Slug | None = None
    offences: Annotated[tuple[Offence, ...], Field(max_length=40)] = ()
    drugs: Annotated[tuple[Drug, ...], Field(max_length=40)] = ()
    attestations: Annotated[tuple[Attestation, ...], Field(max_length=40)] = ()
    prior_involvement: PriorInvolvement | None = None
    agreement: Agreement = Agreement.NOT_ASKED
    needs: Annotated[tuple[HelpType, ...], Field(max_length=12)] = ()
    reason: Private | None = None
    safety_notes: Private | None = None
    safety_code: Private | None = None
    referrer_contact: Private | None = None
    after_the_fact: AfterTheFact | None = None
    test: bool = False

    @model_validator(mode="after")
    def _an_arrest_has_an_incident(self) -> Self:
        if self.door is Door.ARREST_DIVERSION and self.incident is None:
            raise BrokenRule(
                "An arrest diversion names its incident; other doors need none.",
                "Send the incident with its number and your ORI, or refer through another door.",
                field="incident",
            )
        return self

    @classmethod
    def upcast(cls, old: ReferralSubmittedV1) -> Self:
        """Read `grams` 0 as "not reported", and `agreed` false as "not asked": neither was ever told apart."""
        kept = {name: getattr(old, name) for name in ReferralSubmittedV1.model_fields if name in cls.model_fields}
        return cls(
            **kept
            | {
                "drugs": tuple(
                    Drug(kind=drug.kind, quantity=drug.grams, unit=DrugUnit.GRAM)
                    if drug.grams
                    else Drug(kind=drug.kind)
                    for drug in old.drugs
                ),
                "agreement": Agreement.AGREED if old.agreed else Agreement.NOT_ASKED,
            }
        )


@published("referral.submitted", version=3, on=topics.TO_HUB)
class ReferralSubmittedV3(AgencyEvent):
    """Somebody refers a person. Nothing is required that a community referral cannot have."""

    door: Door
    source_kind: SourceKind
    referred_at: Instant
    source_reference: Reference | None = None
    incident: Incident | None = None
    person: PersonDetails = PersonDetails()
    reach: Reach = Reach()
    location: Whereabouts = Whereabouts()
    residence_area: Slug | None = None
    residence_point: Point | None = None
    """Where the person lives, for a site that asks in which area."""
    offences: Annotated[tuple[Offence, ...], Field(max_length=40)] = ()
    drugs: Annotated[tuple[Drug, ...], Field(max_length=40)] = ()
    attestations: Annotated[tuple[Attestation, ...], Field(max_length=40)] = ()
    prior_involvement: PriorInvolvement | None = None
    agreement: Agreement = Agreement.NOT_ASKED
    needs: Annotated[tuple[HelpType, ...], Field(max_length=12)] = ()
    reason: Private | None = None
    safety_notes: Private | None = None
    safety_code: Private | None = None
    referrer_contact: Private | None = None
    after_the_fact: AfterTheFact | None = None
    test: bool = False

    @model_validator(mode="after")
    def _an_arrest_has_an_incident(self) -> Self:
        if self.door is Door.ARREST_DIVERSION and self.incident is None:
            raise BrokenRule(
                "An arrest diversion names its incident; other doors need none.",
                "Send the incident with its number and your ORI, or refer through another door.",
                field="incident",
            )
        return self

    @classmethod
    def upcast(cls, old: ReferralSubmittedV2) -> Self:
        """Nobody told a point."""
        kept = {name: getattr(old, name) for name in ReferralSubmittedV2.model_fields}
        return cls(**kept | {"location": Whereabouts(area=old.location.area, place=old.location.place)})


ReferralSubmitted = ReferralSubmittedV3
