"""offer.made: somebody asks for a case manager; blind. No name, offence, drug, history or source.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import AgeBand, Door, HelpType, Instant, Minutes, OfferId, Slug


@published("offer.made", version=1, on=topics.FROM_HUB)
class OfferMadeV1(Event):
    """Somebody asks for a case manager; blind. No name, offence, drug, history or source."""

    offer_id: OfferId
    door: Door
    area: Slug | None = None
    age_band: AgeBand
    language: str
    needs: tuple[HelpType, ...] = ()
    officer_waiting: bool = False
    answer_by: Instant
    arrive_within_minutes: Minutes | None = None
    test: bool = False


OfferMade = OfferMadeV1
