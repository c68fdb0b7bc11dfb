"""person.unlinked: two records are not one person after all. Said under both keys; it steers what comes later.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import PersonRef, Slug


@published("person.unlinked", version=1, on=topics.REFERRALS)
class PersonUnlinkedV1(Event):
    """Two records are not one person after all. Said under both keys; it steers what comes later."""

    other: PersonRef
    by: Slug


PersonUnlinked = PersonUnlinkedV1
