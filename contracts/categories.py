"""Which kind of information a field of a lane's event is: what a permission, a consent and the ledger call it."""

from __future__ import annotations

from typing import Final

from contracts.words import Category

CATEGORY_OF: Final[dict[str, Category]] = {
    "preferred_name": Category.IDENTITY,
    "legal_name": Category.IDENTITY,
    "birth_date": Category.IDENTITY,
    "pronouns": Category.IDENTITY,
    "phones": Category.CONTACT,
    "usual_places": Category.CONTACT,
    "through": Category.CONTACT,
    "message_is_safe": Category.CONTACT,
    "place": Category.INCIDENT,
    "officer_call_back": Category.INCIDENT,
    "incident_number": Category.INCIDENT,
    "subject_sequence": Category.INCIDENT,
    "source_reference": Category.INCIDENT,
    "offences": Category.INCIDENT,
    "drugs": Category.INCIDENT,
    "cause_number": Category.INCIDENT,
    "due_on": Category.INCIDENT,
    "due_at": Category.INCIDENT,
    "safety_code": Category.SAFETY,
    "needs": Category.NEEDS,
    "note": Category.NEEDS,
    "completed_on": Category.INTAKE_STATUS,
    "report": Category.PARTICIPATION,
    "reported_on": Category.PARTICIPATION,
    "month": Category.PARTICIPATION,
    "substantial_compliance": Category.PARTICIPATION,
    "services": Category.PARTICIPATION,
    "completed_by": Category.PARTICIPATION,
    "hours": Category.PARTICIPATION,
}
"""To which category a field of a lane's event belongs; fields that are not here say nothing of the person."""
