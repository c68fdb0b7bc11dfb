"""Which consents begin and end to count, as soon as the register says so.

A decision is the difference between what holds and what has been said. So it does not matter which fact came last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_reopened import AssignmentReopened
from contracts.assignments.assignment_transferred import AssignmentTransferred
from contracts.assignments.onward_asked import OnwardAsked
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_refused import ConsentRefused
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Fact
from contracts.parts import Refusal
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.to_hub.charge_decided import ChargeDecided
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.consent_signed import ConsentSigned
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import Problem
from services.consent.domain.elements import CHARGE_DECIDED
from services.consent.domain.register import (
    EXPIRED,
    NO_RELATION,
    REOPENED,
    REVOCABLE,
    WITHDRAWN,
    WRONG_SIGNER,
    Register,
    Revocation,
    Signing,
    Tie,
    deadline_key,
)
from services.consent.domain.rules import (
    decided,
    disclosers_of,
    may_witness,
    problems_of,
    reaches_itself,
    recipient_class_of,
    recipients_of,
)
from services.consent.domain.signers import wrong_signer
from services.consent.domain.wording import (
    NO_SUCH_FORM,
    NO_WITNESS,
    NOT_FROM_YOU,
    NOT_YET,
    OTHER_FORM,
    OVER,
    STRANGER,
    TAKEN_BACK,
)
from services.plumbing.service import Deadline, Outcome, Said
from services.sites import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SERVICE: Final = "consent"
HEARS: Final = (
    AssignmentAccepted,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentHandedOff,
    AssignmentReopened,
    AssignmentTransferred,
    ChargeDecided,
    ConsentRevoked,
    ConsentSigned,
    DeadlineReached,
    OnwardAsked,
    PersonDeclined,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
)
RELATION: Final = "relation"
"""The deadline by which a witness must have to do with the person."""
EXPIRY: Final = "expiry"
_ENDS_WITH_PARTICIPATION: Final = frozenset({"end_of_participation", "end_of_treatment"})
"""The hub hears of no end of treatment by itself; the end of participation is the nearest that it hears, and sooner."""
DEFICIENT: Final = "deficient"
"""How a consent ends that counted until it was known that the wrong one had signed, 42 CFR 2.31(c)."""
_KEPT: Final = {
    "kind", "categories", "purpose", "signed_on", "signature", "signed_by", "expires_at", "expires_with",
    "intermediary", "members_version", "statements", "language", "irrevocable_until", "irrevocable_until_at",
}  # fmt: skip
"""What a grant says as the form says it."""


def key(fact: Fact) -> str | None:
    """Return the person whose consents the fact is about; None for another service's deadline."""
    if isinstance(fact.event, DeadlineReached) and fact.event.service != SERVICE:
        return None
    return fact.subject


class Desk:
    """Decides by one site's data."""

    def __init__(self, site: Site) -> None:
        """Keep the site: who may witness, whom a class names, how long to wait for a relation."""
        self._site = site

    def decide(self, _before: Register | None, after: Register, fact: Fact, _shared: None) -> Iterator[Outcome]:
        """Say what counts now and did not, and what counts no more."""
        for signing in after.signings.values():
            if self._open(after, signing) or _sent_again(after, signing, fact):
                yield from self._answer(after, signing, fact)
        for consent_id in sorted(after.granted - after.withdrawn - after.expired):
            granted = after.standing(consent_id)
            if granted is not None:
                yield from self._end(after, granted)
        if isinstance(fact.event, ConsentRevoked):
            yield from self._in_vain(after, fact, fact.event)
        if isinstance(fact.event, ConsentRevoked) or _to_everything(fact):
            # Last of all: until this is heard, nothing about the person is told.
            yield Said(RevocationSettled(agency=fact.agency or "", message_id=fact.id))

    def _open(self, register: Register, signing: Signing) -> bool:
        """Tell whether this signing still waits for its answer; one whose fault a late fact mends is open again."""
        reason = register.refused.get(signing.key)
        if reason is not None:
            return (
                reason in REOPENED
                and signing.consent_id not in register.granted
                and self._related(register, signing)
                # What is known no more mends nothing: a child's own signature does not count for lack of an age.
                and (reason != WRONG_SIGNER or bool(register.ages))
                and self._wrong_signer(register, signing) is None
            )
        return signing.consent_id not in register.granted or not _same(signing, register.standing(signing.consent_id))

    def _answer(self, register: Register, signing: Signing, fact: Fact) -> Iterator[Outcome]:
        against = self._against(register, signing, fact.at)
        if against is not None:
            reason, problems = against
            yield self._refused(signing.witness, signing.message_id, ConsentSigned.name, reason, *problems)
        elif register.standing(signing.consent_id) not in (signing, None):
            return  # the same form sent twice: the first speaks for both
        elif self._related(register, signing):
            yield from self._count(register, signing)
        elif deadline_key(RELATION, signing.key) in register.reached:
            yield self._refused(signing.witness, signing.message_id, ConsentSigned.name, NO_RELATION, STRANGER)
        elif isinstance(fact.event, ConsentSigned) and fact.id == signing.message_id:
            yield Deadline(RELATION, signing.key, self._waits_until(signing))

    def _count(self, register: Register, signing: Signing) -> Iterator[Outcome]:
        """Let the consent count, if the right one signed; and set what ends it, and what lets it be taken back."""
        problem = self._wrong_signer(register, signing)
        if problem is not None:
            yield self._refused(signing.witness, signing.message_id, ConsentSigned.name, WRONG_SIGNER, problem)
            return
        yield Said(self._granted(signing))
        if signing.signed.expires_at is not None:
            yield Deadline(EXPIRY, signing.consent_id, signing.signed.expires_at)
        if signing.signed.irrevocable_until_at is not None:
            yield Deadline(REVOCABLE, signing.consent_id, signing.signed.irrevocable_until_at)

    def _wrong_signer(self, register: Register, signing: Signing) -> Problem | None:
        told = register.ages.values()
        return wrong_signer(signing.signed, signing.signed_at(self._site), told, self._site.signers)

    def _against(self, register: Register, signing: Signing, now: datetime) -> tuple[str, tuple[Problem, ...]] | None:
        if not may_witness(signing.witness, self._site):
            return "not-a-witness", (NO_WITNESS,)
        problems = problems_of(signing, self._site)
        if problems:
            return "invalid-consent", problems
        if not _same(signing, register.standing(signing.consent_id)):
            return "form-already-used", (OTHER_FORM,)
        ends = register.ends(signing.consent_id)
        if WITHDRAWN in ends or self._taken_back(register, signing):
            return WITHDRAWN, (TAKEN_BACK,)
        if EXPIRED in ends or self._over(register, signing, now):
            return EXPIRED, (OVER,)
        return None

    def _end(self, register: Register, signing: Signing) -> Iterator[Outcome]:
        how = self._taken_back(register, signing)
        if how is not None:
            yield Said(ConsentWithdrawn(consent_id=signing.consent_id, how=how))
        elif self._over(register, signing, None):
            yield Said(ConsentExpired(consent_id=signing.consent_id))
        elif register.ages and signing.signed.signed_by is not None and self._wrong_signer(register, signing):
            # A form that does not say who signed is older than this rule, and what was granted stays so; and where no
            # age is known any more, nobody knows that the wrong one signed.
            yield Said(ConsentWithdrawn(consent_id=signing.consent_id, how=DEFICIENT))

    def _taken_back(self, register: Register, signing: Signing) -> str | None:
        # Another form under the same number is none of this consent's, and a word that reaches it is not about this.
        signings = [*(one for one in register.open(signing.consent_id) if _same(one, signing)), signing]
        hows = (register.taken_back(one, self._site) for one in signings)
        return next((how for how in hows if how is not None), None)

    def _over(self, register: Register, signing: Signing, now: datetime | None) -> bool:
        """Tell whether it has reached its date or its event; `now` is asked only where it does not count yet."""
        signed = signing.signed
        if deadline_key(EXPIRY, signing.consent_id) in register.reached:
            return True
        if now is not None and signed.expires_at is not None and signed.expires_at <= now:
            return True
        if signed.expires_with == CHARGE_DECIDED:
            return any(signing.before(at, self._site) for at in decided(register, signing, self._site))
        if signed.expires_with == "intake_completed":
            event = register.enrolled_at
        else:
            event = register.ended_at if signed.expires_with in _ENDS_WITH_PARTICIPATION else None
        return event is not None and signing.before(event, self._site)

    def _related(self, register: Register, signing: Signing) -> bool:
        """Tell whether the witness had to do with the person in time; as their holder, where it reaches itself.

        Before a referral is heard of, nobody has: and until then nothing can be known of the person's age.
        """
        how, by = Tie.HOLDER if reaches_itself(signing, self._site) else None, self._waits_until(signing)
        return register.referred(by) and register.tied(signing.witness, by, how=how)

    def _waits_until(self, signing: Signing) -> datetime:
        clocks = self._site.clocks
        return signing.at + clocks.minutes(clocks.consent_relation_wait_minutes)

    def _in_vain(self, register: Register, fact: Fact, revoked: ConsentRevoked) -> Iterator[Outcome]:
        """Refuse a word that can take nothing back: nobody may go on believing that it stopped something."""
        by, form = fact.agency or "", revoked.form_reference
        if form is None:
            heard = by == self._site.program_office or register.saw_signed(by, fact.at) or register.tied(by, fact.at)
            reason, problem = NO_RELATION, NOT_FROM_YOU
        else:
            witnesses = {one.witness for one in register.signings.values() if one.signed.form_reference == form}
            heard = by in witnesses or (bool(witnesses) and by == self._site.program_office)
            reason, problem = "unknown-form", NO_SUCH_FORM
        if not heard:
            yield self._refused(by, fact.id, ConsentRevoked.name, reason, problem)
        elif self._holds_out(register, Revocation(by=by, at=fact.at, how=revoked.how, form_reference=form)):
            yield self._refused(by, fact.id, ConsentRevoked.name, "irrevocable", NOT_YET)

    def _holds_out(self, register: Register, back: Revocation) -> bool:
        """Tell whether this word means a consent that cannot be taken back yet.

        Only its witness and the program office are told so: from anybody else's answer it could be seen that the person
        signed something for a prosecutor or a court.
        """
        site = self._site
        return any(
            register.means(back, one, site) and register.held(one, back.at, site) and not register.ends(one.consent_id)
            for one in register.signings.values()
            if back.by in (one.witness, site.program_office) and one == register.standing(one.consent_id)
        )

    def _granted(self, signing: Signing) -> ConsentGranted:
        spelled = {
            "consent_id": signing.consent_id,
            "witness": signing.witness,
            "disclosers": disclosers_of(signing, self._site),
            "recipients": recipients_of(signing, self._site),
            "recipient_class": recipient_class_of(signing),
        }
        return ConsentGranted.model_validate(signing.signed.model_dump(include=_KEPT, exclude_none=True) | spelled)

    def _refused(self, agency: str, message_id: str, message_type: str, reason: str, *problems: Problem) -> Said:
        refusal = Refusal(
            agency=agency, message_id=message_id, message_type=message_type, reason=reason, problems=problems
        )
        return Said(ConsentRefused(refusal=refusal))


def _sent_again(register: Register, signing: Signing, fact: Fact) -> bool:
    """Tell whether this message is a form that counted once and ended since: its sender hears that it stays so."""
    standing = register.standing(signing.consent_id)
    this = isinstance(fact.event, ConsentSigned) and (fact.agency, fact.id) == (signing.witness, signing.message_id)
    return this and standing not in (signing, None) and bool(register.ends(signing.consent_id))


def _to_everything(fact: Fact) -> bool:
    """Tell whether the person says no to everything, which takes the hand-over back."""
    return isinstance(fact.event, PersonDeclined) and fact.event.referral_id is None


def _same(signing: Signing, standing: Signing | None) -> bool:
    return standing is None or signing.signed == standing.signed
