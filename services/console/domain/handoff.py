"""The minutes of a hand-off: what happened while the officer waited, when, and how long after the step before.

All of it follows from the steps of the timeline, in whichever order and however often they are given. What an agency
says of an instant counts, but never one after it said so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.console.domain.timeline import Step

_ORDER: Final = (
    "referral received", "ruled on", "offered", "declined", "not answered", "accepted", "officer told who comes",
    "operators alarmed", "arrived", "did not come", "custody passed", "officer released", "nobody left to ask",
    "officer told to go on",
)  # fmt: skip
_RELEASED: Final = frozenset({"officer released", "officer told to go on"})
"""With either the officer's wait has ended."""
_TOLD: Final = {
    "case_manager.dispatched": "officer told who comes",
    "handoff.confirmed": "officer released",
    "handoff.unavailable": "officer told to go on",
}
_OF_OFFERS: Final = {
    "assignment.offered": "offered",
    "assignment.declined": "declined",
    "assignment.lapsed": "not answered",
    "assignment.accepted": "accepted",
    "arrival.awaited": "operators alarmed",
    "assignment.handed_off": "custody passed",
}
_OF_ALL: Final = {
    "referral.received": "referral received",
    "screening.determined": "ruled on",
    "review.decided": "ruled on",
    "assignment.unavailable": "nobody left to ask",
}


class Moment(NamedTuple):
    """One step of the hand-off. Minutes are the site's, with their fractions."""

    what: str
    at: datetime
    agency: str | None
    minutes: float
    """Since the step before; 0 for the first."""
    in_all: float
    """Since the first."""


def handoff_minutes(steps: Iterable[Step], minute: timedelta = timedelta(minutes=1)) -> list[Moment]:
    """Return the hand-off of one referral, from its receipt until the officer was released; empty where none waited.

    `steps` are the timeline's; `minute` is how long one of the site's minutes lasts.
    """
    known = list({(step.service, step.id): step for step in steps}.values())
    waiting = {step.offer_id for step in known if step.details.get("officer_waiting") and step.offer_id}
    if not any(step.details.get("officer_waiting") for step in known):
        return []
    found = sorted({*_of_the_hub(known, waiting), *_arrivals(known, waiting)}, key=_place)
    ended = next((number for number, one in enumerate(found) if one[1] in _RELEASED), len(found))
    return list(_measured(found[: ended + 1], minute))


_Found = tuple[datetime, str, str | None]


def _of_the_hub(steps: list[Step], waiting: set[str]) -> Iterator[_Found]:
    for step in steps:
        what = _OF_ALL.get(step.event)
        if step.event == "disclosure.made":
            what = _TOLD.get(step.details.get("message_type", ""))
        elif step.offer_id in waiting:
            what = _OF_OFFERS.get(step.event)
            what = "did not come" if what == "not answered" and step.details.get("after_acceptance") else what
        if what is not None:
            yield _instant(step, "handed_off_at", "made_at"), what, step.agency


def _arrivals(steps: list[Step], waiting: set[str]) -> Iterator[_Found]:
    """Yield when each agency that came was there: by its own word, or by when custody passed at the latest."""
    there: dict[str, datetime] = {}
    taken = [step for step in steps if step.event == "assignment.accepted" and step.offer_id in waiting]
    for step in steps:
        since = min((one.at for one in taken if one.agency == step.agency), default=None)
        if step.agency is None or since is None or not _is_there(step, waiting):
            continue
        at = _instant(step, "at", "arrived_at", "handed_off_at")
        if at >= since:
            there[step.agency] = min(at, there.get(step.agency, at))
    yield from ((at, "arrived", agency) for agency, at in there.items())


def _is_there(step: Step, waiting: set[str]) -> bool:
    """Whether the step says that a case manager stood before the person."""
    if step.event == "contact.attempted":
        met, mode = step.details.get("result") == "contacted", step.details.get("mode", "in_person")
        return met and mode == "in_person"
    if step.event == "handoff.completed":
        return step.offer_id in waiting and "arrived_at" in step.details
    return step.event == "assignment.handed_off" and step.offer_id in waiting


def _instant(step: Step, *names: str) -> datetime:
    """Return the instant that the step tells of, by the first of these that it names; never one after it was said."""
    told = next((step.details[name] for name in names if name in step.details), None)
    at: datetime = step.at
    return at if told is None else min(at, datetime.fromisoformat(told))


def _place(found: _Found) -> tuple[datetime, int, str]:
    at, what, agency = found
    return at, _ORDER.index(what), agency or ""


def _measured(found: list[_Found], minute: timedelta) -> Iterator[Moment]:
    for number, (at, what, agency) in enumerate(found):
        before = found[max(number - 1, 0)][0]
        yield Moment(what, at, agency, (at - before) / minute, (at - found[0][0]) / minute)
