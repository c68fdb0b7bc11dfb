"""Each further site of a hub has its own name before all its names; whatever one site is asked, it sees its own."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts import topics
from services.local.errors import BegunForAnother, NotARealm
from services.local.ground import in_order
from services.local.laying import wanted
from services.local.state import State
from services.plumbing.layout import Layout, differences, services_user, user_of, within
from services.plumbing.roles import renamed, role_of
from services.sites import load_site

SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,2}", fullmatch=True)
REALMS = st.one_of(st.just(""), SLUGS.filter(lambda slug: slug not in topics.CANNOT_BE_REALMS))
NAMES = st.one_of(
    st.sampled_from(topics.HUB_TOPICS), SLUGS.map(topics.to_hub), SLUGS.map(topics.from_hub),
    st.sampled_from(topics.SERVICES).map(topics.group), st.sampled_from(topics.SERVICES).map(topics.redelivery),
)  # fmt: skip
SITES = {"": load_site("whatcom"), "seattle": load_site("seattle"), "santa-fe": load_site("santa-fe")}


@given(REALMS, REALMS, NAMES)
def test_a_site_finds_its_own_names_again_and_nobody_elses(realm, other, name):
    assume(realm != other)
    assert topics.inside(realm, topics.outside(realm, name)) == name
    assert topics.inside(other, topics.outside(realm, name)) is None


def test_of_a_kafka_that_holds_three_sites_each_finds_exactly_its_own_and_nothing_to_change():
    layouts = {realm: wanted(site, realm) for realm, site in SITES.items()}
    whole = Layout(
        topics={name: topic for one in layouts.values() for name, topic in one.topics.items()},
        users=frozenset().union(*(one.users for one in layouts.values())),
        permissions=frozenset().union(*(one.permissions for one in layouts.values())),
        suspended=frozenset({user_of("police", "seattle")}),
    )
    for realm, layout in layouts.items():
        own = within(realm, whole)
        assert (own.topics, own.users, own.permissions) == (layout.topics, layout.users, layout.permissions)
        assert bool(own.suspended) == (realm == "seattle")
        assert not differences(layout, own)


def test_the_services_of_a_further_site_may_do_everything_within_it_and_nothing_beyond():
    rights = [right for right in wanted(SITES["seattle"], "seattle").permissions if right.user == "seattle.hub"]
    assert services_user("seattle") == "seattle.hub"
    assert {(right.kind, right.name, right.prefix, right.operation) for right in rights} == {
        ("TOPIC", "seattle.", True, "ALL"), ("GROUP", "seattle.", True, "ALL"),
    }  # fmt: skip


def test_a_migration_gives_rights_to_the_roles_of_its_own_site():
    written = "GRANT SELECT ON entries TO hub_notification, hub_console;"
    assert renamed(written, "hub_ledger", "ledger") == written
    theirs = "GRANT SELECT ON entries TO hub_santa_fe_notification, hub_santa_fe_console;"
    assert renamed(written, role_of("ledger", "santa-fe"), "ledger") == theirs


def test_who_was_first_stays_first_however_they_are_named(tmp_path):
    state = State(tmp_path)
    state.prepare()
    whatcom, seattle, santa_fe = "whatcom", "seattle", "santa-fe"
    assert in_order([seattle, whatcom], state) == [seattle, whatcom]
    state.note(site="whatcom")
    assert in_order([seattle, whatcom, santa_fe], state) == [whatcom, seattle, santa_fe]
    with pytest.raises(BegunForAnother, match="--site whatcom --site seattle"):
        in_order([seattle], state)


@pytest.mark.parametrize("slug", topics.CANNOT_BE_REALMS)
def test_a_further_site_whose_name_could_be_taken_for_the_firsts_is_refused(tmp_path, slug):
    state = State(tmp_path)
    state.prepare()
    with pytest.raises(NotARealm, match=slug):
        in_order(["whatcom", slug], state)
