"""A deadline that is reached, as a fact: the one thing that the pipes themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Envelope, Fact, service_source
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from services.plumbing.fold import Due

CLOCK: Final = "clock"
TOPIC: Final = DeadlineReached.topic


def reached(service: str, due: Due) -> Fact:
    """Return the fact that a deadline of `service` is reached.

    Its id follows from the deadline alone, not from when it was set: heard again, it is the same fact.
    """
    at = due.due_at
    identity = derived("", service, due.key, due.name, due.reference, at.isoformat())
    event = DeadlineReached(service=service, deadline=due.name, reference=due.reference, due_at=at, set_at=due.set_at)
    return Fact(
        event,
        Envelope(identity, service_source(CLOCK), event.name, at, due.subject, None,
                 due.correlation_id, due.causation_id),
    )  # fmt: skip
