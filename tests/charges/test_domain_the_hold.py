"""The hold of a charge: held, extended, lapsed, filed or not; one condition, and nothing after it."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.parts import AfterTheFact
from contracts.words import Door
from services.charges.domain import Docket, Hold
from tests.charges.examples import (
    CITY,
    COUNTY,
    HOLDER,
    LAST_DAY,
    MONDAY,
    REFERRAL,
    SHERIFF,
    SITE,
    Stage,
    accepted,
    arrested,
    by_phone,
    consent_withdrawn,
    decides,
    diverted,
    ended,
    erased,
    holds,
    met,
    nobody_comes,
    offered,
    on,
    retracted,
    taken_in,
    told,
)


def test_a_diverted_arrest_is_held_by_the_office_that_gets_that_polices_cases():
    stage = Stage().given(*diverted())
    [started] = stage.said
    assert (started.name, started.agency, started.due_on) == ("hold.started", CITY, LAST_DAY)
    assert (stage.standing(), stage.standing(COUNTY)) == ("held", "none")


def test_the_sheriffs_arrest_is_held_by_the_countys_office_alone():
    stage = Stage().given(*diverted(agency=SHERIFF))
    assert (stage.standing(CITY), stage.standing(COUNTY)) == ("none", "held")


@pytest.mark.parametrize("door", [Door.SOCIAL_CONTACT, Door.COMMUNITY])
def test_through_every_other_door_there_is_no_charge(door):
    assert Stage().given(*diverted(door=door)).until(60).said == []


def test_before_the_person_is_met_nothing_is_held():
    assert Stage().given(arrested(), offered(), accepted()).until(60).said == []


def test_an_officer_who_went_on_as_usual_diverted_nobody():
    later = offered(on(0, 13), officer_waiting=False), accepted(on(0, 14)), met(on(1))
    assert Stage().given(arrested(), nobody_comes(), *later).until(60).said == []
    held = Stage().given(arrested(), nobody_comes(appointment=True), *later)
    assert held.names == ["hold.started"]


def test_a_day_is_over_at_the_sites_midnight_also_where_the_clocks_change_in_between():
    started = Stage().given(*diverted()).said[0]
    assert started.due_at == datetime(2026, 4, 2, 7, tzinfo=UTC)  # summer time since 8 March
    winter = Stage().given(*diverted(at=datetime(2026, 1, 5, 20, tzinfo=UTC))).said[0]
    assert winter.due_at == datetime(2026, 2, 5, 8, tzinfo=UTC)


def test_an_arrest_just_before_midnight_counts_from_its_own_day():
    [started] = Stage().given(*diverted(at=on(0, 23.9))).said
    assert started.due_on == LAST_DAY


def test_an_intake_in_time_is_the_condition():
    stage = Stage().given(*diverted(), taken_in(10)).until(60)
    assert stage.names == ["hold.started", "hold.satisfied", "hold.unreported", "hold.untold"]
    assert stage.standing() == "not_filed"


def test_an_office_that_was_told_waits_for_nothing_more():
    stage = Stage().given(*diverted(), taken_in(10), told(11)).until(60)
    assert stage.names == ["hold.started", "hold.satisfied"]


def test_on_the_last_day_itself_is_in_time_and_on_the_next_is_not():
    assert Stage().given(*diverted(), taken_in(30)).standing() == "not_filed"
    assert Stage().given(*diverted(), taken_in(31)).standing() == "lapsed"


def test_an_intake_from_before_the_arrest_does_not_count_for_it():
    """Of somebody who took part already: a person decides, for no program has published what holds."""
    stage = Stage().given(*diverted(), taken_in(2, done=-200)).until(60)
    assert stage.names == ["hold.started", "hold.unreported", "hold.lapsed"]
    assert stage.standing() == "lapsed"


@pytest.mark.parametrize("first", ["old", "new"])
def test_an_intake_that_was_done_anew_counts_beside_an_old_one(first):
    old, new = taken_in(2, done=-200), taken_in(9)
    stage = Stage().given(*diverted(), *([old, new] if first == "old" else [new, old]))
    [satisfied] = [one for one in stage.said if one.name == "hold.satisfied"]
    assert satisfied.completed_on == MONDAY + timedelta(days=9)
    assert stage.until(60).standing() == "not_filed"


def test_an_intake_on_the_day_of_the_arrest_counts_by_the_sites_calendar():
    assert Stage().given(*diverted(at=on(0, 23.9)), taken_in(1, done=0)).standing() == "not_filed"
    assert Stage().given(*diverted(at=on(0, 23.9)), taken_in(1, done=-1)).standing() == "held"


def test_an_arrest_that_is_referred_days_after_its_hand_off_begins_with_that():
    police = AfterTheFact(handed_off_at=on(-3), to_agency=HOLDER)
    stage = Stage().given(arrested(after_the_fact=police), offered(), accepted(), met(), taken_in(0, done=-2))
    assert stage.standing() == "not_filed"


def test_a_docket_from_when_only_the_first_day_was_kept_still_reads():
    docket = Stage().given(*diverted(), taken_in(10)).docket
    kept = docket.model_dump(mode="json")
    kept["completed"] = {REFERRAL: (MONDAY + timedelta(days=10)).isoformat()}
    assert Docket.model_validate(kept) == docket


def test_without_an_intake_it_lapses_when_the_day_is_over():
    stage = Stage().given(*diverted()).until(30, 23.9)
    assert stage.names == ["hold.started", "hold.unreported"]
    stage.until(31, 0.1)
    assert stage.names[-1] == "hold.lapsed"
    assert stage.standing() == "lapsed"


def test_an_intake_in_time_that_is_reported_late_counts_from_its_true_day():
    stage = Stage().given(*diverted(), taken_in(45, done=20))
    assert (stage.names[-1], stage.standing()) == ("hold.satisfied", "not_filed")


@pytest.mark.parametrize("later", [ended(), retracted(20), consent_withdrawn(), decides("filed", 40)])
def test_nothing_that_comes_after_it_brings_the_charge_back(later):
    stage = Stage().given(*diverted(), taken_in(10), later).until(90)
    assert stage.standing() == "not_filed"
    assert not {"charge.filed", "hold.lapsed"} & {*stage.names}


@pytest.mark.parametrize("knew", [True, False])
def test_an_office_that_files_what_was_met_is_said_to_and_the_hold_stays_as_it_is(knew):
    stage = Stage().given(*diverted(), taken_in(10), *([told()] if knew else []), decides("filed"))
    [contested] = [one for one in stage.said if one.name == "charge.contested"]
    assert (contested.told, stage.standing()) == (knew, "not_filed")


def test_of_one_day_the_intake_counts_first():
    stage = Stage().given(*diverted(), decides("filed", 10, hour=9), taken_in(10))
    assert stage.standing() == "not_filed"
    assert stage.names[-2:] == ["hold.satisfied", "charge.contested"]


def test_after_a_lapse_the_office_says_what_it_does():
    lapsed = [*diverted()]
    assert Stage().given(*lapsed, decides("filed")).standing() == "filed"
    assert Stage().given(*lapsed, decides("declined")).standing() == "declined"
    assert Stage().given(*lapsed, decides("still_reviewing")).standing() == "still_reviewing"
    assert Stage().given(*lapsed, holds(40)).standing() == "still_reviewing"
    turned = Stage().given(*lapsed, decides("still_reviewing"), decides("declined", 50))
    assert turned.names[-2:] == ["hold.kept", "charge.declined"]


def test_an_office_may_file_before_the_day_and_that_is_said_with_it():
    stage = Stage().given(*diverted(), decides("filed", 5))
    assert (stage.said[-1].name, stage.said[-1].before_due) == ("charge.filed", True)
    assert stage.until(60).names == ["hold.started", "charge.filed"]
    stage.given(taken_in(70, done=12))
    assert (stage.names[-2:], stage.standing()) == (["hold.satisfied", "charge.contested"], "not_filed")


def test_where_the_attorney_has_the_last_word_what_is_filed_before_the_intake_ends_the_hold():
    site = SITE.model_copy(update={"prosecutor_has_last_word": True})
    stage = Stage(site).given(*diverted(), decides("filed", 5), taken_in(12)).until(60)
    assert (stage.names, stage.standing()) == (["hold.started", "charge.filed"], "filed")
    assert Stage(site).given(*diverted(), taken_in(12), decides("filed", 13)).standing() == "not_filed"
    assert Stage(site).given(*diverted(), taken_in(12), decides("filed", 40)).standing() == "not_filed"


def test_only_forward_is_a_last_day_moved():
    stage = Stage().given(*diverted(), holds(5, until=45), holds(6, until=40), holds(7, until=45))
    assert stage.names == ["hold.started", "hold.extended", "charge.refused"]
    assert stage.refusals == [(CITY, "only-forward")]
    assert (stage.standing(), stage.said[1].due_on) == ("extended", MONDAY + timedelta(days=45))
    assert Stage().given(*diverted(), holds(5, until=45), taken_in(44)).standing() == "not_filed"


def test_a_day_from_before_the_diversion_counts_instead_of_the_sites():
    early = holds(0, until=14, hour=12.05)
    stage = Stage().given(arrested(), early, offered(), accepted(), met())
    assert [one.due_on for one in stage.said] == [MONDAY + timedelta(days=14)]


def test_a_day_that_is_over_already_is_no_day():
    assert Stage().given(*diverted(), holds(40, until=35)).refusals == [(CITY, "over-already")]


def test_a_longer_hold_after_the_lapse_says_that_the_office_still_reviews():
    stage = Stage().given(*diverted(), holds(35, until=50))
    assert stage.names[-3:] == ["hold.lapsed", "hold.extended", "hold.kept"]
    assert stage.standing() == "still_reviewing"
    assert stage.until(60).standing() == "lapsed"
    assert stage.names.count("hold.lapsed") == 2
    assert Stage().given(*diverted(), holds(35, until=50), taken_in(45)).standing() == "not_filed"


def test_what_police_take_back_is_held_no_more_and_nobody_waits_for_a_day():
    stage = Stage().given(*diverted(), retracted()).until(90)
    assert (stage.names, stage.standing()) == (["hold.started", "hold.withdrawn"], "withdrawn")
    assert Stage().given(arrested(), retracted(0), *diverted()[1:]).until(90).said == []


def test_of_an_erased_record_nothing_is_left_and_nothing_comes_back():
    stage = Stage().given(*diverted(), erased(3), taken_in(10), told(11)).until(90)
    assert stage.names == ["hold.started"]
    assert stage.docket.model_dump(exclude_defaults=True) == {"erased": {REFERRAL}}


@pytest.mark.parametrize(
    "word", [holds(5, by=COUNTY), holds(5, referral="ref-" + "9" * 32), decides("filed", 5, by=COUNTY)]
)
def test_a_word_about_anothers_charge_is_answered_like_one_about_none_and_at_the_same_moment(word):
    stage = Stage().given(*diverted(), word)
    [refused] = [one for one in stage.said if one.name == "charge.refused"]
    [deadline] = [one for one in stage.deadlines if one.name == "weigh"]
    assert (refused.refusal.reason, refused.refusal.problems[0].field) == ("unknown-charge", "referral_id")
    assert deadline.due_at == word.at
    assert stage.standing() == "held"


def test_a_word_about_an_erased_record_is_answered_the_same():
    assert Stage().given(*diverted(), erased(3), holds(5)).refusals == [(CITY, "unknown-charge")]


def test_a_word_that_is_read_before_the_hand_off_it_speaks_of_counts():
    stage = Stage()
    word = holds(1, until=45)
    stage._hear(word)
    stage.given(*diverted()).until(1, 12)
    assert stage.refusals == []
    assert [one.due_on for one in stage.said] == [LAST_DAY, MONDAY + timedelta(days=45)]


def test_the_case_manager_is_reminded_once_for_each_last_day_unless_the_office_knows_or_decided():
    near = [*diverted()]
    assert Stage().given(*near).until(24, 0.1).names == ["hold.started", "hold.unreported"]
    assert Stage().given(*near, taken_in(5), told(6)).until(29).names == ["hold.started", "hold.satisfied"]
    assert "hold.unreported" not in Stage().given(*near, decides("declined", 5)).until(29).names
    assert Stage().given(*near, holds(25, until=60)).until(59).names.count("hold.unreported") == 2


def test_where_a_site_has_days_to_file_an_office_that_says_nothing_is_noticed():
    site = SITE.model_copy(update={"clocks": SITE.clocks.model_copy(update={"filing_days": 20})})
    assert Stage(site).given(*diverted()).until(60).names[-2:] == ["hold.lapsed", "hold.unanswered"]
    assert "hold.unanswered" not in Stage(site).given(*diverted(), decides("filed", 45)).until(60).names
    assert "hold.unanswered" not in Stage().given(*diverted()).until(600).names


def test_a_hand_off_that_was_recorded_after_the_last_day_lapses_at_once_and_the_true_day_still_counts():
    arrest = by_phone(on(0))
    late = [offered(on(40)), accepted(on(40)), met(on(40))]
    stage = Stage().given(arrest, *late)
    assert stage.names[-1] == "hold.lapsed"
    assert stage.given(taken_in(41, done=3)).standing() == "not_filed"


def test_minutes_that_are_shortened_shorten_the_wait_and_not_the_calendar():
    site = SITE.with_minutes_of(0.06)
    [started] = Stage(site).given(*diverted()).said
    assert started.due_on == LAST_DAY
    assert timedelta(minutes=40) < started.due_at - on(0) < timedelta(minutes=45)
    assert Hold(Stage(site).given(*diverted()).docket, site, REFERRAL, CITY).standing == "held"
