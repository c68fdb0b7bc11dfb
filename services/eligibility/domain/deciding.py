"""What follows from a fact: a referral is screened as it now stands, a review is asked for, answered, or runs out.

An answer beats the clock when it was given by `decide_by`, whatever comes first here; a late one loses even if it is
read before the deadline. Nothing is decided about a referral that has been withdrawn or has become another question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.referrals.order_noted import OrderNoted
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import SITE_DEFAULT, ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.conviction_vacated import ConvictionVacated
from contracts.to_hub.review_answered import ReviewAnswered
from contracts.to_hub.screening_overridden import ScreeningOverridden
from contracts.words import Verdict
from services.eligibility.domain.overriding import asked_anew, needs_others, officer_gone, why_not
from services.eligibility.domain.questions import is_current, override_of, review_about
from services.eligibility.domain.refusals import refused
from services.eligibility.domain.voices import agreed, voters
from services.plumbing.service import Deadline, Said
from services.sites import APPROVAL, rule_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.eligibility.domain.file import PersonFile
    from services.eligibility.domain.kept import Referral, Review
    from services.eligibility.domain.rules import Found, Rules
    from services.plumbing.service import Outcome

SERVICE: Final = "eligibility"
REVIEW: Final = "review"
"""The only kind of deadline here; its reference is the review's id."""
HEARS: Final[tuple[type[Event], ...]] = (
    ReferralReceived,
    ReferralCorrected,
    ReferralRetracted,
    ReferralErased,
    ReviewAnswered,
    ApprovalAnswered,
    ScreeningOverridden,
    ConvictionVacated,
    OrderNoted,
    AssignmentHandedOff,
    AssignmentUnavailable,
    DeadlineReached,
)


def key(fact: Fact) -> str | None:
    """Return the person whose file the fact touches; a deadline of another service is not for us."""
    if isinstance(fact.event, DeadlineReached) and fact.event.service != SERVICE:
        return None
    return fact.subject


class Desk:
    """Decides by a site's rules and clocks."""

    def __init__(self, rules: Rules) -> None:
        """Decide by these rules."""
        self._rules = rules
        self._clocks = rules.site.clocks
        self._default = rules.site.urgent_review_default

    def decide(self, before: PersonFile | None, after: PersonFile, fact: Fact, _shared: object) -> Iterator[Outcome]:
        """Return what follows from the fact."""
        event = fact.event
        if isinstance(event, ReferralReceived | ReferralCorrected):
            if event.referral_id not in after.erased:
                yield from self._screen(before, after, after.referrals[event.referral_id], fact)
        elif isinstance(event, ReviewAnswered | ApprovalAnswered):
            yield from self._answer(after, event, fact)
        elif isinstance(event, ScreeningOverridden):
            yield from self._override(after, event, fact)
        elif isinstance(event, ConvictionVacated):
            for referral, found in asked_anew(self._rules, before, after):
                yield from self._ask_anew(after, referral, found, fact)
        elif isinstance(event, DeadlineReached) and event.deadline == REVIEW:
            yield from self._run_out(after, event.reference)

    def _screen(
        self, before: PersonFile | None, after: PersonFile, referral: Referral, fact: Fact
    ) -> Iterator[Outcome]:
        """Screen the newest revision once, and ask a person where the policy cannot say."""
        screened = before.screenings.get(referral.referral_id, {}) if before else {}
        if referral.revision in screened or referral.referral_id in after.retracted:
            return
        found = self._rules.find(referral, after)
        yield Said(determined(referral, found))
        if found.verdict is not Verdict.NEEDS_REVIEW:
            name = override_of(referral, found)
            if found.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE and (overridden := after.decisions.get(name)):
                yield Said(_decided(referral, name, overridden.verdict, overridden.by))
            return
        review_id = review_about(after, referral, found)
        review, decision = after.reviews.get(review_id), after.decisions.get(review_id)
        if decision is not None:
            # The question was answered; who follows screenings hears that the answer holds for this revision, too.
            yield Said(_decided(referral, review_id, decision.verdict, decision.by))
        elif review is None or (after.somebody_waits(referral) and review.decide_by is None):
            urgent = after.somebody_waits(referral)
            yield from self._ask(review_id, referral, found.open_clauses, fact, urgent=urgent)
        elif _is_late(review, referral, fact):
            # Asked before, put aside by a correction, and its clock ran out meanwhile.
            yield from self._run_out(after, review_id)

    def _ask_anew(self, file: PersonFile, referral: Referral, found: Found, fact: Fact) -> Iterator[Outcome]:
        """What failed is open since a conviction was vacated: a person is asked, as where it had been open at once."""
        review_id = review_about(file, referral, found)
        if review_id not in file.reviews:
            waits = file.somebody_waits(referral) and not officer_gone(self._rules, file, referral, None, fact.at)
            yield from self._ask(review_id, referral, found.open_clauses, fact, urgent=waits)

    def _override(self, file: PersonFile, event: ScreeningOverridden, fact: Fact) -> Iterator[Outcome]:
        """A presumptive verdict is overridden; whom the site asks for approval has the last word still."""
        if reason := why_not(self._rules, file, event, fact):
            yield refused(fact, reason)
            return
        referral = file.referrals[event.referral_id]
        name = override_of(referral, self._rules.find(referral, file))
        gone = officer_gone(self._rules, file, referral, None, fact.at)
        if needs_others(self._rules.site, referral):
            yield from self._ask(name, referral, (APPROVAL,), fact, urgent=file.somebody_waits(referral) and not gone)
            return
        office = fact.agency == self._rules.site.program_office
        by = (event.operator if office else fact.agency) or SERVICE
        yield Said(_decided(referral, name, Verdict.ELIGIBLE, by, event.why, gone=gone))

    def _ask(
        self, review_id: str, referral: Referral, because: tuple[str, ...], fact: Fact, *, urgent: bool
    ) -> Iterator[Outcome]:
        """An officer who waits gets an answer in minutes: an operator's, or the site's default."""
        clock = self._clock(referral, because, urgent=urgent)
        decide_by, default = (fact.at + clock[0], clock[1]) if clock else (None, None)
        yield Said(
            ReviewRequested(
                review_id=review_id,
                referral_id=referral.referral_id,
                because=because,
                urgent=urgent,
                decide_by=decide_by,
                default=default,
            )
        )
        if decide_by is not None:
            yield Deadline(REVIEW, review_id, decide_by)

    def _clock(self, referral: Referral, because: tuple[str, ...], *, urgent: bool) -> tuple[timedelta, Verdict] | None:
        """How long they have who decide, and what holds then; None: an operator decides without a clock."""
        rule = rule_at(self._rules.site.approvals, referral.door)
        minutes = [self._clocks.urgent_review_minutes] if urgent else []
        if rule is not None and APPROVAL in because:
            return self._clocks.minutes(min([*minutes, rule.answer_minutes])), rule.default
        return (self._clocks.minutes(minutes[0]), self._default) if minutes else None

    def _answer(self, file: PersonFile, event: ReviewAnswered | ApprovalAnswered, fact: Fact) -> Iterator[Outcome]:
        """An answer decides an open review once; any other is told why it does not count.

        Where approvals are asked for, it is one voice of several.
        """
        review = file.reviews.get(event.review_id)
        decision = file.decisions.get(event.review_id)
        if decision is not None and decision.cause == fact.id:
            return
        if review is None or not self._may_answer(file, review, event, fact):
            yield refused(fact, "unknown-review")
        elif reason := self._why_not(file, event, review, fact):
            yield refused(fact, reason)
        else:
            yield from self._counted(file, review, event, fact)

    def _may_answer(
        self, file: PersonFile, review: Review, event: ReviewAnswered | ApprovalAnswered, fact: Fact
    ) -> bool:
        """Whoever is not asked hears what they would hear of a review that is not there."""
        if APPROVAL not in review.because:
            return isinstance(event, ReviewAnswered)
        referral = file.referrals.get(review.referral_id)
        return referral is None or fact.agency in voters(self._rules.site, review, referral)

    def _counted(
        self, file: PersonFile, review: Review, event: ReviewAnswered | ApprovalAnswered, fact: Fact
    ) -> Iterator[Outcome]:
        referral = file.referrals[review.referral_id]
        by = event.operator if isinstance(event, ReviewAnswered) else fact.agency or SERVICE
        if APPROVAL not in review.because and isinstance(event, ReviewAnswered):
            gone = officer_gone(self._rules, file, referral, review, fact.at)
            yield Said(_decided(referral, event.review_id, event.verdict, by, event.why, gone=gone))
            return
        verdict = agreed(self._rules.site, review, referral, file.voices.get(event.review_id, {}))
        if verdict is not None:
            yield Said(_decided(referral, event.review_id, verdict, by, event.why))

    def _why_not(
        self, file: PersonFile, event: ReviewAnswered | ApprovalAnswered, review: Review, fact: Fact
    ) -> str | None:
        """Why the answer does not count, as a key of `REFUSALS`; None where it does."""
        decision = file.decisions.get(event.review_id)
        if isinstance(event, ReviewAnswered) and event.verdict is Verdict.NEEDS_REVIEW:
            return "no-verdict"
        if not is_current(file, event.review_id, self._rules):
            return "review-closed"
        if _is_late(review, file.referrals[review.referral_id], fact):
            return "too-late"
        if decision is not None and not decision.is_default:
            return "already-decided"
        voice = file.voices.get(event.review_id, {}).get(fact.agency or "")
        return "already-answered" if voice is not None and voice.cause != fact.id else None

    def _run_out(self, file: PersonFile, review_id: str) -> Iterator[Outcome]:
        """The clock ran out on an open review: the site's default decides, unless nobody waits for it any more."""
        review = file.reviews.get(review_id)
        if review is None or review.default is None or review_id in file.decisions:
            return
        referral = file.referrals.get(review.referral_id)
        clocked = referral is not None and (referral.is_urgent or APPROVAL in review.because)
        if referral is not None and clocked and is_current(file, review_id, self._rules):
            yield Said(_decided(referral, review_id, review.default, SITE_DEFAULT))


def determined(referral: Referral, found: Found) -> ScreeningDetermined:
    """Return the finding as the fact that is said of it."""
    policy = found.policy
    return ScreeningDetermined(
        referral_id=referral.referral_id,
        revision=referral.revision,
        verdict=found.verdict,
        police_verdict=found.police_verdict,
        rules=found.outcomes,
        policy=policy.id,
        policy_version=policy.version,
        policy_hash=policy.hash,
        inputs=found.inputs,
    )


def _decided(  # all that a decision says
    referral: Referral, review_id: str, verdict: Verdict, by: str, why: str | None = None, *, gone: bool = False
) -> ReviewDecided:
    """Return a decision about the referral as it now stands."""
    return ReviewDecided(
        review_id=review_id,
        referral_id=referral.referral_id,
        revision=referral.revision,
        verdict=verdict,
        by=by,
        why=why,
        officer_gone=gone,
    )


def _is_late(review: Review, referral: Referral, fact: Fact) -> bool:
    """Whether a waiting officer was to be answered before this; once nobody waits, there is no clock."""
    clocked = referral.is_urgent or APPROVAL in review.because
    return clocked and review.decide_by is not None and fact.at > review.decide_by
