"""What follows from a fact: a referral is screened as it now stands, a review is asked for, answered, or runs out.

An answer beats the clock when it was given by `decide_by`, whatever comes first here; a late one loses even if it is
read before the deadline. Nothing is decided about a referral that has been withdrawn or has become another question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.parts import Refusal
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import SITE_DEFAULT, ReviewDecided
from contracts.screenings.review_refused import ReviewRefused
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.review_answered import ReviewAnswered
from contracts.words import Problem, Verdict
from services.eligibility.domain.questions import is_current, review_about
from services.eligibility.domain.voices import agreed, voters
from services.plumbing.service import Deadline, Said
from services.sites import APPROVAL, rule_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.eligibility.domain.file import PersonFile, Referral, Review
    from services.eligibility.domain.rules import Found, Rules
    from services.plumbing.service import Outcome

SERVICE: Final = "eligibility"
REVIEW: Final = "review"
"""The only kind of deadline here; its reference is the review's id."""
_REFUSALS: Final = {
    "unknown-review": Problem(
        field="review_id", rule="It names a review of this person.", fix="Take it from the call for a review."
    ),
    "no-verdict": Problem(
        field="verdict", rule="A review ends with a verdict.", fix="Say eligible or presumptively_ineligible."
    ),
    "review-closed": Problem(
        field="review_id",
        rule="The referral was withdrawn, or corrected so that this is no longer the question.",
        fix="Answer the newest call for this referral, if there is one.",
    ),
    "too-late": Problem(
        field="review_id", rule="The review's clock has run out; the default stands.", fix="Assign by hand."
    ),
    "already-answered": Problem(
        field="review_id",
        rule="Each who is asked answers once.",
        fix="Call the program office, which may assign by hand.",
    ),
    "already-decided": Problem(
        field="review_id", rule="A review is decided once.", fix="Assign by hand where it must change."
    ),
}
"""Why an answer may not count, in words for who sent it."""
HEARS: Final[tuple[type[Event], ...]] = (
    ReferralReceived,
    ReferralCorrected,
    ReferralRetracted,
    ReferralErased,
    ReviewAnswered,
    ApprovalAnswered,
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
            return
        review_id = review_about(after, referral, found)
        review, decision = after.reviews.get(review_id), after.decisions.get(review_id)
        if decision is not None:
            # The question was answered; who follows screenings hears that the answer holds for this revision, too.
            yield Said(_decided(referral, review_id, decision.verdict, decision.by))
        elif review is None or (after.somebody_waits(referral) and review.decide_by is None):
            yield from self._ask(review_id, referral, found, fact, urgent=after.somebody_waits(referral))
        elif _is_late(review, referral, fact):
            # Asked before, put aside by a correction, and its clock ran out meanwhile.
            yield from self._run_out(after, review_id)

    def _ask(self, review_id: str, referral: Referral, found: Found, fact: Fact, *, urgent: bool) -> Iterator[Outcome]:
        """An officer who waits gets an answer in minutes: an operator's, or the site's default."""
        clock = self._clock(referral, found, urgent=urgent)
        decide_by, default = (fact.at + clock[0], clock[1]) if clock else (None, None)
        yield Said(
            ReviewRequested(
                review_id=review_id,
                referral_id=referral.referral_id,
                because=found.open_clauses,
                urgent=urgent,
                decide_by=decide_by,
                default=default,
            )
        )
        if decide_by is not None:
            yield Deadline(REVIEW, review_id, decide_by)

    def _clock(self, referral: Referral, found: Found, *, urgent: bool) -> tuple[timedelta, Verdict] | None:
        """How long they have who decide, and what holds then; None: an operator decides without a clock."""
        rule = rule_at(self._rules.site.approvals, referral.door)
        minutes = [self._clocks.urgent_review_minutes] if urgent else []
        if rule is not None and APPROVAL in found.open_clauses:
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
            yield _refused(fact, "unknown-review")
        elif reason := self._why_not(file, event, review, fact):
            yield _refused(fact, reason)
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
            yield Said(_decided(referral, event.review_id, event.verdict, by, event.why))
            return
        verdict = agreed(self._rules.site, review, referral, file.voices.get(event.review_id, {}))
        if verdict is not None:
            yield Said(_decided(referral, event.review_id, verdict, by, event.why))

    def _why_not(
        self, file: PersonFile, event: ReviewAnswered | ApprovalAnswered, review: Review, fact: Fact
    ) -> str | None:
        """Why the answer does not count, as a key of `_REFUSALS`; None where it does."""
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


def _decided(referral: Referral, review_id: str, verdict: Verdict, by: str, why: str | None = None) -> ReviewDecided:
    """Return a decision about the referral as it now stands."""
    return ReviewDecided(
        review_id=review_id,
        referral_id=referral.referral_id,
        revision=referral.revision,
        verdict=verdict,
        by=by,
        why=why,
    )


def _is_late(review: Review, referral: Referral, fact: Fact) -> bool:
    """Whether a waiting officer was to be answered before this; once nobody waits, there is no clock."""
    clocked = referral.is_urgent or APPROVAL in review.because
    return clocked and review.decide_by is not None and fact.at > review.decide_by


def _refused(fact: Fact, reason: str) -> Said:
    return Said(
        ReviewRefused(
            refusal=Refusal(
                agency=fact.agency or "unknown",
                message_id=fact.id,
                message_type=fact.event.name,
                reason=reason,
                problems=(_REFUSALS[reason],),
            )
        )
    )
