"""deadline.reached: a deadline of one service has passed, and everything said before it has been read.

1  first published
"""

from __future__ import annotations

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


DeadlineReached = DeadlineReachedV1
