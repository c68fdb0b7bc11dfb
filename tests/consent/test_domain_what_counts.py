"""What a consent may say, and what stands against it: field, rule and fix."""

from datetime import UTC, date, datetime

import pytest

from contracts.words import ConsentKind, Role
from services.sites.agencies import Agency
from tests.consent.examples import (
    HOLDER,
    HOSPITAL,
    MONDAY,
    OFFICE,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    SITE,
    WAIT_HOURS,
    Stage,
    accepted,
    hours,
    own_care,
    signed,
)


def told(**changed):
    stage = Stage().given(accepted(), signed(**changed))
    return stage.reasons, stage.problem_fields


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"recipients": ("nobody-here",)}, "recipients"),
        ({"disclosers": ("nobody-here",)}, "disclosers"),
        ({"expires_at": MONDAY}, "expires_at"),
        ({"expires_at": hours(-1)}, "expires_at"),
        ({"signed_on": date(2026, 3, 3)}, "signed_on"),
        ({"signature": "verbal"}, "signature"),
        ({"recipients": (POLICE,), "kind": "hub_handoff"}, "recipients"),
        ({"recipients": (PROSECUTOR,), "kind": "part2_tpo"}, "recipients"),
        ({"recipients": (POLICE,), "kind": "criminal_justice_referral"}, "recipients"),
        ({"recipients": (PROVIDER, PROSECUTOR), "kind": "criminal_justice_referral"}, "recipients"),
        ({"recipients": ("treating-providers",), "kind": "criminal_justice_referral"}, "recipients"),
    ],
)
def test_what_stands_against_a_consent_is_named_by_its_field(changed, field):
    assert told(**changed) == (["invalid-consent"], [field])


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "criminal_justice_referral"},
        {"kind": "hipaa_authorisation"},
        {"kind": "state_consumer_health"},
        {"recipients": (PROSECUTOR,), "kind": "part2_specific"},
        {"recipients": (PROSECUTOR,), "kind": "part2_proceedings"},
        {"recipients": ("treating-providers",), "kind": "part2_tpo"},
        {"signature": "verbal", "kind": "hub_handoff"},
        {"signature": "electronic"},
        {"disclosers": (POLICE,)},
        {"disclosers": (POLICE, HOLDER)},
        {"disclosers": ("treating-providers",)},
        {"expires_at": hours(1)},
    ],
)
def test_what_a_consent_may_say(changed):
    assert told(**changed) == ([], [])


PART2 = {
    "part2_specific", "part2_tpo", "part2_counselling_notes", "part2_proceedings", "criminal_justice_referral",
}  # fmt: skip
FITS = {
    "a Part 2 program": (PROVIDER, PART2),
    "a covered entity": (HOSPITAL, {*PART2, "hub_handoff", "hipaa_authorisation"}),
    "neither": (HOLDER, {kind.value for kind in ConsentKind}),
}
NOT_FOR_THEM = [(who, kind.value) for who, (_, fits) in FITS.items() for kind in ConsentKind if kind not in fits]


def test_what_is_tested_as_the_standing_of_who_discloses_is_so_at_this_site():
    assert SITE.agencies[PROVIDER].follows.part2
    assert not SITE.agencies[HOSPITAL].follows.part2
    assert "hub_handoff" not in SITE.agencies[PROVIDER].follows.opened_by


@pytest.mark.parametrize("beside", [(), (HOLDER,), ("treating-providers",)])
@pytest.mark.parametrize(("who", "kind"), NOT_FOR_THEM)
def test_a_kind_that_opens_nothing_of_a_named_discloser_is_refused_with_the_kinds_that_do(who, kind, beside):
    discloser, fits = FITS[who]
    stage = Stage().given(accepted(), signed(kind=kind, disclosers=(discloser, *beside)))
    assert (stage.reasons, stage.problem_fields) == (["invalid-consent"], ["disclosers"])
    (problem,) = stage.said[0].refusal.problems
    assert problem.fix.endswith(f"{', '.join(sorted(fits))}.")
    assert "42 CFR 2.31, 2.35" in problem.rule


@pytest.mark.parametrize("who", FITS)
def test_a_kind_that_opens_what_a_discloser_tells_counts(who):
    discloser, fits = FITS[who]
    for kind in fits - {"part2_counselling_notes"}:
        assert Stage().given(accepted(), signed(kind=kind, disclosers=(discloser,))).names == ["consent.granted"]


def test_of_a_class_those_may_disclose_whose_information_the_kind_opens():
    granted = {
        kind: Stage().given(accepted(), signed(kind=kind, disclosers=("treating-providers",))).said[0].disclosers
        for kind in ("part2_specific", "hub_handoff")
    }
    assert {PROVIDER, HOSPITAL, HOLDER} <= set(granted["part2_specific"])
    assert {HOSPITAL, HOLDER} <= set(granted["hub_handoff"])
    assert not any(SITE.agencies[slug].follows.part2 for slug in granted["hub_handoff"])


def test_a_class_of_which_the_kind_opens_nothing_is_refused():
    programs = {slug: one.model_dump() | {"standing": ("part2_program",)} for slug, one in SITE.agencies.items()}
    agencies = {slug: Agency.model_validate(one) for slug, one in programs.items()}
    site = SITE.model_copy(update={"agencies": agencies | {OFFICE: SITE.agencies[OFFICE]}})
    assert Stage(site).given(accepted(), own_care(disclosers=("treating-providers",))).problem_fields == ["disclosers"]


def test_the_day_of_signing_is_the_sites_own_day():
    late = datetime(2026, 3, 3, 7, tzinfo=UTC)  # still the second in Bellingham
    assert late.astimezone(UTC).date() == date(2026, 3, 3)
    stage = Stage().given(accepted(), signed(at=11.0, signed_on=date(2026, 3, 3)))
    assert stage.problem_fields == ["signed_on"]


def test_everything_that_is_wrong_is_told_at_once():
    stage = Stage().given(
        accepted(), signed(disclosers=("nobody-here",), recipients=("nobody-here",), expires_at=MONDAY)
    )
    (refused,) = stage.said
    assert stage.problem_fields == ["disclosers", "expires_at", "recipients"]
    assert all(problem.rule and problem.fix for problem in refused.refusal.problems)
    assert "nobody-here" not in refused.model_dump_json()


def test_a_class_of_recipients_is_spelled_out_and_never_holds_the_justice_system():
    stage = Stage().given(accepted(), signed(recipients=("treating-providers",), kind="part2_tpo"))
    named = stage.said[0].recipients
    assert PROVIDER in named
    assert {SITE.agencies[slug].role for slug in named} <= {Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER, Role.HOSPITAL}


def test_a_recipient_named_twice_is_one_recipient():
    stage = Stage().given(accepted(), signed(recipients=(PROVIDER, PROVIDER)))
    assert stage.said[0].recipients == (PROVIDER,)


def test_a_form_corrected_after_its_refusal_counts():
    stage = Stage().given(accepted(), signed(expires_at=MONDAY), signed(at=1.0, expires_at=hours(100)))
    assert stage.names == ["consent.refused", "consent.granted"]


def test_the_same_form_sent_twice_is_one_consent():
    assert Stage().given(accepted(), signed(name="a"), signed(at=1.0, name="b")).names == ["consent.granted"]


def test_the_same_form_sent_twice_while_it_waits_is_one_consent():
    assert Stage().given(signed(name="a"), signed(at=1.0, name="b"), accepted(at=2.0)).names == ["consent.granted"]


def test_another_form_under_the_same_number_is_refused_and_the_first_stands():
    stage = Stage().given(accepted(), signed(), signed(at=1.0, categories=("incident",)))
    assert (stage.names, stage.reasons) == (["consent.granted", "consent.refused"], ["form-already-used"])
    assert len(stage.in_force) == 1


def test_a_consent_that_expires_while_it_waits_never_counts():
    stage = Stage().given(signed(expires_at=hours(1)), accepted(at=2.0))
    assert stage.reasons == ["expired"]
    assert WAIT_HOURS > 2


def test_two_witnesses_may_use_the_same_number():
    stage = Stage().given(accepted(), accepted(agency=PROVIDER), signed(), signed(by=PROVIDER, recipients=(HOLDER,)))
    assert stage.names == ["consent.granted", "consent.granted"]
    assert len(stage.in_force) == 2


def test_a_consent_for_own_care_and_one_for_a_provider_stand_beside_each_other():
    stage = Stage().given(accepted(), own_care(form_reference="ROI-1"), signed())
    assert len(stage.in_force) == 2
