"""What is asked before anything is told, and what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from contracts.parts import Part2Notice
from contracts.words import Category, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

Layer = Literal["permission", "rows", "fields", "consent"]
_PLACES: Final = {category: place for place, category in enumerate(Category)}


def in_order(categories: Iterable[Category]) -> tuple[Category, ...]:
    """Return the categories in the order of their code list."""
    return tuple(sorted(categories, key=_PLACES.__getitem__))


@dataclass(frozen=True, slots=True)
class Question:
    """Who is to be told what, and why. The ids name the referral, offer, onward, review, recall or report."""

    agency: str
    message: str
    purpose: Purpose
    referral_id: str | None = None
    offer_id: str | None = None
    onward_id: str | None = None
    review_id: str | None = None
    recall_id: str | None = None
    report_id: str | None = None
    """Which report of a pretrial diversion."""
    categories: frozenset[Category] | None = None
    """Ask for no more than these; None: whatever may be had."""
    operator: str | None = None
    """Who is to be shown it on a terminal; a lane never asks so."""
    retold: bool = False
    """Its reader was told before, and is told again by a replay."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes: these fields, of these categories, under these permissions and consents."""

    purpose: Purpose
    fields: frozenset[str]
    categories: frozenset[Category]
    by: tuple[str, ...]
    """`permission/<id>` and `consent/<id>`, sorted."""

    @property
    def shortly(self) -> str:
        """Return the one basis that the message itself names: a consent before a permission, at most 40 characters."""
        return min(self.by).partition("/")[2][:40]


@dataclass(frozen=True, slots=True)
class Withheld:
    """No: the layer and the rule that stood against it."""

    purpose: Purpose
    layer: Layer
    rule: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What the judge said of a row, for each purpose that the site knows for it."""

    allowed: tuple[Allowed, ...]
    withheld: tuple[Withheld, ...]
    referral_id: str | None
    mark: str
    """Changes when what would be told changes: the same id is only ever sent with the same content."""
    notice: Part2Notice | None = None
    """What goes with the message where 42 CFR part 2 applies to it; the site's permissions do not decide that."""

    @property
    def by_consent(self) -> bool:
        """Whether a consent allows any of it."""
        return any(basis.startswith("consent/") for answer in self.allowed for basis in answer.by)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What counts as told if nobody ever learns how the sending ended: no content, only words of the policy."""

    mark: str
    """That of the answers when the row was marked as being carried."""
    allowed: tuple[Allowed, ...]
    referral_id: str | None
    withheld: tuple[Withheld, ...] = ()
    """What stood against the other purposes then; none where it was marked before this was kept."""
