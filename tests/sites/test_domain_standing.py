"""What follows from legal standing, by itself and for every agency of Whatcom County and the hub."""

from itertools import combinations

import pytest

from contracts.words import ConsentKind, Role
from services.sites import PART2_KINDS, Standing, follows, load_site
from services.sites.standing import JUSTICE, TOGETHER, unlawful

SITE = load_site("whatcom")
ONE_BY_ONE = [{one} for one in Standing]
LAWFUL = [*ONE_BY_ONE, *sorted(TOGETHER, key=sorted)]


def lists(*standing):
    return {(one.citation.partition(",")[0], one.years, one.days) for one in follows(standing).lists}


def test_only_a_consent_of_part_2_opens_what_a_program_or_who_serves_it_holds():
    for standing in LAWFUL:
        found = follows(standing)
        assert found.part2 is bool(standing & {Standing.PART2_PROGRAM, Standing.QUALIFIED_SERVICE_ORGANISATION})
        assert (set(found.opened_by) == set(PART2_KINDS)) is found.part2
        assert (ConsentKind.HUB_HANDOFF in found.opened_by) is not found.part2


def test_a_consent_made_for_consumer_health_data_opens_nothing_that_hipaa_covers():
    for standing in LAWFUL:
        opens = ConsentKind.STATE_CONSUMER_HEALTH in follows(standing).opened_by
        under_a_federal_rule = standing - {Standing.NONE, Standing.INTERMEDIARY, Standing.CRIMINAL_JUSTICE}
        assert opens is not bool(under_a_federal_rule)


def test_each_list_that_is_owed_has_its_years_and_days():
    assert lists(Standing.INTERMEDIARY) == {("42 CFR 2.24", 3, 30)}
    assert lists(Standing.COVERED_ENTITY) == {("45 CFR 164.528", 6, None)}
    assert lists(Standing.CRIMINAL_JUSTICE) == {("RCW 10.97.050", 1, None)}
    assert lists(Standing.PART2_PROGRAM, Standing.COVERED_ENTITY) == {
        ("42 CFR 2.25; 89 FR 12472", 3, None), ("45 CFR 164.528", 6, None),
    }  # fmt: skip
    assert lists(Standing.NONE) == set()


@pytest.mark.parametrize("role", [None, *Role])
def test_my_health_my_data_applies_to_who_is_under_no_other_rule_and_no_public_office(role):
    public = role in JUSTICE or role is Role.PUBLIC_DEFENDER
    for standing in LAWFUL:
        under_another = standing - {Standing.NONE, Standing.INTERMEDIARY}
        assert follows(standing, role).consumer_health is not bool(under_another or public)


@pytest.mark.parametrize("standing", LAWFUL, ids=lambda one: " and ".join(sorted(one)))
def test_everything_that_follows_is_said_in_words_with_its_source(standing):
    said = list(follows(standing).in_words())
    assert all(one.about and one.says and one.citation for one in said)
    assert {"notice with what it discloses", "owes", "criminal justice agency"} <= {one.about for one in said}


def test_a_combination_that_no_definition_allows_is_named():
    for size in (2, 3):
        for standing in combinations(Standing, size):
            assert (unlawful(standing) is None) is (frozenset(standing) in TOGETHER)
    assert unlawful((Standing.INTERMEDIARY, Standing.PART2_PROGRAM)).startswith("No agency is at once: intermediary, ")


def test_an_intermediary_is_told_that_consents_name_it_and_its_members():
    said = {one.about: one.citation for one in SITE.follows.in_words()}
    assert said["consents name"] == "42 CFR 2.31(a)(4)(ii)"
    assert SITE.standing == (Standing.INTERMEDIARY,)
    assert SITE.basis["site.standing"].startswith("not published")


def test_no_agency_that_treats_people_is_a_criminal_justice_agency():
    for agency in SITE.agencies.values():
        assert agency.follows.criminal_justice is (agency.role in JUSTICE)
        assert not (agency.follows.criminal_justice and agency.help_types)
