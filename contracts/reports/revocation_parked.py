"""revocation.parked: a person's word that takes back waits at the door; nothing is told of them meanwhile.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Code, Slug


@published("revocation.parked", version=1, on=topics.REPORTS)
class RevocationParkedV1(Event):
    """A word that takes back could not be read or handled at the door. Until it is, nothing is told of the person.

    `revocation.read` says that it was, with the same `content`.
    """

    agency: Slug
    """By way of whom the person said it."""
    message_id: str
    """The id of that agency's message."""
    message_type: Code
    """`consent.revoked` or `person.declined`."""
    content: str
    """A mark of what was said and of whom: an id that is used twice is two words."""


RevocationParked = RevocationParkedV1
