"""disclosure.made: an agency was told something: what kind, why, and under which consent or permission.

1  first published
2  says what exactly was told, as a keyed hash, and whether it is certain that it was
3  says what the message was about, so that it can be told again; and of which replay and message it is the repetition
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.recalls import KeyedHash
from contracts.replaying import ReplayId, ToldReference
from contracts.words import Category, Instant, Purpose, ReferralId, Slug


@published("disclosure.made", version=1, on=topics.DISCLOSURES)
class DisclosureMadeV1(Event):
    """An agency was told something: what kind, why, and under which consent or permission."""

    message_id: str
    """The id of the message on the agency's lane, or the one it would have had."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    allowed_by: str
    """`consent/<id>` or `permission/<name>`; several are joined by spaces."""
    policy_hash: str
    made_at: Instant


@published("disclosure.made", version=2, on=topics.DISCLOSURES)
class DisclosureMadeV2(Event):
    """An agency was told something: what kind, why, and under which consent or permission."""

    message_id: str
    """The id of the message on the agency's lane."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    allowed_by: str
    """`consent/<id>` or `permission/<name>`; several are joined by spaces."""
    policy_hash: str
    made_at: Instant
    content: KeyedHash | None = None
    """The keyed hash of the message's data; absent where the message counts as told and nobody knows what it said."""
    certain: bool = True
    """False: it may have been sent, nobody can know, and it counts as told."""

    @classmethod
    def upcast(cls, old: DisclosureMadeV1) -> Self:
        """No hash was kept of what was told."""
        return cls(
            message_id=old.message_id,
            message_type=old.message_type,
            agency=old.agency,
            referral_id=old.referral_id,
            categories=old.categories,
            purpose=old.purpose,
            allowed_by=old.allowed_by,
            policy_hash=old.policy_hash,
            made_at=old.made_at,
        )


@published("disclosure.made", version=3, on=topics.DISCLOSURES)
class DisclosureMadeV3(Event):
    """An agency was told something: what kind, why, and under which consent or permission."""

    message_id: str
    """The id of the message on the agency's lane."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    categories: tuple[Category, ...]
    purpose: Purpose
    allowed_by: str
    """`consent/<id>` or `permission/<name>`; several are joined by spaces."""
    policy_hash: str
    made_at: Instant
    content: KeyedHash | None = None
    """The keyed hash of the message's data; absent where the message counts as told and nobody knows what it said."""
    certain: bool = True
    """False: it may have been sent, nobody can know, and it counts as told."""
    reference: ToldReference | None = None
    """What the message was about. Absent where an earlier version told it: it cannot be told again."""
    replay_id: ReplayId | None = None
    """The replay that told it again."""
    original_id: str | None = None
    """The message that was told first, where a replay told it again."""

    @classmethod
    def upcast(cls, old: DisclosureMadeV2) -> Self:
        """Nothing was said of what the message was about, and nothing was told again."""
        return cls(
            message_id=old.message_id,
            message_type=old.message_type,
            agency=old.agency,
            referral_id=old.referral_id,
            categories=old.categories,
            purpose=old.purpose,
            allowed_by=old.allowed_by,
            policy_hash=old.policy_hash,
            made_at=old.made_at,
            content=old.content,
            certain=old.certain,
        )


DisclosureMade = DisclosureMadeV3
