"""Which dead letters come first, and what to do about each kind: a suggested next step by its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import catalogue, topics

if TYPE_CHECKING:
    from contracts.event import Event
    from services.plumbing.deadletters import Group, Kept

ENDS: Final[tuple[type[Event], ...]] = (
    catalogue.ConsentRevoked, catalogue.ConsentWithdrawn, catalogue.ConsentExpired, catalogue.RevocationSettled,
    catalogue.RevocationParked, catalogue.RevocationRead, catalogue.PersonDeclined,
    catalogue.ReferralWithdrawn, catalogue.ReferralRetracted, catalogue.ReferralErased,
    catalogue.ParticipationEnded, catalogue.AssignmentEnded, catalogue.AssignmentCancelled, catalogue.OnwardClosed,
    catalogue.AgencySuspended, catalogue.DeadlineReached,
)  # fmt: skip
"""What says, or brings it about, that somebody is told no more: left out, the hub would go on as if nobody had said it.

With what settles a revocation, or says that it was read, it is the other way round: left out, nothing is told of that
person again.
"""
ENDING: Final = frozenset(event.name for event in ENDS)
TAKES_BACK: Final = frozenset({catalogue.ConsentRevoked.name, catalogue.PersonDeclined.name})
"""A person's own stop or no."""
DOOR: Final = "intake"
_BEHIND: Final = "behind"
_NEWER: Final = "newer-version"
_OVERSIZE: Final = "oversize"


def ends(kind: str | None) -> bool:
    """Whether a letter of this event may end what is told of somebody; of one that nobody can read nobody knows."""
    return kind is None or kind in ENDING


def rank(kind: str | None) -> int:
    """Return how early a letter of this event is dealt with: a person's own word, what else ends telling, the rest."""
    return 0 if kind in TAKES_BACK else 1 if ends(kind) else 2


def at_the_door(service: str, topic: str) -> bool:
    """Whether it is a message of an agency that the door has put aside."""
    return service == DOOR and topics.agency_of(topic) is not None


def step_for_group(service: str, group: Group) -> str:
    """Return what to do about the group."""
    return _step(service, group.first_id, group.reason, None, door=service == DOOR)


def step_for(service: str, kept: Kept) -> str:
    """Return what to do about one letter."""
    return _step(service, kept.id, kept.reason, kept.waits_for, door=at_the_door(service, kept.topic))


def _step(service: str, letter: int, reason: str, waits_for: int | None, *, door: bool) -> str:
    retry = f"`hub deadletters retry {service} {letter}`"
    correct = f"`hub deadletters correct {service} {letter}`"
    if reason == _BEHIND:
        ahead = f"letter {waits_for}" if waits_for else "an earlier letter of the same person or case"
        return f"nothing is wrong with it: it waits for {ahead}; settle that, and it follows by itself."
    if reason == _NEWER and door:
        return (
            "deploy a hub that reads this version: then it is tried again by itself. Sooner: ask the agency what it "
            f"says, then {correct}, or `hub deadletters discard {service} {letter}`, and it is answered with a refusal."
        )
    if reason == _NEWER:
        return "deploy this service before the one that writes the version: then it is tried again by itself."
    if reason == _OVERSIZE:
        more = f" Sooner: shorten it with {correct}." if door else ""
        return f"what would follow from it is too big for Kafka; mend what makes it so, then {retry}.{more}"
    more = f" Where a value of the message trips it: {correct}." if door else ""
    return f"it is a fault of ours at the place that the cause names; mend it with a test, deploy, then {retry}.{more}"
