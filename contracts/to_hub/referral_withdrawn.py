"""referral.withdrawn: the sender takes a referral back (entered in error, or the report was deleted).

It never ends services that have begun.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.parts import ReferralName


@published("referral.withdrawn", version=1, on=topics.TO_HUB)
class ReferralWithdrawnV1(AgencyEvent):
    """The sender takes a referral back (entered in error, or the report was deleted)."""

    of: ReferralName
    why: Annotated[str, Field(pattern=r"^(entered_in_error|report_deleted|no_longer_needed|other)$")] = "other"


ReferralWithdrawn = ReferralWithdrawnV1
