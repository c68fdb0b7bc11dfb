"""consent.signed: a person signed a consent, witnessed by the sender. The subject is the person.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.words import Category, ConsentKind, Day, Instant, Purpose, Reference, Slug


@published("consent.signed", version=1, on=topics.TO_HUB)
class ConsentSignedV1(AgencyEvent):
    """A person signed a consent, witnessed by the sender. The subject is the person."""

    form_reference: Reference
    """The sender's own number of the signed form; with the sender it is the consent's identity."""
    kind: ConsentKind
    discloser: Slug
    recipients: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=40)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    purpose: Purpose
    signed_on: Day
    expires_at: Instant | None = None
    expires_with: Annotated[str, Field(pattern=r"^(end_of_participation|end_of_treatment|charge_decided|none)$")] = (
        "none"
    )
    signature: Annotated[str, Field(pattern=r"^(paper|electronic|verbal)$")] = "paper"


ConsentSigned = ConsentSignedV1
