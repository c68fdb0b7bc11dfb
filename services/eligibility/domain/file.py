"""What is kept of one person: the referrals as they now stand, what was found of them, the reviews and their ends.

Facts may come in any order and more than once; the end is the same. The highest revision of a referral is the truth,
a retraction is for good, and an operator's decision outranks the site's default. Of a referral that was erased
nothing is kept but its id, whatever comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.referrals.order_noted import OrderNoted
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.review_requested import ReviewRequested
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.to_hub.conviction_vacated import ConvictionVacated
from contracts.to_hub.review_answered import ReviewAnswered
from contracts.words import Agreement, Door, Verdict
from services.eligibility.domain.kept import Decision, Order, Referral, Review, Voice
from services.sites import APPROVAL, NO_CONTACT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contracts.envelope import Fact
    from contracts.event import Event


@dataclass(frozen=True, slots=True)
class PersonFile:
    """Everything that eligibility keeps of one person."""

    referrals: dict[str, Referral] = field(default_factory=dict)
    retracted: frozenset[str] = frozenset()
    screenings: dict[str, dict[int, Verdict]] = field(default_factory=dict)
    """What was found of each revision."""
    reviews: dict[str, Review] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    gone_on: frozenset[str] = frozenset()
    """Referrals for which no officer waits any more: the person was met, or the officer was told to go on."""
    erased: frozenset[str] = frozenset()
    """Referrals of which nothing else is kept."""
    voices: dict[str, dict[str, Voice]] = field(default_factory=dict)
    """What was said to each review in which an approval is asked for, by agency; of two answers the earlier stands."""
    diverted: dict[str, int] = field(default_factory=dict)
    """How often the person had been diverted before each referral, as it was screened; none: not at all."""
    orders: dict[str, Order] = field(default_factory=dict)
    """The orders that keep the person away from somebody."""
    kept_away: dict[str, frozenset[int]] = field(default_factory=dict)
    """The revisions of each referral that were screened while such an order was in force."""
    vacated: frozenset[str] = frozenset()
    """The checks of which some conviction was vacated: where one failed, nobody knows by now whether it does."""

    def somebody_waits(self, referral: Referral) -> bool:
        """Whether an officer waits on the scene for the answer."""
        return referral.is_urgent and referral.referral_id not in self.gone_on


_NOTHING: Final = PersonFile()


def diverted_before(file: PersonFile, referral: Referral) -> int:
    """Return how many arrests before this referral led the person here: found eligible, and not withdrawn since.

    Once it was screened it stays what it was then: what becomes of others changes no question that was asked.
    """
    if referral.referral_id in file.screenings:
        return file.diverted.get(referral.referral_id, 0)
    return sum(
        one.door is Door.ARREST_DIVERSION
        and one.referred_at < referral.referred_at
        and one.agreement is not Agreement.DECLINED
        and name not in file.retracted
        and Verdict.ELIGIBLE in _verdicts(file, name)
        for name, one in file.referrals.items()
        if name != referral.referral_id
    )


def is_kept_away(file: PersonFile, referral: Referral) -> bool:
    """Whether an order keeps the person away from somebody; once it was screened it stays what it was then."""
    if referral.revision in file.screenings.get(referral.referral_id, {}):
        return referral.revision in file.kept_away.get(referral.referral_id, ())
    return any(order.holds_at(referral.referred_at) for order in file.orders.values())


def _verdicts(file: PersonFile, referral_id: str) -> set[Verdict]:
    decided = {one.verdict for one in file.decisions.values() if one.referral_id == referral_id}
    return decided | set(file.screenings.get(referral_id, {}).values())


def referral_in(event: ReferralReceived | ReferralCorrected) -> Referral:
    """Return what screening may know of the referral in the event; what is sealed stays outside."""
    corrected = event if isinstance(event, ReferralCorrected) else None
    return Referral(
        referral_id=event.referral_id,
        revision=0 if corrected is None else corrected.revision,
        door=event.door,
        source_kind=event.source_kind,
        agreement=event.agreement,
        officer_waiting=event.officer_waiting,
        referred_at=event.referred_at,
        particulars=event.particulars if corrected is None else corrected.as_sent,
        after_the_fact=event.after_the_fact is not None,
        agency=event.agency,
        own=None if corrected is None or corrected.sender_told is None else corrected.particulars,
    )


def evolve(kept: PersonFile | None, fact: Fact) -> PersonFile:
    """Return the file with the fact in it."""
    heard = _HEARD.get(type(fact.event))
    file = _NOTHING if kept is None else kept
    if heard is None or (file.erased and getattr(fact.event, "referral_id", None) in file.erased):
        return file
    return heard(file, fact.event, fact)


def _told(file: PersonFile, event: ReferralReceived | ReferralCorrected, _fact: Fact) -> PersonFile:
    referral = referral_in(event)
    known = file.referrals.get(referral.referral_id)
    if known is not None and known.revision >= referral.revision:
        return file
    referrals = {**file.referrals, referral.referral_id: referral}
    return PersonFile(
        referrals, file.retracted, file.screenings, file.reviews, file.decisions, file.gone_on, file.erased,
        file.voices, file.diverted, file.orders, file.kept_away, file.vacated,
    )  # fmt: skip


def _retracted(file: PersonFile, event: ReferralRetracted, _fact: Fact) -> PersonFile:
    retracted = file.retracted | {event.referral_id}
    return replace(file, retracted=retracted)


def _screened(file: PersonFile, event: ScreeningDetermined, _fact: Fact) -> PersonFile:
    found = {**file.screenings.get(event.referral_id, {}), event.revision: event.verdict}
    screenings, diverted = {**file.screenings, event.referral_id: found}, file.diverted
    if times := event.inputs.get("earlier_diversions", 0):
        diverted = {**diverted, event.referral_id: max(times, diverted.get(event.referral_id, 0))}
    kept_away = file.kept_away
    if any(one.clause == NO_CONTACT for one in event.rules):
        known = kept_away.get(event.referral_id, frozenset())
        kept_away = {**kept_away, event.referral_id: known | {event.revision}}
    return PersonFile(
        file.referrals, file.retracted, screenings, file.reviews, file.decisions, file.gone_on, file.erased,
        file.voices, diverted, file.orders, kept_away, file.vacated,
    )  # fmt: skip


def _noted(file: PersonFile, event: OrderNoted, _fact: Fact) -> PersonFile:
    """Of two words about one order the later holds; of two at once the one that ends it."""
    order = Order(event.kind, event.reported_at, event.ended, event.expires_at)
    known = file.orders.get(event.order_id)
    if known is not None and (known.reported_at, known.ended) >= (order.reported_at, order.ended):
        return file
    return replace(file, orders={**file.orders, event.order_id: order})


def _vacated(file: PersonFile, event: ConvictionVacated, _fact: Fact) -> PersonFile:
    return replace(file, vacated=file.vacated | set(event.checks))


def _asked(file: PersonFile, event: ReviewRequested, fact: Fact) -> PersonFile:
    review = Review(event.referral_id, event.because, fact.at, event.urgent, event.decide_by, event.default)
    known = file.reviews.get(event.review_id)
    reviews = {**file.reviews, event.review_id: review if known is None else known.also(review)}
    return replace(file, reviews=reviews)


def _decided(file: PersonFile, event: ReviewDecided, fact: Fact) -> PersonFile:
    cause = fact.envelope.causation_id or fact.id
    decision = Decision(event.verdict, event.by, fact.at, cause, event.referral_id)
    known = file.decisions.get(event.review_id)
    if known is not None and not decision.outranks(known):
        return file
    decisions = {**file.decisions, event.review_id: decision}
    return replace(file, decisions=decisions)


def _said_to(file: PersonFile, event: ApprovalAnswered | ReviewAnswered, fact: Fact) -> PersonFile:
    """Keep a voice where the review asks for approvals; a review that asks the office alone is decided at once."""
    review = file.reviews.get(event.review_id)
    if review is None or APPROVAL not in review.because or fact.agency is None:
        return file
    if isinstance(event, ReviewAnswered) and event.verdict is Verdict.NEEDS_REVIEW:
        return file
    approved = event.approved if isinstance(event, ApprovalAnswered) else event.verdict is Verdict.ELIGIBLE
    voice, said = Voice(approved, fact.at, fact.id), file.voices.get(event.review_id, {})
    known = said.get(fact.agency)
    if known is not None and (known.at, known.cause) <= (voice.at, voice.cause):
        return file
    return replace(file, voices={**file.voices, event.review_id: {**said, fact.agency: voice}})


def _gone_on(file: PersonFile, event: AssignmentHandedOff | AssignmentUnavailable, _fact: Fact) -> PersonFile:
    return replace(file, gone_on=file.gone_on | {event.referral_id})


def _erased(file: PersonFile, event: ReferralErased, _fact: Fact) -> PersonFile:
    gone = event.referral_id
    its_own = {name for name, review in file.reviews.items() if review.referral_id == gone}
    its_own |= {name for name, decision in file.decisions.items() if decision.referral_id == gone}
    return PersonFile(
        {name: referral for name, referral in file.referrals.items() if name != gone},
        file.retracted - {gone},
        {name: found for name, found in file.screenings.items() if name != gone},
        {name: review for name, review in file.reviews.items() if name not in its_own},
        {name: decision for name, decision in file.decisions.items() if name not in its_own},
        file.gone_on - {gone},
        file.erased | {gone},
        {name: said for name, said in file.voices.items() if name not in its_own},
        {name: times for name, times in file.diverted.items() if name != gone},
        file.orders,
        {name: revisions for name, revisions in file.kept_away.items() if name != gone},
        file.vacated,
    )


_HEARD: Final[Mapping[type[Event], Callable[[PersonFile, Any, Fact], PersonFile]]] = {
    ReferralErased: _erased,
    ReferralReceived: _told,
    ReferralCorrected: _told,
    ReferralRetracted: _retracted,
    ScreeningDetermined: _screened,
    ReviewRequested: _asked,
    ReviewDecided: _decided,
    AssignmentHandedOff: _gone_on,
    AssignmentUnavailable: _gone_on,
    ApprovalAnswered: _said_to,
    ReviewAnswered: _said_to,
    OrderNoted: _noted,
    ConvictionVacated: _vacated,
}
