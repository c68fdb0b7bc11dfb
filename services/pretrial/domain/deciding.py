"""What follows from a fact: a stage reached, a report to file, what the program owes, a word that does not count.

A decision is the difference between what the roads come to and what was said of them. So it does not matter which fact
came last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.court import MONTHS_MOST, PretrialStage, Ruling
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.parts import Refusal
from contracts.pretrial.pretrial_advanced import PretrialAdvanced
from contracts.pretrial.pretrial_filed import PretrialFiled
from contracts.pretrial.pretrial_opened import PretrialOpened
from contracts.pretrial.pretrial_refused import PretrialRefused
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.screenings.review_requested import ReviewRequested
from contracts.to_hub.approval_answered import ApprovalAnswered
from services.plumbing.service import Deadline, Outcome, Said
from services.pretrial.domain.asking import MONTH, owed
from services.pretrial.domain.counted import parties_of
from services.pretrial.domain.course import SILENCE, course_of
from services.pretrial.domain.evolving import WORDS, asked_key, message_mark, opened_key, step_key
from services.pretrial.domain.months import due_at
from services.pretrial.domain.wording import NOT_YET, REASONS
from services.sites.pretrial import consent_minutes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.envelope import Fact
    from contracts.event import Event
    from contracts.words import Problem
    from services.pretrial.domain.counted import Course, Report, Step
    from services.pretrial.domain.roads import Road, Roads, Word
    from services.sites import Site

SERVICE: Final = "pretrial"
HEARS: Final[tuple[type[Event], ...]] = (
    AssignmentEnded, AssignmentEnrolled, AssignmentHandedOff, AssignmentReopened, AssignmentTransferred,
    DeadlineReached, ReferralErased, ReferralReceived,
    ReviewRequested, ApprovalAnswered, *WORDS,
)  # fmt: skip
RELATION: Final = "relation"
"""The deadline by which a word has to have something that it can count for."""


def key(fact: Fact) -> str | None:
    """Return the person whose roads the fact is about; None for another service's deadline."""
    if isinstance(fact.event, DeadlineReached) and fact.event.service != SERVICE:
        return None
    return fact.subject


class Docket:
    """Decides by one site's data."""

    def __init__(self, site: Site) -> None:
        """Keep the site: who is who, how long a word waits, how many months there are."""
        self._site = site

    def key(self, fact: Fact) -> str | None:
        """Return the person whose roads the fact is about; None where the site has no such road."""
        return None if self._site.pretrial is None else key(fact)

    def decide(self, _before: Roads | None, after: Roads | None, fact: Fact, _shared: None) -> Iterator[Outcome]:
        """Say what each road has come to and had not, and what waits for too long."""
        if after is None:
            return
        for referral_id, road in after.roads.items():
            if _has_words(road):
                yield from self._of_a_road(after, referral_id, road, fact)

    def _of_a_road(self, roads: Roads, referral_id: str, road: Road, fact: Fact) -> Iterator[Outcome]:
        course = course_of(roads, referral_id, self._site)
        for word, problem in course.refusals.values():
            yield _refused(referral_id, word, problem)
        yield from self._waits(course, referral_id, road, fact)
        yield from _opened(course, referral_id, road)
        yield from self._advanced(course, referral_id, road)
        yield from _filed(course, referral_id, road)
        yield from self._next_month(course, referral_id, fact)
        for event in owed(course, road, referral_id, roads.holder(fact.at), self._site):
            if asked_key(event) not in road.asked:
                yield Said(event)

    def _waits(self, course: Course, referral_id: str, road: Road, fact: Fact) -> Iterator[Outcome]:
        """A word that may count later waits as long as a consent does for its witness; then its sender hears."""
        clocks = self._site.clocks
        for mark, (word, problem) in course.waiting.items():
            if f"{RELATION} {mark}" in road.reached:
                yield _refused(referral_id, word, problem)
        own = message_mark(fact.agency, fact.id) if fact.agency is not None else None
        # What the court orders may come to wait later, by an older word that is heard after it.
        if own in course.waiting or own in road.ruled:
            until = fact.at + clocks.minutes(clocks.consent_relation_wait_minutes)
            yield Deadline(RELATION, f"{referral_id} {own}", until)
        if own in road.ruled and road.ruled[own].event.ruling is Ruling.GRANTED:
            silent = fact.at + clocks.minutes(consent_minutes(self._site))
            yield Deadline(SILENCE, f"{referral_id} {own}", silent)

    def _advanced(self, course: Course, referral_id: str, road: Road) -> Iterator[Outcome]:
        said: set[str] = set(road.steps)
        for step in course.steps:
            event = PretrialAdvanced(
                referral_id=referral_id, stage=step.stage, on=step.on, by=step.by, hours=step.hours
            )
            if _known(step, event, said):
                continue
            said |= {step.stage.value, step_key(event)}
            yield Said(event)
            if course.granted_on is not None and _is_the_grant(step):
                yield self._month(referral_id, course, 1)

    def _next_month(self, course: Course, referral_id: str, fact: Fact) -> Iterator[Outcome]:
        """As one month ends the next begins, as long as the program may owe something."""
        event = fact.event
        if not (isinstance(event, DeadlineReached) and event.deadline == MONTH and course.under_way):
            return
        named, _, month = event.reference.partition(" ")
        if named == referral_id and int(month) < MONTHS_MOST:
            yield self._month(referral_id, course, int(month) + 1)

    def _month(self, referral_id: str, course: Course, month: int) -> Deadline:
        granted_on = course.granted_on
        assert granted_on is not None  # noqa: S101  # only a diversion that was granted has months
        return Deadline(MONTH, f"{referral_id} {month}", due_at(self._site, granted_on, month))


def _has_words(road: Road) -> bool:
    return any(getattr(road, where) for where in WORDS.values())


def _known(step: Step, event: PretrialAdvanced, said: set[str]) -> bool:
    return (step.stage.value if step.once else step_key(event)) in said


def _is_the_grant(step: Step) -> bool:
    return step.once and step.stage is PretrialStage.GRANTED


def _opened(course: Course, referral_id: str, road: Road) -> Iterator[Outcome]:
    motion = course.motion
    if motion is None:
        return
    said = motion.event
    event = PretrialOpened(
        referral_id=referral_id, court=said.court, prosecutor=said.prosecutor, counsel=said.counsel,
        moved_on=said.moved_on, moved_by=motion.agency, cause_number=said.cause_number, motion_id=motion.message_id,
    )  # fmt: skip
    if opened_key(event) not in road.opened:
        yield Said(event)


def _filed(course: Course, referral_id: str, road: Road) -> Iterator[Outcome]:
    if course.motion is None:
        return
    to = parties_of(course.motion)
    for report in course.reports:
        if report.report_id not in road.filed:
            yield Said(_report(report, referral_id, to))


def _report(report: Report, referral_id: str, to: tuple[str, ...]) -> PretrialFiled:
    said: Any = report.word.event
    told = {name: getattr(said, name, None) for name in ("substantial_compliance", "completed_by", "hours")}
    day = next(getattr(said, name) for name in ("assessed_on", "through_on", "completed_on") if hasattr(said, name))
    return PretrialFiled(
        referral_id=referral_id, report_id=report.report_id, report=report.kind, program=report.word.agency, to=to,
        reported_on=day, month=report.month, services=getattr(said, "services", ()), **told,
    )  # fmt: skip


def _refused(referral_id: str, word: Word[Any], problem: Problem) -> Said:
    refusal = Refusal(
        agency=word.agency,
        message_id=word.message_id,
        message_type=word.event.name,
        reason=REASONS.get(problem.rule, NOT_YET),
        problems=(problem,),
    )
    return Said(PretrialRefused(referral_id=referral_id, refusal=refusal))
