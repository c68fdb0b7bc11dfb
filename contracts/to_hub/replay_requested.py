"""replay.requested: an operator asks for a plan of a replay. Nothing is told by it. Only the program office says it.

1  first published
2  says what screening history again found: the command that asks reads and judges
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from contracts import topics
from contracts.event import AgencyEvent, published
from contracts.replaying import MOST_NAMED, HistoryFound, ReplayKind, ReplayReason
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


@published("replay.requested", version=2, on=topics.TO_HUB)
class ReplayRequestedV2(AgencyEvent):
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
    history: HistoryFound | None = None
    """What screening again found, where it is about history: whoever asks has read and judged it."""

    @classmethod
    def upcast(cls, old: ReplayRequestedV1) -> Self:
        """Return the request in this form; the older one knew of no history."""
        return cls(**{name: getattr(old, name) for name in ReplayRequestedV1.model_fields})


ReplayRequested = ReplayRequestedV2
