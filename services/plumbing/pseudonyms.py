"""Each agency knows a person by a pseudonym of its own, made from the hub's reference and read back without a look-up.

A pseudonym is AES-SIV (RFC 5297) over the 16 bytes of the reference with the agency's slug as associated data: the same
person and agency give the same one, two agencies cannot join their lists, and nobody without the key can make one up.
16 bytes become 32, and 32 bytes become 52 letters of base 32.
"""

import base64
import binascii
import re
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

_PERSON: Final = "per-"
_PREFIX: Final = "psn-"
_REFERENCE: Final = re.compile(r"per-[0-9a-f]{32}")
_PSEUDONYM: Final = re.compile(r"psn-[a-z2-7]{52}")
_PADDING: Final = "===="


class Pseudonyms:
    """Translates between the hub's references and each agency's pseudonyms, under one key of 32, 48 or 64 bytes."""

    def __init__(self, key: bytes) -> None:
        """The key is the site's `pseudonym.key`; whoever loses it can no longer read what agencies send back."""
        self._cipher = AESSIV(key)

    def of(self, person: str, agency: str) -> str:
        """Return the pseudonym by which `agency` knows the person `per-<32 hex>`.

        Raises:
            ValueError: this is not a reference of a person.
        """
        if not _REFERENCE.fullmatch(person):
            raise ValueError("A person's reference is `per-` and 32 hexadecimal digits.")
        sealed = self._cipher.encrypt(bytes.fromhex(person.removeprefix(_PERSON)), [agency.encode()])
        return _PREFIX + base64.b32encode(sealed).decode().rstrip("=").lower()

    def person(self, pseudonym: str, agency: str) -> str | None:
        """Return the reference behind the agency's own pseudonym; None for all else, whatever the cause."""
        if not _PSEUDONYM.fullmatch(pseudonym):
            return None
        letters = pseudonym.removeprefix(_PREFIX)
        try:
            raw = base64.b32decode(letters.upper() + _PADDING)
            person = _PERSON + self._cipher.decrypt(raw, [agency.encode()]).hex()
        except (binascii.Error, InvalidTag):
            return None
        # The last letter carries four bits that mean nothing: one person, one spelling.
        return person if self.of(person, agency) == pseudonym else None
