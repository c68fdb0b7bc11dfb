"""consent.expired: a consent reached its date or its event.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ConsentId


@published("consent.expired", version=1, on=topics.CONSENTS)
class ConsentExpiredV1(Event):
    """A consent reached its date or its event."""

    consent_id: ConsentId


ConsentExpired = ConsentExpiredV1
