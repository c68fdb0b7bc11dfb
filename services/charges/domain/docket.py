"""What is kept of one person: arrests and who met them, what their offices said, what was told and said of each hold.

Facts are kept by what they are about, so that any order and any repetition of them comes to the same docket; how a hold
stands is computed from it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

HELD: Final = "held"
"""What `charge.held` says; the other words are those of `charge.decided`."""


def _as_days(kept: object) -> object:
    """Read what was kept while only the first day was."""
    return [kept] if isinstance(kept, str) else kept


_Days = Annotated[frozenset[date], BeforeValidator(_as_days)]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Arrest(_Kept):
    """A referral by the door of an arrest."""

    agency: str
    referred_at: datetime
    after_the_fact: bool = False
    handed_off_at: datetime | None = None
    """When police handed the person over, where they refer them afterwards."""

    @property
    def begun_at(self) -> datetime:
        """Return since when an intake counts for it: the referral, or the hand-off that it tells of."""
        return self.referred_at if self.handed_off_at is None else min(self.referred_at, self.handed_off_at)


class Offer(_Kept):
    """An agency was asked to meet the person: while an officer waited or not, and whether it met them."""

    referral_id: str
    officer_waiting: bool | None = None
    accepted_at: datetime | None = None
    met_at: datetime | None = None
    """When the hub heard that they had met."""


class GoneOn(_Kept):
    """The officer was told that nobody comes."""

    at: datetime
    appointment: bool


class Word(_Kept):
    """What an office said of a charge: one message."""

    referral_id: str
    agency: str
    at: datetime
    says: str
    hold_until: date | None = None


class Docket(_Kept):
    """One person's charges. Times are admission times."""

    arrests: dict[str, Arrest] = Field(default_factory=dict)
    no_arrests: frozenset[str] = frozenset()
    """Referrals by another door: nothing else is kept of them."""
    erased: frozenset[str] = frozenset()
    """Referrals whose record is gone: nothing else is kept of them, and nothing comes back."""
    retracted: dict[str, datetime] = Field(default_factory=dict)
    """By referral: since when its police take it back."""
    offers: dict[str, Offer] = Field(default_factory=dict)
    gone_on: dict[str, GoneOn] = Field(default_factory=dict)
    """By referral: the officer was told to go on as usual."""
    words: dict[str, Word] = Field(default_factory=dict)
    """By the mark of the message."""
    weighed: frozenset[str] = frozenset()
    """Words before which everything has been read that was said before them; only these count."""
    refused: frozenset[str] = frozenset()
    """Words that do not count."""
    completed: dict[str, _Days] = Field(default_factory=dict)
    """By referral: the days on which an intake was done, as they were reported."""
    told: dict[str, datetime] = Field(default_factory=dict)
    """By hold: since when the office knows of the intake."""
    days: dict[str, dict[date, datetime]] = Field(default_factory=dict)
    """By hold: each last day that was said, and when it is over."""
    reached: frozenset[str] = frozenset()
    """The deadlines that have passed, by hold, day and name."""
    said: frozenset[str] = frozenset()
    """What the service has said, by hold, event and what it was about."""

    def of(self, referral_id: str) -> bool:
        """Tell whether facts about this referral are kept at all."""
        return referral_id not in self.erased and referral_id not in self.no_arrests


def hold_key(referral_id: str, office: str) -> str:
    """Return the name of the hold of one office about one referral."""
    return f"{referral_id} {office}"
