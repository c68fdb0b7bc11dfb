"""consent.withdrawn: the person took a consent back. It stays withdrawn, whatever arrives later.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ConsentId


@published("consent.withdrawn", version=1, on=topics.CONSENTS)
class ConsentWithdrawnV1(Event):
    """The person took a consent back. It stays withdrawn, whatever arrives later."""

    consent_id: ConsentId
    how: str


ConsentWithdrawn = ConsentWithdrawnV1
