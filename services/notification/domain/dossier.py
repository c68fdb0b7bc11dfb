"""What notification keeps of one person, or of one agency: facts by their ids, in whatever order they came."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.parts import Particulars
from contracts.words import (
    AgeBand,
    Agreement,
    Category,
    ConsentKind,
    Door,
    HelpType,
    Purpose,
    SourceKind,
    Verdict,
)


class Kept(BaseModel):
    """A piece of the dossier."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Record(Kept):
    """A referral as its highest revision tells it; what is private is there only as sealed tokens."""

    agency: str
    door: Door
    source_kind: SourceKind
    agreement: Agreement
    officer_waiting: bool
    restricted_source: bool
    after_the_fact: bool
    test: bool
    revision: int
    at: datetime
    """When this revision was admitted."""
    particulars: Particulars
    sealed: dict[Category, str]


class Answer(Kept):
    """What a revision of a referral says of the person's own answer."""

    agreement: Agreement
    at: datetime
    """When the revision was admitted."""


class Screening(Kept):
    """What the policy said of one revision of a referral, as far as police may hear of it."""

    police_verdict: Verdict
    failed: tuple[str, ...]
    policy: str
    policy_version: str
    at: datetime


class Review(Kept):
    """A review that was called, and how it was decided."""

    referral_id: str
    called: bool = False
    because: tuple[str, ...] = ()
    urgent: bool = False
    decide_by: datetime | None = None
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    revision: int = 0
    """The newest revision for which it was decided."""
    by_default: bool = False
    """Nobody answered in time; a person's word counts before it."""

    def gives_way_to(self, revision: int, *, by_default: bool) -> bool:
        """Whether a decision of this revision counts before the one that is kept, if there is one."""
        return self.verdict is None or (self.revision, not self.by_default) < (revision, not by_default)


class Terms(Kept):
    """A blind offer as assignment made it."""

    door: Door
    area: str | None
    age_band: AgeBand
    language: str
    needs: tuple[HelpType, ...]
    officer_waiting: bool
    lapses_at: datetime
    arrive_within_minutes: int | None
    test: bool


class Acceptance(Kept):
    """How an agency took the person on."""

    at: datetime
    arrives_in_minutes: int | None
    arrive_by: datetime | None
    appointment_at: datetime | None
    after_the_fact: bool
    officer_gone: bool
    """The officer had been told before that nobody comes."""


class Offer(Kept):
    """One agency and one referral: asked, answered, met, ended."""

    referral_id: str
    agency: str
    terms: Terms | None = None
    accepted: Acceptance | None = None
    declined: bool = False
    lapsed_at: datetime | None = None
    cancelled_at: datetime | None = None
    handed_off_at: datetime | None = None
    met_at: datetime | None = None
    """When the hub heard of the hand-off; the time of the hand-off itself is the agency's to say."""

    @property
    def open(self) -> bool:
        """Whether the agency may still answer."""
        return self.terms is not None and self.accepted is None and not self.over

    @property
    def held(self) -> bool:
        """Whether the agency took the person on and has not lost them since."""
        return self.accepted is not None and not self.over

    @property
    def with_an_officer(self) -> bool:
        """Whether it was made and taken while an officer waited; an amendment that says so later asks too late."""
        asked, taken = self.terms, self.accepted
        return (asked is None or asked.officer_waiting) and (taken is None or not taken.officer_gone)

    @property
    def over(self) -> bool:
        """Whether it was declined, lapsed or cancelled."""
        return self.declined or self.lapsed_at is not None or self.cancelled_at is not None


class Grant(Kept):
    """What a consent opens: to whom, which categories, for what."""

    kind: ConsentKind
    recipients: tuple[str, ...]
    categories: frozenset[Category]
    purpose: Purpose
    expires_at: datetime | None = None


class Consent(Kept):
    """A consent and its end. Withdrawn and expired are for ever, even before the grant was heard."""

    grant: Grant | None = None
    over: bool = False


class Onward(Kept):
    """A case manager asks one provider, or one after another, for help."""

    asked_by: str = ""
    help_type: HelpType | None = None
    asked: dict[str, str | None] = Field(default_factory=dict)
    """By provider: the case manager's note, sealed."""
    closed: dict[str, str] = Field(default_factory=dict)
    """By state: the provider, or nobody."""


class Saying(Kept):
    """The person's own answer, as an agency reported it."""

    agency: str = ""
    """Who reported it. Whether that is somebody whose word counts is asked when it is needed."""
    referral_id: str | None
    agreed: bool
    at: datetime


class Standing(Kept):
    """Whether an agency is cut off. The newest word counts."""

    suspended: bool = False
    at: datetime | None = None
    by: str = ""


class Dossier(Kept):
    """All that notification knows of one person; of an agency it knows only its standing."""

    records: dict[str, Record] = Field(default_factory=dict)
    answers: dict[str, dict[int, Answer]] = Field(default_factory=dict)
    """By referral and revision: the person's answer as the sender told it."""
    received_at: dict[str, datetime] = Field(default_factory=dict)
    retracted: frozenset[str] = frozenset()
    screenings: dict[str, dict[int, Screening]] = Field(default_factory=dict)
    reviews: dict[str, Review] = Field(default_factory=dict)
    offers: dict[str, Offer] = Field(default_factory=dict)
    unavailable: dict[str, bool] = Field(default_factory=dict)
    """By referral: an officer was told to go on as usual; true where an appointment follows."""
    unavailable_at: dict[str, datetime] = Field(default_factory=dict)
    enrolled: dict[str, date] = Field(default_factory=dict)
    """By referral: the day on which intake was completed."""
    ended: frozenset[tuple[str, str]] = frozenset()
    """(referral, agency) whose participation ended."""
    ended_by_others: frozenset[tuple[str, str]] = frozenset()
    """Those of them that somebody else reported than the agency."""
    consents: dict[str, Consent] = Field(default_factory=dict)
    onwards: dict[str, Onward] = Field(default_factory=dict)
    sayings: dict[str, Saying] = Field(default_factory=dict)
    standing: Standing = Standing()

    def agreement(self, referral_id: str, office: str) -> Agreement:
        """Return what the person answered last: in the referral, or since, by way of somebody who may pass it on.

        That is the referral's sender, the program office, or an agency that had taken the person on by then. Anybody
        else who holds a pseudonym of the person (a blind offer is enough) says nothing for them.
        """
        record = self.records.get(referral_id)
        if record is None:
            told, told_at, passed_on = Agreement.NOT_ASKED, None, {office}
        else:
            answer = self._answer(referral_id, record)
            told, told_at, passed_on = answer.agreement, answer.at, {office, record.agency}
        since = [
            saying
            for saying in self.sayings.values()
            if saying.referral_id in (None, referral_id)
            and (told_at is None or saying.at >= told_at)
            and (saying.agency in passed_on or self.took_on(saying.agency, saying.at))
        ]
        if not since:
            return told
        newest = max(since, key=lambda saying: (saying.at, not saying.agreed))
        return Agreement.AGREED if newest.agreed else Agreement.DECLINED

    def _answer(self, referral_id: str, record: Record) -> Answer | Record:
        """Return the sender's newest word of the person's answer; after the hand-off its amendments change it no more.

        It is as old as the first revision that says the same: an amendment of anything else does not say it again.
        Who has met the person hears from them; an amendment of the sender's records is not the person's own word.
        """
        answers = self.answers.get(referral_id, {})
        if len(answers) <= 1:
            return record
        met_at = min(
            (offer.met_at for offer in self.offers.values() if offer.referral_id == referral_id and offer.met_at),
            default=None,
        )
        before = [revision for revision, answer in answers.items() if met_at is None or answer.at <= met_at]
        newest = max(before) if before else min(answers)
        since = answers[newest]
        for revision in sorted((one for one in answers if one < newest), reverse=True):
            if answers[revision].agreement is not since.agreement:
                break
            since = answers[revision]
        return since

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
            and (offer.referral_id, agency) not in self.ended
            for offer in self.offers.values()
        )

    def record_of_holder(self, agency: str) -> str | None:
        """Return the newest referral on which the agency holds the person."""
        held = [
            (offer.accepted.at, offer.referral_id)
            for offer in self.offers.values()
            if offer.held and offer.accepted is not None and offer.agency == agency
        ]
        return max(held)[1] if held else None
