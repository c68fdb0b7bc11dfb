"""What a form of each kind has to say: without it the consent is refused, naming the element, its source, the fix."""

from datetime import date

import pytest

from contracts.words import Category, ConsentKind, Purpose, Role
from services.consent.domain.elements import SOURCES, STATEMENTS
from services.consent.domain.rules import RECIPIENT_CLASSES
from services.sites import Members
from services.sites.standing import JUSTICE
from tests.consent.examples import (
    COURT,
    HOLDER,
    OFFICE,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    SITE,
    TREATMENT,
    VERSION,
    Stage,
    accepted,
    enrolled,
    hours,
    making,
    signed,
    signed_v1,
)

KINDS = [kind.value for kind in ConsentKind]
EMPTY = {"disclosers": (), "recipients": (), "categories": (), "statements": ()}
ELEMENTS = [(kind.value, field) for kind, fields in SOURCES.items() for field in fields]
MADE = [(kind.value, text) for kind, texts in STATEMENTS.items() for text in texts]
BUT_NOTES = [kind for kind in KINDS if kind != "part2_counselling_notes"]
"""Every kind under which the hub has something to tell."""


def told(site=SITE, **changed):
    return Stage(site).given(accepted(), signed(**changed))


def problems(stage):
    (refused,) = stage.said
    return refused.refusal.problems


@pytest.mark.parametrize("kind", BUT_NOTES)
def test_a_consent_with_all_its_elements_counts(kind):
    assert told(kind=kind).names == ["consent.granted"]


@pytest.mark.parametrize(("kind", "field"), ELEMENTS)
def test_a_consent_without_an_element_is_refused_naming_it_with_its_source(kind, field):
    stage = told(kind=kind, **{field: EMPTY.get(field)})
    assert stage.reasons == ["invalid-consent"]
    named = [problem for problem in problems(stage) if problem.field == field]
    assert SOURCES[ConsentKind(kind)][field] in named[0].rule
    assert named[0].fix


@pytest.mark.parametrize(("kind", "field"), [pair for pair in ELEMENTS if pair[0] in BUT_NOTES])
def test_nothing_else_is_said_to_be_wrong_with_it(kind, field):
    assert told(kind=kind, **{field: EMPTY.get(field)}).problem_fields == [field]


@pytest.mark.parametrize(("kind", "text"), MADE)
def test_a_consent_without_a_statement_is_refused_naming_it_with_its_source(kind, text):
    stage = told(kind=kind, statements=making(*(one for one in STATEMENTS[ConsentKind(kind)] if one != text)))
    rules = [problem.rule for problem in problems(stage) if problem.field == "statements"]
    assert rules == [f"The form makes the statement {text} ({STATEMENTS[ConsentKind(kind)][text]})."]


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_is_refused_with_all_that_it_lacks_up_to_twelve(kind):
    nothing = dict.fromkeys(SOURCES[ConsentKind(kind)])
    stage = told(kind=kind, **nothing | EMPTY)
    assert 6 <= len(problems(stage)) <= 12


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_row_and_every_text_it_needs_in_every_language_of_the_site(kind):
    languages = {one.language for one in SITE.statements}
    assert languages == {"en", "es"}
    for text in {*STATEMENTS[ConsentKind(kind)], "revocable-later"}:
        assert all(SITE.statement(text, VERSION, language) is not None for language in languages)


def test_what_version_1_could_not_say_is_missing_and_a_hand_over_lacks_nothing():
    assert Stage().given(accepted(), signed_v1(kind="hub_handoff")).names == ["consent.granted"]
    stage = Stage().given(accepted(), signed_v1())
    assert stage.reasons == ["invalid-consent"]
    assert stage.problem_fields == [
        "expires_with", "intermediary", "language", "members_version", "signed_by", "statements",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in BUT_NOTES if kind not in {"part2_tpo", "hub_handoff"}])
def test_none_is_an_end_for_treatment_payment_and_operations_alone(kind):
    ends = told(kind=kind, expires_with="none")
    assert ends.problem_fields == ([] if kind == "state_consumer_health" else ["expires_with"])
    assert told(kind="part2_tpo", expires_with="none").names == ["consent.granted"]


@pytest.mark.parametrize(
    ("kind", "fits"), [("part2_specific", False), ("part2_tpo", True), ("hipaa_authorisation", True)]
)
def test_the_end_of_treatment_is_an_end_where_the_law_says_so(kind, fits):
    assert told(kind=kind, expires_with="end_of_treatment").problem_fields == ([] if fits else ["expires_with"])


def test_an_event_of_which_the_hub_does_not_hear_needs_a_last_day_as_well():
    assert told(expires_with="charge_decided").problem_fields == ["expires_at"]
    assert told(expires_with="charge_decided", expires_at=hours(1000)).names == ["consent.granted"]


def test_a_consent_until_the_intake_expires_with_it():
    stage = told(expires_with="intake_completed").when(enrolled())
    assert stage.names == ["consent.granted", "consent.expired"]


def test_a_consent_until_the_intake_is_not_touched_by_one_from_before():
    stage = Stage().given(accepted(), enrolled(at=-0.5), signed(expires_with="intake_completed"))
    assert len(stage.in_force) == 1


@pytest.mark.parametrize("until", [{}, {"expires_at": hours(1000)}], ids=["the intake", "the intake or a day"])
@pytest.mark.parametrize("kind", ["criminal_justice_referral", "part2_specific"])
def test_a_consent_that_ends_with_the_intake_cannot_let_the_intake_be_told(kind, until):
    ends = {"kind": kind, "categories": ("identity", "intake_status"), "expires_with": "intake_completed"}
    stage = told(**ends | until)
    assert (stage.reasons, stage.problem_fields) == (["invalid-consent"], ["expires_with"])
    assert "2.31(c)" in problems(stage)[0].rule
    assert told(**ends | {"categories": ("identity",)}).names == ["consent.granted"]
    assert told(**ends | {"expires_with": None, "expires_at": hours(1000)}).names == ["consent.granted"]


@pytest.mark.parametrize("category", list(Category))
def test_a_consent_for_counselling_notes_opens_nothing_else(category):
    stage = told(kind="part2_counselling_notes", categories=(category,))
    assert stage.problem_fields == ["categories"]
    assert "2.31(b)" in problems(stage)[0].rule


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.PROSECUTION_DECISION])
@pytest.mark.parametrize("kind", ["part2_proceedings", "criminal_justice_referral"])
def test_a_consent_for_proceedings_or_monitoring_has_no_other_purpose(kind, purpose):
    assert told(kind=kind, purpose=purpose).problem_fields == ["purpose"]


@pytest.mark.parametrize("purpose", [Purpose.PROSECUTION_DECISION, Purpose.OPERATION, Purpose.OFFER])
def test_a_consent_for_treatment_has_no_other_purpose(purpose):
    assert told(kind="part2_tpo", purpose=purpose).problem_fields == ["purpose"]


@pytest.mark.parametrize("slug", [slug for slug, agency in SITE.agencies.items() if agency.role in JUSTICE])
@pytest.mark.parametrize("kind", ["part2_tpo", "hub_handoff", "hipaa_authorisation", "state_consumer_health"])
def test_nobody_of_the_justice_system_is_named_for_treatment(kind, slug):
    assert told(kind=kind, recipients=("treating-providers", slug)).problem_fields == ["recipients"]


@pytest.mark.parametrize("slug", [POLICE, "whatcom-county-jail", PROVIDER, HOLDER, OFFICE, "treating-providers"])
def test_only_named_monitors_are_told_under_2_35(slug):
    stage = told(kind="criminal_justice_referral", recipients=(PROSECUTOR, slug))
    assert stage.problem_fields == ["recipients"]
    monitors = ("whatcom-county-probation", COURT, PROSECUTOR)
    assert told(kind="criminal_justice_referral", recipients=monitors).names == ["consent.granted"]


def test_no_class_holds_anybody_of_the_justice_system():
    assert not any(roles & JUSTICE for roles in RECIPIENT_CLASSES.values())
    named = told(kind="part2_tpo").said[0].recipients
    assert not {SITE.agencies[slug].role for slug in named} & JUSTICE
    assert Role.LAW_ENFORCEMENT in JUSTICE


def test_a_class_opens_nothing_to_who_was_not_on_the_list_that_was_given():
    shorter = Members(version="2026-02", in_force_from=date(2026, 2, 1), members=frozenset({PROVIDER, TREATMENT}))
    site = SITE.model_copy(update={"members": (*SITE.members, shorter)})
    granted = told(site, kind="part2_tpo", members_version="2026-02").said[0]
    assert granted.recipients == tuple(sorted((PROVIDER, TREATMENT)))
    assert (granted.recipient_class, granted.members_version) == ("treating-providers", "2026-02")


@pytest.mark.parametrize("version", ["2025-12", "nobody-here"])
def test_a_list_that_was_never_given_out_is_refused(version):
    assert told(members_version=version).problem_fields == ["members_version"]


def test_a_list_that_was_not_given_out_yet_is_refused():
    later = Members(version="2026-04", in_force_from=date(2026, 4, 1), members=frozenset({PROVIDER}))
    site = SITE.model_copy(update={"members": (*SITE.members, later)})
    assert told(site, members_version="2026-04").problem_fields == ["members_version"]


@pytest.mark.parametrize("slug", [POLICE, PROVIDER, "nobody-here"])
def test_the_intermediary_is_one(slug):
    assert told(intermediary=slug).problem_fields == ["intermediary"]


def test_where_the_hub_is_no_intermediary_none_is_named():
    office = SITE.agencies[OFFICE].model_copy(update={"standing": ("covered_entity",)})
    site = SITE.model_copy(update={"agencies": dict(SITE.agencies) | {OFFICE: office}})
    assert told(site, intermediary=None, members_version=None).names == ["consent.granted"]


@pytest.mark.parametrize(
    "statements",
    [
        making("right-to-revoke", version="2019-01"),
        [*making("right-to-revoke"), *making("nobody-here")],
        making("right-to-revoke", version="nobody-here"),
    ],
)
def test_an_unknown_text_or_version_is_refused_by_its_place(statements):
    stage = told(statements=tuple(statements))
    assert stage.problem_fields == [f"statements.{len(statements) - 1}"]
    assert "nobody-here" not in stage.said[0].model_dump_json()


def test_a_statement_that_the_site_knows_is_named():
    assert "right-to-revoke" in problems(told(statements=making("right-to-revoke", version="2019-01")))[0].rule


def test_a_form_in_a_language_without_the_text_is_refused_and_one_in_spanish_counts():
    assert told(language="fr").problem_fields == ["statements.0"]
    assert told(language="es").said[0].language == "es"


def test_a_form_cannot_make_a_statement_that_was_not_in_force_when_it_was_signed():
    stage = told(signed_on=date(2025, 12, 31))
    assert stage.problem_fields == ["members_version", "statements.0"]


def test_a_grant_says_what_the_form_says():
    granted = told(kind="part2_tpo", expires_at=hours(100)).said[0]
    assert (granted.kind, granted.witness, granted.disclosers) == ("part2_tpo", HOLDER, (HOLDER,))
    assert (granted.signed_on, granted.signature, granted.signed_by) == (date(2026, 3, 2), "paper", "person")
    assert (granted.expires_at, granted.expires_with) == (hours(100), "none")
    assert (granted.intermediary, granted.members_version, granted.language) == (OFFICE, VERSION, "en")
    assert [one.text for one in granted.statements] == list(STATEMENTS[ConsentKind.PART2_TPO])
    assert "form_reference" not in type(granted).model_fields
