"""consent.withdrawn: a consent counts no more: the person took it back, or it proved deficient. It stays withdrawn.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import ConsentId


@published("consent.withdrawn", version=1, on=topics.CONSENTS)
class ConsentWithdrawnV1(Event):
    """A consent counts no more: the person took it back, or it proved deficient. It stays withdrawn."""

    consent_id: ConsentId
    how: str
    """How the person said it (`written`, `verbal`, `declined`); `deficient` where the wrong one had signed."""


ConsentWithdrawn = ConsentWithdrawnV1
