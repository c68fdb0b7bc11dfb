"""Restoring: into an empty hub, from a backup and the key copy. What was erased since is erased again, before all else.

The log and the tables come back as they were. The keys come from the key copy, so that what was destroyed stays closed;
and for each such record the door finds a deadline that is due, and says `referral.erased` as soon as it runs: every
service clears what it had derived, and who was told is asked to forget.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from services.backups import database, store
from services.backups.errors import AnotherHub, Damaged, NotEmpty, OtherPartitions
from services.backups.lines import in_places, record_in
from services.backups.log import KEPT_WHOLE, Log
from services.backups.making import LOG, require_rest
from services.backups.manifest import DATABASE, Manifest, Stand
from services.intake.domain.erasing import erased_before
from services.intake.domain.naming import case_of_referral
from services.local import laying
from services.plumbing.administration import Administration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.backups.keycopy import KeyCopy, Part
    from services.backups.making import Ground
    from services.local.progress import Progress
    from services.plumbing.layout import Layout
    from services.plumbing.passwords import Passwords
    from services.plumbing.service import Record

_STEP: Final = "writing the log"
_TABLES: Final = "loading the tables"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back, and what it did not."""

    records: int
    """Of the hub's topics."""
    entries: int
    """Of the ledger."""
    unread: int
    """Messages that wait for their readers again."""
    parked: int
    opens: int
    """Referrals' records whose keys are there."""
    erased_again: tuple[str, ...]
    """The records that were erased after the backup was made."""


async def restored(
    ground: Ground, folder: Path, copy: KeyCopy, layout: Layout, passwords: Passwords, progress: Progress
) -> Restored:
    """Bring a hub back; `layout` is what its Kafka should hold, `passwords` are the agencies'.

    Raises:
        NotABackup, Damaged, AnotherHub, PartMissing, NotEmpty, OtherPartitions, ProgramFailed: as they say; of all but
            the last two, nothing was changed.
    """
    manifest = require_sound(ground.hub, ground.secrets, folder, copy)
    part = copy.part(manifest.id)
    log = Log(ground.kafka)
    await require_empty(ground, log)
    opens = await _tables(ground, folder, part, copy, manifest, progress)
    await Administration(ground.kafka, passwords).apply(layout)
    await _log(log, folder, manifest, progress)
    waiting = await _unread(log, part, manifest)
    async with ground.connected() as conn:
        again = await _erased_again(conn, copy, manifest)
    return Restored(
        records=sum(one.records for one in manifest.partitions), entries=manifest.entries, unread=waiting,
        parked=sum(not store.settled(row) for _, row in part.letters), opens=opens, erased_again=again,
    )  # fmt: skip


def require_sound(hub: str, secrets: Path, folder: Path, copy: KeyCopy) -> Manifest:
    """See that the backup is whole and of the hub with these secrets, and that the key copy holds its part.

    Raises:
        NotABackup, Damaged, AnotherHub, PartMissing: as they say.
    """
    manifest = Manifest.read(folder)
    if manifest.hub != hub:
        raise AnotherHub(what=f"The backup {folder}", secrets=secrets)
    manifest.require_whole(folder)
    copy.part(manifest.id)
    copy.erasures()
    return manifest


async def require_empty(ground: Ground, log: Log) -> None:
    """See that nothing would be mixed: no tables, no topic with anything in it, nobody who reads.

    Raises:
        NotEmpty, NotAtRest: as they say.
    """
    await require_rest(log)
    async with ground.connected() as conn:
        if await store.is_laid(conn):
            raise NotEmpty(what="its database has tables of a hub")
    held = [name for (name, _), span in (await log.spans(await log.names())).items() if _is_ours(name) and span.end]
    if held:
        raise NotEmpty(what=f"the topic {min(held)} holds records")


def _is_ours(topic: str) -> bool:
    return topic.startswith(("hub.", "agency."))


async def _tables(
    ground: Ground, folder: Path, part: Part, copy: KeyCopy, manifest: Manifest, progress: Progress
) -> int:
    """Load the tables, the keys as the key copy has them now, and what was parked; return how many records open."""
    progress(_TABLES, 0, 1)
    await laying.roles_made(ground.postgres, ground.secrets, ground.kafka.realm)
    await database.loaded(ground.postgres, folder / DATABASE)
    async with ground.connected() as conn:
        opening = await store.keys_taken(conn, copy.keys(manifest.made_at))
        await store.letters_taken(conn, part.letters)
    await laying.migrated(ground.postgres, ground.secrets, ground.kafka.realm)
    progress(_TABLES, 1, 1)
    return opening


async def _log(log: Log, folder: Path, manifest: Manifest, progress: Progress) -> None:
    """Append what the hub's topics held, record for record at the same offsets, and let the services stand there."""
    now = await log.spans(KEPT_WHOLE)
    for one in manifest.partitions:
        if (one.topic, one.partition) not in now:
            then = sum(other.topic == one.topic for other in manifest.partitions)
            raise OtherPartitions(topic=one.topic, then=then, now=sum(topic == one.topic for topic, _ in now))
    total, done = max(1, sum(one.records for one in manifest.partitions)), 0
    progress(_STEP, 0, total)

    def advanced(records: int) -> None:
        nonlocal done
        done += records
        if done % 1000 == 0 or done == total:
            progress(_STEP, done, total)

    await log.written(_records(folder, manifest), advanced)
    for place, span in (await log.spans(KEPT_WHOLE)).items():
        wanted = next((one.records for one in manifest.partitions if (one.topic, one.partition) == place), 0)
        if span.end != wanted:
            raise NotEmpty(what=f"the topic {place[0]} has {span.end} records in a partition, not {wanted}")
    await log.stood([one for one in manifest.stands if one.topic in KEPT_WHOLE])


def _records(folder: Path, manifest: Manifest) -> Iterator[Record]:
    for one in manifest.partitions:
        file = folder / LOG / f"{one.topic}.{one.partition}.jsonl.gz"
        expected = 0
        with gzip.open(file, "rb") as lines:
            for line in lines:
                record = record_in(line)
                if (record.topic, record.partition, record.offset) != (one.topic, one.partition, expected):
                    raise Damaged(file=file)
                expected += 1
                yield record
        if expected != one.records:
            raise Damaged(file=file)


async def _unread(log: Log, part: Part, manifest: Manifest) -> int:
    """Put back what waited for readers, with its own times: an answer that came in time stays so.

    Agencies' topics begin anew, so that every group stands at their beginning: what is there is what it had not read.
    """
    there = set(await log.names())
    messages = [one.record for one in part.unread if one.record.topic in there]
    names = sorted({one.topic for one in messages})
    await log.keeping_times(names, own=True)
    try:
        await log.written(in_places(messages), lambda _: None)
    finally:
        await log.keeping_times(names, own=False)
    beginnings = [
        Stand(group=one.group, topic=one.topic, partition=one.partition, offset=0)
        for one in manifest.stands
        if one.topic not in KEPT_WHOLE and one.topic in there
    ]
    await log.stood(beginnings)
    return len(messages)


async def _erased_again(conn: Any, copy: KeyCopy, manifest: Manifest) -> tuple[str, ...]:
    """Have every record erased that was erased after the backup; return which."""
    done = {one.referral_id for one in await store.erasures(conn)}
    again: list[str] = []
    for one in copy.erasures():
        case = case_of_referral(one.referral_id)
        person = None if one.referral_id in done else await store.person_of(conn, case, one.referral_id)
        if person is not None:
            # Of a record that the backup does not know there is nothing to clear.
            name = erased_before(one.ground, one.by)
            await store.due_now(conn, case, person, f"restore-{manifest.id}", name, one.referral_id)
            again.append(one.referral_id)
    return tuple(again)
