"""Entries of the ledger, read: what was told and what was not, what was taken back, and how that ended.

The ledger alone is asked, and it outlives its writers: an entry of a kind that is not known here is kept as such.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Written:
    """What every entry has."""

    event_id: str
    """The fact of disclosure that it tells of."""
    at: datetime
    agency: str


@dataclass(frozen=True, slots=True)
class Told(Written):
    """An agency was told something."""

    message_id: str
    message: str
    """The name of the lane's event."""
    referral_id: str | None
    categories: tuple[str, ...]
    purpose: str
    by: tuple[str, ...]
    """`consent/<id>` and `permission/<id>`."""
    policy: str
    certain: bool
    """False: nobody can know whether it was sent, and it counts as told."""

    @property
    def consents(self) -> tuple[str, ...]:
        """The ids of the consents under which it was told."""
        return tuple(one.partition("/")[2] for one in self.by if one.startswith("consent/"))

    @property
    def permissions(self) -> tuple[str, ...]:
        """The ids of the site's permissions under which it was told."""
        return tuple(one.partition("/")[2] for one in self.by if one.startswith("permission/"))


@dataclass(frozen=True, slots=True)
class NotTold(Written):
    """An agency was not told something; `layer` and `rule` stood against it."""

    message_id: str
    message: str
    referral_id: str | None
    purpose: str
    layer: str
    rule: str


@dataclass(frozen=True, slots=True)
class TakenBack(Written):
    """An agency is asked to forget what it was told."""

    recall_id: str
    because: str
    basis: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled(Written):
    """How a recall ended: `recalled`, `cannot` or `silent`. An answer that comes late ends it once more."""

    recall_id: str
    how: str
    asked: int


@dataclass(frozen=True, slots=True)
class Other(Written):
    """Something of a kind that has no form here."""

    kind: str
    categories: tuple[str, ...]
    purpose: str | None = None


Entry = Told | NotTold | TakenBack | Settled | Other


def entry_of(text: str) -> Entry:
    """Return one entry of the ledger, read."""
    said = json.loads(text)
    written = {"event_id": said["event"], "at": datetime.fromisoformat(said["at"]), "agency": said["agency"]}
    read = _READ.get(said["kind"])
    if read is None:
        categories = tuple(said.get("categories", ()))
        return Other(kind=said["kind"], categories=categories, purpose=said.get("purpose"), **written)
    return read(said, written)


def entries_of(texts: Iterable[str]) -> list[Entry]:
    """Return entries of the ledger, read, in order of time."""
    return sorted(map(entry_of, texts), key=lambda entry: entry.at)


def _made(said: Mapping[str, Any], written: Mapping[str, Any]) -> Told:
    return Told(
        **written,
        message_id=said["message"],
        message=said["message_type"],
        referral_id=said.get("referral"),
        categories=tuple(said["categories"]),
        purpose=said["purpose"],
        by=tuple(said["by"]),
        policy=said["policy"],
        certain=said.get("certain", True),
    )


def _withheld(said: Mapping[str, Any], written: Mapping[str, Any]) -> NotTold:
    return NotTold(
        **written,
        message_id=said["message"],
        message=said["message_type"],
        referral_id=said.get("referral"),
        purpose=said["purpose"],
        layer=said["layer"],
        rule=said["rule"],
    )


def _recalled(said: Mapping[str, Any], written: Mapping[str, Any]) -> TakenBack:
    return TakenBack(
        **written,
        recall_id=said["recall"],
        because=said["because"],
        basis=" ".join(said["by"]),
        categories=tuple(said["categories"]),
    )


def _settled(said: Mapping[str, Any], written: Mapping[str, Any]) -> Settled:
    return Settled(**written, recall_id=said["recall"], how=said["how"], asked=said["asked"])


_READ: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Entry]]] = {
    "made": _made,
    "withheld": _withheld,
    "recalled": _recalled,
    "recall_settled": _settled,
}
"""By kind: how it is read."""
