"""recall.answered: the agency has recalled what it was told, or cannot. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Private


@published("recall.answered", version=1, on=topics.TO_HUB)
class RecallAnsweredV1(AgencyEvent):
    """The agency has recalled what it was told, or cannot. The subject is the person."""

    recall_id: Annotated[str, Field(pattern=r"^rec-[0-9a-f]{32}$")]
    answer: Annotated[str, Field(pattern=r"^(recalled|cannot)$")]
    why: Private | None = None


RecallAnswered = RecallAnsweredV1
