"""How offers and onward referrals get their ids: by keyed hashes of what they name.

The same facts give the same ids. Yet who knows a referral and the agencies (police, a prosecutor, whoever accepted)
cannot work out whose id an offer has, nor guess one that was made to somebody else.
"""

from __future__ import annotations

from services.plumbing.identity import Keyed


class Naming:
    """Makes ids under one key, which never shows."""

    def __init__(self, key: bytes) -> None:
        """The key is `SiteKeys.naming`."""
        self._offer, self._onward = Keyed(key, "offer"), Keyed(key, "onward")

    def offer(self, referral_id: str, agency: str, number: int) -> str:
        """Return the id of the offer of the referral to the agency; `number` counts the referral's offers from 0."""
        return self._offer("off-", referral_id, agency, str(number))

    def transfer(self, referral_id: str, agency: str, number: int) -> str:
        """Return the id of an offer to take the person on from another agency; `number` counts those, from 0."""
        return self._offer("off-", referral_id, agency, f"transfer {number}")

    def onward(self, source: str, request: str) -> str:
        """Return the id of the onward referral that a request asked for."""
        return self._onward("onw-", source, request)
