"""What really comes to each site: weights that nobody took, pills, two drugs, a border, a birthday on the very day.

Each oddity names what the clause finds that it is about. A program that says nothing of weights or ages has others.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.parts import Attestation, Drug, Offence, Particulars, PriorInvolvement
from contracts.words import Agreement, Answer, Door, SourceKind
from services.eligibility.domain.file import Referral
from services.eligibility.domain.rules import Rules
from services.intake.domain.sections import age_at
from services.sites import load_site
from services.sites.loading import sites_in
from services.sites.places import OUTSIDE

JUNE = datetime.fromisoformat("2026-06-15T12:00")
SOCIAL, COMMUNITY, ARREST = Door.SOCIAL_CONTACT, Door.COMMUNITY, Door.ARREST_DIVERSION
POSSESSION, SALE, THEFT = (
    Offence(nibrs="35A", activity="P"), Offence(nibrs="35A", activity="D"), Offence(nibrs="23C"),
)  # fmt: skip
NOT_WEIGHED, LAB = Drug(kind="D", unit="XX"), Drug(kind="L", lab_pending=True)


def grams(quantity, kind="D"):
    return Drug(kind=kind, quantity=quantity, unit="GM")


def pills(quantity, kind="H"):
    return Drug(kind=kind, quantity=quantity, unit="DU")


def found(slug, at=JUNE, *, door=ARREST, kind=SourceKind.LAW_ENFORCEMENT, agreement=Agreement.AGREED, **facts):
    """What each clause of the policy in force finds, and the verdict; `at` by the site's clocks."""
    site = load_site(slug)
    moment = at.replace(tzinfo=ZoneInfo(site.timezone))
    told = Particulars(**{name: _many(value) for name, value in facts.items()})
    one = Referral("ref-" + "0" * 32, 0, door, kind, agreement, False, moment, told, False)
    outcome = Rules(site).find(one)
    return {one.clause: one.result.value for one in outcome.outcomes} | {"verdict": outcome.verdict.value}


def _many(value):
    return value if isinstance(value, str | dict | tuple | PriorInvolvement | Answer) else (value,)


def drugs(*seized, offence=POSSESSION):
    return {"offences": (offence,), "drugs": seized}


def involved(day, how="records"):
    return {"door": SOCIAL, "prior_involvement": PriorInvolvement(verified_by=how, last_on=day)}


def statute(clause_area, elsewhere):
    """What the sites of the Californian statute have in common, each with its own area."""
    return {
        "possession for sale is a sale, and nobody said that it is to live": (
            {"offences": (SALE,)}, {"drug-activity": "pass", "sells-to-live": "unknown"},
        ),
        "the same day two years ago: how its months are counted is not published": (
            involved("2024-06-15"), {"involved-within-24-months": "unknown"},
        ),
        "a day within two years": (involved("2024-06-16"), {"involved-within-24-months": "pass"}),
        "a day and a month beyond two years": (involved("2024-05-14"), {"involved-within-24-months": "fail"}),
        "involved before, and nobody knows when": (involved(None), {"involved-within-24-months": "unknown"}),
        "a social contact across the border": (
            {"door": SOCIAL, "area": elsewhere}, {clause_area: "fail"},
        ),
        "a social contact at a place that nobody told": ({"door": SOCIAL}, {clause_area: "unknown"}),
        "a social contact at a point in no area": ({"door": SOCIAL, "area": OUTSIDE}, {clause_area: "fail"}),
    }  # fmt: skip


ASKED_FOR_NO_AREA = {
    "an arrest is asked for no area": ({"offences": (POSSESSION,)}, {"within-the-area": "not_applicable"}),
}
ODDITIES = {
    "baltimore": {
        "a minor offence beside one that nobody named": (
            {"offences": (POSSESSION, THEFT)}, {"offence-of-the-policy": "unknown"},
        ),
        "a place that nobody told": ({"offences": (POSSESSION,)}, {"pilot-area": "unknown"}),
        "a point in none of the areas": ({"area": OUTSIDE}, {"pilot-area": "fail"}),
        "on the other side of one of the four streets": ({"area": "baltimore"}, {"pilot-area": "fail"}),
        "all is as it should be, and only the first page is at hand": (
            {"offences": (POSSESSION,), "area": "pilot-area"},
            {"further-pages": "unknown", "verdict": "needs_review"},
        ),
    },
    "california": statute("within-the-area", "elsewhere") | ASKED_FOR_NO_AREA,
    "los-angeles": statute("within-the-area", "elsewhere") | ASKED_FOR_NO_AREA,
    "san-francisco": statute("within-the-area", "san-francisco") | {
        "an arrest at a place that nobody told": ({"offences": (POSSESSION,)}, {"within-the-area": "unknown"}),
        "the other of the two quarters counts as well": (
            {"door": SOCIAL, "area": "mission"}, {"within-the-area": "pass"},
        ),
    },
    "clackamas": {
        "trespass beside an offence that nobody named": (
            {"offences": (Offence(nibrs="90J"), POSSESSION)}, {"trespass-or-small-theft": "unknown"},
        ),
        "an arrest without any offence told": ({}, {"trespass-or-small-theft": "unknown"}),
        "that drugs are part of it nobody attests": ({"offences": (THEFT,)}, {"affected": "unknown"}),
        "a check of another name is no check": (
            {"offences": (THEFT,), "attestations": (Attestation(rule="is-affected", result="pass"),)},
            {"affected": "unknown"},
        ),
    },
    "denver": {
        "a felony beside possession": (
            {"offences": (POSSESSION, Offence(nibrs="23F", severity="felony"))}, {"low-level": "fail"},
        ),
        "possession itself as a felony": (
            {"offences": (Offence(nibrs="35A", activity="P", severity="felony"),)}, {"low-level": "pass"},
        ),
        "a misdemeanour against a person is a person's to judge": (
            {"offences": (Offence(nibrs="13B", severity="misdemeanour"),)}, {"low-level": "unknown"},
        ),
        "nobody has asked the person yet": ({"agreement": Agreement.NOT_ASKED}, {"person-is-willing": "unknown"}),
        "whom a court may have": ({}, {"no-pending-therapeutic-court": "unknown"}),
    },
    "honolulu": {
        "a theft has a victim": ({"offences": (THEFT,)}, {"no-individual-victim": "unknown"}),
        "an offence that the list does not know": (
            {"offences": (Offence(nibrs="999"),)}, {"no-individual-victim": "unknown"},
        ),
        "an arrest that everybody wanted diverted": (
            {"offences": (POSSESSION,)},
            {"no-individual-victim": "pass", "never-agreed": "unknown", "verdict": "needs_review"},
        ),
        "nobody asked whether they come": ({"agreement": Agreement.UNDECIDED}, {"willing": "unknown"}),
    },
    "philadelphia": {
        "a sale is not among what is diverted": ({"offences": (SALE,)}, {"drug-activity": "unknown"}),
        "what was done with the drugs is not told": (
            {"offences": (Offence(nibrs="35A"),)}, {"drug-activity": "unknown"},
        ),
        "a district that is not one of them": ({"area": "philadelphia"}, {"within-its-districts": "fail"}),
        "a place that nobody told": ({}, {"within-its-districts": "unknown"}),
        "a point in no area": ({"area": OUTSIDE}, {"within-its-districts": "fail"}),
    },
    "richland": {
        "a guess over eighteen": ({"age": {"from_years": 16, "to_years": 20}}, {"adults": "unknown"}),
        "nobody knows the age": ({}, {"adults": "unknown"}),
        "lives outside, though it happened inside": (
            {"area": "richland-county", "residence_area": "elsewhere"}, {"lives-in-the-county": "fail"},
        ),
        "without a home that anybody told": ({"area": "richland-county"}, {"lives-in-the-county": "unknown"}),
        "a home at a point in no area": ({"residence_area": OUTSIDE}, {"lives-in-the-county": "fail"}),
    },
    "santa-fe": {
        "a weight that was not reported": (drugs(NOT_WEIGHED), {"six-grams": "unknown"}),
        "six grams and pills": (drugs(grams("6"), pills("40")), {"six-grams": "pass"}),
        "a lab that has not answered": (drugs(LAB), {"six-grams": "unknown"}),
        "two drugs that are too much together alone": (
            drugs(grams("4"), grams("4", "G")), {"six-grams": "unknown"},
        ),
        "a mother refers her son": (
            {"door": COMMUNITY, "kind": SourceKind.FAMILY}, {"police-refer": "fail"},
        ),
    },
    "seattle": {
        "user quantity, which nobody published": (drugs(grams("0.5")), {"user-quantity": "unknown"}),
        "a weight that was not reported": (drugs(NOT_WEIGHED), {"user-quantity": "unknown"}),
        "pills": (drugs(pills("3")), {"user-quantity": "unknown"}),
        "theft beside drugs": ({"offences": (POSSESSION, THEFT)}, {"offence-of-the-program": "pass"}),
        "a sale": (drugs(grams("0.5"), offence=SALE), {"not-selling": "fail"}),
    },
    "washington": {
        "a neighbour is nobody the statute names": (
            {"door": COMMUNITY, "kind": SourceKind.NEIGHBOUR}, {"who-refers": "unknown"},
        ),
        "oneself": ({"door": COMMUNITY, "kind": SourceKind.SELF}, {"who-refers": "pass"}),
        "a child": ({"age": {"from_years": 13, "to_years": 13}}, {"youth-and-adults": "pass"}),
        "nobody attests a need": ({}, {"behavioural-health-need": "unknown"}),
    },
    "washington-pretrial": {
        "police ask for it": ({}, {"court-or-party": "unknown"}),
        "possession beside anything else": (
            {"kind": SourceKind.COURT, "offences": (POSSESSION, THEFT)}, {"possession-alone": "unknown"},
        ),
        "a conviction since that nobody looked up": (
            {"kind": SourceKind.PROSECUTOR}, {"no-conviction-since": "unknown"},
        ),
        "a person who declined": (
            {"kind": SourceKind.COURT, "agreement": Agreement.DECLINED}, {"person-is-willing": "fail"},
        ),
    },
    "watauga": {
        "a severity that nobody told": ({"offences": (THEFT,)}, {"non-violent-misdemeanour": "unknown"}),
        "a felony of small things": (
            {"offences": (Offence(nibrs="23C", severity="felony"),)}, {"non-violent-misdemeanour": "fail"},
        ),
        "a guess over eighteen": ({"age": {"from_years": 17, "to_years": 19}}, {"adults": "unknown"}),
        "that substances are part of it nobody attests": ({}, {"substance-use": "unknown"}),
    },
    "whatcom": {
        "a weight that was not reported": (drugs(NOT_WEIGHED), {"drug-amount": "unknown"}),
        "a weight of nothing": (drugs(grams("0")), {"drug-amount": "unknown"}),
        "a misdemeanour against a person": (
            {"offences": (Offence(nibrs="13B", severity="misdemeanour"),)}, {"crime-against-person": "unknown"},
        ),
        "a child": ({"age": {"from_years": 14, "to_years": 14}}, {"youth-and-adults": "pass"}),
    },
    "wilmington": {
        "fifty pills": (drugs(pills("50")), {"fifty-dosage-units": "pass"}),
        "one pill more": (drugs(pills("51")), {"fifty-dosage-units": "fail"}),
        "opioids in grams are no pills": (drugs(grams("0.1")), {"fifty-dosage-units": "unknown"}),
        "two kinds of pills, each below": (
            drugs(pills("30"), pills("30", "D")), {"fifty-dosage-units": "unknown"},
        ),
        "a weight that was not reported": (drugs(NOT_WEIGHED), {"fifty-dosage-units": "unknown"}),
        "whether on parole nobody knows": ({}, {"not-under-supervision": "unknown"}),
    },
}  # fmt: skip
ALL = [(slug, name) for slug, odd in ODDITIES.items() for name in odd]
AT_LEAST = 3


def test_every_site_has_three_oddities_and_more():
    assert set(ODDITIES) == set(sites_in())
    assert {slug: len(odd) for slug, odd in ODDITIES.items() if len(odd) < AT_LEAST} == {}


@pytest.mark.parametrize(("slug", "name"), ALL, ids=[f"{slug}: {name}" for slug, name in ALL])
def test_an_oddity_finds_what_the_source_says_of_it(slug, name):
    facts, expected = ODDITIES[slug][name]
    results = found(slug, **facts)
    assert {clause: results[clause] for clause in expected} == expected


@pytest.mark.parametrize("slug", sites_in())
def test_one_minute_before_a_policy_by_the_sites_own_clock_its_words_are_not_in_force(slug):
    site = load_site(slug)
    newest = site.policies[-1]
    local = newest.in_force_from.astimezone(ZoneInfo(site.timezone)).replace(tzinfo=None)
    now, before = (Rules(site).find(_at(site, local - timedelta(minutes=ago))) for ago in (0, 1))
    assert now.policy.version == newest.version
    assert before.policy.version != newest.version or "policy-in-force" in {one.clause for one in before.outcomes}


def _at(site, local):
    moment = local.replace(tzinfo=ZoneInfo(site.timezone))
    return Referral("ref-" + "0" * 32, 0, ARREST, SourceKind.LAW_ENFORCEMENT, Agreement.AGREED, False, moment,
                    Particulars(), False)  # fmt: skip


ADULTS = {
    slug for slug in sites_in() if any(one.rule == "age-at-least" for one in load_site(slug).policies[-1].clauses)
}


def test_the_sites_that_ask_for_eighteen_are_these():
    assert {"richland", "santa-fe", "watauga", "wilmington"} == ADULTS


@pytest.mark.parametrize("slug", sorted(ADULTS))
@pytest.mark.parametrize(
    ("born", "local", "result"),
    [
        (date(2008, 6, 15), datetime.fromisoformat("2026-06-14T23:59"), "fail"),
        (date(2008, 6, 15), datetime.fromisoformat("2026-06-15T00:00"), "pass"),
        (date(2008, 2, 29), datetime.fromisoformat("2026-02-28T23:59"), "fail"),
        (date(2008, 2, 29), datetime.fromisoformat("2026-03-01T00:00"), "pass"),
        # The night in which the clock is put forward, and that in which it is put back.
        (date(2008, 3, 8), datetime.fromisoformat("2026-03-08T00:00"), "pass"),
        (date(2008, 11, 1), datetime.fromisoformat("2026-10-31T23:59"), "fail"),
        (date(2008, 11, 1), datetime.fromisoformat("2026-11-01T00:00"), "pass"),
    ],
)
def test_eighteen_is_who_has_their_birthday_that_day_where_the_site_is(slug, born, local, result):
    site = load_site(slug)
    age = age_at(born, local.replace(tzinfo=ZoneInfo(site.timezone)), site.timezone)
    assert found(slug, local, age=age.model_dump())["adults"] == result


@pytest.mark.parametrize("slug", sorted(ADULTS))
def test_the_birthday_is_not_that_of_another_time_zone(slug):
    """At the site it is still the day before, though by UTC the birthday has begun."""
    site = load_site(slug)
    evening = datetime(2026, 6, 14, 22, 0, tzinfo=ZoneInfo(site.timezone))
    assert evening.astimezone(ZoneInfo("UTC")).date() == date(2026, 6, 15)
    assert age_at(date(2008, 6, 15), evening, site.timezone).to_years == 17
