"""disclosure.withheld: an agency was not told something, and which layer and rule stood against it.

1  first published
2  names the disclosure policy under which it was asked
3  says which message a replay asked to be told again
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import Event, published
from contracts.replaying import ReplayId
from contracts.words import Category, Instant, Purpose, ReferralId, Slug


@published("disclosure.withheld", version=1, on=topics.DISCLOSURES)
class DisclosureWithheldV1(Event):
    """An agency was not told something, and which layer and rule stood against it."""

    message_id: str
    """The id of the message on the agency's lane, or the one it would have had."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    layer: Annotated[str, Field(pattern=r"^(permission|rows|fields|consent|parked|suspended)$")]
    rule: str
    withheld_at: Instant


@published("disclosure.withheld", version=2, on=topics.DISCLOSURES)
class DisclosureWithheldV2(Event):
    """An agency was not told something, and which layer and rule stood against it."""

    message_id: str
    """The id that the message would have had on the agency's lane."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    layer: Annotated[str, Field(pattern=r"^(permission|rows|fields|consent|parked|suspended)$")]
    rule: str
    withheld_at: Instant
    policy_hash: str | None = None
    """Absent where an earlier version withheld it."""

    @classmethod
    def upcast(cls, old: DisclosureWithheldV1) -> Self:
        """The policy was not named."""
        return cls(
            message_id=old.message_id,
            message_type=old.message_type,
            agency=old.agency,
            referral_id=old.referral_id,
            categories=old.categories,
            purpose=old.purpose,
            layer=old.layer,
            rule=old.rule,
            withheld_at=old.withheld_at,
        )


@published("disclosure.withheld", version=3, on=topics.DISCLOSURES)
class DisclosureWithheldV3(Event):
    """An agency was not told something, and which layer and rule stood against it."""

    message_id: str
    """The id that the message would have had on the agency's lane."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    layer: Annotated[str, Field(pattern=r"^(permission|rows|fields|consent|parked|suspended)$")]
    rule: str
    withheld_at: Instant
    policy_hash: str | None = None
    """Absent where an earlier version withheld it."""
    replay_id: ReplayId | None = None
    """The replay that was to tell it again."""
    original_id: str | None = None
    """The message that was told first, where a replay was to tell it again."""

    @classmethod
    def upcast(cls, old: DisclosureWithheldV2) -> Self:
        """Nothing was told again."""
        return cls(
            message_id=old.message_id,
            message_type=old.message_type,
            agency=old.agency,
            referral_id=old.referral_id,
            categories=old.categories,
            purpose=old.purpose,
            layer=old.layer,
            rule=old.rule,
            withheld_at=old.withheld_at,
            policy_hash=old.policy_hash,
        )


DisclosureWithheld = DisclosureWithheldV3
