"""revocation.settled: consent has dealt with a person's word that takes back; what follows from it stands before this.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Slug


@published("revocation.settled", version=1, on=topics.CONSENTS)
class RevocationSettledV1(Event):
    """Consent has dealt with a person's word that takes back. Until this is heard, nothing about the person is told."""

    agency: Slug
    """By way of whom the person said it."""
    message_id: str
    """The id of that agency's message."""


RevocationSettled = RevocationSettledV1
