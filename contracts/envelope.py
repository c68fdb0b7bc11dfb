"""The envelope: CloudEvents 1.0 over its Kafka binding, written in binary mode, read in binary and structured mode.

Source: CloudEvents 1.0.2, Kafka protocol binding. Attributes are UTF-8 header values `ce_<name>`; the body is the
event's JSON data. In structured mode the body is one JSON object with all attributes and `data`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.event import Event, json_of

if TYPE_CHECKING:
    from collections.abc import Iterable

STRUCTURED: Final = "application/cloudevents+json"
JSON: Final = "application/json"
_JSON_LINE: Final = f"\ncontent-type:{JSON}"
_ALWAYS: Final = 5
"""Line breaks between the attributes that every event has."""
LONGEST: Final = 512
"""Characters of an attribute."""
_BESIDE: Final = ("ce_correlationid", "ce_causationid", "ce_traceparent", "ce_replayid", "ce_originalid")
_TEXTS: Final = ("ce_id", "ce_source", "ce_type", "ce_subject", "ce_dataschema", "ce_signature", *_BESIDE)
_USED: Final = frozenset({"content-type", "ce_specversion", "ce_time", "ce_admittedtime", *_TEXTS})
"""All headers that are looked at; an agency may send any others."""
_PASSED_OVER: Final = frozenset(_BESIDE)
"""Attributes that a system between may have added: an agency's message does not fail by them."""


class Envelope(NamedTuple):
    """What is known of an event besides its data. A tuple, for nothing is made as often.

    `(source, id)` is the identity of an event. `at` is the CloudEvents time; inside the hub it is the admission time
    of the first cause. `delivery` is empty for live traffic and the replay's id for a redelivery; `original` is the
    message in whose place a redelivery says something else, under an id of its own.
    """

    id: str
    source: str
    type: str
    at: datetime
    subject: str | None = None
    dataschema: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None
    admitted_at: datetime | None = None
    delivery: str = ""
    signature: str | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """An event in its newest form together with its envelope: what the services hear, fold and say."""

    event: Event
    envelope: Envelope
    body: bytes | None = field(default=None, init=False, repr=False, compare=False)
    """The event as JSON, once `body_of` was asked: who keeps what is said needs it as well as who sends it."""

    @property
    def id(self) -> str:
        """The event's id, unique within its source."""
        return self.envelope.id

    @property
    def source(self) -> str:
        """Who says it: `/agencies/<slug>` or `/hub/<service>`."""
        return self.envelope.source

    @property
    def subject(self) -> str | None:
        """The person, by the hub's one reference (inside the hub) or an agency's own pseudonym (on its topics)."""
        return self.envelope.subject

    @property
    def at(self) -> datetime:
        """When the hub admitted the first cause of this fact; never the wall clock of a reader."""
        return self.envelope.admitted_at or self.envelope.at

    @property
    def agency(self) -> str | None:
        """The slug of the agency that said it, or None for a fact of the hub's own."""
        return agency_from(self.envelope.source)


class NotACloudEvent(ValueError):
    """The record is not a CloudEvent 1.0."""

    def __init__(self, field: str, rule: str, fix: str) -> None:
        """Name the attribute, the rule that it breaks and the fix. No value is ever repeated."""
        super().__init__(f"{field}: {rule} {fix}")
        self.field, self.rule, self.fix = field, rule, fix


def agency_source(slug: str) -> str:
    """Return the `source` of everything that the agency says."""
    return f"/agencies/{slug}"


def service_source(service: str) -> str:
    """Return the `source` of everything that the service says."""
    return f"/hub/{service}"


@lru_cache(maxsize=1_024)
def agency_from(source: str) -> str | None:
    """Return the slug of the agency whose source this is, or None."""
    return source.removeprefix("/agencies/") if source.startswith("/agencies/") else None


def written(fact: Fact) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return body and headers of the fact in binary mode. Key and topic are the sender's business."""
    return body_of(fact), headers_in(lines_of(fact))


def body_of(fact: Fact) -> bytes:
    """Return the JSON data of the fact."""
    body = fact.body
    if body is None:
        body = json_of(fact.event)
        object.__setattr__(fact, "body", body)
    return body


def lines_of(fact: Fact) -> str:
    """Return the headers of the fact in binary mode as one text, a line `name:value` each, as the outbox keeps them.

    Raises:
        ValueError: an attribute holds a line break.
    """
    said = fact.envelope
    lines = (
        f"ce_specversion:1.0\nce_id:{said.id}\nce_source:{said.source}\nce_type:{said.type}\n"
        f"ce_time:{instant(said.at)}\nce_dataschema:{said.dataschema or fact.event.dataschema}"
    )
    breaks = _ALWAYS
    for name, value in (
        ("ce_subject", said.subject),
        ("ce_correlationid", said.correlation_id),
        ("ce_causationid", said.causation_id),
        ("ce_traceparent", said.traceparent),
        ("ce_admittedtime", said.admitted_at and instant(said.admitted_at)),
        ("ce_replayid", said.delivery or None),
        ("ce_signature", said.signature),
        ("ce_originalid", said.original),
    ):
        if value is not None:
            lines += f"\n{name}:{value}"
            breaks += 1
    if lines.count("\n") != breaks:
        message = "An attribute of an event is one line."
        raise ValueError(message)
    return lines + _JSON_LINE


def headers_in(lines: str) -> list[tuple[str, bytes]]:
    """Return the headers that `lines_of` made one text of, as Kafka takes them."""
    pairs = [line.partition(":") for line in lines.split("\n")]
    return [(name, value.encode()) for name, _, value in pairs]


def structured(fact: Fact) -> dict[str, Any]:
    """Return the fact as one JSON-ready object in CloudEvents' structured form."""
    body, headers = written(fact)
    attributes: dict[str, Any] = {
        name.removeprefix("ce_"): value.decode() for name, value in headers if name.startswith("ce_")
    }
    return attributes | {"datacontenttype": JSON, "data": json.loads(body)}


def opened(
    headers: Iterable[tuple[str, bytes | None]], body: bytes | None, *, otherwise: datetime | None = None
) -> tuple[Envelope, bytes]:
    """Return the envelope and the JSON data of a Kafka record, in whichever mode it was written.

    `otherwise` is the time of an event that names none, as CloudEvents allows; with it a record is read as agencies
    may write it, without it as the hub writes.

    Raises:
        NotACloudEvent: a tombstone, an empty body, a header that is not UTF-8, an attribute missing or wrong.
    """
    texts = _texts(headers, foreign=otherwise is not None)
    if not body:
        raise NotACloudEvent("data", "A message has a body.", "Send the event's JSON data as the record's value.")
    kind = texts.get("content-type")
    if kind is not None and kind != JSON and kind.lower().startswith(STRUCTURED):
        return _from_structured(body, otherwise)
    return _envelope(texts, otherwise), body


def instant(at: datetime) -> str:
    """Return the instant as RFC 3339 in UTC."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat()[: -len("+00:00")] + "Z"


def readdressed(fact: Fact, **changes: Any) -> Fact:
    """Return the fact with some attributes of its envelope changed."""
    return Fact(fact.event, fact.envelope._replace(**changes))


def _texts(headers: Iterable[tuple[str, bytes | None]], *, foreign: bool) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in headers:
        # Names in lower case are what everybody sends: no need to make them so.
        lowered = name if name in _USED else name.lower()
        if value is None or lowered not in _USED:
            continue
        if lowered in texts and not (foreign and lowered in _PASSED_OVER):
            raise NotACloudEvent(lowered.removeprefix("ce_"), "It comes once.", "Send one header of this name.")
        try:
            texts[lowered] = value.decode()
        except UnicodeDecodeError:
            if not (foreign and lowered in _PASSED_OVER):
                raise NotACloudEvent(lowered, "Header values are UTF-8 text.", "Encode the value as UTF-8.") from None
    return texts


def _from_structured(body: bytes, otherwise: datetime | None) -> tuple[Envelope, bytes]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict):
        fix = "Send one JSON object with the attributes and `data`."
        raise NotACloudEvent("data", "A structured event is one JSON object.", fix)
    if "data" not in whole:
        raise NotACloudEvent("data", "A structured event has `data`.", "Put the event's data under `data`.")
    data = whole.pop("data")
    texts: dict[str, str] = {}
    for name in _USED.intersection(map("ce_{}".format, whole)):
        value = whole[name.removeprefix("ce_")]
        if isinstance(value, str):
            texts[name] = value
        elif value is not None and not (otherwise and name in _PASSED_OVER):
            raise NotACloudEvent(name.removeprefix("ce_"), "This attribute is text.", "Send it as a JSON string.")
    return _envelope(texts, otherwise), json.dumps(data, separators=(",", ":")).encode()


def _envelope(headers: dict[str, str], otherwise: datetime | None) -> Envelope:
    get = headers.get
    if get("ce_specversion") != "1.0":
        raise NotACloudEvent("specversion", "It must be 1.0.", "Send CloudEvents 1.0 attributes.")
    together = "".join(headers.values())
    if len(together) > LONGEST or not together.isprintable():
        _check_each(headers, foreign=otherwise is not None)
    return Envelope(
        get("ce_id") or _missing("id"),
        get("ce_source") or _missing("source"),
        get("ce_type") or _missing("type"),
        _time(get("ce_time"), "time") or otherwise or _missing("time"),
        get("ce_subject") or None,
        get("ce_dataschema") or None,
        get("ce_correlationid") or None,
        get("ce_causationid") or None,
        get("ce_traceparent") or None,
        _time(get("ce_admittedtime"), "admittedtime") if otherwise is None else None,
        get("ce_replayid") or "",
        get("ce_signature") or None,
        get("ce_originalid") or None,
    )


def _check_each(headers: dict[str, str], *, foreign: bool) -> None:
    """Look at each attribute; drop the one that a system between added to an agency's message."""
    for name in _TEXTS:
        value = headers.get(name, "")
        if len(value) <= LONGEST and value.isprintable():
            continue
        if not (foreign and name in _PASSED_OVER):
            rule = f"It is printable text of at most {LONGEST} characters."
            raise NotACloudEvent(name.removeprefix("ce_"), rule, "Shorten or clean it.")
        del headers[name]


def _missing(name: str) -> Any:
    raise NotACloudEvent(name, "It is required.", f"Send the attribute `{name}`.")


def _time(text: str | None, name: str) -> datetime | None:
    if text is None:
        return None
    try:
        # RFC 3339 allows `t` and `z`.
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise NotACloudEvent(
            name, "It is an RFC 3339 time with an offset.", "Send for example 2026-03-01T14:05:00-08:00."
        )
    return at
