"""charge.held: a prosecutor holds a charge until a day; said again, the day moves forward. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, Private, ReferralId


@published("charge.held", version=1, on=topics.TO_HUB)
class ChargeHeldV1(AgencyEvent):
    """A prosecutor holds a charge until a day; said again, the day moves forward. The subject is the person."""

    referral_id: ReferralId
    """From the report of the diversion."""
    cause_number: Private | None = None
    """The office's own number of the case; the hub says it back to this office from then on, and to nobody else."""
    hold_until: Day | None = None
    """The last day for the intake; without one, the site's days from the referral count."""


ChargeHeld = ChargeHeldV1
