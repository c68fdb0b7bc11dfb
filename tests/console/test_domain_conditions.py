"""What a site asks of people after their intake stands beside the timeline, from the intake on; no more than that."""

from __future__ import annotations

from contracts.catalogue import AssignmentEnrolled
from contracts.words import Door
from services.console.domain import conditions_of
from services.sites import load_site
from tests.console import examples as x
from tests.console.test_domain_timeline import steps

CLACKAMAS, WHATCOM = load_site("clackamas"), load_site("whatcom")
ENROLLED = AssignmentEnrolled(referral_id=x.REFERRAL, agency="case-managers", completed_on=x.BEGIN.date())


def test_nothing_is_asked_before_the_intake_and_then_the_sites_own_words_with_who_decides_and_the_source() -> None:
    """Where a site has published none, there is nothing."""
    arrested = x.referral_received(door=Door.ARREST_DIVERSION)
    assert conditions_of(steps(arrested), CLACKAMAS) == []
    (said,) = conditions_of(steps(arrested, x.said(ENROLLED, after=5)), CLACKAMAS)
    (asked,) = CLACKAMAS.relationship.condition
    assert all(words in said for words in (asked.text, asked.may_follow, asked.decided_by, asked.citation))
    assert conditions_of(steps(arrested, x.said(ENROLLED, after=5)), WHATCOM) == []


def test_who_came_through_a_door_of_which_nothing_is_asked_is_asked_nothing() -> None:
    """Clackamas asks it of who was diverted at an arrest."""
    community = x.referral_received()
    assert conditions_of(steps(community, x.said(ENROLLED, after=5)), CLACKAMAS) == []
