"""conviction.vacated: a court vacated a conviction; checks that rest on it count no more.

What was vacated is not told: that would be history. Source: RCW 9.96.060(9).

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.parts import ReferralName
from contracts.words import Day, Slug


@published("conviction.vacated", version=1, on=topics.TO_HUB)
class ConvictionVacatedV1(AgencyEvent):
    """A conviction was vacated. Whose it was: the subject, or the referral that the sender made of them."""

    checks: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=10)]
    """The checks that may have failed because of it, by the id of their attestations."""
    vacated_on: Day
    of: ReferralName | None = None
    """Left out where the message has a subject."""


ConvictionVacated = ConvictionVacatedV1
