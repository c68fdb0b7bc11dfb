"""What a road comes to, piece by piece: its steps, the reports that count, the words that do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from contracts.court import PretrialStage, ReportId, ReportKind
from contracts.to_hub.pretrial_completed import PretrialCompleted
from contracts.to_hub.pretrial_moved import PretrialMoved
from contracts.to_hub.pretrial_ruled import PretrialRuled
from contracts.to_hub.pretrial_updated import PretrialUpdated
from contracts.words import HelpType, Problem
from services.pretrial.domain.roads import Word


class Step(NamedTuple):
    """One stage that the diversion has come to. A stage of the road itself comes once, one at court may come again."""

    stage: PretrialStage
    on: date
    by: str
    hours: int | None = None
    once: bool = True


class Report(NamedTuple):
    """A report of the program to the court that counts."""

    report_id: ReportId
    kind: ReportKind
    word: Word[Any]
    month: int | None = None


@dataclass(slots=True)
class Course:
    """What one road comes to. Pure: the same words give the same course."""

    motion: Word[PretrialMoved] | None = None
    """The newest that counts: it says who has to do with the case."""
    steps: list[Step] = field(default_factory=list)
    granted_on: date | None = None
    services: tuple[HelpType, ...] | None = None
    """What is recommended; None until the assessment is confirmed."""
    grants: list[Word[PretrialRuled]] = field(default_factory=list)
    """Grants that wait for a prosecutor who has said nothing yet."""
    orders: list[Word[PretrialRuled]] = field(default_factory=list)
    """What the court ordered beside granted and denied, in order."""
    hours: Word[PretrialRuled] | None = None
    """The newest order of community service."""
    months: dict[int, Word[PretrialUpdated]] = field(default_factory=dict)
    done: Word[PretrialCompleted] | None = None
    over_at: datetime | None = None
    reports: list[Report] = field(default_factory=list)
    refusals: dict[str, tuple[Word[Any], Problem]] = field(default_factory=dict)
    """By the word's mark: why it does not count."""
    waiting: dict[str, tuple[Word[Any], Problem]] = field(default_factory=dict)
    """Words that may count once something else is heard, and what is said of them where it never is."""

    @property
    def compliant(self) -> int:
        """How many months were reported as of substantial compliance."""
        return sum(word.event.substantial_compliance for word in self.months.values())

    @property
    def under_way(self) -> bool:
        """Whether the program may still owe the court something."""
        return self.granted_on is not None and self.done is None and self.over_at is None


def parties_of(motion: Word[PretrialMoved]) -> tuple[str, ...]:
    """Return court, prosecutor and counsel of the case."""
    event = motion.event
    return tuple(dict.fromkeys(one for one in (event.court, event.prosecutor, event.counsel) if one is not None))


def report_id_of(word: Word[Any]) -> ReportId:
    """Return the id of the report that this message of the program is."""
    return f"rep-{word.mark}"
