"""Whether an agency holds the person: by the offer that is meant, as who asks for help, or by the referral."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notification.domain.diversions import CALLED

if TYPE_CHECKING:
    from services.notification.domain.answers import Question
    from services.notification.domain.dossier import Dossier


def holds(question: Question, dossier: Dossier) -> bool:
    """Tell whether the asker holds the person. What the court waits for, whoever has them hears, by any referral."""
    if question.offer_id is not None:
        offer, over = dossier.offers.get(question.offer_id), dossier.is_over(question.offer_id)
        return offer is not None and offer.agency == question.agency and offer.held and not over
    if question.onward_id is not None:
        onward = dossier.onwards.get(question.onward_id)
        return onward is not None and onward.asked_by == question.agency and dossier.holds(question.agency)
    return dossier.holds(question.agency, None if question.message == CALLED else question.referral_id)
