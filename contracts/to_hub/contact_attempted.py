"""contact.attempted: somebody tried to reach the person. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import ContactResult, Instant, Private


@published("contact.attempted", version=1, on=topics.TO_HUB)
class ContactAttemptedV1(AgencyEvent):
    """Somebody tried to reach the person. The subject is the person."""

    result: ContactResult
    at: Instant | None = None
    mode: Annotated[str, Field(pattern=r"^(in_person|phone|text|letter|through_someone)$")] = "in_person"
    note: Private | None = None


ContactAttempted = ContactAttemptedV1
