"""What intake keeps of a case: the referral as it now stands, identity sealed, and which of them were withdrawn.

A case is what the sender's own number names. Submitted again after a withdrawal, it gets another referral; the same
person stays in it. Facts may come in any order and any number of times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.catalogue import ReferralCorrected, ReferralReceived, ReferralRetracted

if TYPE_CHECKING:
    from contracts.envelope import Fact


class Referral(BaseModel):
    """One referral of a case. `whole` is it as it now stands, with its sealed tokens; gone once it is withdrawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    person: str
    whole: ReferralCorrected | None = None
    retracted: bool = False


class Case(BaseModel):
    """The referrals of a case, by id. Kept one row a case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    referrals: dict[str, Referral] = Field(default_factory=dict)

    @property
    def open_one(self) -> str | None:
        """The id of the referral that stands, or None where there is none or it was withdrawn."""
        return max((known for known, one in self.referrals.items() if not one.retracted), default=None)

    @property
    def latest(self) -> str | None:
        """The id of the newest referral, withdrawn or not."""
        return max(self.referrals, default=None)

    def with_one(self, referral_id: str, referral: Referral) -> Case:
        """Return the case with this referral as it is now."""
        return Case(referrals=self.referrals | {referral_id: referral})


NOTHING: Final = Case()
"""What is kept where nothing is: of persons and agencies intake keeps no state of its own."""


def evolve(case: Case | None, fact: Fact) -> Case:
    """Fold what intake itself said; what agencies say changes nothing before it is admitted."""
    case = NOTHING if case is None else case
    match fact.event:
        case ReferralReceived() as event:
            return _stands(case, fact, ReferralCorrected(**dict(event), revision=0))
        case ReferralCorrected() as event:
            return _stands(case, fact, event)
        case ReferralRetracted() as event:
            return _withdrawn(case, fact, event)
        case _:
            return case


def _stands(case: Case, fact: Fact, whole: ReferralCorrected) -> Case:
    known = case.referrals.get(whole.referral_id)
    if known is not None and (known.retracted or (known.whole and known.whole.revision >= whole.revision)):
        return case
    return case.with_one(whole.referral_id, Referral(agency=whole.agency, person=fact.subject or "", whole=whole))


def _withdrawn(case: Case, fact: Fact, event: ReferralRetracted) -> Case:
    known = case.referrals.get(event.referral_id)
    if known is not None and known.retracted:
        return case
    gone = Referral(agency=event.agency, person=fact.subject or "", retracted=True)
    return case.with_one(event.referral_id, gone)
