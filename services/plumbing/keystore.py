"""The keys of the hub: three of the site, in files; one of each referral's record, wrapped, in a schema of its own.

The site's key is a ring, for it can be exchanged (`hub keys rotate`); it wraps, it never seals. To erase a record
destroys its key: the log stays whole, the record is gone.
The schema `keys` belongs to a role of its own and is left out of ordinary backups, or erasing would not be erasing.
"""

import base64
import hmac
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg

from services.plumbing.ring import Ring, key_in
from services.plumbing.service import Connection
from services.plumbing.tables import WRAPS

MIGRATIONS: Final = Path(__file__).parent / "keys"
"""The SQL of the schema `keys`; it names the roles of those who may insert and select."""
SCHEMA: Final = "keys"
_FILES: Final = ("site", "pseudonym", "matching")
_LENGTHS: Final = {"site": 32, "pseudonym": 64, "matching": 32, "naming": 32, "codes": 32}


class KeyTaken(asyncpg.SerializationError):  # type: ignore[misc]  # asyncpg ships no types
    """Another transaction made a key for this record meanwhile: a collision, and the batch is done again."""


class SiteKeyExchanged(asyncpg.SerializationError):  # type: ignore[misc]  # as above
    """The site's key was exchanged while keys were wrapped under the one before; the batch is done again."""


@dataclass(frozen=True)
class SiteKeys:
    """The three keys of a site. They never show in a representation."""

    site: Ring = field(repr=False)
    """Wraps the records' keys and what is parked: the newest key and those before it."""
    pseudonym: bytes = field(repr=False)
    """Makes pseudonyms."""
    matching: bytes = field(repr=False)
    """Of keyed hashes: business keys and the marks by which people are recognised."""

    @property
    def marking(self) -> bytes:
        """Of the keyed hashes of what is told about no record: derived from the pseudonym key."""
        return hmac.digest(self.pseudonym, b"marks what was told", "sha256")

    @property
    def naming(self) -> bytes:
        """Of the ids of offers: derived from the matching key, and it gives nothing of that away."""
        return hmac.digest(self.matching, b"names what is offered", "sha256")

    @property
    def codes(self) -> bytes:
        """Of the hashes of one-time codes: derived from the matching key, and it gives nothing of that away."""
        return hmac.digest(self.matching, b"marks one-time codes", "sha256")

    @classmethod
    def from_texts(cls, *, site: str, pseudonym: str, matching: str) -> "SiteKeys":
        """Read the keys as settings give them, base 64; of the site's key, the newest first and those before it.

        Raises:
            NotAKey: one of them is not base 64, or has another length.
        """
        return cls(Ring.from_text(site), _read("pseudonym", pseudonym), _read("matching", matching))


def naming_key(text: str) -> bytes:
    """Read `SiteKeys.naming` as a setting gives it, base 64.

    Raises:
        NotAKey: it is not base 64, or has another length.
    """
    return _read("naming", text)


def codes_key(text: str) -> bytes:
    """Read `SiteKeys.codes` as a setting gives it, base 64.

    Raises:
        NotAKey: it is not base 64, or has another length.
    """
    return _read("codes", text)


def ensure_keys(secrets_dir: Path) -> SiteKeys:
    """Return the keys in `site.key`, `pseudonym.key` and `matching.key`; what is missing is made, mode 0600.

    Raises:
        NotAKey: a file is there, but no key is in it.
    """
    secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _FILES:
        _ensured(secrets_dir / f"{name}.key", name)
    return known_keys(secrets_dir)


def known_keys(secrets_dir: Path) -> SiteKeys:
    """Return the keys in the folder; none is made. Another key than the hub's own would find nobody, and say so.

    Raises:
        FileNotFoundError: one of them is missing.
        NotAKey: a file is there, but no key is in it.
    """
    site, pseudonym, matching = (secrets_dir / f"{name}.key" for name in _FILES)
    return SiteKeys(
        Ring.from_file(site), _read("pseudonym", pseudonym.read_text()), _read("matching", matching.read_text())
    )


def _ensured(file: Path, name: str) -> Path:
    if not file.exists():
        handle, new = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as made:
            made.write(base64.b64encode(secrets.token_bytes(_LENGTHS[name])) + b"\n")
            made.flush()
            os.fsync(made.fileno())
        try:
            # A link, not a rename: of two who make it at once the first wins, and both read the same key.
            os.link(new, file)
        except FileExistsError:
            return file
        finally:
            Path(new).unlink()
    return file


def _read(name: str, text: str) -> bytes:
    return key_in(name, text, _LENGTHS[name])


class KeyStore(Protocol):
    """Where the wrapped keys of records are."""

    async def wrapped(self, conn: Connection, records: Sequence[str]) -> dict[str, bytes | None]:
        """Return the wrapped key of each record; None where it was destroyed; absent where none was ever made."""
        ...

    async def keep(self, conn: Connection, made: Mapping[str, bytes]) -> None:
        """Keep newly made keys; whoever exchanges the site's key waits for the transaction from now on.

        Raises:
            KeyTaken: one of the records has a key already, or had one.
        """
        ...

    async def destroy(self, conn: Connection, record: str) -> bool:
        """Destroy the key of the record for good, and say whether there was one. The record never gets another."""
        ...


class PostgresKeyStore:
    """The keys in PostgreSQL, one statement each way."""

    async def wrapped(self, conn: Connection, records: Sequence[str]) -> dict[str, bytes | None]:
        """See `KeyStore`."""
        if not records:
            return {}
        rows: list[Any] = await conn.fetch(
            "SELECT record_id, wrapped FROM keys.record_keys WHERE record_id = ANY($1::text[])", list(records)
        )
        return {row["record_id"]: row["wrapped"] for row in rows}

    async def keep(self, conn: Connection, made: Mapping[str, bytes]) -> None:
        """See `KeyStore`."""
        if not made:
            return
        kept = await conn.fetch(
            f"""
            INSERT INTO keys.record_keys (record_id, wrapped)
            SELECT made.* FROM ({WRAPS}) AS wraps, unnest($1::text[], $2::bytea[]) AS made
            ON CONFLICT (record_id) DO NOTHING RETURNING record_id
            """,  # noqa: S608  # a statement of our own within another
            list(made),
            list(made.values()),
        )
        if len(kept) != len(made):
            raise KeyTaken(KeyTaken.__doc__)

    async def destroy(self, conn: Connection, record: str) -> bool:
        """See `KeyStore`; only intake may, and the role that owns the schema."""
        return bool(await conn.fetchval("SELECT keys.destroy($1)", record))
