"""death.reported: the person has died, as an agency that has or had them reports: all that was under way ends.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Slug


@published("death.reported", version=1, on=topics.ASSIGNMENTS)
class DeathReportedV1(Event):
    """The person has died, as an agency reports: all that was under way ends. No agency hears of it by this."""

    by: Slug | None = None


DeathReported = DeathReportedV1
