"""revocation.refused: a person's word that takes back was not admitted; it holds nothing back any longer.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Slug


@published("revocation.refused", version=1, on=topics.REPORTS)
class RevocationRefusedV1(Event):
    """Intake did not admit a word that takes back; its sender hears why. What it held, had it been parked, goes on."""

    agency: Slug
    """By way of whom the person said it."""
    message_id: str
    """The id of that agency's message."""


RevocationRefused = RevocationRefusedV1
