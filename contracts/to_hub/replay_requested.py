"""replay.requested: an operator asks for a plan of a replay. Nothing is told by it. Only the program office says it.

1  first published
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.replaying import MOST_NAMED, ReplayKind, ReplayReason
from contracts.words import Code, Instant, PersonRef, ReferralId, Slug


@published("replay.requested", version=1, on=topics.TO_HUB)
class ReplayRequestedV1(AgencyEvent):
    """An operator asks for a plan of a replay. Nothing is told by it. Only the program office says it."""

    kind: ReplayKind
    agency: Slug | None = None
    """Whose lane, where it is about one."""
    service: Slug | None = None
    """Which service of the hub, where it is about one."""
    since: Instant | None = None
    until: Instant | None = None
    """Up to this moment, not with it; absent: up to now."""
    referrals: Annotated[tuple[ReferralId, ...], Field(max_length=MOST_NAMED)] = ()
    """Only what is about these; empty: about all."""
    persons: Annotated[tuple[PersonRef, ...], Field(max_length=MOST_NAMED)] = ()
    """Only what is about these people, by the hub's own references."""
    group: Code | None = None
    """Which group of dead letters."""
    policy: Slug | None = None
    policy_version: Code | None = None
    """Under which version history is screened again."""
    reason: ReplayReason
    operator: Slug


ReplayRequested = ReplayRequestedV1
