"""information.recalled: the person took a consent back; stop using what you were told of these categories, and answer.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category


@published("information.recalled", version=1, on=topics.FROM_HUB)
class InformationRecalledV1(Event):
    """The person took a consent back; stop using what you were told of these categories, and answer."""

    recall_id: Annotated[str, Field(pattern=r"^rec-[0-9a-f]{32}$")]
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on this lane that are recalled."""


InformationRecalled = InformationRecalledV1
