"""The fold: facts in, states and what follows from them out. Pure; the same for a real batch and in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contracts import topics
from contracts.envelope import Fact
from contracts.reading import Unreadable
from services.plumbing.arrivals import BEHIND, FAILED, Arrival, Trouble, cause_of
from services.plumbing.identity import stated
from services.plumbing.service import Deadline, Loaded, Outcome, Record, Row, Said, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class NotSayable(ValueError):
    """What a service says goes to a topic of the hub, under a person's or an agency's key."""


@dataclass(slots=True)
class Sent:
    """One fact on its way out: its topic, its partition key, and the arrival that caused it."""

    topic: str
    key: str
    fact: Fact
    cause: Arrival
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with what its fact will need: key, subject and correlation of the fact that set it."""

    key: str
    subject: str | None
    correlation_id: str
    causation_id: str
    name: str
    reference: str
    due_at: datetime
    set_at: datetime | None = None
    """When it was set, by the clock on the wall; the pipes' tables know."""


@dataclass(slots=True)
class Folded:
    """What one batch comes to."""

    changed: dict[str, Any] = field(default_factory=dict)
    shared: Any = None
    sent: list[Sent] = field(default_factory=list)
    deadlines: list[Due] = field(default_factory=list)
    rows: list[tuple[Fact, Any]] = field(default_factory=list)
    parked: list[tuple[Arrival, Trouble]] = field(default_factory=list)
    handled: int = 0


@dataclass(slots=True)
class _Step:
    """What one fact comes to; taken over whole or not at all."""

    state: Any
    shared: Any
    sent: list[Sent]
    deadlines: list[Due]
    rows: list[tuple[Fact, Any]]
    others: dict[str, Any] = field(default_factory=dict)
    """States of other keys that what is said changes, by key."""


def fold(
    service: Service[Any, Any],
    loaded: Loaded[Any, Any],
    arrivals: Sequence[Arrival],
    *,
    blocked: set[str],
    condemned: Mapping[Arrival, Trouble],
) -> Folded:
    """Fold the arrivals in order. Whatever cannot be handled is parked, and its key's later arrivals behind it.

    `blocked` are the keys that have something parked already; `condemned` are arrivals that an earlier attempt of the
    same batch found impossible to save or to send.
    """
    states = dict(loaded.states)
    folded = Folded(shared=loaded.shared)
    held = set(blocked)
    for arrival in arrivals:
        trouble = arrival.trouble or condemned.get(arrival)
        if held and not held.isdisjoint(arrival.keys):
            trouble = BEHIND if arrival.trouble is None else arrival.trouble
        if trouble is None:
            step = _tried(service, states, folded.shared, arrival)
            if isinstance(step, _Step):
                _take(folded, states, arrival.key, step)
                continue
            trouble = step
        folded.parked.append((arrival, trouble))
        folded.sent += _aside(service, arrival)
        held.update(arrival.keys)
    return folded


def known(service: Service[Any, Any], arrival: Arrival) -> list[Sent]:
    """Return what is said of a record that was parked, is tried again, and was handled already under its id."""
    return [] if service.again is None else _of_its_record(service, service.again, arrival)


def _aside(service: Service[Any, Any], arrival: Arrival) -> list[Sent]:
    """Return what is said of a record that is parked; of one that is no message, nothing.

    Any other failure is one of ours: the batch waits until it is mended, for nobody knows whom the record would hold.
    """
    return [] if service.aside is None else _of_its_record(service, service.aside, arrival)


def _of_its_record(service: Service[Any, Any], says: Callable[[Record], Fact | None], arrival: Arrival) -> list[Sent]:
    try:
        fact = says(arrival.record)
    except Unreadable:
        return []
    if fact is None:
        return []
    said = Said(fact.event)
    return [Sent(_topic(said), fact.subject or _nobody(), stated(service.name, fact, said, 0), arrival)]


def _take(folded: Folded, states: dict[str, Any], key: Any, step: _Step) -> None:
    if states.get(key) is not step.state:
        states[key] = folded.changed[key] = step.state
    states.update(step.others)
    folded.changed.update(step.others)
    folded.shared = step.shared
    folded.sent += step.sent
    folded.deadlines += step.deadlines
    folded.rows += step.rows
    folded.handled += 1


def _tried(service: Service[Any, Any], states: Mapping[str, Any], shared: Any, arrival: Arrival) -> _Step | Trouble:
    try:
        return _step(service, states, shared, arrival)
    except Exception as error:  # noqa: BLE001  # poison of any kind fails closed: the fact is parked with its reason
        return Trouble(FAILED, cause_of(error))


def _step(service: Service[Any, Any], states: Mapping[str, Any], shared: Any, arrival: Arrival) -> _Step:
    fact: Fact = arrival.fact  # type: ignore[assignment]  # unreadable arrivals were parked before
    key: str = arrival.key  # type: ignore[assignment]
    before = states.get(key)
    after = service.evolve(before, fact)
    step = _Step(after, service.follow(shared, fact), [], [], [])
    ordinals: dict[str, int] = {}
    # What is said changes state and shared for the next decision, not for the one under way.
    for outcome in service.decide(before, after, fact, step.shared):
        if isinstance(outcome, Said):
            ordinal = ordinals.get(outcome.event.name, 0)
            ordinals[outcome.event.name] = ordinal + 1
            _say(service, states, step, arrival, outcome, ordinal)
        else:
            _keep(step, fact, key, outcome)
    return step


def _say(
    service: Service[Any, Any], states: Mapping[str, Any], step: _Step, arrival: Arrival, said: Said, ordinal: int
) -> None:
    heard: Fact = arrival.fact  # type: ignore[assignment]
    key = arrival.key
    fact = stated(service.name, heard, said, ordinal)
    sent = Sent(_topic(said), said.key or fact.subject or _nobody(), fact, arrival)
    if said.state is not None and said.state != key:
        known = step.others[said.state] if said.state in step.others else states.get(said.state)
        step.others[said.state] = service.evolve(known, fact)
        sent.folded = True
    # A door knows a case by its business key, while what it says goes out under the person's.
    elif sent.key == key or service.key(fact) == key:
        step.state = service.evolve(step.state, fact)
        sent.folded = True
    step.shared = service.follow(step.shared, fact)
    step.sent.append(sent)


def _keep(step: _Step, heard: Fact, key: str, outcome: Outcome) -> None:
    """Take down a deadline, or a row."""
    if isinstance(outcome, Deadline):
        envelope = heard.envelope
        step.deadlines.append(
            Due(outcome.key or key, envelope.subject, envelope.correlation_id or envelope.id, envelope.id,
                outcome.name, outcome.reference, outcome.due_at)
        )  # fmt: skip
    elif isinstance(outcome, Row):
        step.rows.append((heard, outcome.content))


def _topic(said: Said) -> str:
    topic = type(said.event).topic
    if said.admitted and topic == topics.TO_HUB:
        return topics.REPORTS
    if topic not in topics.HUB_TOPICS:
        raise NotSayable(NotSayable.__doc__)
    return topic


def _nobody() -> str:
    raise NotSayable(NotSayable.__doc__)
