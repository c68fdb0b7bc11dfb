"""pretrial.moved: somebody charged asks the court for pretrial diversion. The subject is the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Day, Private, ReferralId, Slug


@published("pretrial.moved", version=1, on=topics.TO_HUB)
class PretrialMovedV1(AgencyEvent):
    """The motion, and who has to do with its case. Sent again it names whoever took the place of one of them.

    Source: RCW 69.50.4017(2). The recipients of what is filed under seal are those whom it names, and nobody else.
    """

    referral_id: ReferralId
    cause_number: Private
    moved_on: Day
    court: Slug
    prosecutor: Slug
    counsel: Slug | None = None
    """Who defends; left out where no office of the site does."""


PretrialMoved = PretrialMovedV1
