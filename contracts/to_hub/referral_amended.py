"""referral.amended: the sender corrects or completes a referral, also after the hand-off.

A section that is given replaces the one before; one that is left out stays as it is. Police records are replaced as
wholes (NIBRS Replace), so sections are, too.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.parts import Attestation, Drug, Offence, PersonDetails, Reach, ReferralName
from contracts.words import Agreement, HelpType, Private, Slug


@published("referral.amended", version=1, on=topics.TO_HUB)
class ReferralAmendedV1(AgencyEvent):
    """The sender corrects or completes a referral, also after the hand-off."""

    of: ReferralName
    person: PersonDetails | None = None
    reach: Reach | None = None
    area: Slug | None = None
    residence_area: Slug | None = None
    offences: Annotated[tuple[Offence, ...], Field(max_length=40)] | None = None
    drugs: Annotated[tuple[Drug, ...], Field(max_length=40)] | None = None
    attestations: Annotated[tuple[Attestation, ...], Field(max_length=40)] | None = None
    agreement: Agreement | None = None
    officer_waiting: bool | None = None
    needs: tuple[HelpType, ...] | None = None
    reason: Private | None = None


ReferralAmended = ReferralAmendedV1
