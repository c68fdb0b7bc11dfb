"""A site that is wrong is refused, with the file, the key and the rule; a sound one always reads alike."""

import shutil

import pytest

from contracts.words import Door
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES
from services.sites.settings import SiteSettings


@pytest.fixture
def site(tmp_path):
    """A copy of Whatcom's folder, to be broken."""
    kept_out = shutil.ignore_patterns("caseload")
    return shutil.copytree(SITES / "whatcom", tmp_path / "sites" / "whatcom", ignore=kept_out)


def change(site, file, old, new):
    path = site / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def refusal(site):
    with pytest.raises(SiteUnreadable) as refused:
        load_site("whatcom", site.parent)
    return str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("site.toml", 'timezone = "America', 'timezone = "Amerika', "site.toml: timezone: "),
        ("site.toml", '"whatcom-lead-program-office"', '"sea-mar"', "site.toml: program_office: "),
        ("site.toml", "community = 3\n", "", "site.toml: door_priority: Every door has its place."),
        ("site.toml", '"name-and-birth-date"', '"face"', "site.toml: recognition: No such basis: face."),
        ("site.toml", '= "presumptively_ineligible"', '= "maybe"', "site.toml: urgent_review_default: "),
        ("site.toml", "name =", "nombre =", "site.toml: nombre: "),
        ("site.toml", "name =", "name", "site.toml: file: It is TOML."),
        ("clocks.toml", "arrival_minutes = 30", "arrival_minutes = 0", "clocks.toml: arrival_minutes: "),
        ("clocks.toml", 'intake_days = "not', 'intake_dayz = "not', "clocks.toml: basis.intake_days: "),
        ("roles.toml", '"offer.accepted"', '"offer.acepted"', "may_say: No agency says: offer.acepted."),
        ("roles.toml", '"offer.made"', '"offer.make"', "may_hear: No lane carries: offer.make."),
        ("roles.toml", '"person.declined"]\nmay_hear', '"review.answered"]\nmay_hear', "Only the program office says"),
        ("agencies/law-enforcement.toml", 'oris = ["WASAMPL01"]', 'oris = ["WA1"]', "whatcom-county-sheriff.oris.0: "),
        ("agencies/law-enforcement.toml", "WASAMPL01", "WASAMPL02", "agencies: oris: WASAMPL02 is there 2 times."),
        ("agencies/law-enforcement.toml", 'oris = ["WASAMPL01"]', "", "oris: A police agency has its ORI."),
        (
            "agencies/law-enforcement.toml", 'oris = ["WASAMPL01"]',
            'oris = ["WASAMPL01"]\nmay_hear = ["intake.reported"]', "may_hear: Police never hear: intake.reported.",
        ),
        (
            "agencies/justice.toml", '["bellingham-police"]', '["seattle-police"]',
            "No such police agency: seattle-police.",
        ),
        ("agencies/services.toml", "[sea-mar]", "[opportunity-council]", "An agency is described once."),
        (
            "agencies/services.toml", "[sea-mar]", '[sea-mar]\nareas = ["atlantis"]',
            "sea-mar.areas: No such area: atlantis.",
        ),
        ("agencies/services.toml", "[sea-mar]", '[sea-mar]\ndoors = ["community"]', "sea-mar.doors: First contact"),
        ("agencies/services.toml", "[sea-mar]", "[sea-mar]\nmin_age = 30\nmax_age = 20", "min_age is at most max_age."),
        ("agencies/services.toml", "[sea-mar]", "[sea-mar]\nplaces = 3", "agencies/services.toml: sea-mar.places: "),
        (
            "agencies/justice.toml", '"prosecutor"', '"procurator"',
            "agencies/justice.toml: whatcom-county-prosecutor.role: ",
        ),
        ("permissions.toml", 'event = "offer.made"', 'event = "offer.mad"', "permissions.toml: blind-offer.event: "),
        (
            "permissions.toml", '"age_band"', '"legal_name"',
            "blind-offer.fields: offer.made has no such field: legal_name.",
        ),
        ("permissions.toml", '"age_band", ', "", "blind-offer.fields: offer.made needs: age_band."),
        ("permissions.toml", 'id = "receipt"', 'id = "blind-offer"', "permission: blind-offer is there 2 times."),
        ("permissions.toml", 'relation = "office"', 'relation = "friend"', "permissions.toml: "),
        (
            "policies/2026-01.toml", 'id = "youth-and-adults"', 'id = "who-refers"',
            "clause: who-refers is there 2 times.",
        ),
        ("policies/2026-01.toml", "published = true", "", "policies/2026-01.toml: clauses.0.published: "),
        ("policies/2026-01.toml", '"2026-01"', '"2025-01"', "policies: version: 2025-01 is there 2 times."),
        ("policies/2026-01.toml", "00:00:00-08:00", "00:00:00", "policies/2026-01.toml: in_force_from: "),
        ("offences.toml", 'against = "society"', 'against = "nobody"', "offences.toml: 720.against: "),
        ("receipt.toml", 'first_language = "en"', 'first_language = "xx"', "receipt.toml: first_language: There is"),
        ("receipt.toml", "tries_of_all = 50", "tries_of_all = 0", "receipt.toml: tries_of_all: "),
        ("receipt.toml", 'tries_of_all = "not', 'tries_of_al = "not', "receipt.toml: basis.tries_of_al"),
        ("receipts/es.toml", "safety =", "safe =", "receipts/es.toml: categories: There are words for: safety."),
        ("receipts/en.toml", "offer =", "offers =", "receipts/en.toml: purposes: There are words for: offer."),
        ("receipts/es.toml", '"offer.made" =', '"offer.mad" =', "es.toml: messages: There are words for: offer.made."),
        ("receipts/en.toml", "suspended =", "shut =", "receipts/en.toml: layers: There are words for: suspended."),
        ("receipts/en.toml", "record_erased =", "erased =", "reasons: There are words for: record_erased."),
        ("receipts/es.toml", "cannot =", "can_not =", "receipts/es.toml: answers: There are words for: cannot."),
        ("receipts/es.toml", "blind-offer =", "blind =", "es.toml: permissions: There are words for: blind-offer."),
        ("receipts/es.toml", "{moment}. Las", "{momento}. Las", "Value error, made: In braces stands: {moment}"),
        ("receipts/en.toml", "are not sure", "are {not} sure", "Value error, uncertain: In braces stands: nothing."),
        ("receipts/en.toml", '"{month} {day},', '"{month}', "en.toml: file: Value error, moment: In braces stands: "),
        ("receipts/en.toml", '"January", ', "", "receipts/en.toml: months: "),
        ("receipts/en.toml", 'keep = "', 'keeps = "', "receipts/en.toml: phrases.keep: "),
        ("permissions.toml", 'id = "receipt"', 'id = "new-row"', "permissions: There are words for: new-row."),
        ("areas.toml", 'code = "blaine"', 'code = "Blaine!"', "areas.toml: 1.code: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_key(site, file, old, new, said):
    change(site, file, old, new)
    assert said in refusal(site)


def test_an_agency_that_may_hear_what_no_permission_allows_is_refused(site):
    change(site, "permissions.toml", 'event = "onward.reported"', 'event = "offer.cancelled"')
    assert "No permission speaks of onward.reported to this agency." in refusal(site)


def test_a_missing_file_is_named(site):
    (site / "clocks.toml").unlink()
    assert refusal(site) == "clocks.toml: file: A site has this file."


def test_a_site_without_a_policy_is_refused(site):
    shutil.rmtree(site / "policies")
    assert "A site has at least one eligibility policy." in refusal(site)


def test_a_site_whose_receipt_has_no_words_at_all_is_refused(site):
    shutil.rmtree(site / "receipts")
    assert "receipt.toml: first_language: There is a file of its words in receipts/." in refusal(site)


def test_a_receipt_may_have_any_number_of_languages(site):
    shutil.copy(site / "receipts" / "es.toml", site / "receipts" / "ru.toml")
    assert set(load_site("whatcom", site.parent).receipts.words) == {"en", "es", "ru"}
    (site / "receipts" / "ru.toml").rename(site / "receipts" / "Russian.toml")
    assert "receipts/Russian.toml" in refusal(site)


def test_an_unknown_site_is_refused_and_those_that_are_there_are_named(site):
    with pytest.raises(SiteUnreadable, match=r"atlantis.*whatcom"):
        load_site("atlantis", site.parent)


def test_the_same_files_give_the_same_site_and_hashes(site):
    assert load_site("whatcom", site.parent) == load_site("whatcom")


def test_another_word_in_a_policy_is_another_hash(site):
    change(site, "policies/2026-01.toml", "at most 40 grams", "at most forty grams")
    assert load_site("whatcom", site.parent).policies[-1].hash != load_site("whatcom").policies[-1].hash


def test_another_permission_is_another_hash(site):
    change(site, "permissions.toml", "nothing of the program's", "nothing of the program")
    assert load_site("whatcom", site.parent).policy_hash != load_site("whatcom").policy_hash


def test_an_agency_may_set_its_own_words_in_place_of_its_roles(site):
    change(site, "agencies/law-enforcement.toml", "[sumas-police]", '[sumas-police]\nmay_say = ["referral.submitted"]')
    loaded = load_site("whatcom", site.parent)
    assert loaded.agencies["sumas-police"].may_say == {"referral.submitted"}
    assert "referral.withdrawn" in loaded.agencies["blaine-police"].may_say


def test_settings_name_the_site_and_shorten_its_minutes(site, monkeypatch):
    monkeypatch.setenv("HUB_SITES", str(site.parent))
    monkeypatch.setenv("HUB_MINUTE_SECONDS", "0.5")
    loaded = SiteSettings().load()
    assert loaded.clocks.minutes(10).total_seconds() == 5
    assert loaded.door_priority[Door.ARREST_DIVERSION] == 1
