"""What is kept of each thing in a person's file: a referral, a review, how it ended, a voice, an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.orders import OrderKind
from contracts.parts import Particulars
from contracts.screenings.review_decided import SITE_DEFAULT
from contracts.words import Agreement, Door, SourceKind, Verdict


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as it now stands, as far as screening may know it. Revision 0 is the first; corrections count up."""

    referral_id: str
    revision: int
    door: Door
    source_kind: SourceKind
    agreement: Agreement
    officer_waiting: bool
    referred_at: datetime
    particulars: Particulars
    """As the sender tells them."""
    after_the_fact: bool
    agency: str = ""
    """Who sent it."""
    own: Particulars | None = None
    """The same with what the person says of themselves before it; None where they said nothing."""

    @property
    def is_urgent(self) -> bool:
        """Whether it came from an officer who waits. What is only recorded afterwards never is urgent."""
        return self.officer_waiting and not self.after_the_fact and self.agreement is not Agreement.DECLINED


@dataclass(frozen=True, slots=True)
class Review:
    """A question to the program office. `decide_by` and `default` are there once it was asked for a waiting officer."""

    referral_id: str
    because: tuple[str, ...]
    asked_at: datetime
    urgent: bool = False
    decide_by: datetime | None = None
    default: Verdict | None = None

    def also(self, other: Review) -> Review:
        """Return the two requests for it as one: who comes to wait later gives it a clock; the first clock counts."""
        clocks = [(one.decide_by, one.default) for one in (self, other) if one.decide_by is not None]
        decide_by, default = min(clocks, default=(None, None))
        return Review(
            self.referral_id, self.because, min(self.asked_at, other.asked_at), self.urgent or other.urgent,
            decide_by, default,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """How a review ended. `cause` is the id of the answer or of the deadline that ended it."""

    verdict: Verdict
    by: str
    at: datetime
    cause: str
    referral_id: str = ""
    """Of one that was kept before it was noted, the review alone tells."""

    @property
    def is_default(self) -> bool:
        """Whether nobody answered in time."""
        return self.by == SITE_DEFAULT

    def outranks(self, other: Decision) -> bool:
        """An operator's decision outranks the default; of two alike the earlier stands."""
        return (self.is_default, self.at, self.cause) < (other.is_default, other.at, other.cause)


@dataclass(frozen=True, slots=True)
class Voice:
    """What one whom the site asks for approval said. `cause` is the id of the answer."""

    approved: bool
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order that keeps the person away from somebody; whom it protects is not known here."""

    kind: OrderKind
    reported_at: datetime
    ended: bool
    expires_at: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force then, by what was said of it last."""
        return not self.ended and (self.expires_at is None or at < self.expires_at)
