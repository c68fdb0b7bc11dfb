"""The words of the field: codes, identifiers and small shapes that many events share.

Code lists follow the sources named beside them; what a source may extend is an open list kept as data, not here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from contracts import moments
from contracts.word import Word

CLEAR_PRIVATE_MOST: Final = 4_000
"""How many characters of private text an agency may send; sealed, it grows."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""An agency, a program, an area, a policy: lower-case words joined by hyphens."""
ReferralId = Annotated[str, Field(pattern=r"^ref-[0-9a-f]{32}$")]
OfferId = Annotated[str, Field(pattern=r"^off-[0-9a-f]{32}$")]
ReviewId = Annotated[str, Field(pattern=r"^rev-[0-9a-f]{32}$")]
ConsentId = Annotated[str, Field(pattern=r"^con-[0-9a-f]{32}$")]
OnwardId = Annotated[str, Field(pattern=r"^onw-[0-9a-f]{32}$")]
PersonRef = Annotated[str, Field(pattern=r"^per-[0-9a-f]{32}$")]
"""The hub's one reference of a person; never leaves the hub."""
Pseudonym = Annotated[str, Field(pattern=r"^psn-[a-z2-7]{52}([a-z2-7]{25})?$")]
"""A person as one agency knows them: the CloudEvents subject on its topics. A blind offer has one of its own."""
Reference = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A number or name that another system gave: an incident number, a ticket, an account."""
Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
ShortText = Annotated[str, Field(min_length=1, max_length=200)]
Private = Annotated[str, Field(min_length=1, max_length=24_000, json_schema_extra={"x-private": True})]
"""Private text: clear on the agency's own topics, sealed once admitted. Never logged, never in an error."""
Sealed = Annotated[str, Field(max_length=60_000, json_schema_extra={"x-sealed": True})]
"""Something sealed under the key of one referral's record; only notification opens it."""
Instant = Annotated[AwareDatetime, BeforeValidator(moments.instant)]
"""A time with its offset from UTC; in JSON only ever text."""
Minutes = Annotated[int, Field(ge=0, le=100_000)]


class Door(Word):
    """How a person comes in. Source: LEAD Support Bureau, diversion referral pathways."""

    ARREST_DIVERSION = "arrest_diversion"
    SOCIAL_CONTACT = "social_contact"
    COMMUNITY = "community"


class SourceKind(Word):
    """Who refers. Source: RCW 71.24.115(3) and program pages."""

    LAW_ENFORCEMENT = "law_enforcement"
    PROSECUTOR = "prosecutor"
    PUBLIC_DEFENDER = "public_defender"
    COURT = "court"
    PROBATION = "probation"
    JAIL = "jail"
    EMS = "ems"
    FIRE = "fire"
    EMERGENCY_DEPARTMENT = "emergency_department"
    HEALTH_CARE = "health_care"
    TREATMENT = "treatment"
    OUTREACH = "outreach"
    COMMUNITY_ORGANISATION = "community_organisation"
    BUSINESS = "business"
    FAMILY = "family"
    SELF = "self"
    FAITH = "faith"
    HARM_REDUCTION = "harm_reduction"
    NEIGHBOUR = "neighbour"
    OTHER = "other"


class Agreement(Word):
    """What the person answered when asked whether a case manager may meet them."""

    AGREED = "agreed"
    DECLINED = "declined"
    UNDECIDED = "undecided"
    NOT_ASKED = "not_asked"


class Answer(Word):
    """Yes, no, or not known: nothing is ever inferred from silence."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Severity(Word):
    """How grave the offence is, as the police classify it."""

    FELONY = "felony"
    GROSS_MISDEMEANOUR = "gross_misdemeanour"
    MISDEMEANOUR = "misdemeanour"
    INFRACTION = "infraction"
    UNKNOWN = "unknown"


class Activity(Word):
    """Type of criminal activity. Source: NIBRS data element 12."""

    BUY = "B"
    CULTIVATE = "C"
    DISTRIBUTE = "D"
    EXPLOIT_CHILDREN = "E"
    OPERATE = "O"
    POSSESS = "P"
    TRANSPORT = "T"
    USE = "U"


class DrugUnit(Word):
    """Unit of a drug's quantity. Source: NIBRS data element 22; XX is "not reported", never zero."""

    GRAM = "GM"
    KILOGRAM = "KG"
    OUNCE = "OZ"
    POUND = "LB"
    LITRE = "LT"
    MILLILITRE = "ML"
    FLUID_OUNCE = "FO"
    GALLON = "GL"
    DOSAGE_UNIT = "DU"
    PLANT = "NP"
    NOT_REPORTED = "XX"


class RuleResult(Word):
    """What one clause of a policy finds."""

    PASS = "pass"  # noqa: S105  # the field's word for a rule that is met
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Verdict(Word):
    """What a policy says of a referral. There is no verdict for "no room"."""

    ELIGIBLE = "eligible"
    PRESUMPTIVELY_INELIGIBLE = "presumptively_ineligible"
    NEEDS_REVIEW = "needs_review"


class HelpType(Word):
    """What people get help with."""

    MEAL = "meal"
    SHELTER = "shelter"
    CLOTHING = "clothing"
    HOUSING = "housing"
    MEDICATION_MANAGEMENT = "medication_management"
    DRUG_TREATMENT = "drug_treatment"
    EMPLOYMENT = "employment"
    FAMILY_RECONCILIATION = "family_reconciliation"
    TRANSPORT = "transport"
    SYSTEM_NAVIGATION = "system_navigation"
    HEALTH_CARE = "health_care"
    CASE_MANAGEMENT = "case_management"


class AgeBand(Word):
    """An age coarse enough for a blind offer."""

    UNDER_18 = "under_18"
    FROM_18_TO_24 = "18_to_24"
    FROM_25_TO_64 = "25_to_64"
    FROM_65 = "65_and_over"
    UNKNOWN = "unknown"


class DeclineReason(Word):
    """Why an agency says no to an offer; "no room" can be told from "not for us"."""

    NO_ROOM = "no_room"
    NOT_OUR_AREA = "not_our_area"
    NO_SHARED_LANGUAGE = "no_shared_language"
    NOBODY_ON_CALL = "nobody_on_call"
    SAFETY = "safety"
    OTHER = "other"


class ContactResult(Word):
    """How an attempt to reach the person ended."""

    CONTACTED = "contacted"
    LEFT_MESSAGE = "left_message"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    IN_CUSTODY = "in_custody"
    HOSPITAL = "hospital"
    DECEASED = "deceased"


class EndReason(Word):
    """Why participation ended. There is no fixed end and no end for non-compliance."""

    GOALS_MET = "goals_met"
    WITHDREW = "withdrew"
    TRANSFERRED = "transferred"
    MOVED = "moved"
    LOST_CONTACT = "lost_contact"
    INCARCERATED = "incarcerated"
    DECEASED = "deceased"
    INELIGIBLE_LATER = "ineligible_later"


class ClosedReason(Word):
    """Why the hub closed an assignment or an offer. Stays inside the hub and the holder's lane."""

    PERSON_DECLINED = "person_declined"
    WITHDRAWN_BY_SOURCE = "withdrawn_by_source"
    LAPSED = "lapsed"
    NOT_DIVERTIBLE = "not_divertible"
    DIRECTED_ELSEWHERE = "directed_elsewhere"
    AGENCY_SUSPENDED = "agency_suspended"
    PARTICIPATION_ENDED = "participation_ended"
    AMENDED = "amended"


class ConsentKind(Word):
    """Kinds of consent that may not be merged. Sources: 42 CFR 2.31, 2.35; 45 CFR 164.508; RCW 19.373."""

    HUB_HANDOFF = "hub_handoff"
    PART2_SPECIFIC = "part2_specific"
    PART2_TPO = "part2_tpo"
    PART2_COUNSELLING_NOTES = "part2_counselling_notes"
    PART2_PROCEEDINGS = "part2_proceedings"
    CRIMINAL_JUSTICE_REFERRAL = "criminal_justice_referral"
    HIPAA_AUTHORISATION = "hipaa_authorisation"
    STATE_CONSUMER_HEALTH = "state_consumer_health"


class Category(Word):
    """What kind of information is meant: in a consent, in a disclosure, and as the unit of sealing."""

    IDENTITY = "identity"
    CONTACT = "contact"
    INCIDENT = "incident"
    NARRATIVE = "narrative"
    DEMOGRAPHICS = "demographics"
    SAFETY = "safety"
    NEEDS = "needs"
    REFERRAL_STATUS = "referral_status"
    PARTICIPATION = "participation"
    INTAKE_STATUS = "intake_status"


class Purpose(Word):
    """Why a recipient gets something."""

    ACKNOWLEDGEMENT = "acknowledgement"
    OFFER = "offer"
    FIRST_CONTACT = "first_contact"
    CARE_COORDINATION = "care_coordination"
    SERVICE_PROVISION = "service_provision"
    PROSECUTION_DECISION = "prosecution_decision"
    OPERATION = "operation"


class Role(Word):
    """What an agency is in the program; a site says which of them may say and hear what."""

    PROGRAM_OFFICE = "program_office"
    LAW_ENFORCEMENT = "law_enforcement"
    PROSECUTOR = "prosecutor"
    PUBLIC_DEFENDER = "public_defender"
    COURT = "court"
    PROBATION = "probation"
    JAIL = "jail"
    HOSPITAL = "hospital"
    CASE_MANAGEMENT = "case_management"
    SERVICE_PROVIDER = "service_provider"
    COMMUNITY_REFERRER = "community_referrer"
    NEIGHBOURING_PROGRAM = "neighbouring_program"


class Problem(BaseModel):
    """One thing that is wrong with a message: the field, the rule it breaks, and how to mend it. Never a value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Annotated[str, Field(max_length=200)]
    rule: Annotated[str, Field(max_length=600)]
    fix: Annotated[str, Field(max_length=600)]


Day = Annotated[date, BeforeValidator(moments.day)]
"""A day; in JSON only ever text."""
Amount = Annotated[Decimal, Field(ge=0, le=Decimal(1_000_000), decimal_places=4)]
Age = Annotated[int, Field(ge=0, le=125)]
Ori = Annotated[str, Field(pattern=r"^[A-Z0-9]{9}$")]
"""An agency's originating identifier. Source: NIBRS data element 1, nine characters."""
NibrsCode = Annotated[str, Field(pattern=r"^[0-9]{2}[0-9A-Z]$")]
"""An offence by its NIBRS code. Source: NIBRS data element 6; the list of codes is site data."""
