"""disclosure.revealed: an operator is shown who somebody is, with a reason and a signature.

It is entered before anything is opened: what may have been seen counts as seen.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.words import Category, Instant, Purpose, ReferralId, Sealed, Slug


@published("disclosure.revealed", version=1, on=topics.DISCLOSURES)
class DisclosureRevealedV1(Event):
    """An operator is shown who somebody is, with a reason and a signature."""

    reveal_id: Annotated[str, Field(max_length=60)]
    """The id of the request that was signed; several records of one request have one entry each."""
    operator: Slug
    agency: Slug
    """The operator's: the program office."""
    referral_id: ReferralId
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    purpose: Purpose
    allowed_by: str
    """`permission/<name>`; several are joined by spaces."""
    why: Sealed
    """Sealed under the record's own key, and gone with it."""
    operator_signature: Annotated[str, Field(max_length=200)]
    """The operator's, over the request."""
    policy_hash: str
    revealed_at: Instant


DisclosureRevealed = DisclosureRevealedV1
