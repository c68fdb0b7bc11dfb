"""Java learns Kafka's classes, once a machine: every Kafka that the tests start afterwards is up in half the time."""

import asyncio
import os
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from services.local.kafka import CLASSES, SILENT, Kafka
from services.local.platform import jars_of
from services.local.progress import quiet
from services.local.settings import LocalSettings
from services.local.state import State
from services.plumbing.access import KafkaAccess
from tests.platform.embedded import fresh_folder

TOPIC = "sample"
SECONDS = 30


def learnt(jars: list[Path], classes: Path) -> None:
    """Start a Kafka that does a little of what Kafkas do, and keep what Java made of it at `classes`."""
    with fresh_folder() as folder:
        state, made = State(folder / "state"), folder / CLASSES
        state.prepare()
        kafka = Kafka(state, jars, classes=made, learns=True)
        kafka.start()
        try:
            used(kafka.hub)
        finally:
            kafka.stop()
        # Another run may use the one that is there, or be about to put its own.
        beside = classes.with_name(f"{CLASSES}.{os.getpid()}")
        made.replace(beside)
        beside.replace(classes)


def used(access: KafkaAccess) -> None:
    """Do what every client does; both are gone before the server stops."""
    settings = access.for_librdkafka()
    admin, producer = AdminClient(settings, logger=SILENT), Producer(settings, logger=SILENT)
    for topic in admin.create_topics([NewTopic(TOPIC, 2, 1)]).values():
        topic.result(SECONDS)
    producer.produce(TOPIC, b"sample")
    producer.flush(SECONDS)


def main() -> None:
    """Do it, unless it was done for these jars."""
    settings = LocalSettings()
    jars = asyncio.run(jars_of(settings, quiet))
    classes = settings.cache / CLASSES
    if not classes.exists() or classes.stat().st_mtime < max(jar.stat().st_mtime for jar in jars):
        learnt(jars, classes)


if __name__ == "__main__":
    main()
