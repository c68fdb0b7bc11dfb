"""From bytes to a fact in its newest form: the envelope is opened, the data checked, old forms upcast and forgotten."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from contracts import catalogue  # noqa: F401  # puts every event on the shelf
from contracts.complaints import problems_of
from contracts.envelope import LONGEST, STRUCTURED, Envelope, Fact, NotACloudEvent, opened
from contracts.event import Event, brought_up, versions
from contracts.words import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_SCHEMA: Final = re.compile(r"hub:(?P<name>[a-z_.]+)/(?P<version>[1-9][0-9]{0,3})")


class Unreadable(Exception):
    """The message cannot be read. `problems` name field, rule and fix; no value is repeated in them."""

    reason = "unreadable"

    def __init__(self, *problems: Problem, envelope: Envelope | None = None) -> None:
        """Keep what is wrong, and the envelope where that much could be read."""
        super().__init__("; ".join(f"{problem.field}: {problem.rule}" for problem in problems))
        self.problems = problems
        self.envelope = envelope


class NoCloudEvent(Unreadable):
    """The record is not a CloudEvent 1.0."""

    reason = "not-a-cloud-event"


class UnknownEvent(Unreadable):
    """No contract has this name."""

    reason = "unknown-event"


class NewerVersion(Unreadable):
    """The message is newer than this reader. It is parked and read again after the upgrade."""

    reason = "newer-version"


class InvalidData(Unreadable):
    """The data do not fit the event's contract."""

    reason = "invalid-data"


def read(headers: Iterable[tuple[str, bytes | None]], body: bytes | None) -> Fact:
    """Read one Kafka record.

    Raises:
        Unreadable: in one of its four kinds; see the subclasses.
    """
    envelope, data = open_envelope(headers, body)
    return Fact(read_data(envelope, data), envelope)


def open_envelope(
    headers: Iterable[tuple[str, bytes | None]], body: bytes | None, *, otherwise: datetime | None = None
) -> tuple[Envelope, bytes]:
    """Open the envelope alone, so that origin and permission can be judged before the data are looked at.

    `otherwise` is given for an agency's record: when it was appended; see `opened`.

    Raises:
        NoCloudEvent: the record is not a CloudEvent 1.0.
    """
    try:
        return opened(headers, body, otherwise=otherwise)
    except NotACloudEvent as wrong:
        raise NoCloudEvent(Problem(field=wrong.field, rule=wrong.rule, fix=wrong.fix)) from None


def id_in(headers: Iterable[tuple[str, bytes | None]], body: bytes | None) -> str | None:
    """Return the id of a record that is no whole CloudEvent, so that its sender can be told; None if there is none."""
    told = {name.lower(): value or b"" for name, value in headers}
    found: Any = told.get("ce_id", b"").decode(errors="replace")
    if told.get("content-type", b"").lower().startswith(STRUCTURED.encode()):
        with suppress(ValueError, RecursionError, AttributeError):
            found = json.loads(body or b"").get("id")
    readable = isinstance(found, str) and 0 < len(found) <= LONGEST and found.isprintable() and "\ufffd" not in found
    return found if readable else None


def read_data(envelope: Envelope, data: bytes) -> Event:
    """Check the data against the version that the envelope names, and bring the event up to its newest form.

    Raises:
        UnknownEvent, NewerVersion, InvalidData: as their names say.
    """
    cls = contract(envelope)
    try:
        # Only what the published schema says: a text is no number, and a number no day.
        return brought_up(cls.__pydantic_validator__.validate_json(data, strict=True))
    except ValidationError as error:
        raise InvalidData(*problems_of(error), envelope=envelope) from None


def read_counting(envelope: Envelope, data: bytes) -> tuple[Event, int]:
    """Do the same, and count the fields that no contract knows and that reading therefore left out.

    Raises:
        UnknownEvent, NewerVersion, InvalidData: as their names say.
    """
    cls = contract(envelope)
    try:
        return brought_up(cls.__pydantic_validator__.validate_json(data, strict=True, extra="forbid")), 0
    except ValidationError:
        # Few messages hold something unknown, or something wrong: only those are read again.
        event = read_data(envelope, data)
        return event, sum(1 for _ in unknown_fields(cls, json.loads(data)))


def contract(envelope: Envelope) -> type[Event]:
    """Return the class that the envelope's type and dataschema name; without a dataschema, the newest.

    Raises:
        UnknownEvent, NewerVersion: as their names say.
    """
    known = versions(envelope.type)
    # Most messages are in the newest version, and say so in the words that we would use.
    if known and envelope.dataschema == known[-1].dataschema:
        return known[-1]
    if not known:
        problem = Problem(field="type", rule="No contract has this name.", fix="Send one of the events you may say.")
        raise UnknownEvent(problem, envelope=envelope)
    if envelope.dataschema is None:
        return known[-1]
    named = _SCHEMA.fullmatch(envelope.dataschema)
    if named is None or named["name"] != envelope.type:
        problem = Problem(
            field="dataschema",
            rule="It names the event's type and version.",
            fix=f"Send hub:{envelope.type}/{len(known)} or leave it out.",
        )
        raise InvalidData(problem, envelope=envelope)
    version = int(named["version"])
    if version > len(known):
        problem = Problem(
            field="dataschema",
            rule=f"The newest version known here is {len(known)}.",
            fix=f"Wait for the hub's upgrade, or send version {len(known)}.",
        )
        raise NewerVersion(problem, envelope=envelope)
    return known[version - 1]


def unknown_fields(cls: type[BaseModel], data: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted names of fields that the contract does not know and that reading therefore leaves out."""
    if isinstance(data, list):
        for item in data:
            yield from unknown_fields(cls, item, path)
        return
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        field = cls.model_fields.get(name)
        if field is None:
            yield f"{path}{name}" if re.fullmatch(r"\w{1,40}", name) else f"{path}*"
            continue
        inner = _model_in(field.annotation)
        if inner is not None:
            yield from unknown_fields(inner, value, f"{path}{name}.")


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
