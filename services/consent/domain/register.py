"""What is kept of one person: every consent signed and taken back, and who has to do with the person.

Facts are kept under their own ids, so that any order and any repetition of them comes to the same register; what holds
at the end is computed from it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from contracts.to_hub.consent_signed import ConsentSigned
from contracts.words import ConsentKind
from services.consent.domain.elements import irrevocable
from services.consent.domain.signers import AgeTold
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites import Site

NO_RELATION: Final = "no-relation"
WRONG_SIGNER: Final = "wrong-signer"
REOPENED: Final = frozenset({NO_RELATION, WRONG_SIGNER})
"""Reasons for a refusal that a fact heard late can undo."""

WITHDRAWN: Final = "withdrawn"
EXPIRED: Final = "expired"
"""Reasons that end a consent for good, whether it had begun to count or not."""
REVOCABLE: Final = "revocable"
"""The deadline from which a consent can be taken back that could not before."""


class Tie(StrEnum):
    """What an agency has to do with the person."""

    REFERRER = "referrer"
    HOLDER = "holder"
    PROVIDER = "provider"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Signing(_Kept):
    """A consent as a witness sent it: one message."""

    message_id: str
    witness: str
    at: datetime
    """When the hub admitted it."""
    consent_id: str
    signed: ConsentSigned

    @property
    def key(self) -> str:
        """The message's identity over all witnesses."""
        return message_key(self.witness, self.message_id)

    def before(self, moment: datetime, site: Site) -> bool:
        """Tell whether the person signed before that moment, however late the form was sent.

        Of one day the form does not say which came first: there the order counts in which the hub heard of them.
        """
        day = self.signed.signed_on
        return self.at <= moment or (day is not None and day < day_at(site, moment))

    def signed_at(self, site: Site) -> datetime:
        """Return when the person signed: the end of the day that the form names, or when it was admitted, if sooner."""
        day = self.signed.signed_on
        if day is None or day >= day_at(site, self.at):
            return self.at
        return datetime.combine(day, time.max, ZoneInfo(site.timezone))


class Revocation(_Kept):
    """Something taken back: one form, or (without a form) what was signed until then, as far as the word reaches."""

    by: str
    at: datetime
    how: str
    form_reference: str | None


class Declining(_Kept):
    """The person says no to everything, as an agency reported it."""

    by: str
    at: datetime


class Decision(_Kept):
    """An office says that it files a charge, or does not: one message."""

    by: str
    at: datetime
    referral_id: str


class Register(_Kept):
    """One person's consents. Times are admission times."""

    signings: dict[str, Signing] = Field(default_factory=dict)
    revocations: dict[str, Revocation] = Field(default_factory=dict)
    declined: dict[str, Declining] = Field(default_factory=dict)
    """When the person said no to everything and to whom, by the message that brought it."""
    ties: dict[str, dict[Tie, datetime]] = Field(default_factory=dict)
    """Since when an agency has to do with the person, and how."""
    ages: dict[str, AgeTold] = Field(default_factory=dict)
    """What each referral tells of the person's age, by the referral."""
    gone: frozenset[str] = frozenset()
    """Referrals that were withdrawn or erased: nothing that they told is kept, or comes back."""
    ended_at: datetime | None = None
    """When participation last ended."""
    enrolled_at: datetime | None = None
    """When an intake was last completed."""
    arrests: dict[str, str] = Field(default_factory=dict)
    """By referral: the police who diverted at an arrest."""
    decisions: dict[str, Decision] = Field(default_factory=dict)
    """What offices decided of charges, by the message that brought it."""
    reached: frozenset[str] = frozenset()
    """The deadlines that have passed, by name and reference."""
    granted: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    expired: frozenset[str] = frozenset()
    refused: dict[str, str] = Field(default_factory=dict)
    """Why a signing does not count, by its message."""

    def of(self, consent_id: str) -> Iterator[Signing]:
        """Iterate over the signings of one consent, earliest first."""
        found = (signing for signing in self.signings.values() if signing.consent_id == consent_id)
        return iter(sorted(found, key=lambda signing: (signing.at, signing.key)))

    def open(self, consent_id: str) -> list[Signing]:
        """Return the signings of one consent that were not refused, earliest first."""
        return [signing for signing in self.of(consent_id) if signing.key not in self.refused]

    def standing(self, consent_id: str) -> Signing | None:
        """Return the signing that speaks for a consent: the earliest that was not refused; None without one.

        A consent may be granted after all, when what it lacked is heard late.
        """
        late = self.of(consent_id) if consent_id in self.granted else ()
        reopened = (signing for signing in late if self.refused.get(signing.key) in REOPENED)
        return next(iter(self.open(consent_id)), None) or next(reopened, None)

    def ends(self, consent_id: str) -> set[str]:
        """Return how the consent came to an end for good, also one that ended while it waited to count."""
        found = {self.refused.get(signing.key, "") for signing in self.of(consent_id)} & {WITHDRAWN, EXPIRED}
        found |= {WITHDRAWN} if consent_id in self.withdrawn else set()
        return found | ({EXPIRED} if consent_id in self.expired else set())

    def tied(self, agency: str, by: datetime, *, how: Tie | None = None) -> bool:
        """Tell whether the agency had to do with the person (in one way, or in any) by that time."""
        return any(since <= by for tie, since in self.ties.get(agency, {}).items() if how in (None, tie))

    def referred(self, by: datetime) -> bool:
        """Tell whether the person had been referred by that time: before, nothing can be known of their age."""
        return any(self.tied(agency, by, how=Tie.REFERRER) for agency in self.ties)

    def saw_signed(self, agency: str, by: datetime) -> bool:
        """Tell whether the agency sent a consent of this person by that time, whatever became of it."""
        return any(signing.witness == agency and signing.at <= by for signing in self.signings.values())

    def taken_back(self, signing: Signing, site: Site) -> str | None:
        """Return how the person took this consent back, or None. The program office may pass on any revocation.

        A form that was taken back stays so. Who takes back everything takes back what was signed until then; who says
        no to everything takes back the consent to be handed over, by way of somebody who may pass that on. What cannot
        be taken back yet is, by the same word, as soon as it can be.
        """
        hows = (
            back.how
            for back in self.revocations.values()
            if self.means(back, signing, site) and not self.held(signing, back.at, site)
        )
        how = next(hows, None)
        if how is not None:
            return how
        handed_over = signing.signed.kind is ConsentKind.HUB_HANDOFF
        noes = (no for no in self.declined.values() if signing.before(no.at, site) and self._passes_on(no, site))
        return "declined" if handed_over and any(noes) else None

    def held(self, signing: Signing, at: datetime, site: Site) -> bool:
        """Tell whether the consent could not be taken back at that time, nor can be since (42 CFR 2.35(c)).

        Where its form names an event and a day, the first of them ends it.
        """
        signed = signing.signed
        if not irrevocable(signed) or deadline_key(REVOCABLE, signing.consent_id) in self.reached:
            return False
        if signed.irrevocable_until_at is not None and signed.irrevocable_until_at <= at:
            return False
        if signed.irrevocable_until == "intake_completed":
            return self.enrolled_at is None  # also one from before: it would not come again
        if signed.irrevocable_until == "end_of_participation":
            return self.ended_at is None or not signing.before(self.ended_at, site)
        return signed.irrevocable_until is None

    def means(self, back: Revocation, signing: Signing, site: Site) -> bool:
        """Tell whether this word is about this consent."""
        its_own = back.by in (signing.witness, site.program_office)
        if back.form_reference is not None:
            return its_own and back.form_reference == signing.signed.form_reference
        reaches = its_own or (self._everything(back) and not _may_be_irrevocable(signing))
        return reaches and signing.before(back.at, site)

    def _everything(self, back: Revocation) -> bool:
        """Tell whether a word without a form takes back also what others saw signed.

        It does by way of anybody who had to do with the person by then, if it was spoken: nobody who says "stop" thinks
        of who saw which form. In writing it is about the forms of its sender, as the contract says, if there are any.
        """
        return self.tied(back.by, back.at) and (back.how == "verbal" or not self.saw_signed(back.by, back.at))

    def _passes_on(self, no: Declining, site: Site) -> bool:
        """Tell whether the person's no counts from this agency: it referred them, or had taken them on by then."""
        passing_on = (Tie.REFERRER, Tie.HOLDER)
        return no.by == site.program_office or any(self.tied(no.by, no.at, how=tie) for tie in passing_on)


def _may_be_irrevocable(signing: Signing) -> bool:
    """Tell whether the form may say that the consent stands until its end (42 CFR 2.35), and its message could not.

    Version 1 had no word for it, nor for who signed; so whether the person can take it back is for those who know the
    form to say. Since then the form's own word counts.
    """
    signed = signing.signed
    until = signed.expires_at is not None or signed.expires_with is not None
    return until and signed.kind is ConsentKind.CRIMINAL_JUSTICE_REFERRAL and signed.signed_by is None


def day_at(site: Site, moment: datetime) -> date:
    """Return which day it is at the site at that moment."""
    return moment.astimezone(ZoneInfo(site.timezone)).date()


def message_key(agency: str, message_id: str) -> str:
    """Return the identity of an agency's message."""
    return f"{agency}/{message_id}"


def deadline_key(name: str, reference: str) -> str:
    """Return under which name a deadline that has passed is kept."""
    return f"{name} {reference}"


def consent_id_of(witness: str, person: str, form_reference: str) -> str:
    """Return the id of a consent: the witness, the person and the witness's own number of the form."""
    return derived("con-", witness, person, form_reference)
