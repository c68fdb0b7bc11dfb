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
            return replace(dossier, parted_at=later(dossier.parted_at, fact.at))
        case AssignmentEnrolled():
            return replace(dossier, taken_in_at=later(dossier.taken_in_at, fact.at))
        case _:
            return dossier


def ended(grant: Grant, dossier: Dossier) -> bool:
    """Tell whether the event with which the consent ends came when it counted.

    A word against a consent that was irrevocable until then had waited for the event: nothing goes out with it.
    """
    if _came(grant.expires_with, grant, dossier):
        return True
    said_at = dossier.revoked_at
    waited = said_at is not None and (grant.at is None or grant.at <= said_at)
    return waited and _came(grant.irrevocable_until, grant, dossier)


def _came(event: str | None, grant: Grant, dossier: Dossier) -> bool:
    came_at = None
    if event in _WITH_PARTICIPATION:
        came_at = dossier.parted_at
    elif event == _WITH_INTAKE:
        came_at = dossier.taken_in_at
    return came_at is not None and (grant.at is None or grant.at <= came_at)


def later(known: datetime | None, at: datetime) -> datetime:
    """Return the later of two moments."""
    return at if known is None else max(known, at)
