"""pretrial.opened: a motion for pretrial diversion counts; these have to do with its case, and nobody else.

Said again when somebody takes the place of one of them.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Day, ReferralId, Sealed, Slug


@published("pretrial.opened", version=1, on=topics.PRETRIAL)
class PretrialOpenedV1(Event):
    """A motion for pretrial diversion counts; these have to do with its case, and nobody else."""

    referral_id: ReferralId
    court: Slug
    prosecutor: Slug
    counsel: Slug | None = None
    moved_on: Day
    moved_by: Slug
    cause_number: Sealed
    """As it stands in the motion, which is the cause of this fact or of the one before it."""
    motion_id: str
    """The id of the motion, for which the number was sealed."""


PretrialOpened = PretrialOpenedV1
