"""deadline.reached: a deadline of one service has passed, and everything said before it has been read.

1  first published
2  says when the deadline was set, so that one which was past already can be told from one that nobody kept
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.words import Instant


@published("deadline.reached", version=1, on=topics.DEADLINES)
class DeadlineReachedV1(Event):
    """A deadline of one service has passed, and everything said before it has been read."""

    service: str
    deadline: str
    """What kind of deadline, in the service's own words."""
    reference: str
    """What it is about: an offer, a review, a consent."""
    due_at: Instant


@published("deadline.reached", version=2, on=topics.DEADLINES)
class DeadlineReachedV2(Event):
    """A deadline of one service has passed, and everything said before it has been read."""

    service: str
    deadline: str
    """What kind of deadline, in the service's own words."""
    reference: str
    """What it is about: an offer, a review, a consent."""
    due_at: Instant
    set_at: Instant | None = None
    """When the service set it. Not before `due_at`: the hub was away, and what it was to limit had no time at all."""

    @classmethod
    def upcast(cls, old: DeadlineReachedV1) -> Self:
        """Nothing is known of when it was set."""
        return cls(service=old.service, deadline=old.deadline, reference=old.reference, due_at=old.due_at)


DeadlineReached = DeadlineReachedV2
