"""What is private travels sealed: AES-256-GCM under a key of its record, which the site's key wraps.

A token is bound to record, field, event and person, so that it opens in no other place than its own; `tokens` says how
it looks. A token whose record was erased does not open any more; what is sealed for such a record from then on keeps
nothing at all.
"""

import binascii
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.plumbing.keystore import KeyStore, SiteKeyExchanged
from services.plumbing.ring import PARKED, RECORDS, Ring
from services.plumbing.service import Connection
from services.plumbing.tokens import NotSealed, Place, bound, is_event, is_field, is_record, token_in, written

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_AS_USUAL: Final = bytes.maketrans(b"-_", b"+/")
_PADDING: Final = (b"", b"===", b"==", b"=")
_NONCE: Final = 12
_KEY_BITS: Final = 256
_MARKS: Final = b"marks what was told"

Field = TypeVar("Field", bound=str)
"""A field's name, also one out of a list of codes."""
Ciphers = Mapping[str, AESGCM | None]
"""By record: what its key seals and opens with; None where that was destroyed."""


class Erased(Exception):
    """The key of this record was destroyed: what was sealed under it is gone."""


def _spelled(raw: bytes) -> str:
    """Return the bytes in URL-safe base 64 without its padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def _opened(ciphers: Ciphers, text: str, place: Place) -> bytes:
    token = token_in(text)
    if token is None or token.record not in ciphers or not token.stands_in(place):
        raise NotSealed(NotSealed.__doc__)
    cipher = ciphers[token.record]
    if cipher is None or not token.body:
        raise Erased(Erased.__doc__)
    try:
        raw = binascii.a2b_base64(token.body.encode().translate(_AS_USUAL) + _PADDING[len(token.body) % 4])
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], token.bound(place.person))
    except (binascii.Error, InvalidTag, ValueError):
        raise NotSealed(NotSealed.__doc__) from None


class Opener:
    """Opens tokens whose records' keys are at hand."""

    def __init__(self, ciphers: Ciphers) -> None:
        """The keys are unwrapped; None stands for one that was destroyed."""
        self._ciphers = ciphers

    def open(self, token: str, place: Place) -> bytes:
        """Return what was sealed for this place: where the token was found.

        Raises:
            Erased: the record's key was destroyed.
            NotSealed: no token, not of this place, changed, or of a record that was not asked for.
        """
        return _opened(self._ciphers, token, place)


class Seals:
    """Seals for the records of one batch; a record that has no key yet gets one, to be kept in the same transaction."""

    def __init__(self, ciphers: Ciphers) -> None:
        """Of every record that existed before the batch the key must be at hand."""
        self._ciphers = dict(ciphers)
        self._made: dict[str, bytes] = {}

    def seal(self, record: str, field: str, person: str, event: str, clear: bytes) -> str:
        """Return the token for `clear` in the event of this mark; for an erased record a token that keeps nothing.

        Raises:
            ValueError: record, field or event cannot stand in a token.
        """
        return self.seal_each(record, person, event, {field: clear})[field]

    def seal_each(self, record: str, person: str, event: str, clear: Mapping[Field, bytes]) -> dict[Field, str]:
        """Return the token of each field of one record. See `seal`."""
        if not (is_event(event) and all(map(is_field, clear))):
            raise ValueError("A sealed field has a plain name of at most 60 characters, its event a mark.")
        cipher = self._ciphers[record] if record in self._ciphers else self._new(record)
        if cipher is None:
            return {field: written(record, field, event, "") for field in clear}
        nonces = secrets.token_bytes(_NONCE * len(clear))
        tokens = {}
        for start, (field, text) in zip(range(0, len(nonces), _NONCE), clear.items(), strict=True):
            nonce = nonces[start : start + _NONCE]
            raw = nonce + cipher.encrypt(nonce, text, bound(record, field, event, person))
            tokens[field] = written(record, field, event, _spelled(raw))
        return tokens

    def seal_again(self, record: str, person: str, event: str, tokens: Mapping[Field, str]) -> dict[Field, str]:
        """Return the same fields of the record sealed for another event; what was erased keeps nothing.

        Raises:
            NotSealed: one of the tokens is not this record's, field's and person's.
        """
        again: dict[Field, str] = {}
        for field, token in tokens.items():
            try:
                clear = self.open(token, Place(person, field, record))
            except Erased:
                again[field] = written(record, field, event, "")
            else:
                again[field] = self.seal(record, field, person, event, clear)
        return again

    def open(self, token: str, place: Place) -> bytes:
        """Open what was sealed before, so that an amendment can carry it over. See `Opener.open`."""
        return _opened(self._ciphers, token, place)

    @property
    def made(self) -> Mapping[str, bytes]:
        """The newly made keys, by record: `Sealer.keep` them before the batch commits."""
        return self._made

    def _new(self, record: str) -> AESGCM:
        if not is_record(record):
            raise ValueError("A record is a referral `ref-<32 hex>` or a person `per-<32 hex>`.")
        self._made[record] = key = AESGCM.generate_key(_KEY_BITS)
        self._ciphers[record] = cipher = AESGCM(key)
        return cipher


class _Key(NamedTuple):
    """A record's key, as it is used: it seals and opens, and what is derived from it hashes what was told."""

    cipher: AESGCM
    marking: bytes


class Sealer:
    """Seals and opens under the records' keys; opened keys are remembered for a short time, and only a few of them.

    `remembers_seconds` bounds how long an erased record may still open in a process that opened it just before.
    """

    def __init__(
        self,
        ring: Ring,
        store: KeyStore,
        *,
        remembers_seconds: float = 5.0,
        remembers_most: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """The ring is the site's: its newest key wraps the keys of records."""
        self._ring = ring
        self._store = store
        self._seconds, self._most, self._clock = remembers_seconds, remembers_most, clock
        self._remembered: OrderedDict[str, tuple[float, _Key]] = OrderedDict()

    async def seals(self, conn: Connection, records: Iterable[str]) -> Seals:
        """Return what seals for a batch, after one query for the keys that exist. It remembers nothing.

        Raises:
            KeyAway: a record's key is wrapped by a key that is not in the ring.
        """
        wrapped = await self._store.wrapped(conn, sorted(set(records)))
        keys = {record: self._unwrapped(record, raw) for record, raw in wrapped.items()}
        return Seals({record: None if key is None else key.cipher for record, key in keys.items()})

    async def keep(self, conn: Connection, seals: Seals) -> None:
        """Wrap and keep the keys that were made for the batch, in its transaction.

        Raises:
            KeyTaken: another transaction was faster; the batch is done again.
            SiteKeyExchanged: the site's key was exchanged at this moment; the batch is done again.
        """
        if not seals.made:
            return
        before = self._ring.newest()
        wrapped = {record: self._ring.wrap(RECORDS, key, record.encode()) for record, key in seals.made.items()}
        await self._store.keep(conn, wrapped)
        # By now whoever exchanges the key waits for this transaction; what was exchanged before, shows.
        if self._ring.newest().id != before.id:
            raise SiteKeyExchanged(SiteKeyExchanged.__doc__)

    async def opener(self, conn: Connection, tokens: Iterable[str]) -> Opener:
        """Return what opens these tokens (texts that are none are passed over), after at most one query.

        Raises:
            KeyAway: a record's key is wrapped by a key that is not in the ring.
        """
        known = await self._known(conn, {found.record for token in tokens if (found := token_in(token))})
        return Opener({record: None if key is None else key.cipher for record, key in known.items()})

    async def _known(self, conn: Connection, names: Iterable[str]) -> dict[str, _Key | None]:
        """Return the keys of these records, after at most one query; None stands for one that was destroyed."""
        records = sorted(set(names))
        keys: dict[str, _Key | None] = {record: known for record in records if (known := self._recall(record))}
        missing = [record for record in records if record not in keys]
        wrapped = await self._store.wrapped(conn, missing) if missing else {}
        for record, raw in wrapped.items():
            keys[record] = key = self._unwrapped(record, raw)
            if key is not None:
                self._remember(record, key)
        return keys

    async def open(self, conn: Connection, token: str, place: Place) -> bytes:
        """Open one token; for several, `opener` asks only once. Raises as `Opener.open` does."""
        return (await self.opener(conn, [token])).open(token, place)

    async def marker(
        self, conn: Connection, records: Iterable[str], otherwise: bytes
    ) -> Callable[[str | None, bytes], str]:
        """Return what hashes content under the key of one of these records, after at most one query.

        HMAC-SHA-256 in hexadecimal. Once the record is erased nobody can guess the content back from its hash. What
        belongs to no record, or to one that is erased, is hashed under the key `otherwise`.
        """
        known = await self._known(conn, records)
        marking = {record: key.marking for record, key in known.items() if key is not None}

        def mark(record: str | None, content: bytes) -> str:
            return hmac.digest(marking.get(record or "", otherwise), content, "sha256").hex()

        return mark

    def forget(self) -> None:
        """Forget all opened keys at once."""
        self._remembered.clear()

    def _unwrapped(self, record: str, raw: bytes | None) -> _Key | None:
        if raw is None:
            return None
        key = self._ring.unwrap(RECORDS, raw, record.encode())
        return _Key(AESGCM(key), hmac.digest(key, _MARKS, "sha256"))

    def _recall(self, record: str) -> _Key | None:
        until, key = self._remembered.get(record, (0.0, None))
        return key if key is not None and self._clock() < until else None

    def _remember(self, record: str, key: _Key) -> None:
        self._remembered[record] = (self._clock() + self._seconds, key)
        self._remembered.move_to_end(record)
        while len(self._remembered) > self._most:
            self._remembered.popitem(last=False)


class Wrapping:
    """Wraps whole messages under the site's key: what is parked holds agencies' clear text, and is never kept clear."""

    def __init__(self, ring: Ring) -> None:
        """The ring is the site's: its newest key wraps."""
        self._ring = ring

    def wrap(self, clear: bytes) -> bytes:
        """Return the bytes wrapped."""
        return self._ring.wrap(PARKED, clear)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped.

        Raises:
            KeyAway: by a key that is not in the ring.
            NotSealed: changed.
        """
        return self._ring.unwrap(PARKED, wrapped)
