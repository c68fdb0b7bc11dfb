"""Two agencies with real credentials on a real broker: what each can reach, and what happens when it is shut out."""

from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ScramMechanism, UserScramCredentialDeletion

from contracts import topics
from services.local.broker_properties import HOST
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import Administration, UnknownAgency
from services.plumbing.layout import AgencyLanes, Kind, Permission, desired, settings_of
from services.plumbing.passwords import Passwords
from tests.platform.aside import now
from tests.platform.clients import SILENT, Client, Refused, commit, put, take
from tests.platform.embedded import embedded

POLICE, CARE = "bellingham-police", "compass-health"
CLASSES = settings_of(Path(__file__).parents[2] / "deploy" / "topics.toml")
LANE = topics.from_hub(CARE)
WANTED = desired([AgencyLanes(POLICE), AgencyLanes(CARE)], CLASSES)

NO_TOPIC = KafkaError.TOPIC_AUTHORIZATION_FAILED
NO_GROUP = KafkaError.GROUP_AUTHORIZATION_FAILED
NO_CLUSTER = KafkaError.CLUSTER_AUTHORIZATION_FAILED


@pytest.fixture(scope="module")
def ground():
    """A platform for this file alone: it takes away what is not wanted."""
    with embedded() as ground:
        yield ground


@pytest.fixture(scope="module")
def passwords(ground):
    return Passwords(ground.secrets / "agencies")


@pytest.fixture(scope="module")
def administration(ground, passwords):
    administration = Administration(ground.hub_access, passwords)
    now(administration.apply(WANTED))
    return administration


@pytest.fixture
def hub(ground, administration):
    return Client(ground.kafka, ground.user, ground.password)


@pytest.fixture
def agency(ground, administration, passwords):
    """Who comes with the credentials that the hub keeps for this agency."""
    return lambda slug: Client(ground.agency_kafka, slug, passwords.of(slug))


def group_of(slug, purpose):
    return topics.agency_group_prefix(slug) + purpose


def test_an_agency_writes_to_its_own_topic_and_the_hub_reads_it(agency, hub):
    agency(POLICE).write(topics.to_hub(POLICE), b"said")
    assert hub.read(topics.to_hub(POLICE), "hub.test", 1) == [b"said"]


def test_an_agency_reads_its_own_lane_with_its_own_group_and_goes_on_where_it_was(agency, hub):
    hub.write(topics.from_hub(CARE), b"first")
    assert agency(CARE).read(topics.from_hub(CARE), group_of(CARE, "casework"), 1) == [b"first"]
    hub.write(topics.from_hub(CARE), b"second")
    assert agency(CARE).read(topics.from_hub(CARE), group_of(CARE, "casework"), 1) == [b"second"]


def test_an_agency_is_told_of_its_own_two_topics_and_of_no_other(agency):
    assert agency(CARE).sees() == {topics.to_hub(CARE), topics.from_hub(CARE)}


@pytest.mark.parametrize(
    "topic",
    [
        topics.to_hub(CARE),
        topics.from_hub(CARE),
        topics.from_hub(POLICE),
        topics.REFERRALS,
        topics.redelivery("intake"),
    ],
)
def test_an_agency_cannot_write_anywhere_else(agency, topic):
    with pytest.raises(Refused) as refusal:
        agency(POLICE).write(topic, b"not mine to say")
    assert refusal.value.code == NO_TOPIC


@pytest.mark.parametrize(
    "topic",
    [topics.from_hub(POLICE), topics.to_hub(POLICE), topics.to_hub(CARE), topics.ASSIGNMENTS, topics.DISCLOSURES],
)
def test_an_agency_cannot_read_anything_else(agency, topic):
    with pytest.raises(Refused) as refusal:
        agency(CARE).read(topic, group_of(CARE, "curious"), 1)
    assert refusal.value.code == NO_TOPIC


@pytest.mark.parametrize(
    "group", ["hub.notification", "agency.bellingham-police.desk", "agency.compass-health-2.desk", "x"]
)
def test_an_agency_cannot_use_the_groups_of_others(agency, group):
    with pytest.raises(Refused) as refusal:
        agency(CARE).read(topics.from_hub(CARE), group, 1)
    assert refusal.value.code == NO_GROUP


def test_an_agency_administers_nothing(agency):
    admin = AdminClient(agency(POLICE)._how, logger=SILENT)
    asked = [
        *admin.create_topics([NewTopic("agency.bellingham-police.mine", 1, 1)]).values(),
        *admin.delete_topics([topics.to_hub(POLICE)]).values(),
        *admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topics.REFERRALS)]).values(),
        *admin.alter_user_scram_credentials([UserScramCredentialDeletion(CARE, ScramMechanism.SCRAM_SHA_512)]).values(),
    ]
    for answer in asked:
        with pytest.raises(KafkaException) as refusal:
            answer.result(30)
        assert refusal.value.args[0].code() in (NO_TOPIC, NO_CLUSTER)


def test_an_agency_with_the_hubs_own_tools_is_refused_too(ground, administration, passwords):
    theirs = Administration(KafkaAccess(ground.agency_kafka, POLICE, passwords.of(POLICE)), passwords)
    with pytest.raises(KafkaException):
        now(theirs.differences(WANTED))


def test_nobody_comes_in_by_any_door_without_a_password(ground):
    ports = State(ground.secrets.parent).facts()["kafka_ports"]
    assert set(ports) == {"hub", "agency", "controller"}
    for port in ports.values():
        stranger = Producer({"bootstrap.servers": f"{HOST}:{port}"}, logger=SILENT)
        with pytest.raises(KafkaException):
            stranger.list_topics(timeout=2)


def test_nobody_comes_in_with_the_password_of_another(ground, passwords, administration):
    with pytest.raises(KafkaException):
        Client(ground.agency_kafka, POLICE, passwords.of(CARE)).producer().list_topics(timeout=2)


def test_a_new_password_counts_at_once_and_the_old_one_no_more(ground, administration, agency, passwords, hub):
    old, connected = agency(CARE), agency(CARE).producer()
    put(connected, topics.to_hub(CARE), b"before")
    hub.write(topics.from_hub(CARE), b"waits")

    assert now(administration.rotate(CARE)) == passwords.known(CARE)

    with pytest.raises(KafkaException):
        old.producer().list_topics(timeout=2)
    reading = agency(CARE).consumer(group_of(CARE, "after-rotation"))
    reading.subscribe([topics.from_hub(CARE)])
    while take(reading) != b"waits":
        continue  # other tests wrote to this lane before
    put(connected, topics.to_hub(CARE), b"whoever is connected stays")


def test_a_suspended_agency_is_shut_out_at_once_and_comes_back_to_what_waited_for_it(administration, agency, hub):
    here, group = agency(POLICE), group_of(POLICE, "desk")
    hub.write(topics.from_hub(POLICE), b"read before")
    producer, consumer = here.producer(), here.consumer(group)
    put(producer, topics.to_hub(POLICE), b"said before")
    consumer.subscribe([topics.from_hub(POLICE)])
    assert take(consumer) == b"read before"
    commit(consumer)

    now(administration.suspend(POLICE))
    now(administration.suspend(POLICE))

    with pytest.raises(Refused):
        put(producer, topics.to_hub(POLICE), b"said too late")
    with pytest.raises(Refused):
        take(consumer)
    consumer.close()
    with pytest.raises(KafkaException):
        here.producer().list_topics(timeout=2)
    assert now(administration.apply(WANTED)) == []
    hub.write(topics.from_hub(POLICE), b"waits")

    now(administration.resume(POLICE))

    assert here.read(topics.from_hub(POLICE), group, 1) == [b"waits"]
    here.write(topics.to_hub(POLICE), b"said after")
    assert now(administration.differences(WANTED)) == []


def test_a_password_made_during_a_suspension_counts_from_the_return(administration, agency):
    now(administration.suspend(POLICE))
    now(administration.rotate(POLICE))
    with pytest.raises(KafkaException):
        agency(POLICE).producer().list_topics(timeout=2)
    now(administration.resume(POLICE))
    assert topics.to_hub(POLICE) in agency(POLICE).sees()


def test_an_agency_that_nobody_knows_cannot_be_suspended(administration):
    with pytest.raises(UnknownAgency):
        now(administration.suspend("nobody"))


def test_applying_again_changes_nothing(administration):
    assert now(administration.apply(WANTED)) == []


def test_a_new_agency_is_all_that_changes(administration):
    more = desired([AgencyLanes(POLICE), AgencyLanes(CARE), AgencyLanes("whatcom-jail")], CLASSES)
    changes = now(administration.apply(more))
    assert [change.kind for change in changes] == [Kind.MAKE_TOPIC] * 2 + [Kind.MAKE_USER] + [Kind.ALLOW] * 5
    assert all("whatcom-jail" in str(change) for change in changes)

    left = now(administration.apply(WANTED))
    assert all(change.extra for change in left)
    assert len(left) == 8
    assert now(administration.apply(WANTED, remove_extra=True)) == left
    assert now(administration.differences(WANTED)) == []


def test_settings_that_drifted_are_shown_and_mended(administration):
    changed = [replace(WANTED.topics[name], settings={"retention.ms": "60000"}) for name in (topics.REFERRALS, LANE)]
    now(administration.apply(replace(WANTED, topics={**WANTED.topics, **{topic.name: topic for topic in changed}})))

    words = {str(change) for change in now(administration.apply(WANTED))}
    assert words == {
        "~ topic hub.referrals: retention.ms is 60000, should be -1",
        "~ topic agency.compass-health.from-hub: retention.ms is 60000, should be 1209600000",
    }
    assert now(administration.differences(WANTED)) == []


def test_a_permission_too_many_is_shown_and_removed_when_asked(administration, agency):
    too_much = Permission(CARE, "READ", "TOPIC", topics.REFERRALS)
    now(administration.apply(replace(WANTED, permissions=WANTED.permissions | {too_much})))
    assert topics.REFERRALS in agency(CARE).sees()
    [change] = now(administration.apply(WANTED, remove_extra=True))
    assert str(change) == "- compass-health may READ topic hub.referrals, which is not wanted"
    assert topics.REFERRALS not in agency(CARE).sees()


def test_a_lost_password_is_made_anew(administration, passwords, agency):
    passwords.forget(CARE)
    [change] = now(administration.apply(WANTED))
    assert change.kind == Kind.RENEW_PASSWORD
    assert topics.to_hub(CARE) in agency(CARE).sees()
