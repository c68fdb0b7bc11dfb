"""What operators see of a person: the referrals and where each stands, the reviews, the links. Identity is not in it.

Facts come in any order: everything is kept by its own id and time, and what is open is computed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.catalogue import (
    LinkProposed,
    PersonLinked,
    PersonUnlinked,
    ReferralCorrected,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ReviewRequested,
)
from contracts.words import Door, SourceKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.envelope import Fact
    from contracts.event import Event

STANDINGS: Final[Mapping[str, str]] = {
    "referral.received": "received",
    "review.requested": "in_review",
    "review.decided": "reviewed",
    "assignment.declined": "seeking",
    "assignment.lapsed": "seeking",
    "assignment.cancelled": "seeking",
    "assignment.unavailable": "unavailable",
    "assignment.waitlisted": "waitlisted",
    "assignment.offered": "offered",
    "assignment.accepted": "accepted",
    "assignment.handed_off": "handed_off",
    "assignment.enrolled": "enrolled",
    "assignment.ended": "ended",
    "assignment.closed": "closed",
}
"""Where a referral stands after each fact; of two facts of one moment the later in this list counts.

What assignment says counts before what was said of its screening: a review may still be decided of one that is closed.
"""
_RANKS: Final = {event: rank for rank, event in enumerate(STANDINGS)}


class Kept(BaseModel):
    """A piece of the operators' file on a person."""

    model_config = ConfigDict(frozen=True)


class Referral(Kept):
    """One referral: who sent it, and the newest moment of each kind of fact about it."""

    agency: str | None = None
    door: Door | None = None
    source_kind: SourceKind | None = None
    officer_waiting: bool = False
    revision: int = -1
    test: bool = False
    retracted: bool = False
    marks: dict[str, datetime] = Field(default_factory=dict)
    with_agency: str | None = None

    @property
    def standing(self) -> str:
        """Where it stands, in one word of STANDINGS."""
        if not self.marks:
            return "unknown"
        placed = [event for event in self.marks if event.startswith("assignment.")]
        return STANDINGS[max(placed or self.marks, key=lambda event: (self.marks[event], _RANKS[event]))]


class Review(Kept):
    """One review: open until a decision is heard, whichever of the two comes first."""

    referral_id: str
    because: tuple[str, ...] = ()
    urgent: bool = False
    decide_by: datetime | None = None
    default: Verdict | None = None
    requested_at: datetime | None = None
    verdict: Verdict | None = None
    decided_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody has yet to decide it."""
        return self.requested_at is not None and self.verdict is None


class Link(Kept):
    """What was said of this person and another one; the newest word counts."""

    basis: str | None = None
    proposed_at: datetime | None = None
    linked_at: datetime | None = None
    unlinked_at: datetime | None = None

    @property
    def standing(self) -> str:
        """`proposed`, `linked` or `unlinked`."""
        said = [(at, word) for word, at in self._said() if at is not None]
        return max(said, default=(None, "proposed"))[1]

    def _said(self) -> tuple[tuple[str, datetime | None], ...]:
        return ("proposed", self.proposed_at), ("linked", self.linked_at), ("unlinked", self.unlinked_at)


class File(Kept):
    """The operators' file on one person; for facts without a person, on the agency that they are about."""

    referrals: dict[str, Referral] = Field(default_factory=dict)
    reviews: dict[str, Review] = Field(default_factory=dict)
    links: dict[str, Link] = Field(default_factory=dict)

    @property
    def open_reviews(self) -> int:
        """How many reviews wait for a decision."""
        return sum(review.is_open for review in self.reviews.values())

    @property
    def proposed_links(self) -> int:
        """How many links wait for an operator's word."""
        return sum(link.standing == "proposed" for link in self.links.values())

    @property
    def waiting(self) -> int:
        """How many referrals are on the waitlist."""
        return sum(referral.standing == "waitlisted" for referral in self.referrals.values())


def evolve(file: File | None, fact: Fact) -> File:
    """Fold one fact into the file."""
    file = file or File()
    match fact.event:
        case ReviewRequested() | ReviewDecided():
            file = _with_review(file, fact.event, fact.at)
        case LinkProposed() | PersonLinked() | PersonUnlinked():
            return _with_link(file, fact.event, fact.at)
        case _:
            pass
    return _with_referral(file, fact.event, fact.at)


def given(event: Event, name: str) -> Any:
    """Return what the event says under this name, or None where it has no such field."""
    return getattr(event, name) if name in type(event).__pydantic_fields__ else None


def _with_referral(file: File, event: Event, at: datetime) -> File:
    referral_id = given(event, "referral_id")
    if referral_id is None or (event.name not in STANDINGS and not isinstance(event, _OF_THE_SENDER)):
        return file
    before = file.referrals.get(referral_id, Referral())
    changes: dict[str, Any] = {}
    if event.name in STANDINGS:
        changes["marks"] = {**before.marks, event.name: max(at, before.marks.get(event.name, at))}
    if event.name in _HOLDING:
        moments = [before.marks[name] for name in _HOLDING if name in before.marks]
        if not moments or at >= max(moments):
            changes["with_agency"] = given(event, "agency")
    if isinstance(event, ReferralReceived | ReferralCorrected):
        revision = getattr(event, "revision", 0)
        if revision > before.revision:
            shown = ("agency", "door", "source_kind", "officer_waiting", "test")
            changes |= {name: getattr(event, name) for name in shown} | {"revision": revision}
    if isinstance(event, ReferralRetracted):
        changes["retracted"] = True
    return file.model_copy(update={"referrals": {**file.referrals, referral_id: before.model_copy(update=changes)}})


_OF_THE_SENDER: Final = (ReferralReceived, ReferralCorrected, ReferralRetracted)
_HOLDING: Final = ("assignment.accepted", "assignment.handed_off", "assignment.enrolled")


def _with_review(file: File, event: ReviewRequested | ReviewDecided, at: datetime) -> File:
    before = file.reviews.get(event.review_id, Review(referral_id=event.referral_id))
    changes: dict[str, Any]
    if isinstance(event, ReviewRequested):
        kept = ("because", "urgent", "decide_by", "default")
        changes = {name: getattr(event, name) for name in kept} | {"requested_at": at}
    else:
        changes = {"verdict": event.verdict, "decided_by": event.by}
    return file.model_copy(update={"reviews": {**file.reviews, event.review_id: before.model_copy(update=changes)}})


def _with_link(file: File, event: LinkProposed | PersonLinked | PersonUnlinked, at: datetime) -> File:
    before = file.links.get(event.other, Link())
    field = f"{event.name.partition('.')[2]}_at"
    changes: dict[str, Any] = {field: max(at, getattr(before, field) or at)}
    if isinstance(event, LinkProposed | PersonLinked):
        changes["basis"] = min(event.basis, before.basis or event.basis)
    return file.model_copy(update={"links": {**file.links, event.other: before.model_copy(update=changes)}})
