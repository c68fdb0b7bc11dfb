"""Which missing fact would settle what stayed open, and what another version of a policy would have said."""

from contracts.words import RuleResult, Verdict
from services.eligibility.domain import Rules, changes, ready, settled_by, verdicts
from services.sites import load_site
from tests.eligibility.examples import (
    A_GRAM_AND_A_HALF,
    ASSAULT,
    MISCHIEF,
    NOT_WEIGHED,
    POSSESSION,
    WHATCOM,
    arrest,
    community,
    found,
    with_a_limit,
)

EARLIER, POLICY = WHATCOM.policies
PASS, FAIL = RuleResult.PASS, RuleResult.FAIL


def settling(clause, inputs, site=WHATCOM):
    return settled_by(ready(site.policies[-1]), clause, inputs, site)


def test_the_weight_that_was_not_reported_is_what_is_missing():
    inputs = found(arrest(POSSESSION, drugs=(NOT_WEIGHED,))).inputs
    assert settling("drug-amount", inputs) == (("how much of L there is", (PASS,)),)


def test_what_was_recorded_before_an_input_existed_is_explained_all_the_same():
    inputs = found(arrest(POSSESSION, drugs=(NOT_WEIGHED,))).inputs
    newer = {"residence_area", "all_weighed_grams", "earlier_diversions", "local"}
    before = {name: value for name, value in inputs.items() if name not in newer}
    before["prior_involvement"] = {"known": False, "verified_by": "unknown", "last_on": "unknown"}
    assert settling("drug-amount", before) == (("how much of L there is", (PASS,)),)


def test_a_check_that_nobody_made_is_what_is_missing():
    site = load_site("santa-fe")
    inputs = found(arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,)), Rules(site)).inputs
    assert settling("does-not-exploit-minors", inputs, site) == (("the sender's check exploits-minors", (FAIL, PASS)),)


def test_a_home_that_is_not_known_is_what_is_missing():
    site = load_site("richland")
    inputs = found(arrest(MISCHIEF), Rules(site)).inputs
    assert settling("lives-in-the-county", inputs, site) == (("the area where the person lives", (FAIL, PASS)),)


def test_where_there_is_a_limit_the_weight_would_settle_it_one_way_or_the_other():
    limited = with_a_limit()
    unweighed = NOT_WEIGHED.model_copy(update={"kind": "E"})
    inputs = found(arrest(POSSESSION, drugs=(unweighed,))).inputs
    assert settling("drug-amount", inputs, limited) == (("how much of E there is", (FAIL, PASS)),)


def test_two_weights_are_missing_and_neither_alone_settles_it():
    other = NOT_WEIGHED.model_copy(update={"kind": "H"})
    inputs = found(arrest(POSSESSION, drugs=(NOT_WEIGHED, other))).inputs
    assert settling("drug-amount", inputs) == ()


def test_the_activity_that_was_not_told_would_settle_whether_it_is_possession():
    inputs = found(arrest(POSSESSION.model_copy(update={"activity": None}))).inputs
    assert settling("drug-possession-or-use", inputs) == (("the activity of 35A", (PASS,)),)


def test_what_is_not_published_no_fact_settles():
    assert settling("crime-against-person", found(arrest(ASSAULT)).inputs) == ()


def test_a_later_version_is_compared_clause_by_clause():
    said = {(one.clause, one.part) for one in changes(EARLIER, POLICY)}
    assert said == {("drug-amount", part) for part in ("text", "citation", "published", "expression")}
    assert changes(POLICY, POLICY) == ()
    fewer = POLICY.model_copy(update={"clauses": POLICY.clauses[1:]})
    (gone,) = changes(POLICY, fewer)
    assert (gone.clause, gone.part, gone.after) == ("who-refers", None, None)
    (new,) = changes(fewer, POLICY)
    assert (new.clause, new.part, new.before) == ("who-refers", None, None)


def test_what_was_screened_is_asked_by_both_versions_with_what_was_known_then():
    asked = [
        found(arrest(POSSESSION, drugs=(A_GRAM_AND_A_HALF,))).inputs,
        found(arrest(MISCHIEF)).inputs,
        found(community()).inputs,
    ]
    counted = verdicts(ready(EARLIER), ready(POLICY), asked)
    assert counted == {
        (Verdict.NEEDS_REVIEW, Verdict.ELIGIBLE): 1, (Verdict.ELIGIBLE, Verdict.ELIGIBLE): 2,
    }  # fmt: skip


def test_what_was_recorded_before_an_input_existed_is_asked_with_it_unknown():
    old = {name: value for name, value in found(community()).inputs.items() if name != "prior_involvement"}
    assert sum(verdicts(ready(EARLIER), ready(POLICY), [old]).values()) == 1
