"""The map of states: where a referral, a held charge and a consent may stand, after which fact, and where from there.

It reads like the tables of the field (DOMAIN 7.1 to 7.4); pages and commands take their words from it.
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

_OFFICE_DECIDES: Final = ("filed", "declined")
_TAKEN_BACK: Final = ("still_reviewing", "extended", "lapsed", "withdrawn", "not_filed")
"""Where the office's word does not stand any more."""
CHARGE: Final = (
    State("held", ("hold.started",), ("extended", "not_filed", "withdrawn", "lapsed", *_OFFICE_DECIDES),
          "An arrest was diverted: its office holds the charge until the last day for the intake."),
    State("extended", ("hold.extended",),
          ("extended", "not_filed", "withdrawn", "lapsed", "still_reviewing", *_OFFICE_DECIDES),
          "The office alone moves the day, and only forward."),
    State("lapsed", ("hold.lapsed",), ("extended", "not_filed", "withdrawn", "still_reviewing", *_OFFICE_DECIDES),
          "The day is over, and no intake by it is known; one that was is reported late, and counts."),
    State("still_reviewing", ("hold.kept",),
          ("extended", "still_reviewing", "not_filed", "withdrawn", "lapsed", *_OFFICE_DECIDES),
          "The office holds the charge after the day, and has not decided."),
    State("withdrawn", ("hold.withdrawn",), ("not_filed", *_OFFICE_DECIDES), "The police took their report back."),
    State("filed", ("charge.filed",), ("filed", "declined", *_TAKEN_BACK),
          "The office filed it; an intake by the day that is heard of late still counts."),
    State("declined", ("charge.declined",), ("declined", "filed", *_TAKEN_BACK),
          "The office does not file it, though no intake is known."),
    State("not_filed", ("hold.satisfied",), (),
          "The intake was done by the day. For good: not even the office's own word is a step from here."),
)  # fmt: skip
"""A charge that an office holds (DOMAIN 7.2). `hold.untold`, `charge.contested` and the alarms leave it where it is."""

_AT_COURT: Final = ("termination_moved", "hearing_set", "terminated", "dismissed")
_ON_THE_ROAD: Final = ("granted", "assessed", "in_services", "community_service", "completed")
PRETRIAL: Final = tuple(
    State(name, (f"pretrial.advanced {name}",), to, basis)
    for name, to, basis in (
        ("moved", ("denied", "granted"), "The person asks the court, waiving speedy trial, RCW 69.50.4017(2)."),
        ("denied", ("granted",), "It may be granted later."),
        ("granted", ("assessed", *_AT_COURT), "Shall or may, and never without the prosecutor's consent."),
        ("assessed", ("in_services", "community_service", "completed", *_AT_COURT),
         "The program confirms it to the court, under seal (4)."),
        ("in_services", ("completed", *_AT_COURT), "Monthly updates, under seal (6)."),
        ("community_service", ("in_services", "completed", *_AT_COURT),
         "Nothing was recommended: 120 hours at most (7)."),
        ("completed", _AT_COURT, "Services done, or twelve months of substantial compliance, whichever is first (11)."),
        ("termination_moved", (*_ON_THE_ROAD, *_AT_COURT), "The prosecutor asks the court to end it."),
        ("hearing_set", (*_ON_THE_ROAD, *_AT_COURT), "Both sides are heard; it goes on from where it stood, or ends."),
        ("terminated", ("dismissed",), "The case goes on as usual."),
        ("dismissed", ("terminated",), "No conviction, no admission of guilt. A later order of the court counts."),
    )
)  # fmt: skip
"""A court pretrial diversion (DOMAIN 7.4), beside the referral that brought it; police hear of none of it."""

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


def charge_after(standing: str | None, event: str) -> str | None:
    """Return where a charge stands after a fact, by its name; one that is no step leaves it where it stands.

    Nor does one that is not on the map from here: what is not filed stays so.
    """
    there = CHARGES.get(event, standing)
    return there if standing is None or there in _CHARGE_NEXT[standing] else standing


CHARGES: Final[Mapping[str, str]] = {event: state.name for state in CHARGE for event in state.by}
"""Where a charge stands after each fact."""
_CHARGE_NEXT: Final = {state.name: frozenset(state.to) for state in CHARGE}


_NEXT_AT_COURT: Final = {state.name: frozenset((*state.to, state.name)) for state in PRETRIAL}
_PLACES: Final = {state.name: place for place, state in enumerate(PRETRIAL)}


def pretrial_after(standing: str | None, stage: str) -> str | None:
    """Return where a diversion stands once a stage is said; None where the map has no way from here to there.

    What was already behind it, and is said late, leaves it where it stands.
    """
    if standing is None:
        return stage if stage == PRETRIAL[0].name else None
    if stage in _NEXT_AT_COURT[standing]:
        return stage
    return standing if _PLACES[stage] < _PLACES[standing] else None


def diagram(states: tuple[State, ...]) -> str:
    """Return the map as a Mermaid diagram: an arrow for each step, with the facts that lead there."""
    by = {state.name: " or ".join(state.by) for state in states}
    lines = ["stateDiagram-v2", f"    [*] --> {states[0].name}: {by[states[0].name]}"]
    for state in states:
        lines += [f"    {state.name} --> {there}: {by[there]}" for there in dict.fromkeys(state.to)]
    return "\n".join(lines)
