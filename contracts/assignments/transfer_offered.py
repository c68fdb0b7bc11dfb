"""transfer.offered: one agency is asked, blind, to take on somebody whom another agency has.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import AgeBand, Door, HelpType, Instant, OfferId, ReferralId, Slug


@published("transfer.offered", version=1, on=topics.ASSIGNMENTS)
class TransferOfferedV1(Event):
    """One agency is asked, blind, to take on somebody whom another agency has; that one keeps them meanwhile."""

    referral_id: ReferralId
    offer_id: OfferId
    agency: Slug
    holder: Slug
    """Who has the person, and asks."""
    holder_offer_id: OfferId
    number: Annotated[int, Field(ge=1)]
    """Which of the holder's transfers of the person, from 1; several may be asked in one."""
    chosen: Slug | None = None
    """The one agency that may be asked, where the person chose it."""
    door: Door
    area: Slug | None = None
    age_band: AgeBand
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    lapses_at: Instant
    test: bool = False


TransferOffered = TransferOfferedV1
