"""What comes in: raw records become arrivals, each with its fact or with the reason why it cannot be read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from contracts.envelope import STRUCTURED, Envelope, Fact
from contracts.reading import Unreadable, read
from services.plumbing.service import Record, Service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ORIGIN: Final = "hub-origin-topic"
_ORIGIN_TIME: Final = "hub-origin-time"
_LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something was parked: a reason out of a short list, and its cause in code words, never a value."""

    reason: str
    cause: str


BEHIND: Final = Trouble("behind", "an earlier message of the same key is parked")
OVERSIZE: Final = "oversize"
FAILED: Final = "failed"
NOT_SAVED: Final = "not-saved"


@dataclass(slots=True, eq=False)
class Arrival:
    """One record that came in, or one dead letter that is tried again.

    `keys` are the keys under which a parked message would hold it back: the service's and the record's own.
    """

    raw: Any
    body: bytes | None
    fact: Fact | None
    key: str | None
    keys: tuple[str, ...]
    trouble: Trouble | None = None
    letter: int | None = None
    """The dead letter that is tried again."""
    envelope: Envelope | None = None
    """What could be read of an unreadable message."""

    @property
    def record(self) -> Record:
        """The raw record, in the form in which doors see it and in which it is parked."""
        return self.raw if isinstance(self.raw, Record) else record_of(self.raw)

    @property
    def identity(self) -> tuple[str, str, str]:
        """Source, id and delivery: what the inbox knows an event by."""
        envelope = self.fact.envelope  # type: ignore[union-attr]  # asked of readable arrivals only
        return envelope.source, envelope.id, envelope.delivery


def record_of(raw: Any) -> Record:
    """Return an aiokafka record as a `Record`; a redelivered one under the topic and time it first came with."""
    topic, appended = raw.topic, datetime.fromtimestamp(raw.timestamp / 1000, UTC)
    headers = tuple(raw.headers)
    if topic.endswith(".redelivery"):
        told = {name: value.decode(errors="replace") for name, value in headers if value and name.startswith("hub-")}
        topic = told.get(_ORIGIN, topic)
        appended = _instant(told.get(_ORIGIN_TIME), appended)
    return Record(topic, raw.partition, raw.offset, appended, headers, raw.key, raw.value)


def origin(record: Record) -> list[tuple[str, bytes]]:
    """Return the headers that a redelivery of `record` carries, so that it is read as it first was."""
    return [(_ORIGIN, record.topic.encode()), (_ORIGIN_TIME, record.appended_at.isoformat().encode())]


class Reader:
    """Reads raw records for one service. Pure but for the service's own door."""

    def __init__(self, service: Service[Any, Any]) -> None:
        """Note which names the service hears."""
        self._service = service
        self._heard = frozenset(cls.name.encode() for cls in service.hears)
        self._classes = frozenset(service.hears)
        self._pattern = re.compile(service.pattern) if service.pattern else None

    def read(self, raws: Iterable[Any]) -> list[Arrival]:
        """Return the arrivals in the order of the records; what the service does not hear is left out."""
        found = []
        for raw in raws:
            arrival = self.arrival(raw)
            if arrival is not None:
                found.append(arrival)
        return found

    def arrival(self, raw: Any) -> Arrival | None:
        """Return one record's arrival, or None where the service does not hear it."""
        if self._service.door is not None and self._at_door(raw):
            return self._through_door(raw)
        headers = raw.headers
        if self._unheard(headers):
            return None
        body = raw.body if isinstance(raw, Record) else raw.value
        own = _text(raw.key)
        try:
            fact = read(headers, body)
        except Unreadable as error:
            fields = ", ".join(problem.field for problem in error.problems)
            return Arrival(
                raw, body, None, own, _both(own, None), Trouble(error.reason, fields), envelope=error.envelope
            )
        return self._known(raw, body, fact, own)

    def put_away(self, record: Record) -> Arrival | None:
        """Return the arrival of a record that an operator puts away unread."""
        return self._known(record, record.body, self._service.put_away(record), None)  # type: ignore[misc]

    def corrected(self, record: Record, correction: bytes) -> Arrival | None:
        """Return the arrival of a record as an operator corrected it; it stays known by the body that it came with."""
        return self._judged(record, lambda one: self._service.corrected(one, correction))  # type: ignore[misc]

    def _known(self, raw: Any, body: bytes | None, fact: Fact, own: str | None) -> Arrival | None:
        if type(fact.event) not in self._classes:
            return None
        try:
            key = self._service.key(fact)
        except Exception as error:  # noqa: BLE001  # whatever a key function trips over, the message is parked
            return Arrival(raw, body, fact, own, _both(own, None), Trouble(FAILED, cause_of(error)))
        return None if key is None else Arrival(raw, body, fact, key, _both(key, own))

    def _through_door(self, raw: Any) -> Arrival | None:
        """An agency chooses its records' keys as it likes: they hold nobody back."""
        record = raw if isinstance(raw, Record) else record_of(raw)
        return self._judged(record, self._service.door)  # type: ignore[arg-type]  # asked where there is a door

    def _judged(self, record: Record, door: Callable[[Record], Fact]) -> Arrival | None:
        try:
            fact = door(record)
        except Unreadable as error:
            fields = ", ".join(problem.field for problem in error.problems)
            return Arrival(record, record.body, None, None, (), Trouble(error.reason, fields), envelope=error.envelope)
        except Exception as error:  # noqa: BLE001  # whatever the door trips over, the message is parked
            return Arrival(record, record.body, None, None, (), Trouble(FAILED, cause_of(error)))
        return self._known(record, record.body, fact, None)

    def _at_door(self, raw: Any) -> bool:
        topic = raw.topic
        if topic == topics.redelivery(self._service.name):
            topic = record_of(raw).topic if not isinstance(raw, Record) else topic
        return topics.agency_of(topic) is not None or bool(self._pattern and self._pattern.fullmatch(topic))

    def _unheard(self, headers: Iterable[tuple[str, bytes | None]]) -> bool:
        """Whether the headers alone tell that nobody here hears this: most of a busy topic costs no more than this."""
        name = None
        for header, value in headers:
            if header == "ce_type":
                if value in self._heard:
                    return False
                name = value
            elif header == "content-type" and value is not None and value.startswith(STRUCTURED.encode()):
                return False
        return name is not None


def digest_of(body: bytes | None) -> bytes:
    """Return 16 bytes that tell one body from another."""
    return hashlib.blake2b(body or b"", digest_size=16).digest()


def heard_topics(service: Service[Any, Any]) -> tuple[str, ...]:
    """Return the topics that the service reads by name, its redelivery topic last.

    What agencies say is heard admitted, on the reports' topic; with a door it comes through the door instead.
    """
    named = service.topics or tuple(
        sorted({topics.REPORTS if cls.topic == topics.TO_HUB else cls.topic for cls in service.hears
                if not (cls.topic == topics.TO_HUB and service.door is not None)})
    )  # fmt: skip
    return (*named, topics.redelivery(service.name))


def heard_pattern(service: Service[Any, Any], realm: str = "") -> str | None:
    """Return one pattern for all the service's topics, where it names a pattern; a subscriber has one or the other."""
    if service.pattern is None:
        return None
    named = "|".join(re.escape(topic) for topic in heard_topics(service))
    own = service.pattern.removeprefix("^").removesuffix("$")
    return f"^{re.escape(topics.outside(realm, ''))}(?:(?:{own})|(?:{named}))$"


def cause_of(error: BaseException) -> str:
    """Return what went wrong and where in our code, without the error's words: they may repeat a value."""
    trace, place = error.__traceback__, "?"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith(("services.", "contracts.", "tests.")):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def _text(key: bytes | None) -> str | None:
    return key.decode("utf-8", "replace").replace("\x00", "")[:_LONGEST_KEY] if key else None


def _both(key: str | None, own: str | None) -> tuple[str, ...]:
    if key is None:
        return ()
    return (key,) if own is None or own == key else (key, own)


def _instant(text: str | None, otherwise: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise
    return at if at.tzinfo else otherwise
