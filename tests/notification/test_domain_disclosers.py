"""A form opens what those may tell whom it names: who told the hub, or the hub itself (42 CFR 2.31(a)(2))."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.words import Category, ConsentKind, Purpose
from services.notification.domain.answers import Allowed, Question
from services.notification.domain.evolving import evolve
from services.sites import Standing
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    NOON,
    OFFER,
    OFFICE,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    accepted,
    community,
    enrolled,
    granted,
    handed_off,
    judge,
    offered,
    onward_asked,
    received,
    whatcom,
)
from tests.notification.told import Told

PROGRAM, ASKED = "compass-health", "sea-mar"
PART2 = ConsentKind.PART2_SPECIFIC
UNNAMED = ("consent", "discloser-not-named")


def from_a_program():
    return community(agency=PROGRAM, restricted_source=True)


def asked_onward(first, *, by=CASEWORK, site=None, **form):
    """A case manager who holds the person asks a provider, under a consent with these words."""
    consent = granted(ASKED, purpose=Purpose.SERVICE_PROVISION, **form)
    request = onward_asked(ASKED)
    request = replace(request, event=request.event.model_copy(update={"asked_by": by}))
    return Told(first, offered(agency=by), accepted(agency=by), consent, request, site=site)


@pytest.mark.parametrize("disclosers", [(CASEWORK,), (CASEWORK, POLICE)])
def test_a_programs_record_is_not_told_on_a_form_that_names_only_the_case_manager_who_asks(disclosers):
    told = asked_onward(from_a_program(), kind=PART2, disclosers=disclosers)
    assert told.names(ASKED) == []
    assert told.withheld(ASKED) == [("onward.offered", *UNNAMED)]
    assert told.to(CASEWORK, "onward.reported")[-1].state == "not_allowed"


def test_a_programs_record_is_told_where_the_form_names_the_program_and_who_asks():
    told = asked_onward(from_a_program(), kind=PART2, disclosers=(PROGRAM, CASEWORK))
    assert told.names(ASKED) == ["onward.offered"]


def test_a_programs_record_is_told_by_the_office_where_it_is_the_intermediary_on_the_form():
    assert asked_onward(from_a_program(), kind=PART2).names(ASKED) == ["onward.offered"]
    told = asked_onward(from_a_program(), kind=PART2, intermediary=None)
    assert told.withheld(ASKED) == [("onward.offered", *UNNAMED)]


def test_an_office_that_is_no_intermediary_by_its_standing_is_none_by_being_named_so():
    office = whatcom().agencies[OFFICE]
    changed = type(office).model_validate(office.model_dump() | {"standing": (Standing.NONE,)})
    site = whatcom().model_copy(update={"agencies": {**whatcom().agencies, OFFICE: changed}})
    assert asked_onward(from_a_program(), kind=PART2, site=site).withheld(ASKED) == [("onward.offered", *UNNAMED)]
    named = asked_onward(from_a_program(), kind=PART2, site=site, disclosers=(OFFICE, PROGRAM))
    assert named.names(ASKED) == ["onward.offered"]


@pytest.mark.parametrize("kind", [ConsentKind.HUB_HANDOFF, PART2])
@pytest.mark.parametrize(
    ("disclosers", "told"),
    [((OFFICE,), True), ((POLICE, CASEWORK), True), ((POLICE,), False), ((CASEWORK,), False), ((PROVIDER,), False)],
)
def test_what_police_sent_is_told_where_the_form_names_the_hub_or_all_whose_words_they_are(kind, disclosers, told):
    story = asked_onward(received(), kind=kind, disclosers=disclosers, intermediary=None)
    assert story.names(ASKED) == (["onward.offered"] if told else [])


def test_that_a_program_asks_is_told_only_where_the_form_names_it_or_the_intermediary():
    theirs = {"by": OTHER_CASEWORK, "kind": PART2}
    assert asked_onward(received(), disclosers=(OFFICE,), **theirs).names(ASKED) == ["onward.offered"]
    assert asked_onward(received(), disclosers=(POLICE, OTHER_CASEWORK), **theirs).names(ASKED) == ["onward.offered"]
    told = asked_onward(received(), disclosers=(OFFICE,), intermediary=None, **theirs)
    assert told.withheld(ASKED) == [("onward.offered", *UNNAMED)]


def test_who_holds_the_person_learns_no_more_on_a_form_that_names_only_themselves():
    told = Told(received(), offered(), accepted(), granted(CASEWORK, disclosers=(CASEWORK,)))
    assert [one.legal_name for one in told.to(CASEWORK, "assignment.made")] == [None]
    told = Told(received(), offered(), accepted(), granted(CASEWORK, disclosers=(POLICE,)))
    assert told.to(CASEWORK, "assignment.made")[-1].legal_name


@pytest.mark.parametrize(("disclosers", "told"), [((CASEWORK,), True), ((OFFICE,), True), ((POLICE,), False)])
def test_that_somebody_was_taken_in_is_told_by_who_took_them_in(disclosers, told):
    consent = granted(PROSECUTOR, categories=[Category.INTAKE_STATUS], purpose=Purpose.PROSECUTION_DECISION,
                      kind=ConsentKind.CRIMINAL_JUSTICE_REFERRAL, disclosers=disclosers)  # fmt: skip
    story = Told(received(), offered(), accepted(), handed_off(), consent, enrolled())
    assert bool(story.to(PROSECUTOR, "intake.reported")) is told


def test_a_consent_that_was_kept_before_its_disclosers_were_opens_nothing_until_it_is_heard_again():
    consent = granted(CASEWORK)
    dossier = Told(received(), offered(), accepted(), consent).dossiers[PERSON]
    kept = dossier.consents[CONSENT]
    old = replace(dossier, consents={CONSENT: replace(kept, grant=replace(kept.grant, disclosers=()))})
    question = Question(CASEWORK, "assignment.made", Purpose.CARE_COORDINATION, offer_id=OFFER)
    assert judge().may(question, old, NOON).rule == "discloser-not-named"
    assert isinstance(judge().may(question, evolve(old, consent), NOON), Allowed)
