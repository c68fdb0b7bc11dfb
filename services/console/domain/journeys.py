"""How far each referral came, and when: worked out of the timeline's steps, for reports. Nobody's identity is in it.

A journey holds no id of a person or a record. Its steps come in any order and any number of times, and give the same
journey; of a record that was erased there is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.words import ClosedReason, Door, EndReason, SourceKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.console.domain.timeline import Step

_AS_TOLD: Final = "as told"
_STANDS: Final[Mapping[str, str]] = {
    "assignment.waitlisted": "waiting",
    "assignment.offered": "under_way",
    "assignment.accepted": "under_way",
    "assignment.handed_off": "under_way",
    "assignment.enrolled": "taking_part",
    "assignment.paused": "taking_part",
    "assignment.resumed": "taking_part",
    "assignment.transferred": "under_way",
    "assignment.closed": "closed",
    "assignment.unlocated": "ended",
    "assignment.ended": "ended",
    "assignment.reopened": _AS_TOLD,
}
"""Where a referral stands after each fact; of two facts of one moment the later in this list counts."""
_RANKS: Final = {event: rank for rank, event in enumerate(_STANDS)}
_OFFER_ENDS: Final = ("assignment.lapsed", "assignment.declined", "assignment.cancelled")
_OVER: Final = frozenset({"closed", "ended"})


@dataclass(frozen=True, slots=True)
class Sent:
    """What a referral says in the clear, as its newest revision has it."""

    revision: int
    referred_at: datetime
    door: Door
    source_kind: SourceKind
    area: str | None = None
    age: tuple[int, int] | None = None
    """From and to, in whole years on the day of the referral."""
    language: str = "en"
    interpreter: str = "unknown"
    officer_waiting: bool = False
    after_the_fact: bool = False
    test: bool = False
    groups: Mapping[str, str] = field(default_factory=dict)
    """By what the law has people counted, in codes (race, disability …); what is not told is missing."""


@dataclass(frozen=True, slots=True)
class Journey:
    """How far one referral came, and when."""

    sent: Sent | None = None
    """None as long as the referral itself was not heard."""
    first: dict[str, datetime] = field(default_factory=dict)
    """The first moment of each: screened, eligible, waitlisted, offered, accepted, met."""
    enrolled_on: date | None = None
    """The day of the first intake."""
    enrolled: bool = False
    offers: frozenset[datetime] = frozenset()
    offer_ends: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Of each offer that did not become a hand-off, by its id: when it ended, and how; the later word counts."""
    stands: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """The newest moment of each fact that says where the referral stands, and its reason."""
    unavailable: bool = False
    """Nobody could come to the officer who waited."""
    pretrial: frozenset[str] = frozenset()
    """The stages of a court pretrial diversion that it came to; empty where there was none."""
    retracted: bool = False
    erased: bool = False
    override_asked: frozenset[str] = frozenset()
    """The messages that say that a presumptive verdict is to be overridden."""
    decided_because: frozenset[str] = frozenset()
    """Because of which messages a review was decided, or others were asked for approval."""

    @property
    def is_overridden(self) -> bool:
        """Whether a presumptive verdict was overridden, by whom the site lets."""
        return not self.override_asked.isdisjoint(self.decided_because)

    @property
    def standing(self) -> str:
        """Where it stands: waiting, under_way or taking_part; of one that is over, why."""
        if self.retracted:
            return ClosedReason.WITHDRAWN_BY_SOURCE.value
        if not self.stands:
            return "under_way"
        event = max(self.stands, key=lambda name: (self.stands[name][0], _RANKS[name]))
        word = _STANDS[event]
        return self.stands[event][1] if word in _OVER or word == _AS_TOLD else word

    @property
    def is_over(self) -> bool:
        """Whether it was withdrawn, closed, or the participation ended."""
        return self.standing not in {"waiting", "under_way", "taking_part"}


def journeys_of(steps: Iterable[Step], groups: Mapping[str, Mapping[str, str]] | None = None) -> list[Journey]:
    """Return the journey of each referral of these steps that was heard and not erased, in no order that says more.

    `groups`, by referral: by what else people are counted.
    """
    found: dict[str, Journey] = defaultdict(Journey)
    for step in steps:
        if step.referral_id is not None:
            found[step.referral_id] = joined(found[step.referral_id], step)
    known = groups or {}
    return [
        replace(one, sent=replace(one.sent, groups=known[name])) if name in known else one
        for name, one in sorted(found.items())
        if one.sent is not None and not one.erased
    ]


def joined(journey: Journey, step: Step) -> Journey:
    """Fold one step into its referral's journey; most steps say nothing of it."""
    folded = _FOLDED.get(step.event)
    return journey if folded is None else folded(journey, step)


def _told(journey: Journey, step: Step) -> Journey:
    said, before = step.details, journey.sent
    revision = said.get("revision", 0)
    if before is not None and before.revision >= revision:
        return journey
    told = said.get("particulars", {})
    age = told.get("age", {})
    sent = Sent(
        revision=revision,
        referred_at=datetime.fromisoformat(said["referred_at"]),
        door=Door(said["door"]),
        source_kind=SourceKind(said["source_kind"]),
        area=told.get("area"),
        age=(age["from_years"], age["to_years"]) if {"from_years", "to_years"} <= age.keys() else None,
        language=told.get("language", "en"),
        interpreter=told.get("interpreter", "unknown"),
        officer_waiting=said.get("officer_waiting", False),
        after_the_fact=said.get("after_the_fact") is not None,
        test=said.get("test", False),
    )
    return replace(journey, sent=sent)


def _screened(journey: Journey, step: Step) -> Journey:
    return _eligible(_at_first(journey, "screened", step.at), step)


def _eligible(journey: Journey, step: Step) -> Journey:
    eligible = step.details["verdict"] == Verdict.ELIGIBLE
    return _at_first(journey, "eligible", step.at) if eligible else journey


def _decided(journey: Journey, step: Step) -> Journey:
    return _eligible(_because(journey, step), step)


def _because(journey: Journey, step: Step) -> Journey:
    return journey if step.cause is None else replace(journey, decided_because=journey.decided_because | {step.cause})


def _override(journey: Journey, step: Step) -> Journey:
    return replace(journey, override_asked=journey.override_asked | {step.id})


def _word_of(step: Step) -> str:
    """Return where this very fact leaves a referral: why it is over, or that who has them anew takes part."""
    if step.event == "assignment.reopened":
        return "taking_part" if step.details.get("enrolled") else "under_way"
    unlocated = EndReason.LOST_CONTACT.value if step.event == "assignment.unlocated" else ""
    return str(step.details.get("reason", unlocated))


def _assigned(journey: Journey, step: Step) -> Journey:
    before = journey.stands.get(step.event)
    now = (step.at, _word_of(step))
    journey = replace(journey, stands={**journey.stands, step.event: now if before is None else max(before, now)})
    match step.event:
        case "assignment.offered":
            return replace(_at_first(journey, "offered", step.at), offers=journey.offers | {step.at})
        case "assignment.waitlisted":
            return _at_first(journey, "waitlisted", step.at)
        case "assignment.accepted":
            return _at_first(journey, "accepted", step.at)
        case "assignment.handed_off":
            return _at_first(journey, "met", datetime.fromisoformat(step.details["handed_off_at"]))
        case "assignment.enrolled":
            day = date.fromisoformat(step.details["completed_on"])
            return replace(journey, enrolled=True, enrolled_on=min(day, journey.enrolled_on or day))
    return journey


def _offer_ended(journey: Journey, step: Step) -> Journey:
    if step.offer_id is None:
        return journey
    late = step.details.get("after_acceptance", False)
    word = "nobody_came" if late else "not_answered" if step.event == "assignment.lapsed" else step.details["reason"]
    how = word if step.event == "assignment.lapsed" else f"{step.event.partition('.')[2]}_{word}"
    before = journey.offer_ends.get(step.offer_id)
    now = (step.at, how)
    return replace(
        journey, offer_ends={**journey.offer_ends, step.offer_id: now if before is None else max(before, now)}
    )


def _at_first(journey: Journey, name: str, at: datetime) -> Journey:
    return replace(journey, first={**journey.first, name: min(at, journey.first.get(name, at))})


def _unavailable(journey: Journey, _step: Step) -> Journey:
    return replace(journey, unavailable=True)


def _advanced(journey: Journey, step: Step) -> Journey:
    return replace(journey, pretrial=journey.pretrial | {str(step.details["stage"])})


def _retracted(journey: Journey, _step: Step) -> Journey:
    return replace(journey, retracted=True)


def _erased(_journey: Journey, _step: Step) -> Journey:
    return _GONE


def _unless_gone(fold: Callable[[Journey, Any], Journey]) -> Callable[[Journey, Any], Journey]:
    def folded(journey: Journey, step: Step) -> Journey:
        return journey if journey.erased else fold(journey, step)

    return folded


_GONE: Final = Journey(erased=True)
_FOLDED: Final[Mapping[str, Callable[[Journey, Any], Journey]]] = {
    name: _unless_gone(fold)
    for name, fold in {
        "referral.received": _told,
        "referral.corrected": _told,
        "referral.retracted": _retracted,
        "referral.erased": _erased,
        "screening.determined": _screened,
        "review.decided": _decided,
        "review.requested": _because,
        "screening.overridden": _override,
        "assignment.unavailable": _unavailable,
        "pretrial.advanced": _advanced,
        **dict.fromkeys(_STANDS, _assigned),
        **dict.fromkeys(_OFFER_ENDS, _offer_ended),
    }.items()
}
SAID_OF_A_JOURNEY: Final = sorted(_FOLDED)
"""The facts of which a journey is made."""
