"""The envelope: CloudEvents 1.0 over its Kafka binding, written in binary mode, read in binary and structured mode.

Source: CloudEvents 1.0.2, Kafka protocol binding. Attributes are UTF-8 header values `ce_<name>`; the body is the
event's JSON data. In structured mode the body is one JSON object with all attributes and `data`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.event import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STRUCTURED: Final = "application/cloudevents+json"
JSON: Final = "application/json"
_ATTRIBUTE: Final = re.compile(r"[a-z0-9]{1,20}")
_LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event besides its data.

    `(source, id)` is the identity of an event. `at` is the CloudEvents time; inside the hub it is the admission time
    of the first cause. `delivery` is empty for live traffic and the replay's id for a redelivery.
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


@dataclass(frozen=True, slots=True)
class Fact:
    """An event in its newest form together with its envelope: what the services hear, fold and say."""

    event: Event
    envelope: Envelope

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


def agency_from(source: str) -> str | None:
    """Return the slug of the agency whose source this is, or None."""
    return source.removeprefix("/agencies/") if source.startswith("/agencies/") else None


def written(fact: Fact) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return body and headers of the fact in binary mode. Key and topic are the sender's business."""
    envelope = fact.envelope
    attributes = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": instant(envelope.at),
        "subject": envelope.subject,
        "dataschema": envelope.dataschema or fact.event.dataschema(),
        "correlationid": envelope.correlation_id,
        "causationid": envelope.causation_id,
        "traceparent": envelope.traceparent,
        "admittedtime": instant(envelope.admitted_at) if envelope.admitted_at else None,
        "replayid": envelope.delivery or None,
        "signature": envelope.signature,
    }
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value is not None]
    headers.append(("content-type", JSON.encode()))
    return fact.event.__pydantic_serializer__.to_json(fact.event, exclude_none=True), headers


def structured(fact: Fact) -> dict[str, Any]:
    """Return the fact as one JSON-ready object in CloudEvents' structured form."""
    body, headers = written(fact)
    attributes: dict[str, Any] = {
        name.removeprefix("ce_"): value.decode() for name, value in headers if name.startswith("ce_")
    }
    return attributes | {"datacontenttype": JSON, "data": json.loads(body)}


def opened(headers: Iterable[tuple[str, bytes | None]], body: bytes | None) -> tuple[Envelope, bytes]:
    """Return the envelope and the JSON data of a Kafka record, in whichever mode it was written.

    Raises:
        NotACloudEvent: a tombstone, an empty body, a header that is not UTF-8, an attribute missing or wrong.
    """
    texts = _texts(headers)
    if not body:
        raise NotACloudEvent("data", "A message has a body.", "Send the event's JSON data as the record's value.")
    if texts.get("content-type", "").lower().startswith(STRUCTURED):
        return _from_structured(body)
    return _envelope({name[3:]: text for name, text in texts.items() if name.startswith("ce_")}), body


def type_of(headers: Iterable[tuple[str, bytes | None]]) -> bytes | None:
    """Return the event's name as the headers of a binary-mode record give it, without reading anything else."""
    for name, value in headers:
        if name == "ce_type":
            return value
    return None


def instant(at: datetime) -> str:
    """Return the instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def readdressed(fact: Fact, **changes: Any) -> Fact:
    """Return the fact with some attributes of its envelope changed."""
    return Fact(fact.event, replace(fact.envelope, **changes))


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    texts = {}
    for name, value in headers:
        lowered = name.lower()
        if value is None or not (lowered.startswith("ce_") or lowered == "content-type"):
            continue
        try:
            texts[lowered] = value.decode()
        except UnicodeDecodeError:
            raise NotACloudEvent(
                lowered if _ATTRIBUTE.fullmatch(lowered[3:]) else "headers",
                "Header values are UTF-8 text.",
                "Encode the value as UTF-8.",
            ) from None
    return texts


def _from_structured(body: bytes) -> tuple[Envelope, bytes]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict):
        raise NotACloudEvent(
            "data", "A structured event is one JSON object.", "Send one JSON object with the attributes and `data`."
        )
    if "data" not in whole:
        raise NotACloudEvent("data", "A structured event has `data`.", "Put the event's data under `data`.")
    data = whole.pop("data")
    wrong = next((name for name, value in whole.items() if value is not None and not isinstance(value, str)), None)
    if wrong is not None:
        raise NotACloudEvent(
            wrong if _ATTRIBUTE.fullmatch(wrong) else "attributes", "Attributes are text.", "Send it as a JSON string."
        )
    envelope = _envelope({name: value for name, value in whole.items() if value is not None})
    return envelope, json.dumps(data, separators=(",", ":")).encode()


def _envelope(attributes: Mapping[str, str]) -> Envelope:
    if attributes.get("specversion") != "1.0":
        raise NotACloudEvent("specversion", "It must be 1.0.", "Send CloudEvents 1.0 attributes.")
    return Envelope(
        id=_required(attributes, "id"),
        source=_required(attributes, "source"),
        type=_required(attributes, "type"),
        at=_time(attributes, "time") or _missing("time"),
        subject=_optional(attributes, "subject"),
        dataschema=_optional(attributes, "dataschema"),
        correlation_id=_optional(attributes, "correlationid"),
        causation_id=_optional(attributes, "causationid"),
        traceparent=_optional(attributes, "traceparent"),
        admitted_at=_time(attributes, "admittedtime"),
        delivery=_optional(attributes, "replayid") or "",
        signature=_optional(attributes, "signature"),
    )


def _missing(name: str) -> Any:
    raise NotACloudEvent(name, "It is required.", f"Send the attribute `{name}`.")


def _required(attributes: Mapping[str, str], name: str) -> str:
    return _optional(attributes, name) or _missing(name)


def _optional(attributes: Mapping[str, str], name: str) -> str | None:
    value = attributes.get(name)
    if value is not None and (len(value) > _LONGEST or not value.isprintable()):
        raise NotACloudEvent(name, f"It is printable text of at most {_LONGEST} characters.", "Shorten or clean it.")
    return value or None


def _time(attributes: Mapping[str, str], name: str) -> datetime | None:
    text = attributes.get(name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise NotACloudEvent(
            name, "It is an RFC 3339 time with an offset.", "Send for example 2026-03-01T14:05:00-08:00."
        )
    return at
