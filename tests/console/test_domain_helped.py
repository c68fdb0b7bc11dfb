"""What people were helped with, worked out of the timeline in any order, each thing once."""

from __future__ import annotations

import random

from contracts.catalogue import NeedRecorded, OnwardAsked, OnwardClosed
from contracts.words import HelpType
from services.console.domain import decide, step_of
from services.console.domain.helped import helped_by
from tests.console import examples as x

ONWARD, OTHER = "onw-" + "1" * 32, "onw-" + "2" * 32


def steps():
    case_manager, provider = "opportunity-council", "sea-mar"
    said = [
        OnwardAsked(onward_id=ONWARD, help_type=HelpType.HEALTH_CARE, asked_by=case_manager, provider=provider),
        OnwardClosed(onward_id=ONWARD, asked_by=case_manager, provider=provider, state="accepted"),
        OnwardClosed(onward_id=ONWARD, asked_by=case_manager, provider=provider, state="fulfilled"),
        OnwardClosed(onward_id=OTHER, asked_by=case_manager, help_type=HelpType.EMPLOYMENT, state="nobody"),
        NeedRecorded(referral_id=x.REFERRAL, agency=case_manager, help_type=HelpType.MEAL),
        NeedRecorded(referral_id=x.REFERRAL, agency=case_manager, help_type=HelpType.MEAL),
    ]
    facts = [x.said(event, after=place) for place, event in enumerate(said)]
    return [(x.PERSON, step_of(row.content._asdict())) for fact in facts for row in decide(None, None, fact, None)]


def test_each_onward_referral_counts_once_by_how_it_stands_and_each_need_that_was_met():
    found = sorted((one.help_type.value, one.outcome) for one in helped_by(steps()))
    assert found == [("employment", "nobody"), ("health_care", "fulfilled"), ("meal", "met"), ("meal", "met")]


def test_order_and_repetition_make_no_difference():
    mixed = [*steps(), *steps()]
    random.Random(3).shuffle(mixed)
    assert sorted(helped_by(mixed)) == sorted(helped_by(steps()))
