"""What the broker proves of a message, whatever its sender wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from contracts.envelope import Envelope
from contracts.reading import NoCloudEvent
from contracts.words import Problem
from services.intake.domain.checks import EARLIEST, LATEST
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from services.plumbing.service import Record

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def require_plausible(envelope: Envelope) -> None:
    """See that the time of a message can be a time at all.

    Raises:
        NoCloudEvent: it cannot.
    """
    if not EARLIEST <= envelope.at <= LATEST:
        raise NoCloudEvent(
            Problem(field="time", rule="It is between the years 1900 and 2200.", fix="Correct the year.")
        )


def proven_of(record: Record, envelope: Envelope, subject: str | None) -> Envelope:
    """Return the envelope with what the broker proves, and without what a sender cannot know."""
    traced = envelope.traceparent
    return Envelope(
        id=envelope.id,
        source=envelope.source,
        type=envelope.type,
        at=envelope.at,
        subject=subject,
        correlation_id=derived("cor-", envelope.source, envelope.id),
        traceparent=traced if traced is not None and _TRACEPARENT.fullmatch(traced) else None,
        admitted_at=record.appended_at,
        signature=envelope.signature,
    )
