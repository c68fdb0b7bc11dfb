"""What follows for each hold: what is so now and has not been said, one thing after another.

A decision is the difference between how a hold stands and what has been said of it. So it does not matter which fact
came last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.charges.charge_refused import ChargeRefused
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.from_hub.intake_reported import IntakeReported
from contracts.parts import Refusal
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.to_hub.charge_decided import ChargeDecided
from contracts.to_hub.charge_held import ChargeHeld
from services.charges.domain.days import day_at
from services.charges.domain.docket import Docket
from services.charges.domain.evolving import NOTHING, WEIGH, entered, word_key
from services.charges.domain.hold import Hold
from services.charges.domain.saying import deadlines_of, unsaid
from services.charges.domain.wording import ONLY_FORWARD, OVER_ALREADY, UNKNOWN_CHARGE
from services.plumbing.service import Deadline, Outcome, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.envelope import Fact
    from contracts.words import Problem
    from services.charges.domain.docket import Word
    from services.sites import Site

SERVICE: Final = "charges"
HEARS: Final = (
    ReferralReceived,
    ReferralCorrected,
    ReferralRetracted,
    ReferralErased,
    AssignmentOffered,
    AssignmentAccepted,
    AssignmentHandedOff,
    AssignmentUnavailable,
    AssignmentEnrolled,
    ChargeHeld,
    ChargeDecided,
    DisclosureMade,
    DeadlineReached,
)


def key(fact: Fact) -> str | None:
    """Return the person whose charges the fact is about; None for what is about no charge, or another's deadline."""
    event = fact.event
    if isinstance(event, DeadlineReached) and event.service != SERVICE:
        return None
    if isinstance(event, DisclosureMade) and (event.message_type != IntakeReported.name or event.referral_id is None):
        return None
    return fact.subject


class Desk:
    """Decides by one site's data: which office holds whose charges, and until when."""

    def __init__(self, site: Site) -> None:
        """Keep the site."""
        self._site = site

    def decide(self, _before: Docket | None, after: Docket | None, fact: Fact, _shared: None) -> Iterator[Outcome]:
        """Say what is so of each hold and was not said.

        A word of an office is weighed once all is read that was said before it: also the hand-off that it speaks of.
        """
        event, docket = fact.event, after or NOTHING
        if isinstance(event, ChargeHeld | ChargeDecided):
            yield Deadline(WEIGH, f"{event.name} {fact.agency} {fact.id}", fact.at)
        if isinstance(event, DeadlineReached) and event.deadline == WEIGH:
            refused = self._refused(docket, event)
            if refused is not None:
                yield Said(refused)
                docket = entered(docket, refused, fact) or docket
        for referral_id, arrest in docket.arrests.items():
            for office in self._site.prosecutors_of(arrest.agency):
                yield from self._of_hold(docket, referral_id, office.slug, fact)

    def _of_hold(self, docket: Docket, referral_id: str, office: str, fact: Fact) -> Iterator[Outcome]:
        while (event := unsaid(Hold(docket, self._site, referral_id, office))) is not None:
            yield Said(event)
            yield from deadlines_of(event, self._site, docket.arrests[referral_id].referred_at)
            docket = entered(docket, event, fact) or docket

    def _refused(self, docket: Docket, event: DeadlineReached) -> ChargeRefused | None:
        """Return the answer to a word that does not count, or None.

        Of an erased record no word is kept, and a charge that is another office's is as unknown as one that never was.
        """
        kind, agency, message_id = event.reference.split(" ", 2)
        name = word_key(agency, message_id)
        word = docket.words.get(name)
        against = ("unknown-charge", UNKNOWN_CHARGE) if word is None else self._against(docket, name, word)
        if against is None:
            return None
        reason, problem = against
        refusal = Refusal(
            agency=agency, message_id=message_id, message_type=kind, reason=reason, problems=(problem,)
        )  # fmt: skip
        return ChargeRefused(refusal=refusal)

    def _against(self, docket: Docket, name: str, word: Word) -> tuple[str, Problem] | None:
        hold = Hold(docket, self._site, word.referral_id, word.agency)
        if not hold.known:
            return "unknown-charge", UNKNOWN_CHARGE
        if word.hold_until is None:
            return None
        if word.hold_until < day_at(self._site, word.at):
            return "over-already", OVER_ALREADY
        begun = hold.diverted_at
        before = [
            one for other, one in hold.words.items() if other != name and (one.at, other) < (word.at, name)
        ]  # fmt: skip
        if begun is not None and word.at >= begun and word.hold_until < hold.asked_for(before):
            return "only-forward", ONLY_FORWARD
        return None
