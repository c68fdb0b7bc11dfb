"""One referral between the agencies: what was told and ruled, who was asked, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.words import ClosedReason, Verdict
from services.assignment.domain.kept import LASTING, Offer, Ruling, Told

FINAL: Final = frozenset(
    {ClosedReason.PERSON_DECLINED, ClosedReason.WITHDRAWN_BY_SOURCE, ClosedReason.PARTICIPATION_ENDED}
)
"""Closed for good. What was not divertible may become so by an amendment."""


@dataclass(frozen=True, slots=True)
class Referral:
    """Where one referral stands."""

    received_at: datetime | None = None
    told: Told | None = None
    retracted: bool = False
    ruling: Ruling | None = None
    divertible: frozenset[int] = frozenset()
    """The revisions that are divertible by the sender's own data: the officer has heard so."""
    offers: dict[str, Offer] = field(default_factory=dict)
    waitlisted_at: datetime | None = None
    """Since when it waits; kept over offers that came to nothing, so that nobody loses their turn."""
    appointment: bool = False
    unavailable: bool = False
    """The waiting officer was told that nobody comes: from then on no officer waits."""
    closed: frozenset[ClosedReason] = frozenset()
    round_from: datetime | None = None
    """Who was asked before this moment may be asked again."""

    def with_ruling(self, ruling: Ruling | None, divertible: frozenset[int]) -> Referral:
        """Return the referral with what is ruled of it now."""
        return Referral(
            self.received_at, self.told, self.retracted, ruling, divertible, self.offers, self.waitlisted_at,
            self.appointment, self.unavailable, self.closed, self.round_from,
        )  # fmt: skip

    def with_offer(self, offer_id: str, offer: Offer) -> Referral:
        """Return the referral with this offer as it is now."""
        return Referral(
            self.received_at, self.told, self.retracted, self.ruling, self.divertible,
            {**self.offers, offer_id: offer}, self.waitlisted_at,
            self.appointment, self.unavailable, self.closed, self.round_from,
        )  # fmt: skip

    @property
    def live(self) -> tuple[str, Offer] | None:
        """The one offer that is open or held, with its id."""
        return next(((offer_id, offer) for offer_id, offer in self.offers.items() if not offer.over), None)

    @property
    def settled(self) -> bool:
        """Whether the person was met, or the assignment ended, or outreach did: it seeks nobody any more."""
        return bool(self.offers) and any(offer.met or offer.left for offer in self.offers.values())

    @property
    def met_at(self) -> datetime | None:
        """Since when a case manager knows the person by this referral; None before."""
        moments = (at for offer in self.offers.values() for at in (offer.handed_off_at, offer.enrolled_at))
        return min((at for at in moments if at is not None), default=None)

    def kept_by(self, at: datetime) -> str | None:
        """Return the agency that had the person then, or had them last, by what it accepted and did not lose."""
        kept = (
            (offer.accepted_at, offer_id, offer.agency)
            for offer_id, offer in self.offers.items()
            if offer.accepted_at is not None and offer.accepted_at <= at and (offer.left or not offer.over)
        )
        return max(kept, default=(None, "", None))[2]

    def last_of(self, agency: str | None) -> tuple[str, Offer] | None:
        """Return the offer by which the agency last had the person, with its id, or None where it never had."""
        had = [
            (offer.accepted_at, offer_id, offer) for offer_id, offer in self.offers.items()
            if offer.agency == agency and offer.accepted_at is not None
        ]  # fmt: skip
        if not had:
            return None
        _, offer_id, offer = max(had, key=lambda one: one[:2])
        return offer_id, offer

    @property
    def officer_waits(self) -> bool:
        """Whether an officer stands with the person and has not been told to go on."""
        return self.told is not None and self.told.officer_waiting and not self.unavailable

    @property
    def officer_expects_somebody(self) -> bool:
        """Whether an officer waits who heard "divertible"; on what other grounds that was not so is not for them."""
        return self.officer_waits and self.told is not None and self.told.revision in self.divertible

    @property
    def ruled_as_told(self) -> bool:
        """Whether the latest ruling is about the referral as it was last told."""
        return self.told is not None and self.ruling is not None and self.ruling.revision == self.told.revision

    @property
    def eligible(self) -> bool:
        """Whether the latest ruling says so."""
        return self.ruling is not None and self.ruling.verdict is Verdict.ELIGIBLE

    @property
    def ineligible(self) -> bool:
        """Whether the latest ruling says that it is not for this program."""
        return self.ruling is not None and self.ruling.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE

    def asked_at(self, agency: str) -> datetime | None:
        """When the agency was last asked in this round; an offer that the hub itself took back does not count."""
        return max(
            (
                offer.offered_at
                for offer in self.offers.values()
                if offer.agency == agency
                and offer.cancelled is None
                and offer.offered_at is not None
                and (self.round_from is None or offer.offered_at >= self.round_from)
            ),
            default=None,
        )

    def refused_by(self, agency: str) -> bool:
        """Whether the agency gave a reason that will be the same tomorrow."""
        return any(offer.agency == agency and offer.declined in LASTING for offer in self.offers.values())
