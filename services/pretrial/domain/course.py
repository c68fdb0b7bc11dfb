"""How far a diversion has come: worked out from all its words, in whatever order they were heard (DOMAIN 7.4).

motion -> granted, with the prosecutor's consent -> assessed -> in services, or community service -> completed ->
dismissed; or termination moved -> hearing -> terminated or continued. Words that do not count are named, with why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.court import MONTHS_MOST, CompletedBy, PretrialStage, ReportKind, Ruling
from contracts.words import Role
from services.pretrial.domain import wording
from services.pretrial.domain.counted import Course, Report, Step, parties_of, report_id_of
from services.pretrial.domain.months import month_end, month_of
from services.sites.pretrial import consent_minutes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime, timedelta

    from contracts.to_hub.pretrial_assessed import PretrialAssessed
    from contracts.to_hub.pretrial_completed import PretrialCompleted
    from contracts.to_hub.pretrial_moved import PretrialMoved
    from contracts.to_hub.pretrial_ruled import PretrialRuled
    from contracts.to_hub.pretrial_updated import PretrialUpdated
    from contracts.to_hub.termination_moved import TerminationMoved
    from contracts.words import Problem
    from services.pretrial.domain.roads import Road, Roads, Word
    from services.sites import Site

_STAGES: Final[Mapping[Ruling, PretrialStage]] = {
    Ruling.HEARING_SET: PretrialStage.HEARING_SET,
    Ruling.TERMINATED: PretrialStage.TERMINATED,
    Ruling.DISMISSED: PretrialStage.DISMISSED,
}
_OVER: Final = frozenset({Ruling.TERMINATED, Ruling.DISMISSED})
_LATER: Final = frozenset({Ruling.COMMUNITY_SERVICE, Ruling.HEARING_SET, Ruling.CONTINUED, *_OVER})
SILENCE: Final = "silence"
"""The deadline at which a grant has waited long enough for a prosecutor who says nothing."""
FINAL: Final = frozenset({PretrialStage.TERMINATED, PretrialStage.DISMISSED})
"""After these nothing more is reported, and nothing asked for."""


def course_of(roads: Roads, referral_id: str, site: Site) -> Course:
    """Return what the road of that referral comes to."""
    road = roads.roads[referral_id]
    course = Course()
    _moved(course, road, site)
    if course.motion is None:
        _wait(course, _all_but_motions(road))
        return course
    case: PretrialMoved = course.motion.event
    _granted(course, _by(course, road, road.ruled, case.court), _consents(course, roads, referral_id, case),
             road, site.clocks.minutes(consent_minutes(site)))  # fmt: skip
    contests = _by(course, road, road.contested, case.prosecutor)
    if course.granted_on is None:
        _not_granted(course, road, contests)
    else:
        _under_way(course, roads, road, course.granted_on, site)
        _at_court(course, contests)
    return course


def _not_granted(course: Course, road: Road, contests: Iterable[Word[Any]]) -> None:
    """What only a diversion that was granted can have waits; beside a grant that waits itself, as long as that does."""
    if not course.grants:
        _wait(course, course.orders, wording.NOT_GRANTED)
    _wait(course, contests)
    for words in (road.assessed, road.updated, road.completed):
        _wait(course, _counted(road, words))


def _under_way(course: Course, roads: Roads, road: Road, granted_on: date, site: Site) -> None:
    hours = [one for one in course.orders if one.event.ruling is Ruling.COMMUNITY_SERVICE]
    course.hours = hours[-1] if hours else None
    course.over_at = min((one.at for one in course.orders if one.event.ruling in _OVER), default=None)
    _assessed(course, _of_the_program(course, roads, road, road.assessed))
    _updated(course, _of_the_program(course, roads, road, road.updated), granted_on)
    _completed(course, _of_the_program(course, roads, road, road.completed), granted_on, site)


def _counted(road: Road, words: Mapping[str, Word[Any]]) -> list[Word[Any]]:
    return sorted((one for mark, one in words.items() if mark not in road.refused), key=lambda one: one.order)


def _all_but_motions(road: Road) -> Iterator[Word[Any]]:
    for words in (road.consented, road.ruled, road.contested, road.assessed, road.updated, road.completed):
        yield from _counted(road, words)


def _wait(course: Course, words: Iterable[Word[Any]], problem: Problem = wording.NO_RELATION) -> None:
    course.waiting |= {one.mark: (one, problem) for one in words}


def _refuse(course: Course, word: Word[Any], problem: Problem) -> None:
    course.refusals[word.mark] = (word, problem)


def _moved(course: Course, road: Road, site: Site) -> None:
    """A motion counts from a court, from who referred the person, and from who is in the case already."""
    first = None
    for word in _counted(road, road.moved):
        agency = site.agencies.get(word.agency)
        inside = course.motion is not None and word.agency in parties_of(course.motion)
        if road.sender is None:
            _wait(course, [word])
        elif inside or word.agency == road.sender or (agency is not None and agency.role is Role.COURT):
            course.motion, first = word, first or word
        else:
            _refuse(course, word, wording.NOT_YOURS)
    if first is not None:
        course.steps.append(Step(PretrialStage.MOVED, first.event.moved_on, first.agency))


def _by(course: Course, road: Road, words: Mapping[str, Word[Any]], who: str) -> list[Word[Any]]:
    """Return the words of the one whose words they have to be; of anybody else each is refused."""
    found = []
    for word in _counted(road, words):
        if word.agency == who:
            found.append(word)
        else:
            _refuse(course, word, wording.NOT_YOURS)
    return found


def _consents(course: Course, roads: Roads, referral_id: str, case: PretrialMoved) -> list[tuple[datetime, str, bool]]:
    """Return the prosecutor's words, in order: of their own, and as answers to the site's call for approval."""
    road = roads.roads[referral_id]
    own = [(*one.order, one.event.consents) for one in _by(course, road, road.consented, case.prosecutor)]
    answers = [
        (*one.order, one.event.approved)
        for one in roads.answers.values()
        if one.agency == case.prosecutor and roads.reviews.get(one.event.review_id) == referral_id
    ]
    return sorted([*own, *answers])


def _granted(
    course: Course,
    rulings: Iterable[Word[PretrialRuled]],
    consents: list[tuple[datetime, str, bool]],
    road: Road,
    patience: timedelta,
) -> None:
    """Enter the court's answer to the motion. A yes of the prosecutor counts that stood then, or that came since.

    Where only a no was heard the grant waits a while: a yes may be on its way by another topic. Where nothing was, it
    waits as long as the site gives prosecutors to answer; then it is refused, for nobody presumes their consent.
    """
    for word in rulings:
        if word.event.ruling in _LATER:
            course.orders.append(word)
        elif course.granted_on is not None:
            continue  # the first grant counts
        elif word.event.ruling is Ruling.DENIED:
            course.steps.append(Step(PretrialStage.DENIED, word.event.ruled_on, word.agency, once=False))
        else:
            before = [yes for at, _, yes in consents if at <= word.at]
            after = any(yes for at, _, yes in consents if word.at < at <= word.at + patience)
            if after or before[-1:] == [True]:
                course.granted_on = word.event.ruled_on
                course.steps.append(Step(PretrialStage.GRANTED, word.event.ruled_on, word.agency))
            elif before:
                _wait(course, [word], wording.NO_CONSENT)
            elif f"{SILENCE} {word.mark}" in road.reached:
                _refuse(course, word, wording.SILENT)
            else:
                course.grants.append(word)


def _of_the_program(course: Course, roads: Roads, road: Road, words: Mapping[str, Word[Any]]) -> list[Word[Any]]:
    """Return the words of who had the person as they came; what came after the end is refused."""
    found = []
    for word in _counted(road, words):
        if course.over_at is not None and word.at > course.over_at:
            _refuse(course, word, wording.OVER)
        elif not roads.held(word.agency, word.at):
            _wait(course, [word])
        else:
            found.append(word)
    return found


def _assessed(course: Course, words: list[Word[PretrialAssessed]]) -> None:
    for word in words:
        course.services = word.event.services
        course.reports.append(Report(report_id_of(word), ReportKind.ASSESSMENT, word))
    if words:
        course.steps.append(Step(PretrialStage.ASSESSED, words[0].event.assessed_on, words[0].agency))
    if words and not course.services and course.hours is not None:
        day = max(words[-1].event.assessed_on, course.hours.event.ruled_on)
        step = Step(PretrialStage.COMMUNITY_SERVICE, day, course.hours.agency, course.hours.event.hours)
        course.steps.append(step)


def _updated(course: Course, words: list[Word[PretrialUpdated]], granted_on: date) -> None:
    for word in words:
        if course.services is None:
            _refuse(course, word, wording.NOT_ASSESSED)
        elif not course.services:
            _refuse(course, word, wording.NOTHING_RECOMMENDED)
        elif not 1 <= month_of(granted_on, word.event.through_on) <= MONTHS_MOST or word.event.through_on < granted_on:
            _refuse(course, word, wording.BEFORE_THE_GRANT)
        else:
            month = month_of(granted_on, word.event.through_on)
            course.months[month] = word
            course.reports.append(Report(report_id_of(word), ReportKind.STATUS, word, month))
    told = [one.word for one in course.reports if one.kind is ReportKind.STATUS]
    if told:
        course.steps.append(Step(PretrialStage.IN_SERVICES, told[0].event.through_on, told[0].agency))


def _completed(course: Course, words: list[Word[PretrialCompleted]], granted_on: date, site: Site) -> None:
    for word in words:
        problem = _short_of(course, word.event, granted_on, site)
        if problem is not None:
            _refuse(course, word, problem)
            continue
        course.reports.append(Report(report_id_of(word), ReportKind.COMPLETION, word))
        if course.done is None:
            course.done = word
            course.steps.append(Step(PretrialStage.COMPLETED, word.event.completed_on, word.agency, word.event.hours))


def _short_of(course: Course, event: PretrialCompleted, granted_on: date, site: Site) -> Problem | None:
    """Return what is lacking to what the program says is complete. Source: RCW 69.50.4017(7), (11)."""
    if course.services is None:
        return wording.NOT_ASSESSED
    if event.completed_by is CompletedBy.COMMUNITY_SERVICE:
        if course.services:
            return wording.SERVICES_RECOMMENDED
        short = course.hours is None or (event.hours or 0) < (course.hours.event.hours or 0)
        return wording.TOO_FEW_HOURS if short else None
    if not course.services:
        return wording.NOTHING_RECOMMENDED
    if event.completed_by is CompletedBy.TWELVE_MONTHS:
        months = months_of(site)
        early = event.completed_on < month_end(granted_on, months)
        return wording.TOO_FEW_MONTHS if early or course.compliant < months else None
    return None


def months_of(site: Site) -> int:
    """Return how many months of substantial compliance complete a diversion here."""
    return 0 if site.pretrial is None else site.pretrial.months


def _at_court(course: Course, contests: Iterable[Word[TerminationMoved]]) -> None:
    """Enter motions for termination, hearings, and how it ends, by their days; after an end only another end counts."""
    on_the_road = list(course.steps)
    said: list[tuple[date, Word[Any], PretrialStage]] = [
        (one.event.moved_on, one, PretrialStage.TERMINATION_MOVED) for one in contests
    ]
    for one in course.orders:
        day, ruling = one.event.ruled_on, one.event.ruling
        if ruling is Ruling.CONTINUED:
            # It goes on from where it stood on that day.
            stood = [step.stage for step in on_the_road if step.on <= day and step.stage is not PretrialStage.DENIED]
            said.append((day, one, stood[-1] if stood else PretrialStage.GRANTED))
        elif ruling in _STAGES:
            said.append((day, one, _STAGES[ruling]))
    over = False
    for day, word, stage in sorted(said, key=lambda entry: (entry[0], entry[1].order)):
        if not over or stage in FINAL:
            course.steps.append(Step(stage, day, word.agency, once=False))
            over = over or stage in FINAL
