"""report.refused: what an agency sent was not admitted. Its key is the agency; there is no person in it.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Refusal


@published("report.refused", version=1, on=topics.REPORTS)
class ReportRefusedV1(Event):
    """What an agency sent was not admitted. Its key is the agency; there is no person in it."""

    refusal: Refusal


ReportRefused = ReportRefusedV1
