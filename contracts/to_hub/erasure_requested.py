"""erasure.requested: an operator has a record erased, on a ground of the site's list. Only the program office says it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Code, Private, ReferralId, Slug


@published("erasure.requested", version=1, on=topics.TO_HUB)
class ErasureRequestedV1(AgencyEvent):
    """An operator has a record erased, on a ground of the site's list. Only the program office says it."""

    referral_id: ReferralId
    ground: Code
    """A ground of the site's `erasure.toml`: each names the law that it stands on, and what must hold."""
    why: Private
    """Sealed under the record's own key, and gone with it."""
    operator: Slug


ErasureRequested = ErasureRequestedV1
