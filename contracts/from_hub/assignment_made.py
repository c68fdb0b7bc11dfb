"""assignment.made: who it is, for the agency that accepted, as far as consent or permission allows today.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import (
    Answer,
    Category,
    Code,
    Day,
    Door,
    HelpType,
    Instant,
    OfferId,
    Private,
    ReferralId,
    Slug,
)


@published("assignment.made", version=1, on=topics.FROM_HUB)
class AssignmentMadeV1(Event):
    """Who it is, for the agency that accepted, as far as consent or permission allows today."""

    offer_id: OfferId
    referral_id: ReferralId
    door: Door
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    pronouns: Private | None = None
    place: Private | None = None
    area: Slug | None = None
    officer_call_back: Private | None = None
    safety_code: Private | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    arrive_by: Instant | None = None
    allowed: tuple[Category, ...] = ()
    """The categories that the permission or consent below opens; everything else is left out."""
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    after_the_fact: bool = False
    test: bool = False


AssignmentMade = AssignmentMadeV1
