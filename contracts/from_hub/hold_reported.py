"""hold.reported: until when you hold the charge of a diverted arrest, and that the day is over.

It rests on the police's record and on your own word. When the day is over it is the same, at the same time, whether no
intake was done or whether you may not be told of one: that one was done in time comes by itself, as `intake.reported`.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.held import HoldState
from contracts.words import Day, Instant, Private, Reference, ReferralId


@published("hold.reported", version=1, on=topics.FROM_HUB)
class HoldReportedV1(Event):
    """Until when you hold the charge of a diverted arrest, or that the day is over and nothing more may be told."""

    referral_id: ReferralId
    incident_number: Reference | None = None
    subject_sequence: int = 1
    cause_number: Private | None = None
    """Your own number of the case, if you gave one."""
    state: HoldState
    due_on: Day
    """The last day for the intake."""
    due_at: Instant
    """When that day is over at the site."""


HoldReported = HoldReportedV1
