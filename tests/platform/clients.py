"""A client as an agency would write it: confluent-kafka and its credentials, no code of ours."""

import logging
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

SECONDS = 60
SILENT = logging.getLogger("tests.librdkafka")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class Refused(Exception):
    """Kafka said no; `code` is one of KafkaError's."""

    def __init__(self, error: KafkaError) -> None:
        self.code = error.code()
        super().__init__(error.str())


class Client:
    """One agency, or whoever holds these credentials."""

    def __init__(self, bootstrap: str, user: str, password: str) -> None:
        self._how = {
            "bootstrap.servers": bootstrap,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": user,
            "sasl.password": password,
            "reconnect.backoff.max.ms": 500,
        }

    def producer(self) -> Producer:
        return Producer({**self._how, "enable.idempotence": True}, logger=SILENT)

    def consumer(self, group: str) -> Consumer:
        new = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
        return Consumer({**self._how, **new, "session.timeout.ms": 6000}, logger=SILENT)

    def write(self, topic: str, value: bytes) -> None:
        """Write one message and wait until Kafka has it. Raises Refused."""
        put(self.producer(), topic, value)

    def read(self, topic: str, group: str, count: int) -> list[bytes]:
        """Read so many messages, and commit. Raises Refused."""
        consumer = self.consumer(group)
        try:
            consumer.subscribe([topic])
            values = [take(consumer) for _ in range(count)]
            commit(consumer)
            return values
        finally:
            consumer.close()

    def sees(self) -> set[str]:
        """The topics that Kafka tells this user of."""
        return set(self.producer().list_topics(timeout=SECONDS).topics)


def put(producer: Producer, topic: str, value: bytes) -> None:
    answers: list[KafkaError | None] = []
    producer.produce(topic, value, on_delivery=lambda error, _message: answers.append(error))
    producer.flush(SECONDS)
    if not answers:
        message = "Kafka neither took nor refused the message"
        raise TimeoutError(message)
    if answers[0] is not None:
        raise Refused(answers[0])


def take(consumer: Consumer) -> bytes:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        error = message.error()
        if error is None:
            return message.value() or b""
        if not error.retriable():
            raise Refused(error)
    answer = "no message came, and no refusal"
    raise TimeoutError(answer)


def commit(consumer: Consumer) -> None:
    try:
        consumer.commit(asynchronous=False)
    except KafkaException as refusal:
        raise Refused(refusal.args[0]) from None
