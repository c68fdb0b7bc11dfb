"""What is kept of one person: the referrals as they now stand, what was found of them, the reviews and their ends.

Facts may come in any order and more than once; the end is the same. The highest revision of a referral is the truth,
a retraction is for good, and an operator's decision outranks the site's default.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.parts import Particulars
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import SITE_DEFAULT, ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.words import Agreement, Door, Instant, ReferralId, ReviewId, Slug, SourceKind, Verdict
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from contracts.envelope import Fact

_BESIDE_THE_QUESTION: Final[dict[str, Any]] = {
    "revision": True,
    "particulars": {"language", "interpreter", "housing", "needs", "residence_area"},
}
"""What no clause is given: when only this changes, the question stays the same."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Referral(_Kept):
    """A referral as it now stands, as far as screening may know it. Revision 0 is the first; corrections count up."""

    referral_id: ReferralId
    revision: int
    door: Door
    source_kind: SourceKind
    agreement: Agreement
    officer_waiting: bool
    referred_at: Instant
    particulars: Particulars
    after_the_fact: bool

    @property
    def is_urgent(self) -> bool:
        """Whether somebody waits on the scene for an answer. What is only recorded afterwards never is."""
        return self.officer_waiting and not self.after_the_fact and self.agreement is not Agreement.DECLINED


class Review(_Kept):
    """A question to the program office. `decide_by` and `default` are there where it is urgent."""

    referral_id: ReferralId
    because: tuple[Slug, ...]
    asked_at: Instant
    urgent: bool = False
    decide_by: Instant | None = None
    default: Verdict | None = None


class Decision(_Kept):
    """How a review ended. `cause` is the id of the answer or of the deadline that ended it."""

    verdict: Verdict
    by: Slug
    at: Instant
    cause: str

    @property
    def is_default(self) -> bool:
        """Whether nobody answered in time."""
        return self.by == SITE_DEFAULT

    def outranks(self, other: Decision) -> bool:
        """An operator's decision outranks the default; of two alike the earlier stands."""
        return (self.is_default, self.at, self.cause) < (other.is_default, other.at, other.cause)


class PersonFile(_Kept):
    """Everything that eligibility keeps of one person."""

    referrals: dict[ReferralId, Referral] = Field(default_factory=dict)
    retracted: frozenset[ReferralId] = frozenset()
    screenings: dict[ReferralId, dict[Annotated[int, Field(ge=0)], Verdict]] = Field(default_factory=dict)
    """What was found of each revision."""
    reviews: dict[ReviewId, Review] = Field(default_factory=dict)
    decisions: dict[ReviewId, Decision] = Field(default_factory=dict)

    def is_current(self, review_id: str) -> bool:
        """Whether the review still asks about the referral as it now stands, and the referral still stands."""
        review = self.reviews.get(review_id)
        if review is None or review.referral_id in self.retracted:
            return False
        referral = self.referrals.get(review.referral_id)
        return referral is not None and review_of(referral) == review_id

    @property
    def open_reviews(self) -> dict[ReviewId, Review]:
        """The reviews that wait for an operator."""
        return {
            review_id: review
            for review_id, review in self.reviews.items()
            if review_id not in self.decisions and self.is_current(review_id)
        }


_PARTS: Final = tuple(PersonFile.model_fields)


def review_of(referral: Referral) -> str:
    """Return the id of the one review that these facts of the referral may need.

    It follows from the facts: a correction that leaves them as they are asks nobody again.
    """
    facts = referral.model_dump_json(exclude=_BESIDE_THE_QUESTION)
    return derived("rev-", referral.referral_id, hashlib.sha256(facts.encode()).hexdigest())


def referral_in(event: ReferralReceived | ReferralCorrected) -> Referral:
    """Return what screening may know of the referral in the event; what is sealed stays outside."""
    return Referral(
        referral_id=event.referral_id,
        revision=event.revision if isinstance(event, ReferralCorrected) else 0,
        door=event.door,
        source_kind=event.source_kind,
        agreement=event.agreement,
        officer_waiting=event.officer_waiting,
        referred_at=event.referred_at,
        particulars=event.particulars,
        after_the_fact=event.after_the_fact is not None,
    )


def evolve(kept: PersonFile | None, fact: Fact) -> PersonFile:
    """Return the file with the fact in it."""
    file = kept or PersonFile()
    match fact.event:
        case ReferralReceived() | ReferralCorrected() as event:
            return _with_referral(file, referral_in(event))
        case ReferralRetracted() as event:
            return _changed(file, retracted=file.retracted | {event.referral_id})
        case ScreeningDetermined() as event:
            of_referral = file.screenings.get(event.referral_id, {}) | {event.revision: event.verdict}
            return _changed(file, screenings=file.screenings | {event.referral_id: of_referral})
        case ReviewRequested() as event:
            return _changed(file, reviews=file.reviews | {event.review_id: _review(event, fact)})
        case ReviewDecided() as event:
            return _with_decision(file, event, fact)
        case _:
            return file


def _changed(file: PersonFile, **changes: Any) -> PersonFile:
    # The parts are checked where they are made; a whole file is made for every fact, so it is only put together.
    return PersonFile.model_construct(**{name: getattr(file, name) for name in _PARTS} | changes)


def _with_referral(file: PersonFile, referral: Referral) -> PersonFile:
    known = file.referrals.get(referral.referral_id)
    if known is not None and known.revision >= referral.revision:
        return file
    return _changed(file, referrals=file.referrals | {referral.referral_id: referral})


def _review(event: ReviewRequested, fact: Fact) -> Review:
    return Review(
        referral_id=event.referral_id,
        because=event.because,
        asked_at=fact.at,
        urgent=event.urgent,
        decide_by=event.decide_by,
        default=event.default,
    )


def _with_decision(file: PersonFile, event: ReviewDecided, fact: Fact) -> PersonFile:
    decision = Decision(verdict=event.verdict, by=event.by, at=fact.at, cause=fact.envelope.causation_id or fact.id)
    known = file.decisions.get(event.review_id)
    if known is not None and not decision.outranks(known):
        return file
    return _changed(file, decisions=file.decisions | {event.review_id: decision})
