"""screening.overridden: who may override a presumptive verdict does so, for a reason.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.word import Word
from contracts.words import Private, ReferralId, Slug


class OverrideReason(Word):
    """Why a presumptive verdict does not hold here. No source publishes a list: these are the hub's own words."""

    FACTS_DIFFER = "facts_differ"
    """The facts on which it rests are not so, and the record will be corrected."""
    NO_RISK_TODAY = "no_risk_today"
    """What the rule is to prevent is not to be expected of this person now."""
    NEED_OUTWEIGHS = "need_outweighs"
    """What the person needs goes before the rule."""
    AGREED_BY_PARTNERS = "agreed_by_partners"
    """The Operational Work Group agreed on it."""
    OTHER = "other"


@published("screening.overridden", version=1, on=topics.TO_HUB)
class ScreeningOverriddenV1(AgencyEvent):
    """A referral that is presumptively ineligible is eligible after all. It only ever opens a door."""

    referral_id: ReferralId
    reason: OverrideReason
    why: Private
    operator: Slug | None = None
    """Who decides, where the program office says it."""


ScreeningOverridden = ScreeningOverriddenV1
