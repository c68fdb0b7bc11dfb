"""The published heads of the ledger's chains: read from Kafka, backwards; written beside an export, and read again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts import topics
from contracts.catalogue import LedgerExtended
from contracts.reading import read
from services.commands.shown import Trouble
from services.plumbing.chains import Head, canonical
from services.plumbing.ledger import CHAINS
from services.plumbing.sending import partition_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.plumbing.access import KafkaAccess

_FIRST_WINDOW: Final = 256
_GROWS: Final = 4
_LOOK_MILLISECONDS: Final = 500
_KEY: Final = "ledger/"
_MEMBERS: Final = {"chain": int, "hash": str, "length": int}


async def published(access: KafkaAccess, topic: str = topics.DISCLOSURES, chains: int = CHAINS) -> dict[int, Head]:
    """Return the newest published head of each chain; a chain that nothing was entered into has none.

    Each chain's heads are in one partition, by their key. It is read from its end, in windows that grow, until all
    chains that belong there are found. Only a chain that has no head there is looked for in the other partitions.

    Raises:
        Trouble: the topic is not there.
    """
    places = await _partitions(access, access.outside(topic))
    if not places:
        raise Trouble(f"Kafka has no topic {topic}.", "`hub topics apply` makes it.")
    consumer = AIOKafkaConsumer(**access.for_looking())
    await consumer.start()
    try:
        wanted: dict[TopicPartition, set[int]] = {place: set() for place in places}
        for chain in range(chains):
            wanted[places[partition_of(f"{_KEY}{chain}".encode(), len(places))]].add(chain)
        found: dict[int, Head] = {}
        for place, here in wanted.items():
            found |= await _newest(consumer, place, here)
        for place in places:
            if missing := set(range(chains)) - found.keys() - wanted[place]:
                found |= await _newest(consumer, place, missing)
        return found
    finally:
        await consumer.stop()


def heads_file(export: Path) -> Path:
    """Return where the heads of an export are: beside it."""
    return export.with_name(f"{export.name}.heads")


def written_heads(heads: Mapping[int, Head]) -> list[str]:
    """Return one line of canonical JSON for each head, in order, without the lines' ends."""
    return [canonical(head._asdict()) for _, head in sorted(heads.items())]


def read_heads(file: Path) -> dict[int, Head]:
    """Return the heads that a file holds.

    Raises:
        Trouble: it cannot be read, or is no file of heads.
    """
    try:
        lines = file.read_bytes().splitlines()
    except OSError as reason:
        happened = f"The published heads, {file}, cannot be read: {reason.strerror}."
        raise Trouble(happened, "`hub ledger export` writes them beside the export; --heads names others.") from None
    heads: dict[int, Head] = {}
    for number, line in enumerate(lines, start=1):
        head = _head(line)
        if head is None or head.chain in heads:
            happened = f"{file} is no file of heads: line {number} is not the only head of one chain."
            raise Trouble(happened, "name the file that `hub ledger export` wrote, its name ends in .heads.")
        heads[head.chain] = head
    return heads


def _head(line: bytes) -> Head | None:
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != _MEMBERS.keys():
        return None
    if any(type(found[name]) is not kind for name, kind in _MEMBERS.items()):
        return None
    return Head(found["chain"], found["length"], found["hash"])


async def _partitions(access: KafkaAccess, topic: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(**access.for_aiokafka())
    await admin.start()
    try:
        (there,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    return sorted(TopicPartition(topic, partition["partition"]) for partition in there["partitions"])


async def _newest(consumer: AIOKafkaConsumer, place: TopicPartition, wanted: set[int]) -> dict[int, Head]:
    """Return the newest head of each of these chains that the partition has, looking at each record once."""
    begin = (await consumer.beginning_offsets([place]))[place]
    until = (await consumer.end_offsets([place]))[place]
    found: dict[int, Head] = {}
    window = _FIRST_WINDOW
    while until > begin and wanted - found.keys():
        start = max(begin, until - window)
        there = await _heads_between(consumer, place, start, until)
        found = {chain: head for chain, head in there.items() if chain in wanted} | found
        until, window = start, window * _GROWS
    return found


async def _heads_between(consumer: AIOKafkaConsumer, place: TopicPartition, start: int, until: int) -> dict[int, Head]:
    """Return the newest head of each chain from offset `start` to just before `until`."""
    consumer.assign([place])
    consumer.seek(place, start)
    found: dict[int, Head] = {}
    # The position passes what no record stands at, such as a transaction's mark.
    while await consumer.position(place) < until:
        for record in (await consumer.getmany(place, timeout_ms=_LOOK_MILLISECONDS)).get(place, []):
            if record.offset >= until or not (record.key or b"").startswith(_KEY.encode()):
                continue
            event = read(record.headers, record.value).event
            if isinstance(event, LedgerExtended):
                found[event.chain] = Head(event.chain, event.length, event.head)
    return found
