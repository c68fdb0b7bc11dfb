"""revocation.parked: a person's word that takes back waits at the door; nothing is told of them meanwhile.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Slug


@published("revocation.parked", version=1, on=topics.REPORTS)
class RevocationParkedV1(Event):
    """A word that takes back could not be read or handled at the door. Until it is, nothing is told of the person.

    What follows then: `revocation.settled`, where it takes back everything or a form; `person.declined`,
    where it is a no to one referral; `revocation.refused`, where it is not admitted.
    """

    agency: Slug
    """By way of whom the person said it."""
    message_id: str
    """The id of that agency's message."""


RevocationParked = RevocationParkedV1
