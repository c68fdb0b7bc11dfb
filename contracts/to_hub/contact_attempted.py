"""contact.attempted: somebody tried to reach the person. The subject is the person.

1  first published
2  at what kind of place, and the place itself in private words; the mode is a code of its own
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.relationship import ContactMode, ContactPlace
from contracts.words import ContactResult, Instant, Private


@published("contact.attempted", version=1, on=topics.TO_HUB)
class ContactAttemptedV1(AgencyEvent):
    """Somebody tried to reach the person. The subject is the person."""

    result: ContactResult
    at: Instant | None = None
    mode: Annotated[str, Field(pattern=r"^(in_person|phone|text|letter|through_someone)$")] = "in_person"
    note: Private | None = None


@published("contact.attempted", version=2, on=topics.TO_HUB)
class ContactAttemptedV2(AgencyEvent):
    """Somebody tried to reach the person. The subject is the person. Source of the results: DOMAIN 2.2."""

    result: ContactResult
    at: Instant | None = None
    """When; absent: just now. Never after it was said."""
    mode: ContactMode = ContactMode.IN_PERSON
    place: ContactPlace = ContactPlace.UNKNOWN
    where: Private | None = None
    note: Private | None = None

    @classmethod
    def upcast(cls, old: ContactAttemptedV1) -> Self:
        """Return the report in this form; of what kind the place was, nobody said."""
        return cls(result=old.result, at=old.at, mode=ContactMode(old.mode), note=old.note)


ContactAttempted = ContactAttemptedV2
