"""The small pieces of what is kept of a person's referrals: what was told, what was ruled, what was offered.

Every piece is merged so that the order of arrival over different topics, and hearing a fact twice, make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts.parts import AfterTheFact, AgeFact
from contracts.relationship import ContactMode, TransferEnd
from contracts.words import (
    AgeBand,
    Agreement,
    Answer,
    ClosedReason,
    ContactResult,
    DeclineReason,
    Door,
    HelpType,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_UNKNOWN_AGE: Final = AgeFact()
LASTING: Final = frozenset({DeclineReason.NOT_OUR_AREA, DeclineReason.NO_SHARED_LANGUAGE, DeclineReason.SAFETY})
"""Reasons that will be the same tomorrow: who gave one is not asked again for this referral."""


@dataclass(frozen=True, slots=True)
class Told:
    """The referral as it was last told. No identity: age, area, language and needs are all that is known."""

    revision: int
    at: datetime
    agency: str
    door: Door
    agreement: Agreement
    officer_waiting: bool
    restricted: bool
    """The source itself reveals health or treatment: nothing leaves the hub before the person agreed."""
    age: AgeFact = _UNKNOWN_AGE
    area: str | None = None
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    after_the_fact: AfterTheFact | None = None
    test: bool = False
    answered_at: datetime | None = None
    """Since when the sender says so of the agreement, where an amendment of something else came later than that."""
    referred_at: datetime | None = None
    """When they were referred, by the sender; None for what was kept before this was."""

    @property
    def arrested_at(self) -> datetime | None:
        """Since when an intake counts for the charge of a diverted arrest; None where there is none."""
        if self.door is not Door.ARREST_DIVERSION or self.referred_at is None:
            return None
        met = self.after_the_fact
        return self.referred_at if met is None else min(self.referred_at, met.handed_off_at)

    @property
    def said_at(self) -> datetime:
        """When the sender said what it says of the person's agreement."""
        return self.answered_at or self.at

    @property
    def needs_yes(self) -> bool:
        """Whether nobody is asked before the person agreed.

        At an arrest, or while an officer waits, whoever came could be told nothing of whom to meet (DESIGN 7.3).
        """
        return self.restricted or self.officer_waiting or self.door is Door.ARREST_DIVERSION


@dataclass(frozen=True, slots=True)
class Ruling:
    """What screening or a review last said of the newest revision. A review's decision counts before its screening."""

    at: datetime
    decided: bool
    revision: int
    id: str
    verdict: Verdict
    default: bool = False
    """Decided by the site's default, where nobody answered in time: a person's word counts before it."""

    @property
    def order(self) -> tuple[int, bool, bool, datetime, str]:
        """Of two rulings, the greater is the truth."""
        return self.revision, self.decided, not self.default, self.at, self.id

    def overruled_by(self, other: Ruling | None) -> bool:
        """Whether the other one is the truth already."""
        return other is not None and other.order >= self.order


@dataclass(frozen=True, slots=True)
class Terms:
    """What a blind offer says of the referral: all by which an agency may decide."""

    door: Door
    area: str | None
    age_band: AgeBand
    language: str
    needs: tuple[HelpType, ...]
    officer_waiting: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """One agency asked once, and all that came of it. The instants are when the hub admitted what made it so."""

    agency: str
    terms: Terms | None = None
    """None for what was recorded after the fact, or said before offers kept their terms."""
    offered_at: datetime | None = None
    lapses_at: datetime | None = None
    accepted_at: datetime | None = None
    arrive_by: datetime | None = None
    declined: DeclineReason | None = None
    lapsed: bool = False
    cancelled: ClosedReason | None = None
    cancelled_at: datetime | None = None
    handed_off_at: datetime | None = None
    enrolled_at: datetime | None = None
    ended_at: datetime | None = None
    unlocated_at: datetime | None = None
    """When outreach ended, because nobody found the person."""
    follows: bool = False
    """It follows an earlier assignment, transferred or reopened: nobody else would be asked, so it is not declined."""
    pauses: int = 0
    resumes: int = 0
    freed_at_pause: int = 0
    """The last pause in which somebody else may have the place; 0: none."""

    @property
    def over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.declined is not None or self.lapsed or self.cancelled is not None or self.left

    @property
    def left(self) -> bool:
        """Whether who had accepted the person has them no more, and not because the offer was lost."""
        return self.ended_at is not None or self.unlocated_at is not None

    @property
    def paused(self) -> bool:
        """Whether the participant is inactive for a while."""
        return self.pauses > self.resumes

    @property
    def away(self) -> bool:
        """Whether the place is somebody else's meanwhile."""
        return self.paused and self.freed_at_pause == self.pauses

    @property
    def open(self) -> bool:
        """Whether the agency may still answer."""
        return self.accepted_at is None and not self.over

    @property
    def holds(self) -> bool:
        """Whether the agency has taken the person on, and still has them."""
        return self.accepted_at is not None and not self.over

    def late(self, at: datetime) -> bool:
        """Whether an answer of that instant comes after the offer's time."""
        return self.lapses_at is not None and at > self.lapses_at

    @property
    def met(self) -> bool:
        """Whether the person was handed off or enrolled: from then on a referrer's second thoughts change nothing."""
        return self.handed_off_at is not None or self.enrolled_at is not None


@dataclass(frozen=True, slots=True)
class Word:
    """The person's own yes or no, as an agency passed it on. Without a referral it is about all of that moment."""

    agency: str | None
    referral_id: str | None
    at: datetime
    yes: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach the person. `present`: they stood before each other."""

    agency: str | None
    at: datetime
    present: bool
    result: ContactResult | None = None
    """None for what was kept before this was."""
    mode: ContactMode = ContactMode.IN_PERSON


@dataclass(frozen=True, slots=True)
class Transfer:
    """One agency asked to take on somebody whom another agency has. It keeps a place as long as it is open."""

    agency: str
    referral_id: str
    holder: str
    holder_offer_id: str
    number: int
    """Which of the holder's transfers of the person."""
    lapses_at: datetime
    chosen: str | None = None
    area: str | None = None
    ended: TransferEnd | None = None
    accepted_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the agency may still answer."""
        return self.ended is None and self.accepted_at is None


@dataclass(frozen=True, slots=True)
class Safety:
    """Whether it is safe to leave a message; the person's own word counts before their sender's, then the newest."""

    own: bool
    at: datetime
    id: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Link:
    """Whether another record is the same person; the latest word counts."""

    at: datetime
    id: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Onward:
    """One service provider asked for help."""

    asked_by: str
    provider: str | None
    state: str = "asked"
    help_type: HelpType | None = None
    """None for what was kept before this was."""


Piece = TypeVar("Piece")


def changed(piece: Piece, **changes: Any) -> Piece:
    """Return the piece with these fields changed: `dataclasses.replace`, without asking anew what its fields are."""
    kind: Any = type(piece)
    names, values = _fields(kind)
    made: Piece = kind(**{**dict(zip(names, values(piece), strict=True)), **changes})
    return made


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(one.name for one in fields(kind))
    return names, attrgetter(*names)
