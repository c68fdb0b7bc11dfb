"""person.linked: two records are one person. Said under both keys; consents do not travel over a link.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import PersonRef, Slug


@published("person.linked", version=1, on=topics.REFERRALS)
class PersonLinkedV1(Event):
    """Two records are one person. Said under both keys; consents do not travel over a link."""

    other: PersonRef
    basis: Slug
    by: Slug


PersonLinked = PersonLinkedV1
