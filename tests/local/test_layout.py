"""What Kafka should hold, and how a difference is told; pure, so no server."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts import topics
from services.plumbing.layout import AgencyLanes, Kind, Layout, Permission, Topic, desired, differences, settings_of

CLASSES = settings_of(Path(__file__).parents[2] / "deploy" / "topics.toml")
WANTED = desired([AgencyLanes("compass-health"), AgencyLanes("jail", retention_days=3)], CLASSES)


def found(**changes):
    return replace(WANTED, **changes)


def test_nothing_differs_from_itself():
    assert differences(WANTED, WANTED) == []


def test_everything_is_missing_from_an_empty_kafka():
    kinds = {change.kind for change in differences(WANTED, Layout())}
    assert kinds == {Kind.MAKE_TOPIC, Kind.MAKE_USER, Kind.ALLOW}


def test_all_topics_keyed_by_person_have_the_same_number_of_partitions():
    by_person = [*topics.HUB_TOPICS, *(topics.redelivery(service) for service in topics.SERVICES)]
    assert {WANTED.topics[name].partitions for name in by_person} == {4}


def test_the_brokers_clock_stamps_what_agencies_say():
    for slug in ("compass-health", "jail"):
        for lane in (topics.to_hub(slug), topics.from_hub(slug)):
            assert WANTED.topics[lane].settings["message.timestamp.type"] == "LogAppendTime"
            assert WANTED.topics[lane].partitions == 1


def test_what_an_agency_says_never_expires_unread_and_its_lane_is_kept_as_the_site_says():
    assert WANTED.topics[topics.to_hub("jail")].settings["retention.ms"] == "-1"
    assert WANTED.topics[topics.from_hub("jail")].settings["retention.ms"] == str(3 * 86_400_000)
    assert WANTED.topics[topics.from_hub("compass-health")].settings["retention.ms"] == str(14 * 86_400_000)


def test_an_agency_may_do_five_things_and_no_more():
    assert {right for right in WANTED.permissions if right.user == "jail"} == {
        Permission("jail", "WRITE", "TOPIC", "agency.jail.to-hub"),
        Permission("jail", "DESCRIBE", "TOPIC", "agency.jail.to-hub"),
        Permission("jail", "READ", "TOPIC", "agency.jail.from-hub"),
        Permission("jail", "DESCRIBE", "TOPIC", "agency.jail.from-hub"),
        Permission("jail", "READ", "GROUP", "agency.jail.", prefix=True),
    }


def test_a_drifted_setting_is_named_with_what_it_is_and_what_it_should_be():
    lane = topics.to_hub("jail")
    drifted = Topic(lane, 1, {**WANTED.topics[lane].settings, "retention.ms": "60000"})
    [change] = differences(WANTED, found(topics={**WANTED.topics, lane: drifted}))
    assert str(change) == "~ topic agency.jail.to-hub: retention.ms is 60000, should be -1"
    assert change.settings == {"retention.ms": "-1"}


def test_too_few_partitions_can_be_mended_and_too_many_need_a_person():
    few = replace(WANTED.topics[topics.REFERRALS], partitions=2)
    many = replace(WANTED.topics[topics.REPORTS], partitions=24)
    changes = differences(WANTED, found(topics={**WANTED.topics, few.name: few, many.name: many}))
    assert [change.kind for change in changes] == [Kind.ADD_PARTITIONS, Kind.BEYOND_REPAIR]
    assert str(changes[1]).startswith("! topic hub.reports has 24 partitions, should have 4")


def test_what_is_not_wanted_is_shown_as_extra():
    more = found(
        topics={**WANTED.topics, "left-over": Topic("left-over", 1)},
        users=WANTED.users | {"gone-agency"},
        permissions=WANTED.permissions | {Permission("gone-agency", "READ", "TOPIC", "hub.referrals")},
    )
    changes = differences(WANTED, more)
    assert [change.kind for change in changes] == [Kind.EXTRA_TOPIC, Kind.EXTRA_USER, Kind.EXTRA_PERMISSION]
    assert all(change.extra and str(change).startswith("-") for change in changes)


def test_a_suspended_agency_does_not_come_back_because_topics_are_made_again():
    suspended = found(
        users=WANTED.users - {"jail"},
        permissions=frozenset(right for right in WANTED.permissions if right.user != "jail"),
        suspended=frozenset({"jail"}),
    )
    assert differences(WANTED, suspended) == []


def test_a_lost_password_is_a_difference():
    [change] = differences(WANTED, WANTED, with_password=["jail"])
    assert change.kind == Kind.RENEW_PASSWORD
    assert "compass-health" in change.words


@pytest.mark.parametrize("slug", ["Jail", "a_b", "a.b", "hub.referrals", ""])
def test_a_slug_that_could_reach_beyond_its_own_topics_is_refused(slug):
    with pytest.raises(ValueError, match="slug"):
        desired([AgencyLanes(slug)], CLASSES)
