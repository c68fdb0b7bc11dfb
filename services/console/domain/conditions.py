"""What a site asks of people after their intake, beside their timeline: its own words, which end nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.referrals.referral_received import ReferralReceived
from contracts.words import Door

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.console.domain.timeline import Step
    from services.sites import Site


def conditions_of(steps: Sequence[Step], site: Site) -> list[str]:
    """Return what the site asks of who came through that door, on the day of the intake; nothing before it."""
    doors = [Door(step.details["door"]) for step in steps if step.event == ReferralReceived.name]
    enrolled = [step.at for step in steps if step.event == AssignmentEnrolled.name]
    if not doors or not enrolled:
        return []
    asked = site.relationship.conditions(doors[0], site.local_time(min(enrolled)).date())
    return [
        f"The site asks after the intake: {one.text} Until: {one.until}. May follow: {one.may_follow} Who decides: "
        f"{one.decided_by}; the hub ends nothing for it ({one.citation})."
        for one in asked
    ]
