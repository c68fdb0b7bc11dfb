"""Java learns Kafka's classes, once a machine: every Kafka that the tests start afterwards is up in half the time."""

import asyncio
import os
import shutil
from pathlib import Path

from confluent_kafka import Consumer, Producer

from contracts import topics
from services.local import laying
from services.local.kafka import CLASSES, SILENT, Kafka
from services.local.platform import jars_of
from services.local.progress import quiet
from services.local.settings import LocalSettings
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import Administration
from services.plumbing.passwords import Passwords
from services.sites import load_site
from tests.platform.clients import commit, take
from tests.platform.embedded import fresh_folder

SITE = "whatcom"
SECONDS = 30


def learnt(jars: list[Path], classes: Path) -> None:
    """Start a Kafka that does a little of what Kafkas do, and keep what Java made of it at `classes`."""
    with fresh_folder() as folder:
        state, made = State(folder / "state"), folder / CLASSES
        state.prepare()
        kafka = Kafka(state, jars, classes=made, learns=True)
        kafka.start()
        try:
            used(kafka.hub, folder / "agencies")
        finally:
            kafka.stop()
        # Another run may use the one that is there, or be about to put its own.
        beside = classes.with_name(f"{CLASSES}.{os.getpid()}")
        shutil.copyfile(made, beside)
        beside.replace(classes)


def used(access: KafkaAccess, passwords: Path) -> None:
    """Do what every hub and its services do; all are gone before the server stops."""
    asyncio.run(Administration(access, Passwords(passwords)).apply(laying.wanted(load_site(SITE))))
    settings = access.for_librdkafka()
    producer = Producer(settings, logger=SILENT)
    producer.produce(topics.REFERRALS, b"sample")
    producer.flush(SECONDS)
    consumer = Consumer({**settings, "group.id": "sample", "auto.offset.reset": "earliest"}, logger=SILENT)
    consumer.subscribe([topics.REFERRALS])
    take(consumer)
    commit(consumer)
    consumer.close()


def main() -> None:
    """Do it, unless it was done for these jars."""
    settings = LocalSettings()
    jars = asyncio.run(jars_of(settings, quiet))
    classes = settings.cache / CLASSES
    if not classes.exists() or classes.stat().st_mtime < max(jar.stat().st_mtime for jar in jars):
        learnt(jars, classes)


if __name__ == "__main__":
    main()
