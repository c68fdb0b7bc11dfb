"""What is kept of one person: every word of each of their diversions, by its message, and what was said of it.

Facts are kept under their own marks, so that any order and any repetition of them comes to the same roads.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.event import AgencyEvent
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.pretrial_assessed import PretrialAssessed
from contracts.to_hub.pretrial_completed import PretrialCompleted
from contracts.to_hub.pretrial_consented import PretrialConsented
from contracts.to_hub.pretrial_moved import PretrialMoved
from contracts.to_hub.pretrial_ruled import PretrialRuled
from contracts.to_hub.pretrial_updated import PretrialUpdated
from contracts.to_hub.termination_moved import TerminationMoved

Said = TypeVar("Said", bound=AgencyEvent)


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Word(_Kept, Generic[Said]):
    """One message of one agency, admitted."""

    agency: str
    message_id: str
    mark: str
    """The mark of the message: who sent it, under which id."""
    at: datetime
    """When the hub admitted it."""
    event: Said

    @property
    def order(self) -> tuple[datetime, str]:
        """In which order words count, whatever order they are heard in."""
        return self.at, self.mark


class Road(_Kept):
    """One diversion, of one case: the referral that brought it."""

    sender: str | None = None
    """Who made the referral; None until the hub has heard of it."""
    moved: dict[str, Word[PretrialMoved]] = Field(default_factory=dict)
    consented: dict[str, Word[PretrialConsented]] = Field(default_factory=dict)
    ruled: dict[str, Word[PretrialRuled]] = Field(default_factory=dict)
    contested: dict[str, Word[TerminationMoved]] = Field(default_factory=dict)
    assessed: dict[str, Word[PretrialAssessed]] = Field(default_factory=dict)
    updated: dict[str, Word[PretrialUpdated]] = Field(default_factory=dict)
    completed: dict[str, Word[PretrialCompleted]] = Field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    """The months whose end has passed, and the words that were waited for long enough."""
    opened: frozenset[str] = frozenset()
    """What was said of who has to do with the case, by the motion's id."""
    steps: frozenset[str] = frozenset()
    """Stages that were said, alone and with day and author."""
    filed: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    """Marks of the words that do not count; their senders heard why."""


class Roads(_Kept):
    """All diversions of one person, and who has the person when."""

    roads: dict[str, Road] = Field(default_factory=dict)
    """By referral."""
    reviews: dict[str, str] = Field(default_factory=dict)
    """By the site's call for approval: the referral."""
    answers: dict[str, Word[ApprovalAnswered]] = Field(default_factory=dict)
    took: dict[str, frozenset[datetime]] = Field(default_factory=dict)
    """By agency: when it met the person, or took them in."""
    left: dict[str, frozenset[datetime]] = Field(default_factory=dict)
    """By agency: when it had the person no more."""
    gone: frozenset[str] = frozenset()
    """Referrals that were erased: nothing more is kept of them."""

    def held(self, agency: str, at: datetime) -> bool:
        """Tell whether the agency has the person at that moment; of one moment, taking on counts after leaving."""
        took = [one for one in self.took.get(agency, ()) if one <= at]
        left = [one for one in self.left.get(agency, ()) if one <= at]
        return bool(took) and (not left or max(took) >= max(left))

    def holder(self, at: datetime) -> str | None:
        """Return who has the person at that moment; of several, who took them on last."""
        holding = [(max(times), agency) for agency, times in self.took.items() if self.held(agency, at)]
        return max(holding)[1] if holding else None
