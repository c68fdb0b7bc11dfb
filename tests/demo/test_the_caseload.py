"""The sample caseload: complete, readable, and of people who are visibly invented."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from contracts.event import versions
from contracts.reading import unknown_fields
from contracts.words import Door, SourceKind
from services.demo.cases import CaseloadUnreadable, load_caseload
from services.demo.runs import Run
from services.sites import load_site

SITE = load_site("whatcom")
CHAPTERS = load_caseload("whatcom")
CASES = [case for chapter in CHAPTERS for case in chapter.cases]
EVERY = [
    pytest.param(load_site(site), case, id=f"{site} {case.slug}")
    for site in ("whatcom", "santa-fe", "baltimore")
    for chapter in load_caseload(site)
    for case in chapter.cases
]
"""The cases of every site that has a caseload."""
INVENTED = re.compile(r"Sample|Example|Specimen|Invented|Pretend|Imagined|Storybook|Fabled|Twinsample", re.IGNORECASE)
NEEDED = {
    "weight-not-reported", "amended-upward", "phoned-hand-off", "co-arrestee-one", "co-arrestee-two", "sent-twice",
    "arrested-again", "same-name-two", "called-blue", "mother-and-youth", "all-silent", "declined-on-scene",
    "withdrawn-after-enrolment", "hospital-without-agreement", "full-arrest", "full-community", "withdrawn-on-the-way",
    "passed-on", "in-hospital-for-a-while", "away-and-back", "has-died", "found-nowhere",
}  # fmt: skip


def test_there_are_at_least_sixty_people():
    assert len(CASES) >= 60


def test_every_case_that_was_asked_for_is_there():
    assert {case.slug for case in CASES} >= NEEDED


def test_all_doors_and_all_kinds_of_sources_are_played():
    referrals = [case.referral for case in CASES if case.expect.end != "refused"]
    assert {referral["door"] for referral in referrals} == set(Door)
    assert {referral["source_kind"] for referral in referrals} >= set(SourceKind) - {SourceKind.OTHER}


def test_every_police_agency_and_every_case_management_agency_has_something_to_do():
    senders = {case.sender for case in CASES}
    assert {one.slug for one in SITE.agencies.values() if one.role == "law_enforcement"} <= senders


@pytest.mark.parametrize(("site", "case"), EVERY)
def test_every_agency_that_a_case_names_is_one_of_the_site(site, case):
    named = {case.sender, *case.expect.told} | {case.expect.agency or case.sender}
    assert named <= site.agencies.keys()


@pytest.mark.parametrize(("site", "case"), [one for one in EVERY if one.values[1].expect.end != "refused"])
def test_what_is_sent_fits_the_contract_and_has_no_field_that_nobody_reads(site, case):
    cls = versions("referral.submitted")[(case.version or 2) - 1]
    ori = site.agencies[case.sender].oris
    data = Run(case, "abc123").submission(ori[0] if ori else None)
    assert cls.model_validate(data)
    assert list(unknown_fields(cls, data)) == []


@pytest.mark.parametrize(("site", "case"), EVERY)
def test_every_person_is_visibly_invented(site, case):
    person = case.referral.get("person", {})
    name = person.get("legal_name")
    assert name is None or INVENTED.search(name)
    numbers = [case.referral.get("incident", {}).get("number"), case.referral.get("source_reference")]
    assert all(number.startswith("SAMPLE") for number in numbers if number)
    assert all("555-01" in phone for phone in case.referral.get("reach", {}).get("phones", ()))


def test_an_appointment_and_go_on_as_usual_are_told_apart_by_what_the_officer_reads():
    reads = {case.slug: case.expect.sender_reads.get("handoff.unavailable") for case in CASES}
    assert reads["full-arrest"] == {"appointment_follows": True}
    assert reads["all-silent"] == {"appointment_follows": False}


@pytest.mark.parametrize("slug", ["withdrawn-on-the-way", "no-on-the-way"])
def test_who_is_on_the_way_hears_that_nobody_need_come(slug):
    (case,) = (case for case in CASES if case.slug == slug)
    assert case.expect.holder_hears == ("offer.cancelled",)


def test_numbers_differ_from_run_to_run_so_that_a_second_run_begins_anew():
    case = next(case for case in CASES if case.slug == "shoplifting")
    first, second = (Run(case, mark).submission("WASAMPL02") for mark in ("one", "two"))
    assert first["incident"]["number"] != second["incident"]["number"]
    assert first["person"]["agency_person_number"] != second["person"]["agency_person_number"]
    assert datetime.fromisoformat(first["referred_at"]) <= datetime.now(UTC)


def test_a_key_that_nobody_knows_is_said_with_its_file(tmp_path):
    folder = tmp_path / "somewhere" / "caseload"
    folder.mkdir(parents=True)
    (folder / "01-wrong.toml").write_text('chapter = "x"\nscene = 1\n[[case]]\nslug = "a"\ncolour = "blue"\n')
    with pytest.raises(CaseloadUnreadable, match=r"01-wrong\.toml: cases\.0"):
        load_caseload("somewhere", tmp_path)
