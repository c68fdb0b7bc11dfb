"""assignment.offered: one agency is asked, blind, and has until `lapses_at` to answer.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import AgeBand, Door, HelpType, Instant, Minutes, OfferId, ReferralId, Slug


@published("assignment.offered", version=1, on=topics.ASSIGNMENTS)
class AssignmentOfferedV1(Event):
    """One agency is asked, blind, and has until `lapses_at` to answer."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    door: Door
    area: Slug | None = None
    age_band: AgeBand
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    officer_waiting: bool = False
    lapses_at: Instant
    arrive_within_minutes: Minutes | None = None
    test: bool = False


AssignmentOffered = AssignmentOfferedV1
