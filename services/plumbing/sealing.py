"""What is private travels sealed: AES-256-GCM under a key of its record, which the site's key wraps.

A token is text, `hs1.<record>.<field>.<base 64>`; record, field and the event's person are bound into it, so that no
token opens in another place than its own. A token whose record was erased does not open any more; what is sealed for
such a record from then on keeps nothing at all.
"""

import base64
import binascii
import hmac
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.plumbing.keystore import KeyStore
from services.plumbing.service import Connection

VERSION: Final = "hs1"
_TOKEN: Final = re.compile(
    r"hs1\.(?P<record>[a-z]{3}-[0-9a-f]{32})\.(?P<field>[a-z0-9_-]{1,60})\.(?P<body>[A-Za-z0-9_-]*)"
)
_FIELD: Final = re.compile(r"[a-z0-9_-]{1,60}")
_RECORD: Final = re.compile(r"[a-z]{3}-[0-9a-f]{32}")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_NONCE: Final = 12
_KEY_BITS: Final = 256
_WRAPPED: Final = b"\x01"
_MARKS: Final = b"marks what was told"

Field = TypeVar("Field", bound=str)
"""A field's name, also one out of a list of codes."""


class Erased(Exception):
    """The key of this record was destroyed: what was sealed under it is gone."""


class NotSealed(ValueError):
    """This is no token, or one from another place, or one that was changed."""


def record_of(token: str) -> str:
    """Return the record under whose key the token is sealed.

    Raises:
        NotSealed: this is no token.
    """
    return _parts(token)[0]


def is_sealed(text: str) -> bool:
    """Whether the text has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def _parts(token: str) -> tuple[str, str, str]:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise NotSealed(NotSealed.__doc__)
    return found["record"], found["field"], found["body"]


def _bound(record: str, field: str, person: str) -> bytes:
    return f"{VERSION}|{record}|{field}|{person}".encode()


@lru_cache(maxsize=256)
def _is_field(name: str) -> bool:
    return _FIELD.fullmatch(name) is not None


def _spelled(raw: bytes) -> str:
    """Return the bytes in URL-safe base 64 without its padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def _opened(keys: Mapping[str, bytes | None], token: str, person: str) -> bytes:
    record, field, body = _parts(token)
    if record not in keys:
        raise NotSealed(NotSealed.__doc__)
    key = keys[record]
    if key is None or not body:
        raise Erased(Erased.__doc__)
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(record, field, person))
    except (binascii.Error, InvalidTag, ValueError):
        raise NotSealed(NotSealed.__doc__) from None


class Opener:
    """Opens tokens whose records' keys are at hand."""

    def __init__(self, keys: Mapping[str, bytes | None]) -> None:
        """The keys are unwrapped; None stands for one that was destroyed."""
        self._keys = keys

    def open(self, token: str, person: str) -> bytes:
        """Return what was sealed for `person`, the subject of the event in which the token stands.

        Raises:
            Erased: the record's key was destroyed.
            NotSealed: no token, not of this person, changed, or of a record that was not asked for.
        """
        return _opened(self._keys, token, person)


class Seals:
    """Seals for the records of one batch; a record that has no key yet gets one, to be kept in the same transaction."""

    def __init__(self, keys: Mapping[str, bytes | None], wrap: Callable[[str, bytes], bytes]) -> None:
        """Of every record that existed before the batch the key must be at hand."""
        self._keys = dict(keys)
        self._wrap = wrap
        self._made: dict[str, bytes] = {}
        self._ciphers: dict[str, AESGCM | None] = {}

    def seal(self, record: str, field: str, person: str, clear: bytes) -> str:
        """Return the token for `clear`; for an erased record a token that keeps nothing.

        Raises:
            ValueError: record or field cannot stand in a token.
        """
        return self.seal_each(record, person, {field: clear})[field]

    def seal_each(self, record: str, person: str, clear: Mapping[Field, bytes]) -> dict[Field, str]:
        """Return the token of each field of one record. See `seal`."""
        if not all(map(_is_field, clear)):
            raise ValueError("A sealed field has a plain name of at most 60 characters.")
        cipher = self._ciphers[record] if record in self._ciphers else self._cipher(record)
        if cipher is None:
            return {field: f"{VERSION}.{record}.{field}." for field in clear}
        nonces = secrets.token_bytes(_NONCE * len(clear))
        tokens = {}
        for start, (field, text) in zip(range(0, len(nonces), _NONCE), clear.items(), strict=True):
            nonce = nonces[start : start + _NONCE]
            raw = nonce + cipher.encrypt(nonce, text, _bound(record, field, person))
            tokens[field] = f"{VERSION}.{record}.{field}.{_spelled(raw)}"
        return tokens

    def open(self, token: str, person: str) -> bytes:
        """Open what was sealed before, so that an amendment can carry it over. See `Opener.open`."""
        return _opened(self._keys, token, person)

    @property
    def made(self) -> Mapping[str, bytes]:
        """The newly made keys, wrapped, by record: `KeyStore.keep` them before the batch commits."""
        return {record: self._wrap(record, key) for record, key in self._made.items()}

    def _cipher(self, record: str) -> AESGCM | None:
        """Return the record's cipher, under a new key where it has none; None where its key was destroyed."""
        if record not in self._keys:
            if not _RECORD.fullmatch(record):
                raise ValueError("A record is a referral `ref-<32 hex>` or a person `per-<32 hex>`.")
            self._keys[record] = self._made[record] = AESGCM.generate_key(_KEY_BITS)
        key = self._keys[record]
        cipher = self._ciphers[record] = None if key is None else AESGCM(key)
        return cipher


class Sealer:
    """Seals and opens under the records' keys; opened keys are remembered for a short time, and only a few of them.

    `remembers_seconds` bounds how long an erased record may still open in a process that opened it just before.
    """

    def __init__(
        self,
        site_key: bytes,
        store: KeyStore,
        *,
        remembers_seconds: float = 5.0,
        remembers_most: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """The key has 32 bytes: the site's `site.key`."""
        self._wrapping = AESGCM(_derived(site_key, b"wraps the keys of records"))
        self._marking = _derived(site_key, _MARKS)
        self._store = store
        self._seconds, self._most, self._clock = remembers_seconds, remembers_most, clock
        self._remembered: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def seals(self, conn: Connection, records: Iterable[str]) -> Seals:
        """Return what seals for a batch, after one query for the keys that exist. It remembers nothing."""
        wrapped = await self._store.wrapped(conn, sorted(set(records)))
        return Seals({record: self._unwrapped(record, key) for record, key in wrapped.items()}, self._wrapped)

    async def keep(self, conn: Connection, seals: Seals) -> None:
        """Keep the keys that were made for the batch, in its transaction.

        Raises:
            KeyTaken: another transaction was faster; the batch is done again.
        """
        await self._store.keep(conn, seals.made)

    async def opener(self, conn: Connection, tokens: Iterable[str]) -> Opener:
        """Return what opens these tokens (texts that are none are passed over), after at most one query."""
        records = {found["record"] for token in tokens if (found := _TOKEN.fullmatch(token))}
        return Opener(await self._keys_of(conn, records))

    async def _keys_of(self, conn: Connection, records: Iterable[str]) -> dict[str, bytes | None]:
        records = sorted(set(records))
        keys: dict[str, bytes | None] = {record: key for record in records if (key := self._recall(record))}
        missing = [record for record in records if record not in keys]
        wrapped = await self._store.wrapped(conn, missing) if missing else {}
        for record, raw in wrapped.items():
            keys[record] = key = self._unwrapped(record, raw)
            if key is not None:
                self._remember(record, key)
        return keys

    async def open(self, conn: Connection, token: str, person: str) -> bytes:
        """Open one token; for several, `opener` asks only once. Raises as `Opener.open` does."""
        return (await self.opener(conn, [token])).open(token, person)

    async def marker(self, conn: Connection, records: Iterable[str]) -> Callable[[str | None, bytes], str]:
        """Return what hashes content under the key of one of these records, after at most one query.

        HMAC-SHA-256 in hexadecimal. Once the record is erased nobody can guess the content back from its hash. What
        belongs to no record, or to one that is erased, is hashed under a key of the site's.
        """
        keys = (await self._keys_of(conn, records)).items()
        marking = {record: hmac.digest(key, _MARKS, "sha256") for record, key in keys if key is not None}

        def mark(record: str | None, content: bytes) -> str:
            return hmac.digest(marking.get(record or "", self._marking), content, "sha256").hex()

        return mark

    def forget(self) -> None:
        """Forget all opened keys at once."""
        self._remembered.clear()

    def _wrapped(self, record: str, key: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return _WRAPPED + nonce + self._wrapping.encrypt(nonce, key, record.encode())

    def _unwrapped(self, record: str, raw: bytes | None) -> bytes | None:
        if raw is None:
            return None
        if raw[:1] != _WRAPPED:
            raise NotSealed("The record's key is wrapped in a form that is not known here.")
        try:
            return self._wrapping.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], record.encode())
        except InvalidTag:
            raise NotSealed("The record's key was wrapped by another site's key.") from None

    def _recall(self, record: str) -> bytes | None:
        until, key = self._remembered.get(record, (0.0, None))
        return key if key is not None and self._clock() < until else None

    def _remember(self, record: str, key: bytes) -> None:
        self._remembered[record] = (self._clock() + self._seconds, key)
        self._remembered.move_to_end(record)
        while len(self._remembered) > self._most:
            self._remembered.popitem(last=False)


class Wrapping:
    """Wraps whole messages under the site's key: what is parked holds agencies' clear text, and is never kept clear."""

    def __init__(self, site_key: bytes) -> None:
        """The key has 32 bytes: the site's `site.key`."""
        self._cipher = AESGCM(_derived(site_key, b"wraps what is parked"))

    def wrap(self, clear: bytes) -> bytes:
        """Return the bytes wrapped."""
        nonce = secrets.token_bytes(_NONCE)
        return _WRAPPED + nonce + self._cipher.encrypt(nonce, clear, None)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped.

        Raises:
            NotSealed: wrapped under another key, or changed.
        """
        try:
            return self._cipher.decrypt(wrapped[1 : 1 + _NONCE], wrapped[1 + _NONCE :], None)
        except (InvalidTag, ValueError):
            raise NotSealed(NotSealed.__doc__) from None


def _derived(site_key: bytes, use: bytes) -> bytes:
    """One key, one use: each use has a key of its own, derived from the site's."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(site_key)
