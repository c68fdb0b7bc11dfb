"""What notification keeps of a court pretrial diversion: whose case it is, what was reported, what is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.court import AskedFor, CompletedBy, PretrialStage, ReportKind
from contracts.envelope import agency_source
from contracts.words import HelpType
from services.plumbing.identity import mark_of

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from contracts.pretrial.pretrial_advanced import PretrialAdvanced
    from contracts.pretrial.pretrial_awaited import PretrialAwaited
    from contracts.pretrial.pretrial_filed import PretrialFiled
    from contracts.pretrial.pretrial_opened import PretrialOpened
    from services.notification.domain.answers import Question
    from services.notification.domain.dossier import Dossier

REPORTED: Final = "pretrial.reported"
CALLED: Final = "pretrial.called"
OVER: Final = "over"
"""The state of the call that says that nothing is due any more."""
LACKING: Final = "consent "
"""How the state begins of a call for a consent; then comes whom it would have to name."""
_ENDS: Final = frozenset({PretrialStage.DISMISSED, PretrialStage.TERMINATED})


@dataclass(frozen=True, slots=True)
class Filed:
    """One report of the program to the court, as it was filed."""

    program: str
    to: tuple[str, ...]
    report: ReportKind
    reported_on: date
    month: int | None = None
    substantial_compliance: bool | None = None
    services: tuple[HelpType, ...] = ()
    completed_by: CompletedBy | None = None
    hours: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the program owes the court."""

    agency: str
    asked_for: AskedFor
    month: int | None
    due_on: date
    overdue: bool


@dataclass(frozen=True, slots=True)
class Diversion:
    """One diversion, by its referral."""

    parties: tuple[str, ...] = ()
    """Court, prosecutor and counsel, as the newest motion names them."""
    cause_number: str | None = None
    """Sealed."""
    motion: str | None = None
    """The mark of the motion, for which the number was sealed."""
    opened: tuple[datetime, str] | None = None
    reports: dict[str, Filed] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    over: bool = False

    @property
    def programs(self) -> tuple[str, ...]:
        """Who was asked or reported: they hear when it is over."""
        found = [one.agency for one in self.asked.values()] + [one.program for one in self.reports.values()]
        return tuple(sorted(set(found)))


NOTHING: Final = Diversion()


def opened(dossier: Dossier, event: PretrialOpened, fact: Fact) -> Dossier:
    """Fold who has to do with the case; the newest word counts."""
    known = dossier.pretrials.get(event.referral_id, NOTHING)
    if known.opened is not None and known.opened >= (fact.at, fact.id):
        return dossier
    parties = tuple(dict.fromkeys(one for one in (event.court, event.prosecutor, event.counsel) if one is not None))
    return _with(
        dossier, event.referral_id, parties=parties, cause_number=event.cause_number, opened=(fact.at, fact.id),
        motion=mark_of(agency_source(event.moved_by), event.motion_id),
    )  # fmt: skip


def filed(dossier: Dossier, event: PretrialFiled, _fact: Fact) -> Dossier:
    """Fold a report."""
    known = dossier.pretrials.get(event.referral_id, NOTHING)
    report = Filed(
        event.program, event.to, event.report, event.reported_on, event.month, event.substantial_compliance,
        event.services, event.completed_by, event.hours,
    )  # fmt: skip
    return _with(dossier, event.referral_id, reports=known.reports | {event.report_id: report})


def awaited(dossier: Dossier, event: PretrialAwaited, _fact: Fact) -> Dossier:
    """Fold what the program owes the court; without a program there is nobody to call."""
    if event.agency is None:
        return dossier
    known = dossier.pretrials.get(event.referral_id, NOTHING)
    asked = Asked(event.agency, event.asked_for, event.month, event.due_on, event.overdue)
    name = f"{event.asked_for} {event.month or 0} {event.agency}{' overdue' if event.overdue else ''}"
    return _with(dossier, event.referral_id, asked=known.asked | {name: asked})


def advanced(dossier: Dossier, event: PretrialAdvanced, _fact: Fact) -> Dossier:
    """Fold how it ended; where it stands else is nobody's news."""
    return _with(dossier, event.referral_id, over=True) if event.stage in _ENDS else dossier


def report_of(dossier: Dossier, referral_id: str | None, report_id: str | None) -> Filed | None:
    """Return the report, or None."""
    return dossier.pretrials.get(referral_id or "", NOTHING).reports.get(report_id or "")


def is_party(question: Question, dossier: Dossier) -> bool:
    """Tell whether the asker is court, prosecutor or counsel of this very case: when it was filed, and still."""
    report = report_of(dossier, question.referral_id, question.report_id)
    now = dossier.pretrials.get(question.referral_id or "", NOTHING).parties
    return report is not None and question.agency in report.to and question.agency in now


def _with(dossier: Dossier, referral_id: str, **changes: Any) -> Dossier:
    known = replace(dossier.pretrials.get(referral_id, NOTHING), **changes)
    return replace(dossier, pretrials={**dossier.pretrials, referral_id: known})
