"""The rota: every instant of a year has one answer for every area, and a rota that has not is refused by name."""

import shutil
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from services.sites import Rota, Shift, SiteUnreadable, load_site
from services.sites.loading import SITES
from services.sites.oncall import DAYS
from services.sites.oncall_checks import problems_of_oncall

SITE = load_site("whatcom")
ZONE = ZoneInfo("America/Los_Angeles")
FIRST, SECOND, THIRD = "opportunity-council", "lake-whatcom-center", "catholic-community-services"
YEAR = datetime(2026, 1, 1, 8, tzinfo=UTC)
"""When 2026 begins at the site."""
FORWARD, BACK = datetime(2026, 3, 8, 10, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
"""When the clocks of 2026 are put forward from 02:00 to 03:00, and back from 02:00 to 01:00."""
INSTANTS = some.one_of(
    some.integers(0, 365 * 24 * 60).map(lambda minutes: YEAR + timedelta(minutes=minutes)),
    some.builds(
        lambda change, minutes: change + timedelta(minutes=minutes),
        some.sampled_from([FORWARD, BACK]),
        some.integers(-180, 180),
    ),
)


def shift(name, since, until, *agencies, **given):
    usual = {"in_force_from": "2026-01-01", "agencies": agencies, "basis": "not published: invented"}
    return Shift.model_validate({"id": name, "from": since, "to": until} | usual | given)


def site(*shifts):
    return SITE.model_copy(update={"oncall": shifts})


def rota(*shifts):
    sound = site(*shifts)
    assert list(problems_of_oncall(sound)) == []
    return Rota(sound)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


DAY_AND_NIGHT = rota(shift("days", "08:00", "20:00", FIRST, SECOND), shift("nights", "20:00", "08:00", SECOND))
HOURS = some.lists(some.integers(0, 23 * 4 + 3), min_size=1, max_size=6, unique=True)


@some.composite
def weeks(draw):
    """Any week without a hole: each day cut at some quarters of an hour, and the pieces given to somebody in turn."""
    cuts = sorted(draw(HOURS))
    times = [f"{cut // 4:02}:{cut % 4 * 15:02}" for cut in cuts]
    ends = [*times[1:], times[0]]
    found = []
    for number, (since, until) in enumerate(zip(times, ends, strict=True)):
        rest = frozenset(draw(some.sets(some.sampled_from(DAYS), max_size=6)))
        for some_days, who in ((rest, [FIRST]), (frozenset(DAYS) - rest, draw(some.permutations([SECOND, THIRD])))):
            if some_days:
                found.append(shift(f"s{number}-{who[0]}", since, until, *who, days=some_days))
    return found


@settings(max_examples=300, deadline=None)
@given(weeks(), INSTANTS)
def test_any_instant_of_a_year_has_exactly_one_answer_for_every_area(week, at):
    found = rota(*week)
    for area in ("bellingham", "sumas"):
        (span,) = found.spans(area, at, at + timedelta(microseconds=1))
        assert span.on_call == found.at(area, at)
        assert found.at(area, at).agencies


@settings(max_examples=150, deadline=None)
@given(weeks(), INSTANTS)
def test_spans_follow_one_another_without_a_gap_and_say_what_each_instant_says(week, at):
    found = rota(*week)
    end = at + timedelta(days=8)
    spans = list(found.spans("bellingham", at, end))
    assert [spans[0].since, *(one.until for one in spans)] == [*(one.since for one in spans), end]
    for one in spans:
        assert one.since < one.until
        middle = one.since + (one.until - one.since) / 2
        assert found.at("bellingham", middle).agencies == one.on_call.agencies
        assert found.at("bellingham", one.until - timedelta(microseconds=1)).agencies == one.on_call.agencies


@settings(max_examples=150, deadline=None)
@given(weeks(), INSTANTS)
def test_away_from_a_change_of_clocks_the_shift_is_that_of_the_clock_on_the_wall(week, at):
    if any(timedelta(0) <= at - change < timedelta(hours=1) for change in (FORWARD, BACK)):
        return
    wall = at.astimezone(ZONE)
    minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
    (on_call,) = [one for one in week if any(since <= minute < until for since, until in one.spans())]
    assert rota(*week).at("bellingham", at).shift == on_call.id


@settings(max_examples=50, deadline=None)
@given(weeks(), INSTANTS, some.randoms())
def test_the_order_of_entries_makes_no_difference(week, at, chance):
    mixed = list(week)
    chance.shuffle(mixed)
    assert rota(*mixed).at("blaine", at) == rota(*week).at("blaine", at)


@pytest.mark.parametrize(
    ("at", "first"),
    [
        ("2026-03-02T07:59:59", SECOND), ("2026-03-02T08:00:00", FIRST), ("2026-03-02T19:59:59", FIRST),
        ("2026-03-02T20:00:00", SECOND), ("2026-03-03T00:00:00", SECOND), ("2026-03-08T08:00:00", FIRST),
        ("2026-11-01T07:59:00", SECOND), ("2026-11-01T08:00:00", FIRST),
    ],
)  # fmt: skip
def test_a_night_goes_over_midnight_and_follows_the_clock_on_the_wall(at, first):
    assert DAY_AND_NIGHT.at("bellingham", local(at)).agencies[0] == first


@pytest.mark.parametrize(("day", "hours"), [("2026-03-07", 11), ("2026-03-09", 12), ("2026-10-31", 13)])
def test_a_night_in_which_clocks_change_is_an_hour_shorter_or_longer(day, hours):
    begins = local(f"{day}T20:00:00").astimezone(UTC)
    night, _ = DAY_AND_NIGHT.spans("bellingham", begins, begins + timedelta(hours=hours + 1))
    assert night.until - night.since == timedelta(hours=hours)


def test_a_shift_that_begins_in_the_hour_that_comes_twice_begins_once():
    found = rota(shift("early", "01:30", "13:30", FIRST), shift("late", "13:30", "01:30", SECOND))
    begins = BACK - timedelta(minutes=30)
    assert found.at("blaine", begins - timedelta(seconds=1)).shift == "late"
    assert [found.at("blaine", begins + timedelta(minutes=more)).shift for more in (0, 29, 31, 59, 61, 120)] == [
        "early"
    ] * 6


def test_a_shift_that_begins_in_the_hour_that_never_comes_begins_when_the_clock_is_put_forward():
    found = rota(shift("early", "02:30", "13:30", FIRST), shift("late", "13:30", "02:30", SECOND))
    assert found.at("blaine", FORWARD - timedelta(seconds=1)).shift == "late"
    assert found.at("blaine", FORWARD).shift == "early"


def test_a_new_rota_takes_the_place_of_the_old_one_at_midnight_at_the_site():
    found = rota(
        shift("old", "00:00", "24:00", FIRST), shift("new", "06:00", "06:00", SECOND, in_force_from="2026-07-01")
    )
    changes = local("2026-07-01T00:00:00")
    assert found.at("blaine", changes - timedelta(seconds=1)).shift == "old"
    assert found.at("blaine", changes).shift == "new"
    first, _ = found.spans("blaine", changes - timedelta(days=9), changes + timedelta(days=9))
    assert first.until == changes


def test_before_the_first_rota_and_without_any_nobody_is_named_and_everybody_counts():
    assert DAY_AND_NIGHT.at("blaine", YEAR - timedelta(seconds=1)) is None
    assert Rota(site()).at("blaine", YEAR) is None
    assert list(Rota(site()).spans("blaine", YEAR, YEAR + timedelta(days=1))) == []
    before, after = YEAR - timedelta(days=1), YEAR + timedelta(hours=1)
    assert [one.since for one in DAY_AND_NIGHT.spans("blaine", before, after)] == [YEAR]


def test_where_the_area_is_not_known_whoever_is_on_call_anywhere_is_asked_first_ones_first():
    north = {"areas": ["blaine", "lynden"]}
    others = {"areas": sorted(SITE.area_codes - set(north["areas"]))}
    found = rota(
        shift("north", "00:00", "24:00", SECOND, FIRST, **north), shift("south", "00:00", "24:00", THIRD, **others)
    )
    assert found.at(None, YEAR).agencies == (THIRD, SECOND, FIRST)
    assert found.at("bellingham", YEAR).agencies == (THIRD,)


def test_nobody_is_on_call_only_where_that_is_said_with_its_reason():
    nobody = {"nobody": True, "reason": "no agency drives at night"}
    found = rota(shift("days", "08:00", "20:00", FIRST), shift("nights", "20:00", "08:00", **nobody))
    assert found.at("blaine", local("2026-03-02T21:00:00")).nobody == "no agency drives at night"
    assert found.at(None, local("2026-03-02T21:00:00")).nobody == "no agency drives at night"
    assert found.at("blaine", local("2026-03-02T12:00:00")).nobody is None


DAYS_ENTRY = '[[rota]]\nid = "days"'


@pytest.fixture
def folder(tmp_path):
    """A copy of Whatcom's folder, to be broken."""
    return shutil.copytree(SITES / "whatcom", tmp_path / "whatcom", ignore=shutil.ignore_patterns("caseload"))


def refusal(folder):
    with pytest.raises(SiteUnreadable) as refused:
        load_site("whatcom", folder.parent)
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"lake-whatcom-center", "north', '"no-such-agency", "north', "rota.days.agencies: No such agency: no-such-a"),
        ('"lake-whatcom-center", "north', '"sea-mar", "north', "Only case-management agencies are on call: sea-mar."),
        ('"lake-whatcom-center", "north', f'"{FIRST}", "north', f"Each stands there once: {FIRST}."),
        ('from = "08:00"', 'areas = ["atlantis"]\nfrom = "08:00"', "rota.days.areas: No such area: atlantis."),
        ('from = "08:00"', 'from = "08:30"', "lynden, nooksack, point-roberts, sumas, whatcom-county-east, "),
        (
            'from = "08:00"', 'from = "08:30"',
            "mon, tue, wed, thu, fri, sat, sun 08:00 to 08:30. Name who is, or say nobody = true and why.",
        ),
        ('to = "20:00"', 'to = "21:00"', "rota from 2026-01-01: days, nights contradict each other for bell"),
        ('to = "20:00"', 'to = "21:00"', ": mon, tue, wed, thu, fri, sat, sun 20:00 to 21:00. Each hour has one"),
        ('to = "20:00"', 'to = "20:00"\ndays = ["mon", "tue"]', "wed, thu, fri, sat, sun 08:00 to 20:00. Name who"),
        ('to = "20:00"', 'to = "20:00"\ndays = ["monday"]', "oncall.toml: rota.days.days.0: Input should be 'mon', "),
        ('to = "20:00"', 'to = "20:00"\ndays = []', "oncall.toml: rota.days.days: "),
        ('from = "08:00"', 'from = "8am"', "oncall.toml: rota.days.from: "),
        ('from = "08:00"', 'from = "24:00"', "oncall.toml: rota.days.from: "),
        ('from = "08:00"', 'since = "08:00"', "oncall.toml: rota.days.since: "),
        ('id = "days"\n', "", "oncall.toml: rota.0.id: "),
        ('id = "nights"', 'id = "days"', "rota: days is there 2 times from 2026-01-01 on."),
        ("in_force_from = 2026-01-01", 'in_force_from = "soon"', "oncall.toml: rota.days.in_force_from: "),
        ("in_force_from = 2026-01-01", "in_force_from = 2026-02-01", "from 2026-02-01: Nobody is named for "),
        ('from = "08:00"', 'nobody = true\nfrom = "08:00"', "It names who is on call, or says nobody = true, and not"),
        ('from = "08:00"', 'reason = "so"\nfrom = "08:00"', "With nobody = true stands the reason, and only there."),
        ('basis = "not published: the', 'bases = "not published: the', "oncall.toml: rota.days.basis: "),
        ("[[rota]]", "[[roster]]", "oncall.toml: roster: It holds at least one [[rota]], and nothing else."),
        ("[[rota]]", "[rota", "oncall.toml: file: It is TOML."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_entry_and_its_hours(folder, old, new, said):
    file = folder / "oncall.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert said in refusal(folder)


def test_who_is_on_call_for_an_area_works_there_and_meets_people_by_arrest(folder):
    file = folder / "agencies" / "case-management.toml"
    text = file.read_text().replace("[lake-whatcom-center]", '[lake-whatcom-center]\nareas = ["blaine"]')
    file.write_text(
        text.replace('doors = ["arrest_diversion", "social_contact", "community"]', 'doors = ["community"]', 1)
    )
    rota_file = folder / "oncall.toml"
    areas = ", ".join(f'"{area}"' for area in sorted(SITE.area_codes))
    rota_file.write_text(rota_file.read_text().replace('from = "08:00"', f'areas = [{areas}]\nfrom = "08:00"', 1))
    said = refusal(folder)
    assert f"rota.days.agencies: They do not meet people by arrest_diversion: {FIRST}." in said
    assert f"rota.days.agencies: {SECOND} does not work in: bellingham, birch-bay, everson" in said


def test_the_alarm_comes_before_the_arrivals_end(folder):
    file = folder / "clocks.toml"
    file.write_text(file.read_text().replace("arrival_alarm_minutes = 10", "arrival_alarm_minutes = 30"))
    assert "clocks.toml: arrival_alarm_minutes: It is less than arrival_minutes" in refusal(folder)


def test_a_site_needs_no_rota_and_its_alarm_is_the_standards_where_it_says_none(folder):
    (folder / "oncall.toml").unlink()
    file = folder / "clocks.toml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("arrival_alarm_minutes")]
    file.write_text("\n".join(kept))
    loaded = load_site("whatcom", folder.parent)
    assert (loaded.oncall, loaded.clocks.arrival_alarm_minutes) == ((), 10)
    assert loaded.basis["clocks.arrival_alarm_minutes"].startswith("not published")


def test_whatcoms_rota_says_that_it_is_the_program_offices_own():
    assert SITE.oncall
    assert all(one.basis.startswith("not published: ") for one in SITE.oncall)
    assert SITE.basis["clocks.arrival_alarm_minutes"].startswith("not published: ")
