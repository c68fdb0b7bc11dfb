"""What operators see of a person's consents, and of what was taken back: worked out of the timeline's steps.

Nothing sealed is in a step: of an agency's "cannot" it says that a reason was given, and not which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from contracts.envelope import agency_from
from contracts.recalls import RecallEnd
from services.console.domain.timeline import Step, refused_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_RANKS: Final = (RecallEnd.SILENT, RecallEnd.CANNOT, RecallEnd.RECALLED)
_SAME: Final = ("kind", "categories", "purpose", "signed_on")
"""By what a form that was signed is known again in what was granted, where the one is not the other's cause."""


class Standing(StrEnum):
    """Where a consent stands."""

    COUNTS = "counts"
    TAKEN_BACK = "taken back"
    EXPIRED = "expired"
    REFUSED = "refused"
    WAITS = "waits"
    """Its witness has nothing to do with the person yet."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent of a person; one that never counted has no number."""

    number: str | None
    witness: str | None
    terms: dict[str, Any]
    """Kind, recipients, categories, purpose, the day it was signed, and until when: as the fact said them."""
    standing: Standing
    since: datetime
    how: str | None = None
    """How it was taken back: written or verbal."""
    why: tuple[dict[str, str], ...] = ()
    """Why it was refused: field, rule and fix."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agency answered to a recall, or that it did not."""

    at: datetime
    how: str
    reason_given: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """One agency is asked to forget what it was told."""

    recall_id: str
    agency: str
    because: str
    basis: str
    categories: tuple[str, ...]
    begun_at: datetime
    asked: tuple[datetime, ...] = ()
    """Each time that it was asked."""
    answers: tuple[Answer, ...] = ()

    @property
    def end(self) -> str | None:
        """How it stands: `recalled` before `cannot` before `silent`; None while an answer is waited for."""
        return max((one.how for one in self.answers), key=lambda how: _RANKS.index(RecallEnd(how)), default=None)

    @property
    def open(self) -> bool:
        """Whether an operator has something to do about it, or an answer is still waited for."""
        return self.end != RecallEnd.RECALLED


@dataclass(slots=True)
class _Heard:
    """The steps about consents, by what they are about."""

    granted: dict[str, Step] = field(default_factory=dict)
    withdrawn: dict[str, Step] = field(default_factory=dict)
    expired: dict[str, Step] = field(default_factory=dict)
    signed: list[Step] = field(default_factory=list)
    refused: dict[str, Step] = field(default_factory=dict)
    """By the mark of the message that was refused."""


def consents_of(steps: Iterable[Step], now: datetime) -> list[Consent]:
    """Return the consents of a person, those that count first; `steps` are all of that person's."""
    heard = _heard(steps)
    found = [_counted(number, step, heard, now) for number, step in heard.granted.items()]
    for step in heard.signed:
        refused = heard.refused.get(refused_mark(agency_from(step.service) or "", step.id))
        if any(_is_of(step, granted) for granted in heard.granted.values()):
            continue
        if refused is None:
            found.append(Consent(None, agency_from(step.service), step.details, Standing.WAITS, step.at))
        else:
            why = tuple(refused.details["refusal"]["problems"])
            found.append(
                Consent(None, agency_from(step.service), step.details, Standing.REFUSED, refused.at, None, why)
            )
    order = list(Standing)
    return sorted(found, key=lambda one: (order.index(one.standing), one.since))


def in_vain(steps: Iterable[Step]) -> list[Step]:
    """Return the refusals of what should have taken a consent back and did not: nothing stopped by them."""
    return [
        step
        for step in steps
        if step.event == "consent.refused" and step.details["refusal"].get("message_type") == "consent.revoked"
    ]


def recalls_of(steps: Sequence[Step]) -> list[Recall]:
    """Return what is taken back of a person, open ones first."""
    found = []
    for step in steps:
        if step.event == "disclosure.recalled":
            said = step.details
            found.append(
                Recall(
                    said["recall_id"], step.agency or "", said["because"], said["basis"], tuple(said["categories"]),
                    step.at, _asked(step, steps), _answers(step, steps),
                )
            )  # fmt: skip
    order = [None, *_RANKS]
    return sorted(found, key=lambda one: (order.index(None if one.end is None else RecallEnd(one.end)), one.begun_at))


def _heard(steps: Iterable[Step]) -> _Heard:
    heard = _Heard()
    for step in steps:
        number = str(step.details.get("consent_id"))
        match step.event:
            case "consent.granted":
                heard.granted.setdefault(number, step)
            case "consent.withdrawn":
                heard.withdrawn.setdefault(number, step)
            case "consent.expired":
                heard.expired.setdefault(number, step)
            case "consent.signed":
                heard.signed.append(step)
            case "consent.refused":
                # Steps from before there were marks name their message as the cause.
                agency = step.details["refusal"]["agency"]
                heard.refused[step.details.get("refused") or refused_mark(agency, step.cause or "")] = step
            case _:
                pass
    return heard


def _counted(number: str, granted: Step, heard: _Heard, now: datetime) -> Consent:
    terms = granted.details
    witness: str | None = terms.get("witness")
    until = datetime.fromisoformat(terms["expires_at"]) if terms.get("expires_at") else None
    if number in heard.withdrawn:
        step = heard.withdrawn[number]
        return Consent(number, witness, terms, Standing.TAKEN_BACK, step.at, step.details.get("how"))
    if number in heard.expired:
        return Consent(number, witness, terms, Standing.EXPIRED, heard.expired[number].at)
    if until is not None and until <= now:
        return Consent(number, witness, terms, Standing.EXPIRED, until)
    return Consent(number, witness, terms, Standing.COUNTS, granted.at)


def _is_of(signed: Step, granted: Step) -> bool:
    """Whether what was granted is the form that was signed."""
    if granted.cause == signed.id:
        return True
    by_the_same = granted.details.get("witness") == agency_from(signed.service)
    return by_the_same and all(granted.details.get(name) == signed.details.get(name) for name in _SAME)


def _asked(recalled: Step, steps: Iterable[Step]) -> tuple[datetime, ...]:
    """Return when the agency was asked: for the first time with the recall, then whenever its time had passed."""
    begin = f"{recalled.details['recall_id']}/"
    causes = {recalled.cause} | {
        step.id
        for step in steps
        if step.event == "deadline.reached" and str(step.details.get("reference")).startswith(begin)
    }
    return tuple(
        sorted(
            datetime.fromisoformat(step.details["made_at"])
            for step in steps
            if step.event == "disclosure.made"
            and step.details.get("message_type") == "information.recalled"
            and step.agency == recalled.agency
            and step.cause in causes
        )
    )


def _answers(recalled: Step, steps: Iterable[Step]) -> tuple[Answer, ...]:
    """Return how it ended, each time; whether a reason was given says the answer that came with it."""
    mine = [step for step in steps if step.details.get("recall_id") == recalled.details["recall_id"]]
    reasons = {step.id for step in mine if step.event == "recall.answered" and step.details.get("reason_given")}
    ends = sorted((step for step in mine if step.event == "recall.settled"), key=lambda step: step.at)
    return tuple(Answer(step.at, step.details["how"], step.cause in reasons) for step in ends)
