"""What the register is made of: who bears a mark, how two people stand to each other, and what seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.words import Category
    from services.plumbing.tokens import Place


class Seals(Protocol):
    """Seals under the key of a record. A record that was erased keeps nothing, and gives nothing back."""

    def seal(self, record: str, field: str, person: str, event: str, clear: bytes) -> str:
        """Return the token of `clear`, bound to record, field, person and the event of this mark."""
        ...

    def seal_each(self, record: str, person: str, event: str, clear: Mapping[Category, bytes]) -> dict[Category, str]:
        """Return the token of each category of the record."""
        ...

    def seal_again(self, record: str, person: str, event: str, tokens: Mapping[Category, str]) -> dict[Category, str]:
        """Return intake's own former tokens sealed for the event that carries them over."""
        ...

    def carried(self, token: str | None, place: Place) -> Mapping[str, Any]:
        """Return the JSON object in intake's own former token, so that an amendment can carry a part of it over."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A person who bears a mark, and the keyed birth date that came with it."""

    person: str
    birth: str | None
    record: str = ""
    """The referral that brought the mark last: with all that brought it, the mark goes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How two people stand to each other: linked, proposed or unlinked; and on what basis."""

    standing: str
    basis: str
