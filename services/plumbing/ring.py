"""The site's key as a ring: the newest key wraps, the older ones unwrap until nothing is wrapped under them.

What is wrapped names the key that wrapped it, by an id that gives nothing of the key away. A ring from a file looks at
the file again before it wraps, and where a key is named that it does not know: a running service follows an exchange
without a restart. A ring from the environment is as it was when the process began.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.plumbing.tokens import NotSealed

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDS: Final = b"wraps the keys of records"
"""The use of a site's key for records' keys …"""
PARKED: Final = b"wraps what is parked"
"""… and for what is parked: each use has a key of its own, derived from the site's."""
NAMED: Final = b"\x02"
"""The form in which things are wrapped: this byte, the key's id, a nonce, the rest."""
UNNAMED: Final = b"\x01"
"""The first form, which named no key."""
ID_BYTES: Final = 8
KEY_BYTES: Final = 32
_NAMES: Final = b"names a site's key"
_NONCE: Final = 12


class NotAKey(ValueError):
    """A key is base 64 of 32 bytes, pseudonym's of 64. Next: restore the key from its backup."""


class KeyAway(LookupError):
    """The key of the site that wrapped this is not in the ring. It is waited for, and nothing is parked meanwhile.

    Next: bring back the `site.key` (or HUB_SITE_KEY) that holds it; `hub keys status` names the key by its id.
    """


class SiteKey:
    """One key of the site. It never shows."""

    __slots__ = ("_ciphers", "id", "raw")

    def __init__(self, raw: bytes) -> None:
        """The key has 32 bytes."""
        self.raw = raw
        self.id = _derived(raw, _NAMES)[:ID_BYTES]
        self._ciphers = {use: AESGCM(_derived(raw, use)) for use in (RECORDS, PARKED)}

    def cipher(self, use: bytes) -> AESGCM:
        """Return the cipher of one use."""
        return self._ciphers[use]

    @property
    def head(self) -> bytes:
        """How everything begins that this key wraps."""
        return NAMED + self.id


class Ring:
    """The keys of one site, newest first."""

    def __init__(self, keys: Sequence[bytes], file: Path | None = None) -> None:
        """Use `of`, `from_text` or `from_file`."""
        self._keys = _each_once(keys)
        self._file = file
        self._stamp: tuple[int, int, int] | None = None

    @classmethod
    def of(cls, *keys: bytes) -> Ring:
        """Return the ring of these keys, newest first, 32 bytes each."""
        return cls(keys)

    @classmethod
    def from_text(cls, text: str) -> Ring:
        """Return the ring that a setting gives: base 64, newest first, with commas or spaces between.

        Raises:
            NotAKey: one of them is no key, or there is none.
        """
        return cls(_read(text))

    @classmethod
    def from_file(cls, file: Path) -> Ring:
        """Return the ring in a file, a line of base 64 each, newest first; it follows the file from now on.

        Raises:
            NotAKey: one of them is no key, or there is none.
        """
        stamp = _stamp(file)
        ring = cls(_read(file.read_text()), file)
        ring._stamp = stamp
        return ring

    @property
    def keys(self) -> tuple[SiteKey, ...]:
        """The keys as they were last read, newest first."""
        return self._keys

    def newest(self) -> SiteKey:
        """Return the key that wraps now.

        Raises:
            KeyAway: the file is gone or damaged. Nothing is wrapped then: it might never be unwrapped again.
        """
        self.look()
        return self._keys[0]

    def look(self) -> None:
        """Read the file again where it is another one than before.

        Raises:
            KeyAway: it cannot be read.
        """
        if self._file is None:
            return
        try:
            stamp = _stamp(self._file)
            if stamp != self._stamp:
                self._keys = _each_once(_read(self._file.read_text()))
                self._stamp = stamp
        except (OSError, NotAKey) as error:
            raise KeyAway(f"{type(error).__name__} in site.key") from None

    def wrap(self, use: bytes, clear: bytes, about: bytes = b"") -> bytes:
        """Return the bytes wrapped for one use by the newest key, bound to what they are about."""
        key = self.newest()
        nonce = secrets.token_bytes(_NONCE)
        return key.head + nonce + key.cipher(use).encrypt(nonce, clear, key.head + about)

    def unwrap(self, use: bytes, wrapped: bytes, about: bytes = b"") -> bytes:
        """Return what was wrapped.

        Raises:
            KeyAway: by a key that is not in the ring.
            NotSealed: changed, about something else, or in no form that is known here.
        """
        if wrapped[:1] == NAMED:
            head = wrapped[: 1 + ID_BYTES]
            try:
                return _opened(self._named(head[1:]), use, wrapped[len(head) :], head + about)
            except (InvalidTag, ValueError):
                raise NotSealed(NotSealed.__doc__) from None
        if wrapped[:1] != UNNAMED:
            raise NotSealed("It is wrapped in a form that is not known here.")
        tried: tuple[SiteKey, ...] = ()
        while set(self._keys) - set(tried):
            tried = self._keys
            for key in tried:
                with suppress(InvalidTag, ValueError):
                    return _opened(key, use, wrapped[1:], about)
            self.look()
        raise KeyAway("a key that is not named")

    def _named(self, key_id: bytes) -> SiteKey:
        found = self._known(key_id)
        if found is None:
            self.look()
            found = self._known(key_id)
        if found is None:
            raise KeyAway(key_id.hex())
        return found

    def _known(self, key_id: bytes) -> SiteKey | None:
        return next((key for key in self._keys if key.id == key_id), None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ring) and [key.raw for key in self._keys] == [key.raw for key in other._keys]

    __hash__ = None  # type: ignore[assignment]  # its keys change


def new_key() -> bytes:
    """Return a new key, made by chance."""
    return secrets.token_bytes(KEY_BYTES)


def keep(file: Path, keys: Sequence[bytes]) -> None:
    """Write the ring into its file, whole or not at all, for the owner of the file as it was and for nobody else.

    Raises:
        PermissionError: the file is somebody else's, and would be out of the services' reach.
    """
    owner = file.stat()
    # mkstemp makes the file 0600 before a byte is in it.
    handle, new = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as made:
            if (os.getuid(), os.getgid()) != (owner.st_uid, owner.st_gid):
                os.fchown(made.fileno(), owner.st_uid, owner.st_gid)
            made.writelines(base64.b64encode(key) + b"\n" for key in keys)
            made.flush()
            os.fsync(made.fileno())
        Path(new).replace(file)
    finally:
        Path(new).unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        # Only then is the new name of the file there after a loss of power, too.
        os.fsync(folder)
    finally:
        os.close(folder)


def key_in(name: str, text: str, length: int) -> bytes:
    """Return the key that a text is, base 64 of so many bytes.

    Raises:
        NotAKey: it is none.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise NotAKey(f"{name}: {NotAKey.__doc__}") from None
    if len(key) != length:
        raise NotAKey(f"{name}: {NotAKey.__doc__}")
    return key


def _read(text: str) -> list[bytes]:
    return [key_in("site", one, KEY_BYTES) for one in text.replace(",", " ").split()]


def _each_once(keys: Sequence[bytes]) -> tuple[SiteKey, ...]:
    if not keys:
        raise NotAKey(f"site: {NotAKey.__doc__}")
    return tuple(SiteKey(key) for key in dict.fromkeys(keys))


def _stamp(file: Path) -> tuple[int, int, int]:
    seen = file.stat()
    return seen.st_mtime_ns, seen.st_ino, seen.st_size


def _opened(key: SiteKey, use: bytes, rest: bytes, bound: bytes) -> bytes:
    return key.cipher(use).decrypt(rest[:_NONCE], rest[_NONCE:], bound)


def _derived(site_key: bytes, use: bytes) -> bytes:
    """One key, one use: each use has a key of its own, derived from the site's."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=use).derive(site_key)
