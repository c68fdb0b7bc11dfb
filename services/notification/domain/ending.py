"""Consents that end with an event: the hub hears the event itself, and does not wait until consent has said so.

Consent may be down, or have parked the event; a consent that has expired opens nothing meanwhile (42 CFR 2.31(c)).
What was granted after the event is of a new participation, and is not touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.envelope import Fact
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.kept import Grant

_WITH_PARTICIPATION: Final = frozenset({"end_of_participation", "end_of_treatment"})
"""The hub hears of no end of treatment by itself; the end of participation is the nearest that it hears, and sooner."""
_WITH_INTAKE: Final = "intake_completed"


def noted(dossier: Dossier, fact: Fact) -> Dossier:
    """Return the dossier with the time of the event, if it can end a consent: the newest, whatever its referral.

    It is kept of the person, and so stays when the referral's record is erased.
    """
    match fact.event:
        case AssignmentEnded():
            return replace(dossier, parted_at=_later(dossier.parted_at, fact.at))
        case AssignmentEnrolled():
            return replace(dossier, taken_in_at=_later(dossier.taken_in_at, fact.at))
        case _:
            return dossier


def ended(grant: Grant, dossier: Dossier) -> bool:
    """Tell whether the event with which the consent ends came when it counted."""
    came_at = None
    if grant.expires_with in _WITH_PARTICIPATION:
        came_at = dossier.parted_at
    elif grant.expires_with == _WITH_INTAKE:
        came_at = dossier.taken_in_at
    return came_at is not None and (grant.at is None or grant.at <= came_at)


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)
