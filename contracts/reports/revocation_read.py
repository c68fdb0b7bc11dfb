"""revocation.read: a person's word that takes back was admitted or refused at the door; it waits there no longer.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Slug


@published("revocation.read", version=1, on=topics.REPORTS)
class RevocationReadV1(Event):
    """A word that takes back was admitted, and stands before this, or was refused, and its sender hears why.

    It is said of each such word, also of those that never waited.
    """

    agency: Slug
    """By way of whom the person said it."""
    message_id: str
    """The id of that agency's message."""
    content: str
    """A mark of what was said and of whom, as in `revocation.parked`."""


RevocationRead = RevocationReadV1
