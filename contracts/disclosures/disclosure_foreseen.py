"""disclosure.foreseen: what would be told, and what withheld, if a replay told a message again now. Nothing was told.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.recalls import KeyedHash
from contracts.replaying import Foreseen, ReplayId, ReplayPass
from contracts.words import Category, Instant, ReferralId, Slug


@published("disclosure.foreseen", version=1, on=topics.DISCLOSURES)
class DisclosureForeseenV1(Event):
    """What would be told, and what withheld, if a replay told a message again now. Nothing was told."""

    replay_id: ReplayId
    mode: ReplayPass
    message_id: str
    """The id that the message had when it was told."""
    message_type: str
    agency: Slug
    referral_id: ReferralId | None = None
    outcome: Foreseen
    layer: str | None = None
    """Which layer stands against it, where it is withheld."""
    rule: str | None = None
    categories: tuple[Category, ...] = ()
    """What would be told."""
    by: tuple[str, ...] = ()
    """`consent/<id>` or `permission/<name>`, sorted."""
    part2: bool = False
    """Whether a record under 42 CFR part 2 would be told."""
    mark: str = ""
    """The judge's own mark of the answers: while it stays, the same would be told."""
    content: KeyedHash | None = None
    """Rehearsed: the keyed hash of what would be told."""
    policy_hash: str
    foreseen_at: Instant


DisclosureForeseen = DisclosureForeseenV1
