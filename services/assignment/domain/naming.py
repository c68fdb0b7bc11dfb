"""How offers and onward referrals get their ids: by keyed hashes of what they name.

The same facts give the same ids. Yet who knows a referral and the agencies (police, a prosecutor, whoever accepted)
cannot work out whose id an offer has, nor guess one that was made to somebody else.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Final

_BETWEEN: Final = "\x1f"
_HEX_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes ids under one key, which never shows in a representation."""

    key: bytes = field(repr=False)

    def offer(self, referral_id: str, agency: str, number: int) -> str:
        """Return the id of the offer of the referral to the agency; `number` counts the referral's offers from 0."""
        return self._named("off-", referral_id, agency, str(number))

    def onward(self, source: str, request: str) -> str:
        """Return the id of the onward referral that a request asked for."""
        return self._named("onw-", source, request)

    def _named(self, kind: str, *parts: str) -> str:
        text = _BETWEEN.join((kind, *parts)).encode("utf-8", "surrogatepass")
        return kind + hmac.digest(self.key, text, "sha256").hex()[:_HEX_DIGITS]
