"""The AsyncAPI 3 document of all topics, generated from the shelf."""

from __future__ import annotations

from typing import Any, Final

from contracts import catalogue, topics  # noqa: F401  # the catalogue puts every event on the shelf
from contracts.event import Event, shelf

_TEXT: Final = {"type": "string"}
_HEADERS: Final = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": _TEXT | {"description": "With the source, the identity of the event."},
        "ce_source": _TEXT | {"description": "`/agencies/<slug>` or `/hub/<service>`."},
        "ce_type": _TEXT | {"description": "The event's name."},
        "ce_time": _TEXT | {"format": "date-time"},
        "ce_subject": _TEXT | {"description": "The person: each agency's own pseudonym on that agency's topics."},
        "ce_dataschema": _TEXT | {"description": "`hub:<name>/<version>`; absent: the newest."},
        "ce_correlationid": _TEXT,
        "ce_causationid": _TEXT,
        "ce_traceparent": _TEXT,
        "ce_replayid": _TEXT
        | {"description": "The replay that brings it again; absent of what is told the first time."},
        "ce_originalid": _TEXT | {"description": "The message in whose place a replay says something else."},
        "content-type": {"const": "application/json"},
    },
}
_AGENCY: Final = {"slug": {"description": "The agency. Kafka lets nobody else write or read its two topics."}}


def document() -> dict[str, Any]:
    """Return the document: a channel for each topic, a message for each version of each event."""
    events = list(shelf())
    said_on = {address: [cls for cls in events if cls.topic == address] for address in _addresses()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Referral hub",
            "version": "1",
            "description": "Events are CloudEvents 1.0 over Kafka, written in binary mode, read in either mode.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_key(address): _channel(address, classes) for address, classes in said_on.items()},
        "operations": {_key(address): _operation(address) for address in said_on},
        "components": {
            "messages": {_message_key(cls): _message(cls) for cls in events},
            "messageTraits": {"cloudEvent": {"headers": _HEADERS, "bindings": {"kafka": {"key": _TEXT}}}},
        },
    }


def _addresses() -> tuple[str, ...]:
    return (topics.TO_HUB, topics.FROM_HUB, *topics.HUB_TOPICS)


def _key(address: str) -> str:
    return address.replace("{slug}.", "")


def _channel(address: str, classes: list[type[Event]]) -> dict[str, Any]:
    messages = {_message_key(cls): {"$ref": f"#/components/messages/{_message_key(cls)}"} for cls in classes}
    parameters = {"parameters": _AGENCY} if "{slug}" in address else {}
    return {"address": address, "messages": messages} | parameters


def _operation(address: str) -> dict[str, Any]:
    """Say what the hub does on the topic: it receives what agencies say, and sends the rest."""
    action = "receive" if address == topics.TO_HUB else "send"
    return {"action": action, "channel": {"$ref": f"#/channels/{_key(address)}"}}


def _message_key(cls: type[Event]) -> str:
    return f"{cls.name}.{cls.version}"


def _message(cls: type[Event]) -> dict[str, Any]:
    return {
        "name": cls.name,
        "title": f"{cls.name}, version {cls.version}",
        "summary": (cls.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {"$ref": f"./published/{cls.name}/{cls.version}.json"},
    }
