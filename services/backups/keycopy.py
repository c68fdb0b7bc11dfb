"""The key copy: the one folder, apart from all backups, that holds whatever may have to be destroyed.

`keys.json`     the wrapped key of every record (null once it was destroyed), and what was erased: when, why, by whom
`parked/<id>`   of each backup: what was parked, and the messages that nobody had read yet, wrapped by the site's key

Nothing in it is clear text, and without the site's key nothing opens. It is brought in step with the hub: what was
destroyed there is destroyed here, and the old bytes are overwritten before they are let go (a disk or a file system
that keeps old versions keeps them; it is no place for this folder).
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import json
import os
import tempfile
from collections.abc import Sequence  # a field's type is read at run time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from contracts.reading import NoCloudEvent, open_envelope
from services.backups import store
from services.backups.errors import AnotherHub, NotInStep, PartMissing
from services.backups.lines import line_of, record_in
from services.backups.manifest import hub_name
from services.backups.store import Erasure
from services.plumbing.arrivals import digest_of
from services.plumbing.ring import PARKED
from services.plumbing.service import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.plumbing.keystore import SiteKeys
    from services.plumbing.ring import Ring

_KEYS_FILE: Final = "keys.json"
_PARTS: Final = "parked"
_LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Unread:
    """A message that its reader had not read when the backup was made; of which record it tells, where one knows."""

    record: Record
    referral_id: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs to one backup: rows of dead letters by service, and unread messages."""

    letters: Sequence[tuple[str, str]]
    unread: Sequence[Unread]


class KeyCopy:
    """One folder of one hub. Files are written whole or not at all."""

    def __init__(self, folder: Path, ring: Ring, hub: str) -> None:
        """`hub` is `hub_name` of its matching key; the folder of another hub is refused."""
        self.folder = folder.expanduser().absolute()
        self._ring = ring
        self._hub = hub

    @classmethod
    def of(cls, folder: Path, keys: SiteKeys) -> KeyCopy:
        """Return the key copy of the hub that has these keys."""
        return cls(folder, keys.site, hub_name(keys.matching))

    async def in_step(self, conn: Any) -> int:
        """Bring the copy in step with the hub; return how many keys it holds. `conn` is an administrator's.

        Raises:
            AnotherHub: the folder is of another hub.
            NotInStep: it cannot be written.
        """
        # In a thread: where another task of this process holds the lock, that one has to go on.
        with self._writing(), await asyncio.to_thread(self._locked):
            return await self._stepped(conn)

    async def _stepped(self, conn: Any) -> int:
        known = self._known()
        keys: dict[str, Any] = known["keys"]
        for record_id, wrapped, made_at in await store.keys(conn):
            # What was destroyed here once stays so, whatever a hub says that was restored by other means.
            if record_id not in keys or keys[record_id]["wrapped"] is not None:
                keys[record_id] = {"wrapped": _text(wrapped), "made_at": made_at.isoformat()}
        erased = {one["referral_id"]: one for one in known["erasures"]}
        for one in await store.erasures(conn):
            erased.setdefault(one.referral_id, {**one._asdict(), "erased_at": one.erased_at.isoformat()})
        # The parts first: keys.json in step means that everything is.
        for part in sorted((self.folder / _PARTS).glob("*")):
            await self._part_in_step(conn, part, keys)
        whole = {**known, "keys": keys, "erasures": list(erased.values())}
        _replaced(self.folder / _KEYS_FILE, json.dumps(whole).encode())
        return sum(one["wrapped"] is not None for one in keys.values())

    def add(self, backup: str, part: Part) -> None:
        """Keep what belongs to a backup.

        Raises:
            NotInStep: it cannot be written.
        """
        lines: list[dict[str, Any]] = [{"service": service, "row": row} for service, row in part.letters]
        lines += [
            {
                "record": one.referral_id,
                "said": said_in(one.record),
                "message": _text(self._ring.wrap(PARKED, line_of(one.record))),
            }
            for one in part.unread
        ]
        with self._writing(), self._locked():
            _replaced(self.folder / _PARTS / backup, _text_of(lines))

    def part(self, backup: str) -> Part:
        """Return what belongs to a backup, as far as it was not destroyed since.

        Raises:
            PartMissing: the folder never held it.
        """
        file = self.folder / _PARTS / backup
        if not file.is_file():
            raise PartMissing(copy=self.folder, part=f"the part of backup {backup}")
        letters: list[tuple[str, str]] = []
        unread: list[Unread] = []
        for told in _lines(file):
            if "message" in told:
                clear = self._ring.unwrap(PARKED, base64.b64decode(told["message"]))
                unread.append(Unread(record_in(clear), told["record"]))
            else:
                letters.append((told["service"], told["row"]))
        return Part(letters, unread)

    def keys(self, until: datetime) -> dict[str, bytes | None]:
        """Return the wrapped keys of all records that were there at that moment; None where one was destroyed since."""
        return {
            record_id: None if one["wrapped"] is None else base64.b64decode(one["wrapped"])
            for record_id, one in self._known(needed=True)["keys"].items()
            if datetime.fromisoformat(one["made_at"]) <= until
        }

    def erasures(self) -> list[Erasure]:
        """Return everything that was erased."""
        return [
            Erasure(one["referral_id"], datetime.fromisoformat(one["erased_at"]), one["ground"], one["by"])
            for one in self._known(needed=True)["erasures"]
        ]

    def wrapped_anew(self) -> int:
        """Wrap what belongs to backups under the ring's newest key; return how many messages that were.

        Raises:
            NotInStep: it cannot be written.
        """
        done = 0
        with self._writing(), self._locked():
            for file in sorted((self.folder / _PARTS).glob("*")):
                lines = _lines(file)
                done += sum(self._anew(line) for line in lines)
                _replaced(file, _text_of(lines))
        return done

    def _anew(self, line: dict[str, Any]) -> bool:
        """Wrap what a line holds under the newest key; return whether it holds anything wrapped."""
        if "message" in line:
            line["message"] = _text(self._wrapped_anew(base64.b64decode(line["message"])))
            return True
        row = json.loads(line["row"])
        if not row["wrapped"] or row["content"] == _NOTHING:
            return False
        row["content"] = _HEX + self._wrapped_anew(bytes.fromhex(row["content"].removeprefix(_HEX))).hex()
        line["row"] = json.dumps(row)
        return True

    def _wrapped_anew(self, wrapped: bytes) -> bytes:
        return self._ring.wrap(PARKED, self._ring.unwrap(PARKED, wrapped))

    def _locked(self) -> IO[str]:
        """Keep others out until it is closed: who read the hub earlier must not write a destroyed key back."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.folder / _LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotInStep(copy=self.folder, why=type(error).__name__) from None

    async def _part_in_step(self, conn: Any, file: Path, keys: Mapping[str, Any]) -> None:
        """Let go what is not to come back: of erased records, and clear text that the hub keeps nowhere any more."""
        lines = _lines(file)
        settled = {("intake", number): row for number, row in (await store.settled_at_the_door(conn)).items()}
        admitted = await store.admitted(conn, [one["said"] for one in lines if one.get("said") is not None])
        left = [one for one in (_left(line, keys, settled, admitted) for line in lines) if one is not None]
        if left != lines:
            _replaced(file, _text_of(left))

    def _known(self, *, needed: bool = False) -> dict[str, Any]:
        file = self.folder / _KEYS_FILE
        if not file.is_file():
            if needed:
                raise PartMissing(copy=self.folder, part=_KEYS_FILE)
            return {"form": 1, "hub": self._hub, "keys": {}, "erasures": []}
        known: dict[str, Any] = json.loads(file.read_bytes())
        if known["hub"] != self._hub:
            raise AnotherHub(what=f"The key copy {self.folder}", secrets="the folder of secrets")
        return known


_HEX: Final = "\\x"
_NOTHING: Final = _HEX
"""How PostgreSQL writes bytes as JSON, and no bytes."""


def said_in(record: Record) -> tuple[str, str, str] | None:
    """Return by what the door knows a message again: source, id, digest of the body; None of one that it cannot read.

    The body alone is no sign: "stop" is said in the same words by many.
    """
    try:
        envelope, _ = open_envelope(record.headers, record.body, otherwise=record.appended_at)
    except NoCloudEvent:
        return None
    return envelope.source, envelope.id, digest_of(record.body).hex()


def _text_of(lines: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def _left(
    line: dict[str, Any],
    keys: Mapping[str, Any],
    settled: Mapping[tuple[str, int], str],
    admitted: set[tuple[str, ...]],
) -> dict[str, Any] | None:
    """Return what is left of a line."""
    if "message" not in line:
        row = json.loads(line["row"])
        return {**line, "row": settled.get((line["service"], row["id"]), line["row"])} if row["wrapped"] else line
    if line["record"] is None:
        return None if line["said"] is not None and tuple(line["said"]) in admitted else line
    return None if keys.get(line["record"], {"wrapped": None})["wrapped"] is None else line


def _replaced(file: Path, content: bytes) -> None:
    """Write a file whole, and overwrite the bytes of the one before."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent.parent if file.parent.name == _PARTS else file.parent, prefix=".")
    with os.fdopen(handle, "wb") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    old = file.open("r+b") if file.exists() else None
    Path(name).replace(file)
    if old is not None:
        with old:
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())


def _text(wrapped: bytes | None) -> str | None:
    return None if wrapped is None else base64.b64encode(wrapped).decode()
