"""Whatcom County as data: its partners, what they may hear, and what the county has not published."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.words import Agreement, Door, HelpType, Role, Verdict
from services.sites import Relation, Standing, TextKind, load_site
from services.sites.checks import POLICE_MAY_HEAR, hearable
from services.sites.for_the_person import Words, problems_of_words

SITE = load_site("whatcom")
PARTNERS = {
    "whatcom-county-sheriff", "bellingham-police", "blaine-police", "everson-police", "ferndale-police",
    "lynden-police", "sumas-police", "whatcom-county-prosecutor", "bellingham-city-attorney",
    "whatcom-county-probation", "whatcom-therapeutic-courts", "whatcom-public-defender", "whatcom-county-jail",
    "opportunity-council", "northwest-youth-services", "lake-whatcom-center", "cascade-medical-advantage",
    "unity-care-nw", "compass-health", "sea-mar", "catholic-community-services", "peacehealth-st-joseph",
}  # fmt: skip
POLICE = sorted(slug for slug, agency in SITE.agencies.items() if agency.role is Role.LAW_ENFORCEMENT)
COME_LIKE_THIS = [
    (door, agreement, restricted) for door in Door for agreement in Agreement for restricted in (True, False)
]


def rows(event, agency, door=Door.COMMUNITY, agreement=Agreement.AGREED, *, restricted=False):
    return [
        row for row in SITE.permissions_for(event, agency) if row.covers(door, agreement, restricted_source=restricted)
    ]


def before_consent(door, agreement, *, restricted=False):
    """What a holder may be told of whom, before any consent."""
    found = rows("assignment.made", "opportunity-council", door, agreement, restricted=restricted)
    return {name for row in found if not row.consent_needed for name in row.fields}


def test_every_partner_that_the_program_names_is_there_and_the_program_office():
    assert set(SITE.agencies) == PARTNERS | {"whatcom-lead-program-office", "seattle-lead"}
    assert SITE.agencies["seattle-lead"].neighbour == "seattle"
    assert SITE.agencies[SITE.program_office].role is Role.PROGRAM_OFFICE


def test_four_agencies_meet_people_first():
    first = {agency.slug for agency in SITE.case_management}
    assert first == {
        "opportunity-council", "lake-whatcom-center", "northwest-youth-services", "catholic-community-services",
    }  # fmt: skip
    assert SITE.agencies["northwest-youth-services"].max_age == 24
    assert all(agency.doors == set(Door) for agency in SITE.case_management)


def test_every_kind_of_help_is_given_by_somebody():
    assert {kind for agency in SITE.agencies.values() for kind in agency.help_types} == set(HelpType)


@pytest.mark.parametrize("slug", POLICE)
def test_police_hear_five_notices_and_refusals_and_nothing_else(slug):
    assert SITE.agencies[slug].may_hear == POLICE_MAY_HEAR
    for event in hearable() - POLICE_MAY_HEAR:
        assert SITE.permissions_for(event, slug) == ()


@pytest.mark.parametrize("slug", POLICE)
@pytest.mark.parametrize("door", [Door.SOCIAL_CONTACT, Door.COMMUNITY])
def test_a_social_contact_yields_the_receipt_and_no_more(slug, door):
    heard = {event for event in POLICE_MAY_HEAR if rows(event, slug, door)}
    assert heard == {"referral.acknowledged", "message.refused"}


@pytest.mark.parametrize("slug", POLICE)
def test_each_police_agency_has_an_ori_of_its_own_and_one_prosecutor(slug):
    (ori,) = SITE.agencies[slug].oris
    assert [one.slug for one in SITE.agencies.values() if ori in one.oris] == [slug]
    assert len(SITE.prosecutors_of(slug)) == 1


def test_the_citys_cases_go_to_the_city_and_the_countys_to_the_county():
    assert [one.slug for one in SITE.prosecutors_of("bellingham-police")] == ["bellingham-city-attorney"]
    assert [one.slug for one in SITE.prosecutors_of("whatcom-county-sheriff")] == ["whatcom-county-prosecutor"]
    assert SITE.prosecutors_of("opportunity-council") == ()


def test_an_agreed_arrest_shows_name_place_call_back_and_safety_code():
    shown = before_consent(Door.ARREST_DIVERSION, Agreement.AGREED)
    assert {"preferred_name", "place", "officer_call_back", "safety_code"} <= shown
    assert not shown & {"legal_name", "birth_date", "phones", "usual_places"}


@pytest.mark.parametrize("door", [Door.SOCIAL_CONTACT, Door.COMMUNITY])
def test_an_agreed_referral_shows_the_name_how_to_reach_and_the_needs(door):
    shown = before_consent(door, Agreement.AGREED, restricted=True)
    assert {"preferred_name", "phones", "usual_places", "needs"} <= shown
    assert not shown & {"legal_name", "birth_date", "officer_call_back", "place"}


@pytest.mark.parametrize("agreement", [Agreement.NOT_ASKED, Agreement.UNDECIDED])
def test_outreach_without_agreement_has_a_name_and_usual_places_and_never_from_a_hospital(agreement):
    shown = before_consent(Door.COMMUNITY, agreement)
    assert {"preferred_name", "usual_places"} <= shown
    assert not shown & {"phones", "needs", "place", "legal_name"}
    assert before_consent(Door.COMMUNITY, agreement, restricted=True) == set()
    assert before_consent(Door.ARREST_DIVERSION, agreement) == set()


@pytest.mark.parametrize("door", list(Door))
def test_of_who_declined_nothing_is_shown(door):
    assert before_consent(door, Agreement.DECLINED) == set()


@pytest.mark.parametrize(("door", "agreement", "restricted"), COME_LIKE_THIS)
def test_services_and_the_fact_of_intake_always_need_a_consent(door, agreement, restricted):
    for event, agency in (
        ("onward.offered", "compass-health"),
        ("intake.reported", "whatcom-county-prosecutor"),
        ("intake.reported", "whatcom-therapeutic-courts"),
    ):
        assert all(row.consent_needed for row in rows(event, agency, door, agreement, restricted=restricted))


def test_intake_reaches_a_prosecutor_only_by_a_consent_made_for_it():
    (row,) = rows("intake.reported", "whatcom-county-prosecutor", Door.ARREST_DIVERSION)
    assert row.relation is Relation.JURISDICTION
    assert row.consent_kinds == {"criminal_justice_referral", "part2_specific"}


def test_offers_are_blind():
    (row,) = rows("offer.made", "opportunity-council")
    assert not set(row.fields) & {"preferred_name", "referral_id", "offences", "source_kind"}


def test_only_case_management_and_the_office_learn_of_offers_and_reviews():
    for slug, agency in SITE.agencies.items():
        assert bool(SITE.permissions_for("offer.made", slug)) == (agency.role is Role.CASE_MANAGEMENT)
        assert bool(SITE.permissions_for("review.called", slug)) == (slug == SITE.program_office)


def test_a_source_that_reveals_health_or_treatment_is_marked():
    for agency in SITE.agencies.values():
        reveals = agency.role in {Role.HOSPITAL, Role.NEIGHBOURING_PROGRAM} or Standing.PART2_PROGRAM in agency.standing
        assert agency.restricted_source == reveals


def test_an_arrest_goes_first_and_an_unanswered_urgent_review_lets_the_officer_go_on():
    assert sorted(Door, key=SITE.door_priority.get) == [Door.ARREST_DIVERSION, Door.SOCIAL_CONTACT, Door.COMMUNITY]
    assert SITE.urgent_review_default is Verdict.PRESUMPTIVELY_INELIGIBLE
    assert SITE.recognition.automatic == {"agency-person-number"}
    assert SITE.recognition.proposed == {"name-and-birth-date"}


def test_what_the_county_has_not_published_says_so():
    silent = {name for name, source in SITE.basis.items() if source.startswith("not published")}
    assert {"site.urgent_review_default", "clocks.intake_days", "site.recognition"} <= silent
    assert "clocks.arrival_minutes" not in silent


def test_no_clause_that_is_not_published_claims_a_source():
    for policy in SITE.policies:
        for clause in policy.clauses:
            assert clause.published == (not clause.citation.startswith("not published"))


def test_minutes_can_be_shortened_and_days_shrink_with_them():
    assert SITE.clocks.minutes(30) == timedelta(minutes=30)
    assert SITE.clocks.days(1) == timedelta(days=1)
    assert SITE.with_minutes_of(1).clocks.days(1) == timedelta(minutes=24)


def test_the_redisclosure_notice_is_the_one_of_2024():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert SITE.text_at(TextKind.SHORT, now).text == (
        "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
    )
    assert "2.64 or 2.65" in SITE.text_at(TextKind.LONG, now).text


def test_every_ori_is_marked_as_a_sample():
    folder = Path(__file__).parents[2] / "deploy/sites/whatcom/agencies"
    lines = [
        line for file in folder.glob("*.toml") for line in file.read_text().splitlines() if line.startswith("oris")
    ]
    assert lines
    assert all(line.endswith("# sample") for line in lines)


def test_every_word_for_the_person_is_there_in_english_and_spanish_with_source_and_approval():
    for text in Words:
        for language in ("en", "es"):
            found = SITE.words_for(text, language, datetime(2026, 3, 2, tzinfo=UTC))
            assert (found.id, found.approval.split(":")[0]) == (text, "pending")
        assert SITE.words_for(text, "en", datetime(2025, 12, 31, 12, tzinfo=UTC)) is None
    assert "not published" in SITE.words_for(Words.IF_YOU_SAY_NO, "en", datetime(2026, 3, 2, tzinfo=UTC)).citation


def test_a_text_that_a_site_lacks_is_named():
    others = [one for one in SITE.words if one.id != Words.HOW_TO_STOP]
    assert list(problems_of_words(others)) == ["words-for-the-person.toml: text: A site has the text how-to-stop."]


def test_through_every_door_a_person_may_say_no_and_stop_and_only_who_helps_or_defends_them_says_who_they_are():
    correcting = {one.role for one in SITE.agencies.values() if "person.corrected" in one.may_say}
    assert all({"person.declined", "consent.revoked"} <= one.may_say for one in SITE.agencies.values())
    assert correcting == {
        Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER, Role.HOSPITAL, Role.PUBLIC_DEFENDER, Role.PROGRAM_OFFICE,
    }  # fmt: skip
    signing = {one.role for one in SITE.agencies.values() if "consent.signed" in one.may_say}
    assert signing == {Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER, Role.HOSPITAL}
