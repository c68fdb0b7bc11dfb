"""The words of court pretrial diversion. Source: RCW 69.50.4017; DOMAIN 4.5 and 7.4."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from contracts.event import Part
from contracts.word import Word
from contracts.words import Code, Slug

HOURS_MOST: Final = 120
"""Of community service, where nothing was recommended. Source: RCW 69.50.4017(7)."""
MONTHS_MOST: Final = 120
Month = Annotated[int, Field(ge=1, le=MONTHS_MOST)]
"""A month of the diversion: 1 is the first after the grant."""
Hours = Annotated[int, Field(ge=1, le=10_000)]
ReportId = Annotated[str, Field(pattern=r"^rep-[0-9a-f]{32}$")]


class Ruling(Word):
    """What the court orders."""

    GRANTED = "granted"
    DENIED = "denied"
    COMMUNITY_SERVICE = "community_service"
    """How many hours, where the assessment recommends nothing."""
    HEARING_SET = "hearing_set"
    """Whether the diversion is terminated will be heard."""
    CONTINUED = "continued"
    """It is not terminated."""
    TERMINATED = "terminated"
    DISMISSED = "dismissed"


class PretrialStage(Word):
    """Where the diversion of one case stands."""

    MOVED = "moved"
    DENIED = "denied"
    GRANTED = "granted"
    ASSESSED = "assessed"
    IN_SERVICES = "in_services"
    COMMUNITY_SERVICE = "community_service"
    COMPLETED = "completed"
    TERMINATION_MOVED = "termination_moved"
    HEARING_SET = "hearing_set"
    TERMINATED = "terminated"
    DISMISSED = "dismissed"


class CompletedBy(Word):
    """In which of the ways that the statute knows. Source: RCW 69.50.4017(7) and (11)."""

    SERVICES = "services"
    TWELVE_MONTHS = "twelve_months"
    COMMUNITY_SERVICE = "community_service"


class ReportKind(Word):
    """Which of the program's reports to the court it is."""

    ASSESSMENT = "assessment"
    STATUS = "status"
    COMPLETION = "completion"


class AskedFor(Word):
    """What the program is asked for."""

    ASSESSMENT = "assessment"
    STATUS = "status"
    COMPLETION = "completion"
    CONSENT = "consent"
    """A report waits for a consent that names its recipient."""
    NOTHING = "nothing"
    """The diversion is over: no report is due any more."""


class SealMarking(Part):
    """One statement that goes with a report under seal, word for word."""

    id: Slug
    version: Code
    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    citation: Annotated[str, Field(min_length=1, max_length=300)]
