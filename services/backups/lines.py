"""A record of Kafka as one line of a backup's file, and back."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.plumbing.service import Record
from services.plumbing.tables import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.backups.log import Place


def line_of(record: Record) -> bytes:
    """Return a record as a line of JSON."""
    at = round(record.appended_at.timestamp() * 1000)
    told = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "at": at}
    return json.dumps(told | {"record": packed(record).decode()}).encode() + b"\n"


def record_in(line: bytes) -> Record:
    """Return the record again."""
    told = json.loads(line)
    at = datetime.fromtimestamp(told["at"] / 1000, UTC)
    return unpacked(told["record"].encode(), told["topic"], told["partition"], told["offset"], at)


def in_places(records: Iterable[Record]) -> Iterator[Record]:
    """Iterate over the records with the offsets that they get where each partition begins anew."""
    so_far: Counter[Place] = Counter()
    for one in records:
        place = (one.topic, one.partition)
        yield Record(*place, so_far[place], one.appended_at, one.headers, one.key, one.body)
        so_far[place] += 1
