"""A site that is wrong is refused, with the file, the key and the rule; a sound one always reads alike."""

import re
import shutil
from datetime import UTC, datetime

import pytest

from contracts.words import Door
from services.sites import SiteUnreadable, TextKind, load_site
from services.sites.jurisdictions import unheld
from services.sites.loading import SITES, load_drafts
from services.sites.settings import SiteSettings


@pytest.fixture
def site(tmp_path):
    """Whatcom's folder with everything that is lent to it as files of its own, to be broken."""
    kept_out = shutil.ignore_patterns("caseload", "agencies", "areas.toml", "policies", "site.toml", "rules.toml")
    copy = tmp_path / "sites" / "whatcom"
    for lender in ("standard", "washington"):
        shutil.copytree(SITES / lender, copy, ignore=kept_out, dirs_exist_ok=True)
    shutil.copytree(SITES / "whatcom", copy, ignore=shutil.ignore_patterns("caseload"), dirs_exist_ok=True)
    own = (copy / "site.toml").read_text()
    defaults = (copy / "site-defaults.toml").read_text().replace('program_office = "program-office"\n', "")
    (copy / "site.toml").write_text(own + defaults)
    return copy


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
        ("clocks.toml", 'intake_days = "not', 'intake_dayz = "not', "clocks.toml: basis.intake_dayz: "),
        ("roles.toml", '"offer.accepted"', '"offer.acepted"', "may_say: No agency says: offer.acepted."),
        ("roles.toml", '"offer.made"', '"offer.make"', "may_hear: No lane carries: offer.make."),
        ("roles.toml", '"person.corrected", "capacity.reported"', '"review.answered"', "Only the program office says"),
        ("roles.toml", '"person.declined", "consent.revoked",\n  "recall', '"person.corrected",\n  "recall',
         "comes by way of nobody in the justice system"),
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
        (
            "agencies/justice.toml", '"blaine-police", ', "",
            "agencies: blaine-police.jurisdiction: Police who divert at an arrest are in a prosecutor's jurisdiction",
        ),
        ("neighbours.toml", '"seattle"', '"atlantis"', "seattle-lead.neighbour: There is no such site: atlantis."),
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
        ("permissions.toml", '"incident", "safety", "needs"]', '"incident", "safety"]',
         "agreed-arrest-diversion.categories: Its fields needs tell of the category needs; it names that, too."),
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
        ("site.toml", '["intermediary"]', '["hospice"]', "site.toml: standing.0: "),
        ("site.toml", '["intermediary"]', "[]", "site.toml: standing: It names at least one"),
        ("site.toml", 'standing = "not published', 'stance = "not published', "site.toml: basis.stance: "),
        (
            "site.toml", '["intermediary"]', '["intermediary", "covered_entity"]',
            "site.toml: standing: No agency is at once: covered_entity, intermediary (42 CFR 2.11, 45 CFR 160.103).",
        ),
        (
            "agencies/services.toml", '["covered_entity", "part2_program"]', '["none", "part2_program"]',
            "unity-care-nw.standing: No agency is at once: none, part2_program",
        ),
        (
            "agencies/services.toml", '["covered_entity", "part2_program"]', '["covered_entity", "covered_entity"]',
            "unity-care-nw.standing: It names each once.",
        ),
        (
            "agencies/services.toml", '["covered_entity", "part2_program"]', '["criminal_justice"]',
            "unity-care-nw.standing: Police, prosecutors, courts, probation and jails are criminal_justice",
        ),
        (
            "agencies/justice.toml", 'standing = ["criminal_justice"]', 'standing = ["none"]',
            "whatcom-county-prosecutor.standing: Police, prosecutors",
        ),
        (
            "agencies/services.toml", "restricted_source = true", "restricted_source = false",
            "cascade-medical-advantage.restricted_source: That it refers somebody reveals treatment",
        ),
        (
            "agencies/services.toml", "[sea-mar]", '[hub]\nname = "Hub"\nrole = "service_provider"\n[sea-mar]',
            "agencies: hub: That is the hub's own name.",
        ),
        (
            "permissions.toml", '"test", "preferred_name", "usual_places", "notice"',
            '"test", "preferred_name", "usual_places"', "-agreement.fields: assignment.made needs: notice",
        ),
        ("texts.toml", "[[redisclosure-short]]", "[[redisclosure-brief]]", "texts.toml: redisclosure-brief"),
        ("texts.toml", 'in_force_from = "2024-04-16"', 'in_force_from = "2026-02-16"', "redisclosure-long: A site has"),
        ("areas.toml", 'code = "blaine"', 'code = "Blaine!"', "areas.toml: 1.code: "),
        ("words-for-the-person.toml", 'id = "how-to-stop"', 'id = "how-to-go"', "how-to-go 2026-01: Every text"),
        ("words-for-the-person.toml", 'language = "es"', 'language = "fr"', "in each language, and not in: es."),
        ("words-for-the-person.toml", "approval = ", "approved = ", "words-for-the-person.toml: text.0.approval: "),
        ("words-for-the-person.toml", 'id = "your-rights"', 'id = "right-to-revoke"', "A statement of a form has this"),
        ("statements.toml", 'language = "en"', 'language = "English"', "statements.toml: 0.language: "),
        (
            "statements.toml", 'language = "es"', 'language = "en"',
            "statement: right-to-revoke 2026-01 en is there 2 times.",
        ),
        ("statements.toml", "approval = ", "approved = ", "statements.toml: 0.approval: "),
        ("members.toml", '"sea-mar"', '"nobody-here"', "2026-01.members: No such agency: nobody-here."),
        ("members.toml", '"sea-mar"', '"bellingham-police"', "Nobody of the justice system treats people: "),
        ("signers.toml", 'unknown = ["person"]', 'unknown = ["anybody"]', "signers.toml: unknown.0: "),
        ("signers.toml", "to_years = 12", "to_years = 11", "Exactly one rule speaks of hub_handoff at the age of 12."),
        ("signers.toml", "from_years = 18", "from_years = 17", "one rule speaks of hub_handoff at the age of 17."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_key(site, file, old, new, said):
    change(site, file, old, new)
    assert said in refusal(site)


def test_where_no_jurisdiction_is_published_the_site_loads_and_says_whose_charges_nobody_holds(site):
    file = site / "agencies" / "justice.toml"
    file.write_text(re.sub(r"jurisdiction = \[.*?\]\n", "", file.read_text(), flags=re.DOTALL))
    assert "bellingham-police" in unheld(load_site("whatcom", site.parent))
    assert unheld(load_site("whatcom")) == ()


def test_police_who_divert_nobody_at_an_arrest_need_no_prosecutor(site):
    change(site, "agencies/justice.toml", '"blaine-police", ', "")
    own = '[blaine-police]\nmay_refer = { social_contact = ["law_enforcement"] }'
    change(site, "agencies/law-enforcement.toml", "[blaine-police]", own)
    assert unheld(load_site("whatcom", site.parent)) == ()


def test_a_program_whose_hub_is_another_has_no_site_here_and_loads(site):
    change(site, "neighbours.toml", 'neighbour = "seattle"\n', "")
    assert load_site("whatcom", site.parent).agencies["seattle-lead"].neighbour is None


def test_an_agency_that_may_hear_what_no_permission_allows_is_refused(site):
    change(site, "permissions.toml", 'event = "onward.reported"', 'event = "offer.cancelled"')
    assert "No permission speaks of onward.reported to this agency." in refusal(site)


def test_a_missing_file_is_named(site):
    (site / "areas.toml").unlink()
    (site / "site.toml").write_text((site / "site.toml").read_text().replace('like = "washington"', ""))
    assert refusal(site) == "areas.toml: file: A site has this file."


def test_a_site_without_a_policy_is_refused(site):
    shutil.rmtree(site / "policies")
    assert "A site has at least one eligibility policy that is approved." in refusal(site)


def test_a_site_whose_receipt_has_no_words_at_all_is_refused(site):
    for file in (site / "receipts").iterdir():
        file.unlink()
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


def test_another_word_in_a_policy_is_another_hash_and_not_what_was_approved(site):
    change(site, "policies/2026-01.toml", "at most 40 grams", "at most forty grams")
    with pytest.raises(SiteUnreadable, match=r"policies/approvals/2026-01.toml: hash: It approves other words"):
        load_site("whatcom", site.parent)
    (site / "policies" / "approvals" / "2026-01.toml").unlink()
    (draft,), _ = load_drafts("whatcom", site.parent)
    assert draft.hash != load_site("whatcom").policies[-1].hash


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


LONG_OF_2020 = (
    "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2). The "
    "Federal rules prohibit you from making any further disclosure of this record unless further disclosure is "
    "expressly permitted by the written consent of the individual whose information is being disclosed in this record "
    "or, is otherwise permitted by 42 CFR part 2. The Federal rules restrict any use of the information to investigate "
    "or prosecute with regard to a crime any patient with a substance use disorder."
)
SHORT_OF_2018 = "42 CFR part 2 prohibits unauthorized disclosure of these records."


@pytest.mark.parametrize(("kind", "old"), [(TextKind.LONG, LONG_OF_2020), (TextKind.SHORT, SHORT_OF_2018)])
def test_stale_wording_of_the_redisclosure_notice_is_refused_and_the_rule_named(site, kind, old):
    change(site, "texts.toml", load_site("whatcom").texts[kind][0].text, old)
    said = refusal(site)
    assert f"texts.toml: {kind}: 2024: It is the text of 42 CFR 2.32(a) of 2024, with " in said
    assert "use or disclosure" in said


def test_a_stale_wording_is_refused_also_where_a_newer_one_stands_beside_it(site):
    (site / "texts.toml").write_text(
        (site / "texts.toml").read_text()
        + """
[[redisclosure-short]]
version = "2018"
in_force_from = "2018-02-02"
text = "42 CFR part 2 prohibits unauthorized disclosure of these records."
citation = "42 CFR 2.32(a)(2), text of 2018"
"""
    )
    assert "redisclosure-short: 2018: It is the text of 42 CFR 2.32(a) of 2024" in refusal(site)


def test_a_new_wording_goes_out_from_its_own_day_as_it_is_at_the_site(site):
    text = (site / "texts.toml").read_text()
    later = text[text.index("[[redisclosure-short]]") :].replace("2024", "2027").replace("04-16", "01-01")
    (site / "texts.toml").write_text(f"{later}\n{text}")
    loaded = load_site("whatcom", site.parent)
    at_noon = [loaded.text_at(TextKind.SHORT, datetime(year, 1, 1, 20, tzinfo=UTC)) for year in (2026, 2027, 2028)]
    assert [one.version for one in at_noon] == ["2024", "2027", "2027"]
    assert loaded.text_at(TextKind.SHORT, datetime(2027, 1, 1, 7, 59, tzinfo=UTC)).version == "2024"


def test_two_texts_of_one_day_are_refused(site):
    text = (site / "texts.toml").read_text()
    (site / "texts.toml").write_text(text + "\n" + text[text.index("[[redisclosure-short]]") :])
    said = refusal(site)
    assert "redisclosure-short.version: Each text has its own." in said
    assert "redisclosure-short.in_force_from: Each text has its own." in said
