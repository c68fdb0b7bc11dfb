"""What operators see of a person: the referrals and where each stands, the reviews, the links. Identity is not in it.

Facts come in any order: everything is kept by its own id and time, and what is open is computed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import (
    LinkProposed,
    PersonLinked,
    PersonUnlinked,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReviewDecided,
    ReviewRequested,
)
from contracts.event import newest
from contracts.words import Door, SourceKind, Verdict
from services.console.domain.standings import STANDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact

_WITH_AN_AGENCY: Final = frozenset({"accepted", "handed_off", "enrolled"})
_RANKS: Final = {event: rank for rank, event in enumerate(STANDINGS)}


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral: who sent it, and the newest moment of each kind of fact about it."""

    agency: str | None = None
    door: Door | None = None
    source_kind: SourceKind | None = None
    officer_waiting: bool = False
    revision: int = -1
    test: bool = False
    retracted: bool = False
    marks: dict[str, datetime] = field(default_factory=dict)
    with_agency: str | None = None

    @property
    def standing(self) -> str:
        """Where it stands, in one word of STANDINGS."""
        if not self.marks:
            return "unknown"
        placed = [event for event in self.marks if event.startswith("assignment.")]
        return STANDINGS[max(placed or self.marks, key=lambda event: (self.marks[event], _RANKS[event]))]

    @property
    def non_conviction(self) -> bool:
        """Whether its police data are restricted: an arrest that led to an intake, so that no charge is filed.

        Source: RCW 10.97.050. Notification asks the same of what it tells, and is as the law is read here.
        """
        return self.door is Door.ARREST_DIVERSION and "assignment.enrolled" in self.marks


@dataclass(frozen=True, slots=True)
class Review:
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


@dataclass(frozen=True, slots=True)
class Link:
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


@dataclass(frozen=True, slots=True)
class File:
    """The operators' file on one person; for facts without a person, on the agency that they are about."""

    referrals: dict[str, Referral] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    """Referrals of which nothing else is kept."""

    @property
    def takes_part(self) -> bool:
        """Whether the person is with an agency now: it accepted them, met them or took them on, and has not let go."""
        return any(one.standing in _WITH_AN_AGENCY and not one.test for one in self.referrals.values())

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


def evolve(file: File | None, fact: Fact) -> File | None:
    """Fold one fact into the file; most facts are a line of the timeline and no more, and leave it as it was given."""
    folded = _FOLDED.get(type(fact.event))
    if folded is None or (file is not None and getattr(fact.event, "referral_id", None) in file.erased):
        return file
    return folded(file or _EMPTY, fact.event, fact.at)


def changes_a_file(fact: Fact) -> bool:
    """Tell whether the fact is more than a line of the timeline; only then its file has to be known."""
    return type(fact.event) in _FOLDED


def _told_by_the_sender(file: File, event: ReferralReceived | ReferralCorrected, at: datetime) -> File:
    """The referral as its sender last told it: the highest revision is the truth."""
    before = file.referrals.get(event.referral_id, _NEW)
    if isinstance(event, ReferralReceived):
        revision, marks = 0, _marked(before, event.name, at)
    else:
        revision, marks = event.revision, before.marks
    told = event if revision > before.revision else before
    after = Referral(
        told.agency, told.door, told.source_kind, told.officer_waiting, max(revision, before.revision), told.test,
        before.retracted, marks, before.with_agency,
    )  # fmt: skip
    return _with_referral(file, event.referral_id, after)


def _retracted(file: File, event: ReferralRetracted, _at: datetime) -> File:
    before = file.referrals.get(event.referral_id, _NEW)
    return _with_referral(file, event.referral_id, replace(before, retracted=True))


def _erased(file: File, event: ReferralErased, _at: datetime) -> File:
    gone = event.referral_id
    referrals = {name: one for name, one in file.referrals.items() if name != gone}
    reviews = {name: one for name, one in file.reviews.items() if one.referral_id != gone}
    return File(referrals, reviews, file.links, file.erased | {gone})


def _stands(file: File, event: Any, at: datetime) -> File:
    """Where the referral stands now, by a fact of STANDINGS; and with whom, by one that says so."""
    before = file.referrals.get(event.referral_id, _NEW)
    holds, marks = before.with_agency, before.marks
    if event.name in _HOLDING and all(marks[name] <= at for name in _HOLDING if name in marks):
        holds = event.agency
    after = Referral(
        before.agency, before.door, before.source_kind, before.officer_waiting, before.revision, before.test,
        before.retracted, _marked(before, event.name, at), holds,
    )  # fmt: skip
    return _with_referral(file, event.referral_id, after)


def _marked(referral: Referral, name: str, at: datetime) -> dict[str, datetime]:
    return {**referral.marks, name: max(at, referral.marks.get(name, at))}


def _requested(file: File, event: ReviewRequested, at: datetime) -> File:
    before = file.reviews.get(event.review_id)
    after = Review(
        event.referral_id, event.because, event.urgent, event.decide_by, event.default, at,
        before.verdict if before else None, before.decided_by if before else None,
    )  # fmt: skip
    return _stands(_with_review(file, event.review_id, after), event, at)


def _decided(file: File, event: ReviewDecided, at: datetime) -> File:
    before = file.reviews.get(event.review_id) or Review(event.referral_id)
    after = replace(before, verdict=event.verdict, decided_by=event.by)
    return _stands(_with_review(file, event.review_id, after), event, at)


def _linked(file: File, event: LinkProposed | PersonLinked | PersonUnlinked, at: datetime) -> File:
    before = file.links.get(event.other) or Link()
    moment = f"{event.name.partition('.')[2]}_at"
    changes: dict[str, Any] = {moment: max(at, getattr(before, moment) or at)}
    if not isinstance(event, PersonUnlinked):
        changes["basis"] = min(event.basis, before.basis or event.basis)
    return replace(file, links={**file.links, event.other: replace(before, **changes)})


def _with_referral(file: File, referral_id: str, referral: Referral) -> File:
    return File({**file.referrals, referral_id: referral}, file.reviews, file.links, file.erased)


def _with_review(file: File, review_id: str, review: Review) -> File:
    return File(file.referrals, {**file.reviews, review_id: review}, file.links, file.erased)


_EMPTY: Final = File()
_NEW: Final = Referral()
_HOLDING: Final = ("assignment.accepted", "assignment.handed_off", "assignment.enrolled")
_FOLDED: Final[Mapping[type, Callable[[File, Any, datetime], File]]] = {
    **{newest(name): _stands for name in STANDINGS},
    ReferralReceived: _told_by_the_sender,
    ReferralCorrected: _told_by_the_sender,
    ReferralRetracted: _retracted,
    ReferralErased: _erased,
    ReviewRequested: _requested,
    ReviewDecided: _decided,
    LinkProposed: _linked,
    PersonLinked: _linked,
    PersonUnlinked: _linked,
}
