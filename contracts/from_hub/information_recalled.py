"""information.recalled: stop using what you were told of these categories, and answer.

1  first published
2  says why: the person took a consent back, or the record was erased; and by when an answer is awaited
3  may say that a replay told it, which should not have been
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.recalls import RecallGround, RecallId, RecallReason
from contracts.words import Category, Instant


@published("information.recalled", version=1, on=topics.FROM_HUB)
class InformationRecalledV1(Event):
    """The person took a consent back; stop using what you were told of these categories, and answer."""

    recall_id: Annotated[str, Field(pattern=r"^rec-[0-9a-f]{32}$")]
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on this lane that are recalled."""


@published("information.recalled", version=2, on=topics.FROM_HUB)
class InformationRecalledV2(Event):
    """Stop using what you were told of these categories, and say with `recall.answered` whether you did."""

    recall_id: RecallId
    because: RecallReason
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on this lane that are recalled."""
    answer_by: Instant | None = None
    """It is sent again after this, and at last an operator calls."""

    @classmethod
    def upcast(cls, old: InformationRecalledV1) -> Self:
        """The first version only knew of consents."""
        return cls(
            recall_id=old.recall_id,
            because=RecallReason.CONSENT_WITHDRAWN,
            categories=old.categories,
            disclosures=old.disclosures,
        )


@published("information.recalled", version=3, on=topics.FROM_HUB)
class InformationRecalledV3(Event):
    """Stop using what you were told of these categories, and say with `recall.answered` whether you did."""

    recall_id: RecallId
    because: RecallGround
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on this lane that are recalled."""
    answer_by: Instant | None = None
    """It is sent again after this, and at last an operator calls."""

    @classmethod
    def upcast(cls, old: InformationRecalledV2) -> Self:
        """The second version knew of no replay."""
        return cls(
            recall_id=old.recall_id,
            because=RecallGround(old.because),
            categories=old.categories,
            disclosures=old.disclosures,
            answer_by=old.answer_by,
        )


InformationRecalled = InformationRecalledV3
