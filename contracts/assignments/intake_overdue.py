"""intake.overdue: an agency took the person on, and the site's days for the intake have passed without one.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant, OfferId, ReferralId, Slug


@published("intake.overdue", version=1, on=topics.ASSIGNMENTS)
class IntakeOverdueV1(Event):
    """An agency took the person on, and the site's days for the intake have passed without one. It keeps them."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    due_at: Instant


IntakeOverdue = IntakeOverdueV1
