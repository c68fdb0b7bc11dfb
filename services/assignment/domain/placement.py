"""What is kept of one person: their referrals, relations to agencies, links, and the help asked onward."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from contracts.words import Agreement, ClosedReason
from services.assignment.domain.kept import Attempt, Link, Offer, Onward, Safety, Transfer, Word, changed
from services.assignment.domain.referral import FINAL, Referral

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a person stands between the agencies. Kept one row a person."""

    person: str
    referrals: dict[str, Referral] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    onwards: dict[str, Onward] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()
    """Referrals of which nothing else is kept."""
    transfers: dict[str, Transfer] = field(default_factory=dict)
    """By the offer with which an agency was asked to take the person on from another."""
    transfers_settled: dict[str, int] = field(default_factory=dict)
    """By the holder's offer: how many transfers were asked for and came to an end."""
    safety: dict[str, Safety] = field(default_factory=dict)
    """By referral: whether it is safe to leave a message."""
    died_at: datetime | None = None
    """When an agency last reported that the person has died."""

    def with_referral(self, referral_id: str, referral: Referral) -> Placement:
        """Return the placement with this referral as it is now."""
        return changed(self, referrals={**self.referrals, referral_id: referral})

    def without(self, referral_id: str) -> Placement:
        """Return the placement with nothing of this referral but that it was erased."""
        return changed(
            self,
            referrals={one: referral for one, referral in self.referrals.items() if one != referral_id},
            words={one: word for one, word in self.words.items() if word.referral_id != referral_id},
            transfers={one: asked for one, asked in self.transfers.items() if asked.referral_id != referral_id},
            safety={one: safety for one, safety in self.safety.items() if one != referral_id},
            erased=self.erased | {referral_id},
        )

    @property
    def linked(self) -> frozenset[str]:
        """The other records of the same person."""
        return frozenset(other for other, link in self.links.items() if link.linked)

    @property
    def offers(self) -> Iterator[tuple[str, str, Offer]]:
        """All offers ever made for the person: referral, offer id, offer."""
        for referral_id, referral in self.referrals.items():
            for offer_id, offer in referral.offers.items():
                yield referral_id, offer_id, offer

    @property
    def live(self) -> Iterator[tuple[str, str, Offer]]:
        """The offers that are open or held. Each takes a place; several at one agency take one."""
        return (found for found in self.offers if not found[2].over)

    @property
    def places(self) -> Iterator[str]:
        """The agencies at which the person takes a place, once for all that takes it."""
        yield from (offer.agency for _, _, offer in self.live if not offer.away)
        yield from (one.agency for one in self.transfers.values() if one.open)

    @property
    def enrolled_with(self) -> tuple[str, ...]:
        """The agencies whose participant the person is, by slug."""
        enrolled = {
            offer.agency
            for referral in self.referrals.values()
            for offer in referral.offers.values()
            if offer.enrolled_at is not None and not offer.over
        }
        return tuple(sorted(enrolled)) if enrolled else ()

    @property
    def ever_waited(self) -> bool:
        """Whether one of the referrals was on the waiting list at any time."""
        return any(referral.waitlisted_at is not None for referral in self.referrals.values())

    def find(self, offer_id: str) -> tuple[str, Offer] | None:
        """Return the offer and its referral, or None for one that was never made for this person."""
        return next(((referral, offer) for referral, found, offer in self.offers if found == offer_id), None)

    def offer(self, offer_id: str) -> Offer | None:
        """Return the offer, or None for one that was never made for this person."""
        found = self.find(offer_id)
        return None if found is None else found[1]

    def held_by(self, agency: str | None, at: datetime) -> list[tuple[str, str, Offer]]:
        """Return what the agency holds of what it had accepted by that instant."""
        return [
            found for found in self.live
            if found[2].agency == agency and found[2].accepted_at is not None and found[2].accepted_at <= at
        ]  # fmt: skip

    def knew(self, agency: str | None, at: datetime) -> bool:
        """Whether the agency had ever accepted the person by that instant."""
        return any(
            offer.agency == agency and offer.accepted_at is not None and offer.accepted_at <= at
            for _, _, offer in self.offers
        )

    def dead(self, referral_id: str) -> bool:
        """Whether the person had died by when the referral was received, as was reported.

        With whom an officer stands and waits is alive; a referral that comes later says that the report was a mistake.
        """
        referral = self.referrals[referral_id]
        if self.died_at is None or referral.received_at is None or referral.officer_waits:
            return False
        return referral.received_at <= self.died_at

    def counts(self, word: Word, referral_id: str, office: str) -> bool:
        """Whether this word of the person counts: once they were met, only by way of who has them, or the office.

        Who referred them is not told that they were met, nor that their word came too late.
        """
        if not self.may_pass_on(word, referral_id, office):
            return False
        referral = self.referrals[referral_id]
        met_at = referral.met_at
        return met_at is None or word.at <= met_at or word.agency in {office, referral.kept_by(word.at)}

    def may_pass_on(self, word: Word, referral_id: str, office: str) -> bool:
        """Whether this word of the person is about this referral, from somebody who had to do with it."""
        referral = self.referrals[referral_id]
        if referral.told is None or referral.received_at is None:
            return False
        if word.referral_id not in {None, referral_id} or (word.referral_id is None and word.at < referral.received_at):
            return False
        return word.agency in {office, referral.told.agency} or self.knew(word.agency, word.at)

    def says_no(self, referral_id: str, office: str) -> bool:
        """Whether the person declined, when referred or at any time since. A no stands; a yes needs a new referral."""
        referral = self.referrals[referral_id]
        if ClosedReason.PERSON_DECLINED in referral.closed:
            return True
        if referral.told is not None and referral.told.agreement is Agreement.DECLINED and not referral.settled:
            return True
        if not self.words:
            return False
        return any(not word.yes and self.counts(word, referral_id, office) for word in self.words.values())

    def agreed_at(self, referral_id: str, office: str) -> datetime | None:
        """When the person agreed to be met, or None if they have not.

        Of what their sender says and what they say themselves the newest counts; the carrier reads it so, too.
        """
        told = self.referrals[referral_id].told
        if told is None or told.agreement is Agreement.AGREED:
            return None if told is None else told.said_at
        since = (
            word.at
            for word in self.words.values()
            if word.yes and word.at >= told.said_at and self.counts(word, referral_id, office)
        )
        return min(since, default=None)

    def ready_at(self, referral_id: str, office: str) -> datetime | None:
        """Since when the referral may be offered, whatever came in which order; None while it may not.

        What was ruled of other facts than those told says nothing: the ruling on these is on its way.
        """
        return self._fit_since(referral_id, office) if self.referrals[referral_id].ruled_as_told else None

    def _fit_since(self, referral_id: str, office: str) -> datetime | None:
        """Since when nothing stands against the referral, by the newest ruling on whichever of its revisions."""
        referral = self.referrals[referral_id]
        if referral.told is None or referral.received_at is None or referral.ruling is None:
            return None
        if not referral.eligible or referral.retracted or referral.closed & FINAL or self.says_no(referral_id, office):
            return None
        agreed_at = self.agreed_at(referral_id, office) if referral.told.needs_yes else referral.received_at
        return None if agreed_at is None else max(referral.received_at, referral.ruling.at, agreed_at)

    def waits(self, referral_id: str, office: str) -> bool:
        """Whether the referral is on the waiting list. While an amendment of it is screened, it keeps its turn."""
        referral = self.referrals.get(referral_id)
        return (
            referral is not None
            and referral.waitlisted_at is not None
            and referral.live is None
            and not referral.settled
            and self._fit_since(referral_id, office) is not None
        )

    def arrived(self, offer: Offer) -> bool:
        """Whether a case manager stood before the person in time."""
        return any(
            attempt.present and attempt.agency == offer.agency and _within(offer, attempt.at)
            for attempt in self.attempts.values()
        )


def _within(offer: Offer, at: datetime) -> bool:
    return (
        offer.accepted_at is not None and offer.accepted_at <= at and (offer.arrive_by is None or at <= offer.arrive_by)
    )
