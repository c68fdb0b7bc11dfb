"""What notification keeps of one person, or of one agency: facts by their ids, in whatever order they came."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile

from contracts.words import Agreement
from services.notification.domain.charges import Hold
from services.notification.domain.diversions import Diversion
from services.notification.domain.kept import (
    IN_GOOD_STANDING,
    Answer,
    Consent,
    Offer,
    Onward,
    Parked,
    Recall,
    Record,
    Review,
    Saying,
    Screening,
    Standing,
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that notification knows of one person; of an agency it knows only its standing."""

    records: dict[str, Record] = field(default_factory=dict)
    answers: dict[str, dict[int, Answer]] = field(default_factory=dict)
    """By referral and revision: the person's answer as the sender told it."""
    received_at: dict[str, datetime] = field(default_factory=dict)
    retracted: frozenset[str] = frozenset()
    screenings: dict[str, dict[int, Screening]] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    unavailable: dict[str, bool] = field(default_factory=dict)
    """By referral: an officer was told to go on as usual; true where an appointment follows."""
    unavailable_at: dict[str, datetime] = field(default_factory=dict)
    enrolled: dict[str, date] = field(default_factory=dict)
    """By referral: the day on which intake was completed."""
    enrolled_at: dict[str, datetime] = field(default_factory=dict)
    """By referral: when the hub heard so first."""
    ended: frozenset[tuple[str, str]] = frozenset()
    """(referral, agency) whose participation ended."""
    ended_by_others: frozenset[tuple[str, str]] = frozenset()
    """Those of them that somebody else reported than the agency."""
    offers_ended: frozenset[str] = frozenset()
    """The offers by which an agency had the person and has them no more; it may have them again by another."""
    offers_ended_by_others: frozenset[str] = frozenset()
    """Those of them of which the agency is to be told."""
    transfers: dict[str, tuple[str, str, int, bool]] = field(default_factory=dict)
    """Transfers that came to an end: whose offer, who asked, which of theirs, whether somebody took the person on."""
    parted_at: datetime | None = None
    """When participation last ended, with whichever agency."""
    taken_in_at: datetime | None = None
    """When an intake was last completed."""
    consents: dict[str, Consent] = field(default_factory=dict)
    onwards: dict[str, Onward] = field(default_factory=dict)
    charges: dict[str, Hold] = field(default_factory=dict)
    """By referral and office: until when it holds the charge."""
    sayings: dict[str, Saying] = field(default_factory=dict)
    recalls: dict[str, Recall] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    """Words of the person that take back, by the message that brought each."""
    revoked_at: datetime | None = None
    """When the newest of them came."""
    stops: frozenset[datetime] = frozenset()
    """When each of them came."""
    revocations_settled: frozenset[str] = frozenset()
    """Those of them that consent has dealt with."""
    parked: dict[str, Parked] = field(default_factory=dict)
    """Such words that were put aside at the door, unread, by agency, id and content."""
    read: dict[str, datetime] = field(default_factory=dict)
    """Such words that the door has admitted or refused, and when the newest of each was sent."""
    passed_on: dict[str, datetime] = field(default_factory=dict)
    """By kind: when an operator last passed on, signed, that the person takes back everything."""
    pretrials: dict[str, Diversion] = field(default_factory=dict)
    """By referral: the court pretrial diversion that it brought."""
    erased: frozenset[str] = frozenset()
    """Referrals of which nothing else is kept but their offers' ids."""
    retold: frozenset[str] = frozenset()
    """What replays have asked to be told again, by replay and message: what is asked twice is told once."""
    standing: Standing = IN_GOOD_STANDING

    @property
    def revoking(self) -> bool:
        """Whether the person took something back and it is not known yet what: until then nothing is told."""
        return not self.revoked <= self.revocations_settled or any(map(self._holds, self.parked))

    def _holds(self, word: str) -> bool:
        """Tell whether a word at the door holds: not once it was read, nor once an operator passed the same on."""
        parked = self.parked[word]
        over = (self.read.get(word), self.passed_on.get(parked.kind))
        return all(at is None or at < parked.at for at in over)

    def stopped_between(self, asked_at: datetime | None, granted_at: datetime | None) -> bool:
        """Tell whether the person took something back after the one moment and before the other, or just then.

        What was asked for before that was kept counts as asked before every stop. What an agency's word comes with may
        have the broker's time of a whole batch: of the same moment, the stop counts.
        """
        if granted_at is None:
            return False
        stops = self.stops if self.revoked_at is None else self.stops | {self.revoked_at}
        return any((asked_at is None or asked_at <= stop) and stop <= granted_at for stop in stops)

    def agreement(self, referral_id: str, office: str) -> Agreement:
        """Return what the person answers to this referral: a no stands, for a yes the newest word of both counts.

        It is the sender's or their own, by way of whoever may pass it on. Assignment says the same, in its own words,
        of whom it may offer: after a no, a yes needs a new referral.
        """
        record = self.records.get(referral_id)
        if record is None:
            return Agreement.NOT_ASKED
        answers = self._answers(referral_id, record)
        words = [saying for saying in self.sayings.values() if self._counts(saying, referral_id, record, office)]
        declined = any(answer.agreement is Agreement.DECLINED for answer in answers)
        if declined or any(not word.agreed for word in words):
            return Agreement.DECLINED
        newest = [*takewhile(lambda one: one.agreement is answers[0].agreement, answers)][-1]
        return Agreement.AGREED if any(word.at >= newest.at for word in words) else newest.agreement

    def _counts(self, saying: Saying, referral_id: str, record: Record, office: str) -> bool:
        """Tell whether a word of the person is about this referral, by way of somebody who may pass it on.

        That is the program office, or an agency that had taken the person on by then, or the referral's sender. Once
        they were met it is whoever has them alone, and the office. Anybody else who holds a pseudonym of the person (a
        blind offer is enough) says nothing for them.
        """
        if saying.referral_id not in {None, referral_id}:
            return False
        if saying.referral_id is None and saying.at < self.received_at.get(referral_id, record.at):
            return False
        if saying.agency == office:
            return True
        met_at = self.met_at(referral_id)
        if met_at is not None and saying.at > met_at:
            return saying.agency == self._kept_by(referral_id, saying.at)
        return saying.agency == record.agency or self.took_on(saying.agency, saying.at)

    def met_at(self, referral_id: str) -> datetime | None:
        """Return since when a case manager knows the person by this referral, as the hub heard of it; None before."""
        met = [offer.met_at for offer in self.offers.values() if offer.referral_id == referral_id and offer.met_at]
        taken_in = self.enrolled_at.get(referral_id)
        return min([*met, taken_in] if taken_in is not None else met, default=None)

    def _kept_by(self, referral_id: str, at: datetime) -> str | None:
        """Return the agency that had the person then by this referral, or had them last, and did not lose them."""
        kept = (
            (offer.accepted.at, offer_id, offer.agency)
            for offer_id, offer in self.offers.items()
            if offer.referral_id == referral_id
            and offer.held
            and offer.accepted is not None
            and offer.accepted.at <= at
        )
        return max(kept, default=(None, "", None))[2]

    def _answers(self, referral_id: str, record: Record) -> list[Answer | Record]:
        """Return the sender's words of the person's answer, the newest first; not what is amended after the hand-off.

        The newest is as old as the first revision that says the same: an amendment of anything else does not say it
        again. Who has met the person hears from them; an amendment of the sender's records is not their own word.
        """
        answers = self.answers.get(referral_id, {})
        if not answers:
            return [record]
        if len(answers) == 1:
            return [*answers.values()]
        met_at = self.met_at(referral_id)
        before = [revision for revision, answer in answers.items() if met_at is None or answer.at <= met_at]
        return [answers[one] for one in sorted(answers, reverse=True) if one <= max(before, default=min(answers))]

    def took_on(self, agency: str, by: datetime) -> bool:
        """Tell whether the agency had accepted an offer of this person by that time, whatever came of it."""
        return any(
            offer.agency == agency and offer.accepted is not None and offer.accepted.at <= by
            for offer in self.offers.values()
        )

    def diverted_at(self, referral_id: str) -> datetime | None:
        """Return when the person first met a case manager instead of going to jail, if the diversion came to that.

        An officer who was told that nobody comes, and promised nothing, went on as usual: whoever meets the person
        after that meets them as outreach, and nobody who holds the charge has to do with it.
        """
        record = self.records.get(referral_id)
        went_on = self.unavailable.get(referral_id) is False and not (record and record.after_the_fact)
        return min(
            (
                offer.handed_off_at
                for offer in self.offers.values()
                if offer.referral_id == referral_id
                and offer.handed_off_at is not None
                and (offer.with_an_officer or not went_on)
            ),
            default=None,
        )

    def holds(self, agency: str, referral_id: str | None = None) -> bool:
        """Tell whether the agency holds this referral, or any of the person's."""
        return any(
            offer.held
            and offer.agency == agency
            and referral_id in (None, offer.referral_id)
            and not self.is_over(offer_id)
            for offer_id, offer in self.offers.items()
        )

    def holders(self, referral_id: str) -> tuple[str, ...]:
        """Return the agencies that hold this referral, by slug."""
        held = {one.agency for one in self.offers.values() if one.held and one.referral_id == referral_id}
        return tuple(sorted(one for one in held if (referral_id, one) not in self.ended))

    def is_over(self, offer_id: str) -> bool:
        """Tell whether who took the person on by this offer has them no more."""
        offer = self.offers.get(offer_id)
        return offer_id in self.offers_ended or (offer is not None and (offer.referral_id, offer.agency) in self.ended)

    def record_of_holder(self, agency: str) -> str | None:
        """Return the newest referral on which the agency holds the person."""
        held = [
            (offer.accepted.at, offer.referral_id)
            for offer_id, offer in self.offers.items()
            if offer.held and offer.accepted is not None and offer.agency == agency and not self.is_over(offer_id)
        ]
        return max(held)[1] if held else None
