"""disclosure.recalled: an agency is asked to forget what it was told.

1  first published
2  says why: a consent that was taken back, or a record that was erased
3  may say that a replay told it, which is taken back
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.recalls import RecallGround, RecallId, RecallReason
from contracts.words import Category, Instant, ReferralId, Slug


@published("disclosure.recalled", version=1, on=topics.DISCLOSURES)
class DisclosureRecalledV1(Event):
    """An agency is asked to forget what it was told."""

    recall_id: str
    agency: Slug
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    recalled_at: Instant


@published("disclosure.recalled", version=2, on=topics.DISCLOSURES)
class DisclosureRecalledV2(Event):
    """An agency is asked to forget what it was told."""

    recall_id: RecallId
    agency: Slug
    because: RecallReason
    basis: Annotated[str, Field(pattern=r"^(consent/con|record/ref)-[0-9a-f]{32}$")]
    """`consent/<id>` that was taken back, or `record/<id>` that was erased."""
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on that agency's lane."""
    recalled_at: Instant

    @classmethod
    def upcast(cls, old: DisclosureRecalledV1) -> Self:
        """Nobody ever said the first version; its shape only tells of consents."""
        return cls(
            recall_id=old.recall_id,
            agency=old.agency,
            because=RecallReason.CONSENT_WITHDRAWN,
            basis=f"consent/con-{old.recall_id.partition('-')[2]}",
            categories=old.categories,
            disclosures=old.disclosures,
            recalled_at=old.recalled_at,
        )


@published("disclosure.recalled", version=3, on=topics.DISCLOSURES)
class DisclosureRecalledV3(Event):
    """An agency is asked to forget what it was told."""

    recall_id: RecallId
    agency: Slug
    because: RecallGround
    basis: Annotated[str, Field(pattern=r"^(consent/con|record/ref|replay/rpl)-[0-9a-f]{32}$")]
    """`consent/<id>` that was taken back, `record/<id>` that was erased, or `replay/<id>` that told it by mistake."""
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    disclosures: tuple[str, ...]
    """The ids of the messages on that agency's lane."""
    recalled_at: Instant

    @classmethod
    def upcast(cls, old: DisclosureRecalledV2) -> Self:
        """The second version knew of no replay."""
        return cls(
            recall_id=old.recall_id,
            agency=old.agency,
            because=RecallGround(old.because),
            basis=old.basis,
            referral_id=old.referral_id,
            categories=old.categories,
            disclosures=old.disclosures,
            recalled_at=old.recalled_at,
        )


DisclosureRecalled = DisclosureRecalledV3
