"""diversion.reported: the police's own data on a diverted arrest, for the prosecutor who holds the charge.

Said at the hand-off and again whenever the police amend their record.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Drug, Offence
from contracts.words import Instant, Reference, ReferralId


@published("diversion.reported", version=1, on=topics.FROM_HUB)
class DiversionReportedV1(Event):
    """The police's own data on a diverted arrest, for the prosecutor who holds the charge."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    subject_sequence: int = 1
    offences: tuple[Offence, ...] = ()
    drugs: tuple[Drug, ...] = ()
    diverted_at: Instant
    amended: bool = False
    withdrawn: bool = False
    """The police have withdrawn their report."""


DiversionReported = DiversionReportedV1
