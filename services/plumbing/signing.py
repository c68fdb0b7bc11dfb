"""Operators sign what they decide, with Ed25519 (RFC 8032): so that four eyes are four eyes.

Signed are the event's id, its type and its data in canonical form: the newest form of the event as JSON, absent values
left out, names sorted, no spaces. The signature is the CloudEvents attribute `signature`, base 64 for addresses.
"""

import base64
import binascii
import json
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.event import Event

_PREFIX: Final = b"hub operator signature 1"
KEY_BYTES: Final = 32


class NotAnOperatorKey(ValueError):
    """An operator's key is base 64 of 32 bytes. Next: `hub operator add` makes one."""


def new_key() -> tuple[str, str]:
    """Return a new private key and its public key, both base 64."""
    private = Ed25519PrivateKey.generate()
    return _text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw())


def is_pair(private_key: str, public_key: str) -> bool:
    """Whether these are the two halves of one key, so that who holds the one signs by the other. Never raises."""
    try:
        public = Ed25519PrivateKey.from_private_bytes(_raw(private_key)).public_key()
        return public.public_bytes_raw() == _raw(public_key)
    except NotAnOperatorKey:
        return False


def sign(private_key: str, event_id: str, event: Event) -> str:
    """Return the signature of the operator who holds `private_key` over this event under this id.

    Raises:
        NotAnOperatorKey: the key is not one.
    """
    return _text(Ed25519PrivateKey.from_private_bytes(_raw(private_key)).sign(_signed(event_id, event)))


def signed_by(public_key: str, event_id: str, event: Event, signature: str | None) -> bool:
    """Whether the holder of the private half of `public_key` signed this event under this id. Never raises."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_raw(public_key))
        key.verify(base64.urlsafe_b64decode(_padded(signature or "")), _signed(event_id, event))
    except (InvalidSignature, NotAnOperatorKey, binascii.Error, ValueError):
        return False
    return True


def _signed(event_id: str, event: Event) -> bytes:
    data = json.dumps(
        event.model_dump(mode="json", exclude_none=True), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return b"\x00".join((_PREFIX, event_id.encode(), event.name.encode(), data.encode()))


def _raw(key: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(_padded(key))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise NotAnOperatorKey(NotAnOperatorKey.__doc__)
    return raw


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
