"""How the roads change by a fact: any order over topics, any repetition, the same end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import agency_source
from contracts.pretrial.pretrial_advanced import PretrialAdvanced
from contracts.pretrial.pretrial_awaited import PretrialAwaited
from contracts.pretrial.pretrial_filed import PretrialFiled
from contracts.pretrial.pretrial_opened import PretrialOpened
from contracts.pretrial.pretrial_refused import PretrialRefused
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.screenings.review_requested import ReviewRequested
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.pretrial_assessed import PretrialAssessed
from contracts.to_hub.pretrial_completed import PretrialCompleted
from contracts.to_hub.pretrial_consented import PretrialConsented
from contracts.to_hub.pretrial_moved import PretrialMoved
from contracts.to_hub.pretrial_ruled import PretrialRuled
from contracts.to_hub.pretrial_updated import PretrialUpdated
from contracts.to_hub.termination_moved import TerminationMoved
from services.plumbing.identity import mark_of
from services.pretrial.domain.roads import Road, Roads, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event

WORDS: Final[Mapping[type[Event], str]] = {
    PretrialMoved: "moved",
    PretrialConsented: "consented",
    PretrialRuled: "ruled",
    TerminationMoved: "contested",
    PretrialAssessed: "assessed",
    PretrialUpdated: "updated",
    PretrialCompleted: "completed",
}
"""By what agencies say of a diversion: where it is kept."""
_KEPT: Final[Mapping[type[Event], type[Word[Any]]]] = {
    ApprovalAnswered: Word[ApprovalAnswered],
    PretrialMoved: Word[PretrialMoved],
    PretrialConsented: Word[PretrialConsented],
    PretrialRuled: Word[PretrialRuled],
    TerminationMoved: Word[TerminationMoved],
    PretrialAssessed: Word[PretrialAssessed],
    PretrialUpdated: Word[PretrialUpdated],
    PretrialCompleted: Word[PretrialCompleted],
}


def evolve(before: Roads | None, fact: Fact) -> Roads | None:
    """Enter a fact. Any order, any repetition; of an erased referral nothing is kept. Nothing of it: as it was."""
    event, known = fact.event, before or Roads()
    if isinstance(event, ReferralErased):
        return _erased(known, event.referral_id)
    if getattr(event, "referral_id", None) in known.gone and type(event) not in _OF_THE_PERSON:
        return before
    if type(event) in WORDS:
        return _entered(known, WORDS[type(event)], fact)
    step = _FOLDED.get(type(event))
    return before if step is None else step(known, event, fact)


def word_of(fact: Fact) -> Word[Any]:
    """Return what an agency said, as it is kept."""
    agency, event = fact.agency or "", fact.event
    mark = message_mark(agency, fact.id)
    return _KEPT[type(event)](agency=agency, message_id=fact.id, mark=mark, at=fact.at, event=event)


def message_mark(agency: str, message_id: str) -> str:
    """Return the mark of a message of that agency."""
    return mark_of(agency_source(agency), message_id)


def step_key(event: PretrialAdvanced) -> str:
    """Return what tells one step of a road from another."""
    return f"{event.stage} {event.on} {event.by}"


def asked_key(event: PretrialAwaited) -> str:
    """Return what tells one thing that is asked for from another."""
    return f"{event.asked_for} {event.month or 0} {event.overdue} {event.agency or ''}"


def opened_key(event: PretrialOpened) -> str:
    """Return what tells one word of who has to do with the case from another."""
    return f"{event.motion_id} {event.court} {event.prosecutor} {event.counsel or ''}"


def _entered(known: Roads, where: str, fact: Fact) -> Roads:
    word, referral_id = word_of(fact), fact.event.referral_id  # type: ignore[attr-defined]
    road = known.roads.get(referral_id, Road())
    return _with(known, referral_id, **{where: getattr(road, where) | {word.mark: word}})


def _erased(known: Roads, referral_id: str) -> Roads:
    """Which of the site's calls were of that referral stays known by their ids: an answer may come after it."""
    return _answered_only(
        known.model_copy(
            update={
                "gone": known.gone | {referral_id},
                "roads": {name: road for name, road in known.roads.items() if name != referral_id},
            }
        )
    )


def _answered_only(known: Roads) -> Roads:
    """Leave out what was answered to calls of referrals that were erased."""
    kept = {
        mark: one for mark, one in known.answers.items() if known.reviews.get(one.event.review_id) not in known.gone
    }
    return known.model_copy(update={"answers": kept})


def _received(known: Roads, event: ReferralReceived, _fact: Fact) -> Roads:
    return _with(known, event.referral_id, sender=event.agency)


def _requested(known: Roads, event: ReviewRequested, _fact: Fact) -> Roads:
    return _answered_only(known.model_copy(update={"reviews": known.reviews | {event.review_id: event.referral_id}}))


def _answered(known: Roads, _event: ApprovalAnswered, fact: Fact) -> Roads:
    word = word_of(fact)
    return _answered_only(known.model_copy(update={"answers": known.answers | {word.mark: word}}))


def _took(known: Roads, event: Any, fact: Fact) -> Roads:
    times = known.took.get(event.agency, frozenset()) | {fact.at}
    return known.model_copy(update={"took": known.took | {event.agency: times}})


def _left(known: Roads, event: Any, fact: Fact) -> Roads:
    times = known.left.get(event.agency, frozenset()) | {fact.at}
    return known.model_copy(update={"left": known.left | {event.agency: times}})


def _taken_over(known: Roads, event: AssignmentTransferred, fact: Fact) -> Roads:
    """Who had the person has them no more; who takes them over has to meet them first."""
    times = known.left.get(event.former, frozenset()) | {fact.at}
    return known.model_copy(update={"left": known.left | {event.former: times}})


def _again(known: Roads, event: AssignmentReopened, fact: Fact) -> Roads:
    return _took(known, event, fact) if event.met else known


def _reached(known: Roads, event: DeadlineReached, _fact: Fact) -> Roads:
    referral_id, _, what = event.reference.partition(" ")
    if referral_id in known.gone:
        return known
    return _also(known, referral_id, "reached", {f"{event.deadline} {what}"})


def _opened(known: Roads, event: PretrialOpened, _fact: Fact) -> Roads:
    return _also(known, event.referral_id, "opened", {opened_key(event)})


def _advanced(known: Roads, event: PretrialAdvanced, _fact: Fact) -> Roads:
    return _also(known, event.referral_id, "steps", {event.stage.value, step_key(event)})


def _filed(known: Roads, event: PretrialFiled, _fact: Fact) -> Roads:
    return _also(known, event.referral_id, "filed", {event.report_id})


def _awaited(known: Roads, event: PretrialAwaited, _fact: Fact) -> Roads:
    return _also(known, event.referral_id, "asked", {asked_key(event)})


def _refused(known: Roads, event: PretrialRefused, _fact: Fact) -> Roads:
    refusal = event.refusal
    return _also(known, event.referral_id, "refused", {message_mark(refusal.agency, refusal.message_id)})


def _also(known: Roads, referral_id: str, where: str, more: set[str]) -> Roads:
    road = known.roads.get(referral_id, Road())
    return _with(known, referral_id, **{where: getattr(road, where) | more})


def _with(known: Roads, referral_id: str, **changes: object) -> Roads:
    road = known.roads.get(referral_id, Road()).model_copy(update=changes)
    return known.model_copy(update={"roads": known.roads | {referral_id: road}})


_FOLDED: Final[Mapping[type[Event], Callable[[Roads, Any, Fact], Roads]]] = {
    ReferralReceived: _received,
    ReviewRequested: _requested,
    ApprovalAnswered: _answered,
    AssignmentHandedOff: _took,
    AssignmentEnrolled: _took,
    AssignmentEnded: _left,
    AssignmentTransferred: _taken_over,
    AssignmentReopened: _again,
    DeadlineReached: _reached,
    PretrialOpened: _opened,
    PretrialAdvanced: _advanced,
    PretrialFiled: _filed,
    PretrialAwaited: _awaited,
    PretrialRefused: _refused,
}
_OF_THE_PERSON: Final = frozenset(
    {ReviewRequested, AssignmentHandedOff, AssignmentEnrolled, AssignmentEnded, AssignmentTransferred,
     AssignmentReopened}
)  # fmt: skip
"""What tells who has the person, or whose a call was: it is kept of a referral that was erased, too."""
