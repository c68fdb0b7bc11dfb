"""What is asked before an operator is shown somebody: the dossier, what is put aside, and the operator's public key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.notification.domain.dossier import Dossier
from services.notification.domain.writing import read_dossier

if TYPE_CHECKING:
    from services.plumbing.service import Connection

_DOSSIER: Final = "SELECT state FROM dossiers WHERE key = $1 FOR SHARE"
_PARKED: Final = "SELECT EXISTS (SELECT FROM dead_letters WHERE key = $1 AND settled_at IS NULL)"
_KEY: Final = "SELECT public_key FROM intake.operators WHERE operator = $1 AND revoked_at IS NULL"
"""The door keeps the operators' keys; notification may read them, and nothing else of the door's."""


class RevealStore:
    """Questions inside the transaction that enters what is shown."""

    async def dossier(self, conn: Connection, person: str) -> Dossier:
        """Return the person's dossier, kept from changing until the transaction ends; an empty one of a stranger."""
        state = await conn.fetchval(_DOSSIER, person)
        return Dossier() if state is None else read_dossier(state)

    async def parked(self, conn: Connection, person: str) -> bool:
        """Tell whether the person has a message that is put aside: then nothing about them is disclosed."""
        return bool(await conn.fetchval(_PARKED, person))

    async def public_key(self, conn: Connection, operator: str) -> str | None:
        """Return the operator's public key, or None for one who has none."""
        key: str | None = await conn.fetchval(_KEY, operator)
        return key
