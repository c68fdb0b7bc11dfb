"""Taking back what was told: whom to ask to forget what, how often, and what became of it (DESIGN 7.6).

What was told under a consent is recalled when the person takes that consent back, by category, from each agency that
was told; what another consent still opens to it stays. What a permission opens without any consent is not recalled:
it was not the consent that told it. A consent that only expired recalls nothing: what was told was told in its time.
When a record is erased, all that was told of it is recalled, on whatever basis, but what named nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.recall_refused import RecallRefused
from contracts.disclosures.recall_settled import RecallSettled
from contracts.parts import Refusal
from contracts.recalls import RecallEnd, RecallGround
from contracts.referrals.referral_erased import ReferralErased
from contracts.replaying import ReplayPass
from contracts.replays.replay_ordered import ReplayOrdered
from contracts.reports.revocation_parked import RevocationParked
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_declined import PersonDeclined
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.words import Category, Problem
from services.notification.domain.answers import in_order
from services.notification.domain.judging import live
from services.notification.domain.kept import Recall
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contracts.envelope import Fact
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.ledger import Told

DEADLINE: Final = "recall"
"""The deadline by which an agency should have answered; its reference is `<recall id>/<how often it was asked>`."""
TAKES_BACK: Final = (ConsentWithdrawn, ReferralErased)
"""Facts after which something is to be recalled: then what was told has to be at hand."""
NEVER_BACK: Final = frozenset({"offer.made", "offer.cancelled", "message.refused", "information.recalled"})
"""What is not asked back: the recall would tell whom a blind offer was about; the others tell of nobody."""
BLIND: Final = frozenset({"offer.made", "offer.cancelled"})
"""Messages about an offer whose reader need not know whom it is about, nor that it has met them before."""
ENDS_TELLING: Final = (*TAKES_BACK, ConsentRevoked, PersonDeclined, RevocationParked)
"""Facts that wait until what is being sent under a consent of the person has gone, so that nothing goes after them."""
_RANKS: Final = (RecallEnd.SILENT, RecallEnd.CANNOT, RecallEnd.RECALLED)


def of_consent(consent_id: str, dossier: Dossier, told: Sequence[Told], fact: Fact) -> Iterator[DisclosureRecalled]:
    """Yield a recall for each agency that was told something under the consent that was taken back."""
    basis = f"consent/{consent_id}"
    opened = dossier.consents[consent_id].grant
    by_agency: dict[str, list[tuple[Told, frozenset[Category]]]] = {}
    for one in told:
        if basis in one.by:
            # Told under a grant that is not here any more: better too much is recalled than too little.
            of_it = one.categories if opened is None else one.categories & opened.categories
            if gone := of_it - _still_opened(one, dossier, fact):
                by_agency.setdefault(one.agency, []).append((one, gone))
    for agency, of_agency in sorted(by_agency.items()):
        yield _recall(agency, RecallGround.CONSENT_WITHDRAWN, basis, of_agency, fact)


def of_record(
    referral_id: str, told: Sequence[Told], hears: Callable[[str], bool], fact: Fact
) -> Iterator[DisclosureRecalled]:
    """Yield a recall for each agency that was told of the record and may be asked. Police are never asked (DESIGN 7.4).

    Blind offers are not recalled: the recall would tell whom they were about.
    """
    by_agency: dict[str, list[tuple[Told, frozenset[Category]]]] = {}
    for one in told:
        if one.referral_id == referral_id and one.message_type not in BLIND and hears(one.agency):
            by_agency.setdefault(one.agency, []).append((one, one.categories))
    for agency, of_agency in sorted(by_agency.items()):
        yield _recall(agency, RecallGround.RECORD_ERASED, f"record/{referral_id}", of_agency, fact)


def _still_opened(told: Told, dossier: Dossier, fact: Fact) -> frozenset[Category]:
    """Return what other consents under which it was told still open to its reader."""
    others = (dossier.consents.get(basis.partition("/")[2]) for basis in told.by if basis.startswith("consent/"))
    grants = (other.grant for other in others if other is not None and live(other, dossier, fact.at))
    return frozenset().union(*(grant.categories for grant in grants if grant is not None))


def _recall(
    agency: str, because: RecallGround, basis: str, told: Sequence[tuple[Told, frozenset[Category]]], fact: Fact
) -> DisclosureRecalled:
    referrals = {one.referral_id for one, _ in told}
    return DisclosureRecalled(
        recall_id=derived("rec-", fact.subject or "", basis, agency),
        agency=agency,
        because=because,
        basis=basis,
        referral_id=referrals.pop() if len(referrals) == 1 else None,
        categories=in_order(frozenset().union(*(categories for _, categories in told))),
        disclosures=tuple(sorted({one.message_id for one, _ in told})),
        recalled_at=fact.at,
    )


def takes_back(fact: Fact) -> bool:
    """Tell whether something is to be recalled after the fact, so that what was told has to be at hand."""
    event = fact.event
    return isinstance(event, TAKES_BACK) or (isinstance(event, ReplayOrdered) and event.mode is ReplayPass.RECALL)


def of_replay(replay_id: str, told: Sequence[Told], fact: Fact) -> DisclosureRecalled:
    """Return the recall of one message that a replay told; `told` is all that it told, and to whom."""
    [agency] = {one.agency for one in told}
    told_of = [(one, one.categories) for one in told]
    recall = _recall(agency, RecallGround.TOLD_BY_MISTAKE, f"replay/{replay_id}", told_of, fact)
    own = derived("rec-", fact.subject or "", recall.basis, agency, told[0].message_id)
    return recall.model_copy(update={"recall_id": own})


def recalled(dossier: Dossier, event: DisclosureRecalled, fact: Fact) -> Dossier:
    """Fold a recall; the first word of it counts."""
    known = dossier.recalls.get(event.recall_id, Recall())
    if known.agency:
        return dossier
    told = Recall(event.agency, event.because, event.categories, event.disclosures, fact.at, known.asked, known.end,
                  known.answers)  # fmt: skip
    return _with(dossier, event.recall_id, told)


def settled(dossier: Dossier, event: RecallSettled, _fact: Fact) -> Dossier:
    """Fold the end of a recall; what was done counts before what cannot be done, and that before silence."""
    known = dossier.recalls.get(event.recall_id, Recall())
    return _with(dossier, event.recall_id, replace(known, end=_stronger(known.end, event.how)))


def answered(dossier: Dossier, event: RecallAnswered, fact: Fact) -> Dossier:
    """Fold an answer; whether it came from the agency that was asked shows when that is known."""
    known, agency = dossier.recalls.get(event.recall_id, Recall()), fact.agency or ""
    answer = _stronger(known.answers.get(agency), RecallEnd(event.answer))
    return _with(dossier, event.recall_id, replace(known, answers={**known.answers, agency: answer}))


def passed(dossier: Dossier, event: DeadlineReached, _fact: Fact) -> Dossier:
    """Fold a deadline: how often the agency has been asked in vain."""
    recall_id, _, times = event.reference.partition("/")
    known = dossier.recalls.get(recall_id, Recall())
    return _with(dossier, recall_id, replace(known, asked=max(known.asked, int(times) + 1)))


def what_follows_an_answer(dossier: Dossier, event: RecallAnswered, fact: Fact) -> RecallSettled | RecallRefused | None:
    """Return what is said of an answer; None where the same was answered before."""
    recall = dossier.recalls.get(event.recall_id)
    if recall is None or recall.agency != fact.agency:
        return _refused(fact, "unknown-recall", _NOT_ASKED)
    if recall.answer is not RecallEnd(event.answer):
        return _refused(fact, "already-recalled", _DONE)
    return None if recall.end is recall.answer else settlement(event.recall_id, recall, recall.answer, fact)


def settlement(recall_id: str, recall: Recall, how: RecallEnd, fact: Fact) -> RecallSettled:
    """Return how the recall ended."""
    return RecallSettled(recall_id=recall_id, agency=recall.agency, how=how, asked=recall.asked, settled_at=fact.at)


def _refused(fact: Fact, reason: str, problem: Problem) -> RecallRefused:
    refusal = Refusal(agency=fact.agency or "", message_id=fact.id, message_type=fact.event.name, reason=reason,
                      problems=(problem,))  # fmt: skip
    return RecallRefused(refusal=refusal)


def _stronger(one: RecallEnd | None, other: RecallEnd) -> RecallEnd:
    return other if one is None else max(one, other, key=_RANKS.index)


def _with(dossier: Dossier, recall_id: str, recall: Recall) -> Dossier:
    return replace(dossier, recalls={**dossier.recalls, recall_id: recall})


_NOT_ASKED: Final = Problem(
    field="recall_id",
    rule="Your agency was asked this recall, and about this person.",
    fix="Send the recall_id and the subject of the `information.recalled` that you answer.",
)
_DONE: Final = Problem(
    field="answer",
    rule="What was answered as recalled stays recalled.",
    fix="Write to the program office if it was not so.",
)
