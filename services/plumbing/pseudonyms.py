"""Each agency knows a person by a pseudonym of its own, made from the hub's reference and read back without a look-up.

A pseudonym is AES-SIV (RFC 5297) over the 16 bytes of the reference with the agency's slug as associated data: the same
person and agency give the same one, two agencies cannot join their lists, and nobody without the key can make one up.
16 bytes become 32, and 32 bytes become 52 letters of base 32. A blind offer has a pseudonym for itself alone: 16 bytes
that stand for the offer are sealed in with the reference, and 77 letters come of it.
"""

import base64
import binascii
import hashlib
import re
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_PERSON: Final = "per-"
_PREFIX: Final = "psn-"
_REFERENCE: Final = re.compile(r"per-[0-9a-f]{32}")
_PSEUDONYM: Final = re.compile(r"psn-(?:[a-z2-7]{52}|[a-z2-7]{77})")
_BYTES: Final = 16
_OF_AN_OFFER: Final = 77
_PADDING: Final = {52: "====", _OF_AN_OFFER: "==="}


class Pseudonyms:
    """Translates between the hub's references and each agency's pseudonyms, under one key of 32, 48 or 64 bytes."""

    def __init__(self, key: bytes) -> None:
        """The key is the site's `pseudonym.key`; whoever loses it can no longer read what agencies send back."""
        self._cipher = AESSIV(key)

    def of(self, person: str, agency: str, offer: str | None = None) -> str:
        """Return the pseudonym by which `agency` knows the person `per-<32 hex>`; in a blind offer, one of its own.

        Raises:
            ValueError: this is not a reference of a person.
        """
        if not _REFERENCE.fullmatch(person):
            raise ValueError("A person's reference is `per-` and 32 hexadecimal digits.")
        named = bytes.fromhex(person.removeprefix(_PERSON))
        if offer is not None:
            named += hashlib.blake2b(offer.encode(), digest_size=_BYTES).digest()
        return _spelled(self._cipher.encrypt(named, [agency.encode()]))

    def person(self, pseudonym: str, agency: str) -> str | None:
        """Return the reference behind the agency's own pseudonym, an offer's too; None for all else."""
        if not _PSEUDONYM.fullmatch(pseudonym):
            return None
        letters = pseudonym.removeprefix(_PREFIX)
        try:
            raw = base64.b32decode(letters.upper() + _PADDING[len(letters)])
            named = self._cipher.decrypt(raw, [agency.encode()])
        except (binascii.Error, InvalidTag):
            return None
        # The last letter carries bits that mean nothing: one person, one spelling.
        return _PERSON + named[:_BYTES].hex() if _spelled(raw) == pseudonym else None


def is_of_an_offer(pseudonym: str) -> bool:
    """Whether it was made for a blind offer alone; its holder need not know whom it is about."""
    return len(pseudonym) == len(_PREFIX) + _OF_AN_OFFER


def _spelled(sealed: bytes) -> str:
    return _PREFIX + base64.b32encode(sealed).decode().rstrip("=").lower()
