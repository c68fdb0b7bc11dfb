"""Every site of the repository: it loads, its policies are sound, its table of cases holds, and its thresholds bite."""

import re
import shutil
import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from contracts.parts import Attestation, Drug, Offence, Particulars
from contracts.words import Agreement, Door, Role, SourceKind, Verdict
from services.eligibility.domain import ready
from services.eligibility.domain.inputs import inputs_of
from services.eligibility.domain.kept import Referral
from services.eligibility.domain.linting import linted
from services.eligibility.domain.rules import Rules
from services.eligibility.domain.trying import tried
from services.sites import SiteUnreadable, load_site
from services.sites.loading import SITES, load_drafts, sites_in
from services.sites.rulebook import rulebook

EVERY = sites_in()
POLICIES = [(slug, policy.version) for slug in EVERY for policy in load_site(slug).policies]
PUBLISHED = {
    "seattle", "santa-fe", "california", "los-angeles", "san-francisco", "baltimore", "philadelphia", "denver",
    "wilmington", "watauga", "clackamas", "richland", "honolulu", "whatcom", "washington", "washington-pretrial",
}  # fmt: skip
INELIGIBLE, REVIEW, ELIGIBLE = Verdict.PRESUMPTIVELY_INELIGIBLE, Verdict.NEEDS_REVIEW, Verdict.ELIGIBLE


def policy_of(slug, version):
    site = load_site(slug)
    return site, next(one for one in site.policies if one.version == version)


def referral(at, *, door=Door.ARREST_DIVERSION, kind=SourceKind.LAW_ENFORCEMENT, **facts):
    return Referral("ref-" + "0" * 32, 0, door, kind, Agreement.AGREED, False, at, Particulars(**facts), False)


def test_every_program_of_which_something_is_published_is_there():
    assert set(EVERY) == PUBLISHED


@pytest.mark.parametrize(("slug", "version"), POLICIES)
def test_each_policy_is_sound_and_finds_what_its_cases_say(slug, version):
    site, policy = policy_of(slug, version)
    assert linted(site, policy) == ()
    assert [one.differences for one in tried(policy, site) if one.differences] == []


@pytest.mark.parametrize("slug", EVERY)
def test_nothing_waits_for_approval_and_no_file_of_a_site_is_broken(slug):
    assert load_drafts(slug) == ((), ())


@pytest.mark.parametrize(("slug", "version"), POLICIES)
def test_one_minute_before_a_policy_another_one_decides_or_a_person(slug, version):
    site, policy = policy_of(slug, version)
    rules = Rules(site)
    before, now = (referral(policy.in_force_from - timedelta(minutes=ago)) for ago in (1, 0))
    assert rules.find(now).policy.version == version
    earlier = [one for one in site.policies if one.in_force_from < policy.in_force_from]
    if earlier:
        assert rules.find(before).policy.version == earlier[-1].version
    else:
        assert rules.find(before).verdict is REVIEW


@pytest.mark.parametrize(("slug", "version"), POLICIES)
@pytest.mark.parametrize("drug", [Drug(kind="D"), Drug(kind="D", quantity="0", unit="GM"), Drug(kind="L", unit="XX")])
def test_a_weight_that_was_not_reported_is_never_a_small_one(slug, version, drug):
    site, policy = policy_of(slug, version)
    weighed = {one.id for one in policy.clauses if "grams" in one.expression and "drugs" in one.expression}
    possession = Offence(nibrs="35A", activity="P")
    found = Rules(site).find(referral(policy.in_force_from, offences=(possession,), drugs=(drug,)))
    results = {one.clause: one.result for one in found.outcomes}
    assert all(results[clause] == "unknown" for clause in weighed)


SANTA_FE_CHECKS = tuple(
    Attestation(rule=one, result="pass")
    for one in ("subsistence-sale", "exploits-minors", "promotes-prostitution", "disqualifying-history")
)


@pytest.mark.parametrize(
    ("drugs", "verdict"),
    [
        ([("D", "6.00", "GM")], ELIGIBLE),
        ([("D", "6.01", "GM")], INELIGIBLE),
        ([("H", "500", "DU")], ELIGIBLE),
        ([("H", "500", "DU"), ("D", "6.01", "GM")], INELIGIBLE),
        ([("D", "500", "DU")], REVIEW),
        ([("D", "4", "GM"), ("G", "4", "GM")], REVIEW),
    ],
    ids=["six grams", "more than six", "pills alone", "pills beside too much", "heroin is no pill", "four and four"],
)
def test_santa_fe_weighs_powder_and_leaves_prescription_pills_out(drugs, verdict):
    seized = tuple(Drug(kind=kind, quantity=quantity, unit=unit) for kind, quantity, unit in drugs)
    one = referral(
        datetime(2026, 6, 1, tzinfo=UTC), offences=(Offence(nibrs="35A", activity="P"),), drugs=seized,
        age={"from_years": 30, "to_years": 30}, attestations=SANTA_FE_CHECKS,
    )  # fmt: skip
    assert Rules(load_site("santa-fe")).find(one).verdict is verdict


def test_a_third_offence_in_philadelphia_asks_a_person_and_its_police_do_not_hear_of_the_first_two():
    rules = Rules(load_site("philadelphia"))
    policy = rules.site.policies[0]
    noon = datetime(2018, 6, 13, 17, tzinfo=UTC)
    third = referral(noon, offences=(Offence(nibrs="23C"),), area="pad-districts")
    found = {times: rules.find_under(rules.version(policy.version), third, times) for times in range(4)}
    assert [one.verdict for one in found.values()] == [ELIGIBLE, ELIGIBLE, REVIEW, REVIEW]
    assert {one.police_verdict for one in found.values()} == {ELIGIBLE}
    assert found[2].open_clauses == ("two-chances",)


def test_no_site_of_washington_counts_earlier_diversions():
    for slug in ("whatcom", "seattle", "washington", "washington-pretrial"):
        for policy in load_site(slug).policies:
            assert not any("earlier_diversions" in one.expression for one in policy.clauses)


def test_what_the_sender_cannot_know_is_never_in_what_police_hear():
    inside = re.compile(r"earlier_diversions")
    for slug, version in POLICIES:
        _, policy = policy_of(slug, version)
        hidden = {one.id for one in policy.clauses if not one.police_only}
        named = {
            one.id for one in policy.clauses
            if inside.search(one.expression) or one.rule == "no-order-for-a-participant" or "pending" in one.id
        }  # fmt: skip
        assert named <= hidden


RULES = rulebook(tomllib.loads((SITES / "standard" / "rules.toml").read_text()))
USED = {clause.rule for slug in EVERY for policy in load_site(slug).policies for clause in policy.clauses}
NOT_USED_YET = {
    "no-offence-among": (
        {"codes": ["120"]}, {("120",): "fail", ("35A",): "pass", (): "unknown", ("35A", "120"): "fail"},
    ),
    "no-crime-against-a-person": ({}, {("13B",): "fail", ("35A",): "pass", (): "unknown", ("999",): "unknown"}),
}  # fmt: skip


def test_every_rule_of_the_catalogue_is_in_a_policy_with_its_cases_or_tried_here():
    assert RULES.keys() - USED == NOT_USED_YET.keys()


@pytest.mark.parametrize(
    ("name", "codes", "result"),
    [(name, codes, result) for name, (_, cases) in NOT_USED_YET.items() for codes, result in cases.items()],
)
def test_a_rule_that_no_policy_has_yet_finds_what_it_says(name, codes, result):
    site = load_site("whatcom")
    applies, expression = RULES[name].filled(NOT_USED_YET[name][0])
    clause = (
        site.policies[-1]
        .clauses[0]
        .model_copy(update={"id": "tried", "applies": applies, "expression": expression, "published": True})
    )
    policy = ready(site.policies[-1].model_copy(update={"clauses": (clause,)}))
    asked = referral(datetime(2026, 6, 1, tzinfo=UTC), offences=tuple(Offence(nibrs=code) for code in codes))
    assert policy.conclude(inputs_of(asked, asked.particulars, site)).outcomes[0].result == result


@pytest.fixture
def copied(tmp_path):
    for slug in ("standard", "santa-fe"):
        shutil.copytree(SITES / slug, tmp_path / slug, ignore=shutil.ignore_patterns("caseload"))
    return tmp_path


def broken(root, file, old, new):
    path = root / "santa-fe" / file if (root / "santa-fe" / file).exists() else root / "standard" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(SiteUnreadable) as refused:
        load_site("santa-fe", root)
    return str(refused.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policies/2026-01.toml", 'rule = "grams-at-most"', 'rule = "grams-at-mots"',
         "policies/2026-01.toml:46: six-grams.rule: The catalogue has no such rule. Next: name one of age-at-least, "),
        ("policies/2026-01.toml", "grams = 6.0, ", "",
         "policies/2026-01.toml:46: six-grams.with: The rule grams-at-most asks for grams (the limit in grams)."),
        ("policies/2026-01.toml", "{ years = 18 }", "{ years = 18, months = 3 }",
         "policies/2026-01.toml:19: adults.with: The rule age-at-least asks for no months; it asks for: years."),
        ("policies/2026-01.toml", 'id = "opiates"\n', 'id = "opiates"\nwith = { grams = 3 }\n',
         "policies/2026-01.toml:37: opiates.with: Only a rule of the catalogue is given something."),
        ("rules.toml", "$years ?", "$year ?", "rules.toml: age-at-least.asks: It names exactly what its words have"),
        ("rules.toml", 'id = "age-at-least"', 'id = "Age"', "rules.toml: rule.0.id: "),
        ("site.toml", "timezone", 'like = "atlantis"\ntimezone',
         "site.toml: like: There is no such site. Next: name one that is there: santa-fe."),
        ("rules.toml", "age.to_years < $years", "age.to_years <= $years",
         "policies/approvals/2026-01.toml: hash: It approves other words."),
    ],
    ids=["no such rule", "nothing given", "too much given", "given to no rule", "a place without name", "a wrong name",
         "like nobody", "other words in the catalogue"],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_clause(copied, file, old, new, said):
    assert said in broken(copied, file, old, new)


def test_a_site_says_only_what_is_its_own_and_the_rest_is_lent(copied):
    (copied / "standard" / "clocks.toml").write_text(
        (copied / "standard" / "clocks.toml").read_text().replace("arrival_minutes = 30", "arrival_minutes = 45")
    )
    site = load_site("santa-fe", copied)
    assert (site.clocks.arrival_minutes, site.clocks.intake_days) == (45, 30)
    assert site.basis["clocks.intake_days"].startswith("lead-santafe.org")
    assert load_site("los-angeles").agencies.keys() == load_site("denver").agencies.keys()
    assert load_site("seattle").erasure == load_site("whatcom").erasure


SAID = {
    "baltimore": ({Role.PROSECUTOR, Role.CASE_MANAGEMENT}, "all"),
    "seattle": ({Role.PROGRAM_OFFICE}, "one"),
    "washington-pretrial": ({Role.COURT, Role.PROSECUTOR}, "all"),
}


@pytest.mark.parametrize("slug", EVERY)
def test_whose_approval_a_site_asks_for_is_what_it_published(slug):
    asked = {(rule.roles, rule.needs) for rule in load_site(slug).approvals}
    assert asked == ({(frozenset(SAID[slug][0]), SAID[slug][1])} if slug in SAID else set())


ASKS = """
[[approval]]
doors = ["arrest_diversion"]
roles = ["prosecutor"]
needs = "all"
answer_minutes = 60
default = "presumptively_ineligible"
citation = "made up"
basis = "made up"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '["prosecutor"]',
            '["law_enforcement"]',
            "site.toml: approval.0.roles: Nobody can be asked as law_enforcement.",
        ),
        ('["prosecutor"]', '["court"]', "site.toml: approval.0.roles: The site has no court to ask."),
        ('"presumptively_ineligible"', '"needs_review"', "site.toml: approval.0.default: A clock ends with a verdict"),
        ('needs = "all"', 'needs = "most"', "site.toml: approval.0.needs: "),
        ('basis = "made up"', 'basis = "made up"' + ASKS, "site.toml: approval.1.doors: Another rule speaks of arrest"),
    ],
    ids=["police", "a missing approver", "no verdict", "most of them", "two rules"],
)
def test_an_approval_that_cannot_be_asked_for_is_refused_by_name(copied, old, new, said):
    with (copied / "santa-fe" / "site.toml").open("a") as file:
        file.write(ASKS)
    assert said in broken(copied, "site.toml", old, new)


def test_whoever_is_asked_has_to_be_allowed_to_hear_it(copied):
    with (copied / "santa-fe" / "site.toml").open("a") as file:
        file.write(ASKS.replace("arrest_diversion", "social_contact"))
    old = 'roles = ["prosecutor", "court", "case_management", "service_provider"]\nevent = "approval.called"'
    said = broken(copied, "permissions.toml", old, old.replace('"prosecutor", ', ""))
    assert "No permission lets a prosecutor hear approval.called about social_contact. Next: add a row." in said


def test_policies_are_lent_to_nobody(copied):
    shutil.rmtree(copied / "santa-fe" / "policies")
    shutil.copytree(SITES / "washington", copied / "washington")
    with pytest.raises(SiteUnreadable, match="at least one eligibility policy"):
        load_site("santa-fe", copied)
