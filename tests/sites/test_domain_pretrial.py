"""A site's road of court pretrial diversion: nobody can be added to the recipients, police before all."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from contracts.words import Role
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES
from services.sites.pretrial import BY_STATUTE

SITE = "washington-pretrial"


@pytest.fixture
def folder(tmp_path):
    """The site with what it is like, to be spoiled."""
    for name in ("standard", "washington", SITE):
        shutil.copytree(SITES / name, tmp_path / name)
    return tmp_path


def spoiled(folder: Path, file: str, old: str, new: str) -> list[str]:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SiteUnreadable) as refused:
        load_site(SITE, folder)
    return list(refused.value.problems)


def test_the_recipients_are_court_prosecutor_and_counsel():
    road = load_site(SITE).pretrial
    assert road is not None
    assert road.recipients == BY_STATUTE == {Role.COURT, Role.PROSECUTOR, Role.PUBLIC_DEFENDER}
    assert load_site("whatcom").pretrial is None


@pytest.mark.parametrize("who", ["law_enforcement", "probation", "jail", "program_office"])
def test_a_site_that_names_anybody_else_is_refused(folder, who):
    (problem,) = spoiled(folder, f"{SITE}/pretrial.toml", '"public_defender"]', f'"public_defender", "{who}"]')
    assert problem.startswith("pretrial.toml: recipients: ")
    assert "RCW 69.50.4017(4) and (6)" in problem
    assert "Next: name no other than court, prosecutor, public_defender." in problem


def test_nobody_presumes_the_prosecutors_consent_and_who_is_asked_has_a_clock(folder):
    eligible = 'default = "eligible"'
    (presumed,) = spoiled(folder, f"{SITE}/site.toml", 'default = "presumptively_ineligible"', eligible)
    assert presumed.startswith("site.toml: approval.default: Nobody presumes the prosecutor's consent")
    (unasked,) = spoiled(folder, f"{SITE}/site.toml", '"court", "prosecutor"', '"court"')
    assert unasked.startswith("site.toml: approval: No diversion is granted unless the prosecutor consents")


def test_police_are_refused_in_a_permission_too(folder):
    row = 'roles = ["court", "prosecutor", "public_defender"]\nevent = "pretrial.reported"'
    problems = spoiled(folder, "standard/permissions.toml", row, row.replace('"court"', '"law_enforcement", "court"'))
    assert any(one.startswith("permissions.toml: pretrial-report-to-the-case.roles: Police are") for one in problems)


def test_police_who_are_said_to_hear_it_are_refused(folder):
    told = 'name = "The police department"\n'
    problems = spoiled(folder, f"{SITE}/agencies/partners.toml", told, f'{told}may_hear = ["pretrial.reported"]\n')
    assert any(one.startswith("agencies: police.may_hear: Police are") for one in problems)


def test_a_recipient_of_the_statute_cannot_be_left_out(folder):
    (problem,) = spoiled(folder, f"{SITE}/pretrial.toml", '"prosecutor", ', "")
    assert "The statute names prosecutor as well" in problem


def test_a_copy_without_its_marking_or_without_spanish_is_refused(folder):
    problems = spoiled(folder, f"{SITE}/pretrial.toml", 'id = "under-seal"', 'id = "other"')
    assert problems == ["pretrial.toml: marking: A copy carries: under-seal."]
    problems = spoiled(folder, f"{SITE}/pretrial.toml", "[words.es]", "[words.fr]")
    assert any("not in: es" in one for one in problems)


def test_a_mistake_is_named_with_its_file_and_key(folder):
    problems = spoiled(folder, f"{SITE}/pretrial.toml", "months = 12", "months = 0")
    assert any(one.startswith("pretrial.toml: months: ") for one in problems)


def test_the_marking_is_that_of_the_day():
    road = load_site(SITE).pretrial
    assert road is not None
    newer = road.marking[0].model_copy(update={"version": "2030", "in_force_from": date(2030, 1, 1)})
    later = road.model_copy(update={"marking": (*road.marking, newer)})
    assert {one.version for one in later.markings_on(date(2026, 1, 1))} == {"2023"}
    assert "2030" in {one.version for one in later.markings_on(date(2030, 1, 1))}
