"""What no site can permit: rules of the house below every written policy (DESIGN 7.2 and 7.4, DOMAIN 4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Agreement, Door, Role
from services.notification.domain.charges import holds_of
from services.notification.domain.diversions import report_of

if TYPE_CHECKING:
    from datetime import datetime

    from services.notification.domain.answers import Question
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.kept import Offer, Record

POLICE_HEAR: Final = frozenset(
    {
        "referral.acknowledged",
        "screening.reported",
        "case_manager.dispatched",
        "handoff.confirmed",
        "handoff.unavailable",
        "message.refused",
    }
)
"""The five notices and the refusal of a message. None has a field that could hold treatment or enrolment."""
OF_AN_ARREST: Final = frozenset(
    {
        "screening.reported",
        "case_manager.dispatched",
        "handoff.confirmed",
        "handoff.unavailable",
        "diversion.reported",
        "hold.reported",
        "report.awaited",
    }
)
"""What only an arrest diversion calls for; every other door yields the receipt and no more."""
OF_NOBODY: Final = frozenset({"message.refused"})
"""Messages in which there is no person."""
CANCELLED: Final = "offer.cancelled"
"""Said also of a record that was erased: whoever is on the way has to hear it, and it names nobody."""
SHOWN: Final = "person.revealed"
"""Shown to an operator who asked for it and signed; it goes to no lane."""
ONWARD: Final = "onward.offered"
"""A provider is asked for help by whoever holds the person; when nobody does, there is nobody who asks."""
RECALL: Final = "information.recalled"
"""About messages of the reader's own lane, whatever became of the record since."""
MEETING: Final = frozenset({"offer.made", "assignment.made"})
"""Messages that lead to a meeting, so that a "no" of the person ends them."""


def floor(  # all that the judge has at hand
    question: Question,
    referral_id: str | None,
    record: Record | None,
    agreement: Agreement,
    dossier: Dossier,
    role: Role,
    now: datetime,
) -> str | None:
    """Return the rule that forbids the message whatever the site permits, or None."""
    message = question.message
    if role is Role.LAW_ENFORCEMENT and message not in POLICE_HEAR:
        return "police-hear-notices-only"
    if message == SHOWN and (rule := _unshown(question, dossier)):
        return rule
    if message in OF_NOBODY:
        return None
    if message == RECALL:
        recall = dossier.recalls.get(question.recall_id or "")
        return None if recall is not None and recall.open else "recall-settled"
    if _asker_is_gone(question, dossier):
        return "asker-not-holding"
    if referral_id in dossier.erased:
        return None if message == CANCELLED else "erased"
    if record is None or referral_id is None:
        return "no-record"
    if message in OF_AN_ARREST and record.door is not Door.ARREST_DIVERSION:
        return "receipt-only"
    if message in MEETING and agreement is Agreement.DECLINED:
        return "person-declined"
    return _stale(question, referral_id, dossier, now)


def _unshown(question: Question, dossier: Dossier) -> str | None:
    """Return why an operator is not shown it whatever the record, or None. Lanes wait for a word to be settled."""
    if question.operator is None:
        return "shown-only"
    return "word-not-settled" if dossier.revoking else None


def _asker_is_gone(question: Question, dossier: Dossier) -> bool:
    """Tell whether help is asked by somebody who does not hold the person any more: then no record is theirs to tell.

    It is asked before the record is: with the asker's hold the record goes, and the reason should be the true one.
    """
    onward = dossier.onwards.get(question.onward_id or "")
    return question.message == ONWARD and onward is not None and not dossier.holds(onward.asked_by)


def _stale(question: Question, referral_id: str, dossier: Dossier, now: datetime) -> str | None:
    """Return why the message is no longer true, or None. What waited for a day is not told as if it were new."""
    offer = dossier.offers.get(question.offer_id or "")
    onward = dossier.onwards.get(question.onward_id or "")
    review = dossier.reviews.get(question.review_id or "")
    match question.message:
        case "offer.made" if offer is None or not offer.open:
            return "offer-not-open"
        case "offer.made" if offer is not None and offer.terms is not None and offer.terms.lapses_at <= now:
            return "offer-out-of-time"
        case "assignment.made" | "case_manager.dispatched" if offer is None or not _is_held(offer, question):
            return "not-held"
        case "onward.offered" if onward is None or question.agency in onward.closed.values():
            return "onward-closed"
        case "review.called" | "approval.called" if review is None or review.verdict is not None:
            return "review-decided"
        case "diversion.reported" if dossier.diverted_at(referral_id) is None:
            return "not-diverted"
        case "report.awaited" if all(hold.due_on in hold.over for hold in holds_of(dossier.charges, referral_id)):
            return "hold-over"
        case "intake.reported" if referral_id not in dossier.enrolled:
            return "no-intake"
        case "pretrial.reported" if report_of(dossier, referral_id, question.report_id) is None:
            return "no-report"
        case _:
            return None


def _is_held(offer: Offer, question: Question) -> bool:
    """Tell whether its agency has the person; of what police hear again, whether it ever had.

    What police were told a replay tells again, or nothing of the record is left: a gap would say what became of them.
    """
    if question.retold and question.message == "case_manager.dispatched":
        return offer.accepted is not None
    return offer.held


def is_taken_over(question: Question, dossier: Dossier) -> bool:
    """Tell whether the agency has the person from another: what was permitted for a first contact is not for it.

    The person agreed to the one who came; who comes after knows what a consent opens to them, and no more.
    """
    offer = dossier.offers.get(question.offer_id or "")
    return question.message == "assignment.made" and offer is not None and offer.transfer
