"""Police data of a charge that is not filed: non-conviction data, which leave the criminal justice agencies no more.

Source: RCW 10.97.050 (non-conviction data go to criminal justice agencies for their own purposes, and to others only
under a statute, an order, or an agreement), RCW 10.97.060 (diversion is a ground to refuse their deletion).

Which fact says that a charge is not filed: until prosecutors tell their decision, a completed intake of somebody who
was diverted at an arrest, for that is the condition on which it is not (LEAD Support Bureau). When their decision is
heard, `is_non_conviction` is the one place to ask it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.categories import CATEGORY_OF
from contracts.words import Category, Door
from services.notification.domain.answers import Allowed, Withheld

if TYPE_CHECKING:
    from services.notification.domain.answers import Question
    from services.notification.domain.dossier import Dossier
    from services.sites import Site


def is_non_conviction(dossier: Dossier, referral_id: str | None) -> bool:
    """Whether the police data of this referral belong to a charge that is not filed."""
    record = None if referral_id is None else dossier.records.get(referral_id)
    if referral_id is None or record is None or record.door is not Door.ARREST_DIVERSION:
        return False
    return referral_id in dossier.enrolled and dossier.diverted_at(referral_id) is not None


def restricted(
    answer: Allowed | Withheld, question: Question, referral_id: str | None, dossier: Dossier, site: Site
) -> Allowed | Withheld:
    """Return the answer without the police data, where they are restricted and the agency is no keeper of them.

    A criminal justice agency is, and so is the program office, which has them by its agreement with the police: what it
    is shown is marked. Nobody else is, whatever a consent says: they are not the person's record of care.
    """
    keeper = question.agency == site.program_office or site.agencies[question.agency].follows.criminal_justice
    if keeper or not isinstance(answer, Allowed) or not is_non_conviction(dossier, referral_id):
        return answer
    fields = frozenset(name for name in answer.fields if CATEGORY_OF.get(name) is not Category.INCIDENT)
    if fields == answer.fields and Category.INCIDENT not in answer.categories:
        return answer
    categories = answer.categories - {Category.INCIDENT}
    if not fields & CATEGORY_OF.keys() and not categories:
        return Withheld(question.purpose, "fields", "non-conviction-data")
    return replace(answer, fields=fields, categories=categories)
