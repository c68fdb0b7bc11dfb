"""ledger.extended: a chain of the ledger grew; its head is published here, so that a tail cut off later shows.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import Event, published


@published("ledger.extended", version=1, on=topics.DISCLOSURES)
class LedgerExtendedV1(Event):
    """A chain of the ledger grew; it is said under the key `ledger/<chain>`, and about nobody."""

    chain: Annotated[int, Field(ge=0)]
    length: Annotated[int, Field(ge=1)]
    """How many entries the chain has."""
    head: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """The hash of the last of them."""


LedgerExtended = LedgerExtendedV1
