"""An agency's own system: confluent-kafka, its credentials, the CloudEvents binding, and no code of the hub's."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

SECONDS = 60
SILENT = logging.getLogger("tests.outside.librdkafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class Heard(NamedTuple):
    """One message of the lane: its CloudEvents attributes and its data."""

    attributes: dict[str, str]
    data: dict[str, Any]

    @property
    def type(self) -> str:
        return self.attributes["type"]


class Outsider:
    """One agency, connected."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts
        self.slug = facts["user"]
        self.how = {
            "bootstrap.servers": facts["bootstrap"],
            "security.protocol": facts["protocol"],
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": facts["user"],
            "sasl.password": facts["password"],
        }
        self.lane: list[Heard] = []
        self._producer = Producer({**self.how, "enable.idempotence": True, "linger.ms": 0}, logger=SILENT)
        group = {"group.id": f"{facts['group_prefix']}journeys", "enable.auto.commit": False}
        self._consumer = Consumer({**self.how, **group, "auto.offset.reset": "earliest"}, logger=SILENT)
        self._consumer.assign([TopicPartition(facts["from_hub"], 0, 0)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.flush(SECONDS)
        self._consumer.close()

    def put(self, body: bytes | None, headers: dict[str, bytes | str | None], topic: str | None = None) -> str:
        """Write one record as it is; return the name by which a refusal may call it. Raises KafkaException."""
        answers: list[tuple[KafkaError | None, Message]] = []
        self._producer.produce(
            topic or self.facts["to_hub"],
            body,
            headers=list(headers.items()),
            on_delivery=lambda error, message: answers.append((error, message)),
        )
        self._producer.flush(SECONDS)
        error, message = answers[0]
        if error is not None:
            raise KafkaException(error)
        return f"record {message.partition()}/{message.offset()}"

    def say(self, kind: str, data: Any, identity: str, **attributes: str | bytes | None) -> str:
        """Say an event in binary mode; attributes change what is sent, None leaves one out."""
        sent: dict[str, Any] = {
            "specversion": "1.0", "id": identity, "source": f"/agencies/{self.slug}", "type": kind, "time": now(),
        }  # fmt: skip
        sent |= attributes
        headers: dict[str, Any] = {f"ce_{name}": value for name, value in sent.items() if value is not None}
        body = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
        return self.put(body, headers | {"content-type": "application/json"})

    def say_structured(self, kind: str, data: Any, identity: str, **attributes: Any) -> str:
        """Say an event in structured mode."""
        whole = {
            "specversion": "1.0", "id": identity, "source": f"/agencies/{self.slug}", "type": kind, "time": now(),
            "datacontenttype": "application/json", "data": data,
        } | attributes  # fmt: skip
        body = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
        return self.put(body, {"content-type": "application/cloudevents+json; charset=UTF-8"})

    def hears(self, wanted: Any, seconds: float = SECONDS) -> Heard:
        """The first message of the lane, from its beginning on, that `wanted` is true of; waits for it."""
        deadline, looked = time.monotonic() + seconds, 0
        while True:
            for heard in self.lane[looked:]:
                looked += 1
                if wanted(heard):
                    return heard
            if time.monotonic() > deadline:
                seen = ", ".join(heard.type for heard in self.lane[-5:])
                message = f"It did not come on the lane of {self.slug}; the last that came: {seen}."
                raise AssertionError(message)
            self._listen()

    def hears_of(self, kind: str, field: str, value: Any) -> Heard:
        """The message of this type whose data say so."""
        return self.hears(lambda heard: heard.type == kind and heard.data.get(field) == value)

    def refusal(self, message_id: str) -> dict[str, Any]:
        """What the hub answers to a message that it did not admit."""
        found = self.hears(
            lambda one: one.type == "message.refused" and one.data["refusal"]["message_id"] == message_id
        )
        return found.data["refusal"]

    def _listen(self) -> None:
        for message in self._consumer.consume(100, timeout=0.2):
            if message.error() is None:
                texts = {name: (value or b"").decode() for name, value in message.headers() or ()}
                attributes = {name[3:]: value for name, value in texts.items() if name.startswith("ce_")}
                self.lane.append(Heard(attributes, json.loads(message.value())))
            elif not message.error().retriable():
                raise KafkaException(message.error())


def now() -> str:
    return datetime.now(UTC).isoformat()
