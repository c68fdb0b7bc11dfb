"""Making a backup of a hub at rest: first the log, then the tables, then what belongs to it in the key copy."""

from __future__ import annotations

import asyncio
import gzip
import secrets
import shutil
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path  # a field's type is read at run time
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from contracts import topics
from services.backups import database, store
from services.backups.errors import FolderTaken, InsideTheBackup, NotAtRest
from services.backups.keycopy import KeyCopy, Part, Unread
from services.backups.lines import line_of
from services.backups.log import KEPT_WHOLE, Log, Place, Span
from services.backups.manifest import DATABASE, FILE, Manifest, Partition, hub_name, kept
from services.local.state import write_whole
from services.plumbing.access import KafkaAccess  # as above
from services.plumbing.keystore import SiteKeys  # as above

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from services.backups.manifest import Kept, Stand
    from services.local.progress import Progress
    from services.plumbing.service import Record

LOG: Final = "log"
_LOG: Final = "reading the log"
_TABLES: Final = "writing the tables"
_ID: Final = "ce_id"


@dataclass(frozen=True)
class Ground:
    """The servers of a hub, with an administrator's rights, and its keys."""

    postgres: str
    """An administrator's address of the hub's database (DSN)."""
    kafka: KafkaAccess
    keys: SiteKeys = field(repr=False)
    site: str
    secrets: Path
    """The folder of passwords and keys."""

    @property
    def hub(self) -> str:
        """What tells this hub from others."""
        return hub_name(self.keys.matching)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """Connect to the database as an administrator."""
        conn = await asyncpg.connect(self.postgres)
        try:
            yield conn
        finally:
            await conn.close()


async def made(ground: Ground, folder: Path, copy: KeyCopy, progress: Progress) -> Manifest:
    """Write a backup into a new folder, and what can be destroyed into the key copy; return what it holds.

    Raises:
        NotAtRest, FolderTaken, InsideTheBackup, AnotherHub, NotInStep, ProgramMissing, ProgramFailed: as they say.
    """
    folder = _require_new(folder, copy)
    log = Log(ground.kafka)
    await require_rest(log)
    (folder / LOG).mkdir(mode=0o700, parents=True)
    try:
        return await _made(ground, folder, copy, log, progress)
    except BaseException:
        # Half a backup must not be taken for one.
        shutil.rmtree(folder)
        raise


async def _made(ground: Ground, folder: Path, copy: KeyCopy, log: Log, progress: Progress) -> Manifest:
    stands, spans = await log.stands(), await log.spans(KEPT_WHOLE)
    await _log_written(log, spans, folder / LOG, progress)
    unread = await _unread(log, stands)
    progress(_TABLES, 0, 1)
    async with ground.connected() as conn:
        made_at = await store.now(conn)
        await database.dumped(ground.postgres, folder / DATABASE)
        name = f"{made_at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        letters = [row async for row in store.letters(conn)]
        await copy.in_step(conn)
        copy.add(name, Part(letters, await _records_of(conn, unread)))
        entries = await store.entries(conn)
    progress(_TABLES, 1, 1)
    # Whoever started a service meanwhile has changed what was read before.
    await require_rest(log)
    if await log.spans(KEPT_WHOLE) != spans:
        raise NotAtRest(services="some")
    manifest = Manifest(
        id=name, hub=ground.hub, site=ground.site, realm=ground.kafka.realm, made_at=made_at,
        partitions=_partitions(spans),
        stands=tuple(stands), entries=entries, files=_files(folder),
    )  # fmt: skip
    await asyncio.to_thread(write_whole, folder / FILE, manifest.model_dump_json(indent=1) + "\n")
    return manifest


def _require_new(folder: Path, copy: KeyCopy) -> Path:
    folder = folder.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(folder=folder)
    if copy.folder.is_relative_to(folder):
        raise InsideTheBackup(copy=copy.folder)
    return folder


def _files(folder: Path) -> tuple[Kept, ...]:
    return tuple([kept(folder, file) for file in sorted(folder.rglob("*")) if file.is_file()])


def _partitions(spans: Mapping[Place, Span]) -> tuple[Partition, ...]:
    """Return what the manifest says of them: nothing is ever removed there, so that all begin at nought."""
    return tuple(
        [Partition(topic=place[0], partition=place[1], records=span.end) for place, span in sorted(spans.items())]
    )


async def require_rest(log: Log) -> None:
    """See that no service reads.

    Raises:
        NotAtRest: one does.
    """
    busy = await log.busy()
    if busy:
        raise NotAtRest(services=", ".join(sorted(busy)))


async def _log_written(log: Log, spans: Mapping[Place, Span], folder: Path, progress: Progress) -> None:
    """Write a file for each partition of the hub's topics."""
    total, done = sum(span.end - span.first for span in spans.values()), 0
    progress(_LOG, 0, max(total, 1))
    with ExitStack() as stack:
        files: dict[Place, Any] = {}
        for topic, number in spans:
            file = gzip.open(folder / f"{topic}.{number}.jsonl.gz", "wb", compresslevel=3)  # noqa: SIM115  # by the stack
            files[topic, number] = stack.enter_context(file)

        def take(record: Record) -> None:
            nonlocal done
            files[record.topic, record.partition].write(line_of(record))
            done += 1
            if done % 1000 == 0 or done == total:
                progress(_LOG, done, total)

        await log.read(spans, take)


async def _unread(log: Log, stands: Iterable[Stand]) -> list[Record]:
    """Return what agencies said that the door has not read, and what is on lanes that nobody of the agency has read."""
    names = [name for name in await log.names() if name.startswith("agency.")]
    read: dict[Place, int] = {}
    for one in stands:
        place = (one.topic, one.partition)
        # Of an agency's consumer groups the one that is furthest behind counts: a message twice is better than none.
        read[place] = min(read.get(place, one.offset), one.offset)
    left = {
        place: Span(max(span.first, read.get(place, span.first)), span.end)
        for place, span in (await log.spans(names)).items()
    }
    found: list[Record] = []
    await log.read(left, found.append)
    return found


async def _records_of(conn: Any, messages: Sequence[Record]) -> list[Unread]:
    """Return the messages with the record that each tells of: of what agencies were told, the ledger says so."""
    ids = [(dict(one.headers).get(_ID) or b"").decode(errors="replace") for one in messages]
    told = await store.told(conn, ids)
    return [
        Unread(one, told.get(message_id) if _is_lane(one) else None)
        for one, message_id in zip(messages, ids, strict=True)
    ]


def _is_lane(record: Record) -> bool:
    return topics.agency_of(record.topic) is None
