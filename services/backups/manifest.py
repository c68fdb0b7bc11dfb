"""What a backup says of itself: when, of which hub, which files, and where everybody stood."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime  # pydantic reads it at run time
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from services.backups.errors import Damaged, NotABackup

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "manifest.json"
DATABASE: Final = "database.dump"
FORM: Final = 1
_NAMES: Final = b"names the hub of a backup"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kept(_Strict):
    """One file of the backup."""

    file: str
    sha256: str
    bytes: int


class Partition(_Strict):
    """The records of one partition of a topic, from its beginning; a record's place is its offset."""

    topic: str
    partition: int
    records: int


class Stand(_Strict):
    """How far a consumer group had read a partition."""

    group: str
    topic: str
    partition: int
    offset: int


class Manifest(_Strict):
    """The whole backup. It is written last: a folder without it is not a backup."""

    form: int = FORM
    id: str
    """Also the name of its part in the key copy."""
    hub: str
    """Tells hubs apart, by a keyed hash; see `hub_name`."""
    site: str
    realm: str = ""
    """What stood before the site's names: empty for the first site of a hub."""
    made_at: datetime
    """By the database's clock; what happened later is not in it."""
    partitions: tuple[Partition, ...]
    stands: tuple[Stand, ...]
    entries: int
    """How long the ledger is."""
    files: tuple[Kept, ...]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it.

        Raises:
            NotABackup: there is none, or it is of another form.
        """
        try:
            return cls.model_validate_json((folder / FILE).read_text())
        except FileNotFoundError:
            raise NotABackup(folder=folder, why="it has no manifest.json") from None
        except (OSError, ValidationError) as error:
            raise NotABackup(folder=folder, why=f"its manifest.json cannot be read ({type(error).__name__})") from None

    def require_whole(self, folder: Path) -> None:
        """See that every file is as it was written.

        Raises:
            Damaged: one is not, or is missing.
        """
        for kept in self.files:
            file = folder / kept.file
            if not file.is_file() or digest_of(file) != kept.sha256:
                raise Damaged(file=file)


def hub_name(matching: bytes) -> str:
    """Return what tells this hub from others, from its matching key; it gives nothing of the key away."""
    return hmac.new(matching, _NAMES, "sha256").hexdigest()[:16]


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def kept(folder: Path, file: Path) -> Kept:
    """Return what the manifest says of a file."""
    return Kept(file=str(file.relative_to(folder)), sha256=digest_of(file), bytes=file.stat().st_size)
