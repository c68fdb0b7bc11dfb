"""consent.granted: a consent counts from now on; its witness may witness and has a relation to the person.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, ConsentId, ConsentKind, Day, Instant, Purpose, Slug


@published("consent.granted", version=1, on=topics.CONSENTS)
class ConsentGrantedV1(Event):
    """A consent counts from now on; its witness may witness and has a relation to the person."""

    consent_id: ConsentId
    kind: ConsentKind
    witness: Slug
    discloser: Slug
    recipients: tuple[Slug, ...]
    categories: tuple[Category, ...]
    purpose: Purpose
    signed_on: Day
    expires_at: Instant | None = None
    expires_with: str = "none"


ConsentGranted = ConsentGrantedV1
