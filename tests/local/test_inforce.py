"""Which site a hub serves: what was found sound stays in force until something else is."""

import shutil

import pytest

from services.local.inforce import kept, problems_of, prune, taken, with_rota
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES

POLICY, ROTA, AGENCIES = "policies/2026-01.toml", "oncall.toml", "agencies/services.toml"


@pytest.fixture
def source(tmp_path):
    for slug in ("standard", "washington", "whatcom"):
        shutil.copytree(SITES / slug, tmp_path / "sites" / slug)
    return tmp_path / "sites"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def change(source, file, old, new):
    path = source / "whatcom" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def policy_of(source):
    return max((source / "whatcom" / "policies").glob("*.toml")).relative_to(source / "whatcom")


ASKS = """
[[approval]]
doors = ["arrest_diversion"]
roles = ["court"]
needs = "all"
answer_minutes = 60
default = "presumptively_ineligible"
citation = "made up"
basis = "made up"
"""


def break_policy(source):
    path = source / "whatcom" / policy_of(source)
    path.write_text(path.read_text().replace("[[clause]]", "[[clause]]\nrule = 'no-such-rule'", 1))


def miss_an_approver(source):
    (source / "whatcom" / "site.toml").write_text((source / "whatcom" / "site.toml").read_text() + ASKS)
    change(source, "agencies/justice.toml", 'role = "court"', 'role = "jail"')


def leave_a_hole(source):
    change(source, ROTA, 'from = "20:00"', 'from = "21:00"')


def name_an_unknown_area(source):
    change(source, AGENCIES, "[sea-mar]", '[sea-mar]\nareas = ["atlantis"]')


def name_an_unknown_neighbour(source):
    change(source, "neighbours.toml", '"seattle"', '"atlantis"')


def leave_police_without_a_prosecutor(source):
    change(source, "agencies/justice.toml", '"everson-police", ', "")


BROKEN = {
    "a neighbour that is no site": (name_an_unknown_neighbour, "neighbours.toml: seattle-lead.neighbour: There is no"),
    "police without a prosecutor": (leave_police_without_a_prosecutor, "agencies: everson-police.jurisdiction: "),
    "a typo in a policy": (break_policy, "rule"),
    "a missing approver": (miss_an_approver, "site.toml: approval.0.roles: The site has no court to ask."),
    "a hole in the rota": (leave_a_hole, "oncall.toml: rota from 2026-01-01: Nobody is named for "),
    "an unknown area": (name_an_unknown_area, "agencies/services.toml:35: sea-mar.areas: No such area: atlantis."),
}


def test_a_neighbour_that_stood_beside_the_site_is_known_in_the_copy_also_where_its_folder_is_not(source, state):
    shutil.copytree(SITES / "seattle", source / "atlantis")
    name_an_unknown_neighbour(source)
    now = taken(state, "whatcom", source)
    assert not (now.folder / "atlantis").exists()
    assert load_site("whatcom", now.folder).agencies["seattle-lead"].neighbour == "atlantis"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused_by_name_and_what_was_taken_stays_in_force(source, state, name):
    sound = taken(state, "whatcom", source)
    before = load_site("whatcom", sound.folder)
    broken, said = BROKEN[name]
    broken(source)
    again = taken(state, "whatcom", source)
    assert said in " ".join(again.problems)
    assert again._replace(problems=()) == sound == kept(state, "whatcom")
    assert load_site("whatcom", again.folder) == before
    assert problems_of("whatcom", source) == again.problems


@pytest.mark.parametrize("name", BROKEN)
def test_where_nothing_was_taken_before_a_broken_folder_begins_nothing(source, state, name):
    broken, said = BROKEN[name]
    broken(source)
    with pytest.raises(SiteUnreadable) as refused:
        taken(state, "whatcom", source)
    assert said in str(refused.value)
    assert kept(state, "whatcom") is None


def test_a_sound_change_is_taken_and_the_copy_before_it_goes(source, state):
    first = taken(state, "whatcom", source)
    assert taken(state, "whatcom", source) == first
    change(source, "clocks.toml", "arrival_minutes = 30", "arrival_minutes = 45")
    second = taken(state, "whatcom", source)
    assert second.hash != first.hash
    assert load_site("whatcom", first.folder).clocks.arrival_minutes == 30
    prune(state, second)
    assert not first.folder.exists()
    assert load_site("whatcom", second.folder).clocks.arrival_minutes == 45


def test_what_a_lender_says_counts_too_and_the_sample_caseload_does_not(source, state):
    first = taken(state, "whatcom", source)
    (source / "whatcom" / "caseload" / "99-more.toml").write_text("nothing = 1")
    assert taken(state, "whatcom", source) == first
    lent = source / "washington" / "signers.toml"
    lent.write_text(lent.read_text() + "\n# A word more.\n")
    assert taken(state, "whatcom", source).hash != first.hash


def test_a_rota_is_put_into_what_is_in_force(source, state):
    first = taken(state, "whatcom", source)
    text = (source / "whatcom" / ROTA).read_text().replace("20:00", "21:00")
    with_rota(state, "whatcom", ROTA, text)
    assert (first.folder / "whatcom" / ROTA).read_text() == text
    assert kept(state, "whatcom").hash != first.hash
    with_rota(state / "nowhere", "whatcom", ROTA, text)
    assert not (state / "nowhere").exists()


def test_another_sites_copy_is_not_this_ones(source, state):
    taken(state, "whatcom", source)
    assert kept(state, "washington") is None
