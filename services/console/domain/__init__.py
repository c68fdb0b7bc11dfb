"""What the console keeps: the operators' file on each person, and the timeline. Pure."""

from __future__ import annotations

from typing import Final

from contracts import catalogue  # noqa: F401  # puts every event on the shelf
from contracts.event import newest, shelf
from contracts.topics import HUB_TOPICS, TO_HUB
from services.console.domain.files import File, Link, Referral, Review, evolve
from services.console.domain.timeline import Step, decide, in_order, key

HEARS: Final = tuple(event for event in shelf() if event is newest(event.name) and event.topic in {*HUB_TOPICS, TO_HUB})
"""Every hub fact, and everything that agencies report and intake admits."""

__all__ = ["HEARS", "File", "Link", "Referral", "Review", "Step", "decide", "evolve", "in_order", "key"]
