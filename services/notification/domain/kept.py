"""The pieces of what notification keeps of a person: what was told, screened, offered, consented to, asked onward."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.parts import Drug, Offence
from contracts.recalls import RecallEnd, RecallGround
from contracts.words import AgeBand, Agreement, Category, ConsentKind, Door, HelpType, Purpose, SourceKind, Verdict


@dataclass(frozen=True, slots=True)
class Facts:
    """What screening and assignment may know of a referral, as far as a lane may hear of it."""

    area: str | None = None
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    offences: tuple[Offence, ...] = ()
    drugs: tuple[Drug, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
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
    particulars: Facts
    sealed: dict[Category, str]
    event: str | None = None
    """The mark of the event in which the tokens stand; None where it was kept before tokens knew their event."""
    own: dict[Category, str] = field(default_factory=dict)
    """What the person says of themselves, sealed: each field of it goes before the sender's."""
    sender_revision: int | None = None
    """The newest revision that was the sender's word; None: the highest is."""

    @property
    def sent(self) -> int:
        """The newest revision that was the sender's word: whoever hears police data alone hears of no other."""
        return self.revision if self.sender_revision is None else self.sender_revision


@dataclass(frozen=True, slots=True)
class Answer:
    """What a revision of a referral says of the person's own answer."""

    agreement: Agreement
    at: datetime
    """When the revision was admitted."""


@dataclass(frozen=True, slots=True)
class Screening:
    """What the policy said of one revision of a referral, as far as police may hear of it."""

    police_verdict: Verdict
    failed: tuple[str, ...]
    policy: str
    policy_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Review:
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


@dataclass(frozen=True, slots=True)
class Terms:
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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How an agency took the person on."""

    at: datetime
    arrives_in_minutes: int | None
    arrive_by: datetime | None
    appointment_at: datetime | None
    after_the_fact: bool
    officer_gone: bool
    """The officer had been told before that nobody comes."""


@dataclass(frozen=True, slots=True)
class Offer:
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
    transfer: bool = False
    """The agency was asked to take the person on from another: it learns only what a consent opens to it."""

    @property
    def open(self) -> bool:
        """Whether the agency may still answer."""
        return self.terms is not None and self.accepted is None and not self.over

    @property
    def held(self) -> bool:
        """Whether the agency took the person on and has not lost them since."""
        return self.accepted is not None and not self.over

    @property
    def ran_out_first(self) -> bool:
        """Whether it was taken back when its time was up: its reader had the time, or, after an outage, no offer."""
        terms, cancelled = self.terms, self.cancelled_at
        return self.accepted is None and terms is not None and cancelled is not None and terms.lapses_at <= cancelled

    @property
    def with_an_officer(self) -> bool:
        """Whether it was made and taken while an officer waited; an amendment that says so later asks too late."""
        asked, taken = self.terms, self.accepted
        return (asked is None or asked.officer_waiting) and (taken is None or not taken.officer_gone)

    @property
    def over(self) -> bool:
        """Whether it was declined, lapsed or cancelled."""
        return self.declined or self.lapsed_at is not None or self.cancelled_at is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a consent opens: to whom, which categories, for what."""

    kind: ConsentKind
    recipients: tuple[str, ...]
    categories: frozenset[Category]
    purpose: Purpose
    expires_at: datetime | None = None
    expires_with: str = "none"
    """The event that ends it, told as part of the scope, too."""
    at: datetime | None = None
    """Since when it counts; None where it was kept before this was."""
    disclosers: tuple[str, ...] = ()
    """Who may tell, a class spelled out."""
    intermediary: str | None = None
    """Through whom it goes, where the form names one."""
    irrevocable_until: str | None = None
    """The event until which a word against it waits, where the form names one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent and its end. Withdrawn and expired are for ever, even before the grant was heard."""

    grant: Grant | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """An agency is asked to forget what it was told; and what it answered, or that it did not."""

    agency: str = ""
    because: RecallGround = RecallGround.CONSENT_WITHDRAWN
    categories: tuple[Category, ...] = ()
    disclosures: tuple[str, ...] = ()
    """The ids of the messages on its lane."""
    at: datetime | None = None
    asked: int = 1
    end: RecallEnd | None = None
    """How it ended, as was said; silence may still be followed by an answer."""
    answers: dict[str, RecallEnd] = field(default_factory=dict)
    """By agency; only the answer of the one that was asked counts."""

    @property
    def answer(self) -> RecallEnd | None:
        """What the agency answered, if it did."""
        return self.answers.get(self.agency)

    @property
    def open(self) -> bool:
        """Whether the agency should still answer."""
        return bool(self.agency) and self.answer is None


@dataclass(frozen=True, slots=True)
class Onward:
    """A case manager asks one provider, or one after another, for help."""

    asked_by: str = ""
    help_type: HelpType | None = None
    asked: dict[str, str | None] = field(default_factory=dict)
    """By provider: the case manager's note, sealed."""
    closed: dict[str, str] = field(default_factory=dict)
    """By state: the provider, or nobody."""
    reports: dict[str, str] = field(default_factory=dict)
    """By provider: the mark of the case manager's report, for which the note was sealed."""
    asked_at: datetime | None = None
    """When a provider was first asked; None where it was kept before this was."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A word of the person that takes back and waits at the door, unread."""

    kind: str
    """`consent.revoked` or `person.declined`."""
    at: datetime
    """When the hub got it."""


@dataclass(frozen=True, slots=True)
class Saying:
    """The person's own answer, as an agency reported it."""

    referral_id: str | None
    agreed: bool
    at: datetime
    agency: str = ""
    """Who reported it. Whether that is somebody whose word counts is asked when it is needed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an agency is cut off. The newest word counts."""

    suspended: bool = False
    at: datetime | None = None
    by: str = ""


IN_GOOD_STANDING: Final = Standing()
"""Nobody has said anything else of the agency."""
