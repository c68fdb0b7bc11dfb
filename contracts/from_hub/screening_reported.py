"""screening.reported: whether the referral is divertible, from the police's own data only.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Code, Reference, ReferralId, Slug


@published("screening.reported", version=1, on=topics.FROM_HUB)
class ScreeningReportedV1(Event):
    """Whether the referral is divertible, from the police's own data only."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    """The sender's own incident number, echoed."""
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    """The sender's own reference, echoed."""
    divertible: bool
    policy: Slug
    policy_version: Code
    clauses: tuple[Slug, ...] = ()
    """The clauses on which a "no" rests; empty for a "yes"."""


ScreeningReported = ScreeningReportedV1
