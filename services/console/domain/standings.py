"""The map of states: where a referral and a consent may stand, after which fact, and where from there.

It reads like the tables of the field (DOMAIN 7.1 and 7.3); pages and commands take their words from it. What the hub
does not do yet has no state here: the hold of a charge, and court pretrial diversion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class State(NamedTuple):
    """One state: the facts after which something stands there, and where it may stand next."""

    name: str
    by: tuple[str, ...]
    to: tuple[str, ...]
    basis: str


_FROM_THE_START: Final = ("in_review", "offered", "unavailable", "waitlisted", "accepted", "handed_off", "closed")
"""A hand-off that was made by phone is accepted, or handed off, as soon as it is recorded."""
_SEEKING: Final = ("offered", "unavailable", "waitlisted", "seeking", "closed")

REFERRAL: Final = (
    State("received", ("referral.received",), _FROM_THE_START,
          "Admitted and screened; without a yes that is needed it waits for it."),
    State("in_review", ("review.requested",), ("reviewed", *_FROM_THE_START),
          "The policy leaves something open, or the site asks for approval: a human, with a reason and a clock."),
    State("reviewed", ("review.decided",), _FROM_THE_START, "Eligible or not, by people or by the site's default."),
    State("seeking", ("assignment.declined", "assignment.lapsed", "assignment.cancelled"), _SEEKING,
          "One agency said no or nothing, or its offer was taken back: the next is asked."),
    State("unavailable", ("assignment.unavailable",), (*_SEEKING, "handed_off"),
          "Nobody comes: the officer goes on as usual, or an appointment follows."),
    State("waitlisted", ("assignment.waitlisted",), ("unavailable", *_SEEKING, "handed_off"),
          "No room; never ineligible for it. An arrest goes before a social contact before the community."),
    State("offered", ("assignment.offered",), ("accepted", *_SEEKING, "handed_off"),
          "Blind, to one lane at a time; voluntary at all times."),
    State("accepted", ("assignment.accepted",), ("handed_off", "enrolled", "unlocated", "ended", *_SEEKING),
          "An agency has the person, and seeks them; it may still decline until it met them."),
    State("handed_off", ("assignment.handed_off",), ("enrolled", "transferred", "ended", "closed"),
          "The case manager met the person; an officer who waited is released."),
    State("enrolled", ("assignment.enrolled", "assignment.resumed"), ("paused", "transferred", "ended"),
          "The intake is done: the condition of the diversion. No fixed end, and nothing after it undoes it."),
    State("paused", ("assignment.paused",), ("enrolled", "transferred", "ended"),
          "Inactive for a while, and still the agency's."),
    State("transferred", ("assignment.transferred",),
          ("handed_off", "enrolled", "unlocated", "transferred", "seeking", "ended", "closed"),
          "Another agency has the person, as they agreed; until it accepted, the one before had them."),
    State("unlocated", ("assignment.unlocated",), ("reopened", *_SEEKING),
          "As many attempts as the site's rule asks for found nobody; the door stays open."),
    State("ended", ("assignment.ended",), ("reopened", *_SEEKING), "Left, moved, transferred …; it may open again."),
    State("reopened", ("assignment.reopened",),
          ("handed_off", "enrolled", "paused", "transferred", "unlocated", "seeking", "ended", "closed"),
          "Found again, or back as the person wishes; a new referral opens it, too."),
    State("closed", ("assignment.closed",), _SEEKING,
          "The person said no, the source took it back, or it is not divertible; a correction may open it again."),
)  # fmt: skip
"""A referral (DOMAIN 7.1). Of two facts of one moment the state that is later in this list counts."""

CONSENT: Final = (
    State("refused", ("consent.refused",), ("active", "refused"), "It lacks an element that the law asks for."),
    State("active", ("consent.granted",), ("active", "withdrawn", "expired"),
          "Signed by who may, witnessed by who has to do with the person; it opens what it names, to whom it names."),
    State("withdrawn", ("consent.withdrawn",), ("active",), "Taken back, by word or on paper: at once, and for good."),
    State("expired", ("consent.expired",), ("active",), "Its day or its event has come."),
)  # fmt: skip
"""A consent of one discloser to one recipient (DOMAIN 7.3)."""

STANDINGS: Final[Mapping[str, str]] = {event: state.name for state in REFERRAL for event in state.by}
"""Where a referral stands after each fact.

What assignment says counts before what was said of its screening: a review may still be decided of one that is closed.
"""
_BEFORE_IT: Final = frozenset({"received", "in_review", "reviewed"})
"""Before assignment has said anything."""
_NEXT: Final = {state.name: frozenset((*state.to, state.name)) for state in REFERRAL}


def referral_after(standing: str | None, event: str) -> str | None:
    """Return where a referral stands after a fact, by its name; None where the map has no way from here by that fact.

    A fact that is no step of the map leaves it where it stands.
    """
    there = STANDINGS.get(event, standing)
    if there in _BEFORE_IT and standing not in {None, *_BEFORE_IT}:
        return standing
    if standing is None:
        return there if there == REFERRAL[0].name else None
    return there if there is not None and there in _NEXT[standing] else None


def diagram(states: tuple[State, ...]) -> str:
    """Return the map as a Mermaid diagram: an arrow for each step, with the facts that lead there."""
    by = {state.name: " or ".join(state.by) for state in states}
    lines = ["stateDiagram-v2", f"    [*] --> {states[0].name}: {by[states[0].name]}"]
    for state in states:
        lines += [f"    {state.name} --> {there}: {by[there]}" for there in dict.fromkeys(state.to)]
    return "\n".join(lines)
