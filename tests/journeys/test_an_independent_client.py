"""A stranger's client, confluent-kafka and a password, refers as police and reads the offer as a provider."""

import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

from tests.journeys.outside import SECONDS, SILENT
from tests.journeys.running import ROOT

POLICE, PROVIDER = "bellingham-police", "opportunity-council"
CASE_MANAGERS = (PROVIDER, "lake-whatcom-center", "catholic-community-services", "northwest-youth-services")


def referral(number: str) -> dict:
    """A person of 46 who speaks Spanish: two agencies suit alike, and no law says which is asked."""
    return {
        "door": "arrest_diversion",
        "source_kind": "law_enforcement",
        "referred_at": datetime.now(UTC).isoformat(),
        "incident": {"number": number, "ori": "WASAMPL02", "officer_waiting": True},
        "person": {"legal_name": "Juniper Sample", "preferred_name": "Juniper", "birth_date": "1980-05-05"},
        "location": {"area": "bellingham", "place": "Sample Street"},
        "offences": [{"nibrs": "90C"}],
        "agreement": "agreed",
        "needs": ["shelter"],
    }


@pytest.fixture
def number() -> str:
    return f"26X-{uuid.uuid4().hex[:12]}"


def offered(outside, need: str):
    """Whoever is offered the one with this need, and the offer."""
    agencies = [outside(slug) for slug in CASE_MANAGERS]
    for _ in range(SECONDS):
        for agency in agencies:
            try:
                return agency, agency.hears(lambda one: need in one.data.get("needs", ()), seconds=0.3)
            except AssertionError:
                continue
    message = "Nobody was offered it."
    raise AssertionError(message)


@pytest.mark.parametrize("mode", ["say", "say_structured"])
def test_a_referral_goes_from_a_police_system_to_a_providers_own_consumer_and_back(outside, number, mode):
    police = outside(POLICE)
    need = {"say": "transport", "say_structured": "clothing"}[mode]
    getattr(police, mode)("referral.submitted", referral(number) | {"needs": [need]}, f"id-{number}")

    receipt = police.hears_of("referral.acknowledged", "incident_number", number)
    assert receipt.attributes["specversion"] == "1.0"
    assert receipt.attributes["source"] == "/hub/notification"
    assert receipt.attributes["subject"].startswith("psn-")
    assert police.hears_of("screening.reported", "incident_number", number).data["divertible"] is True

    provider, offer = offered(outside, need)
    assert offer.type == "offer.made"
    assert not {"Juniper", "Sample", number, "90C", POLICE} & set(str(offer).replace("'", " ").split())
    assert offer.attributes["subject"] != receipt.attributes["subject"]

    answer = {"offer_id": offer.data["offer_id"], "arrives_in_minutes": 9}
    getattr(provider, mode)("offer.accepted", answer, f"yes-{number}", subject=offer.attributes["subject"])
    known = provider.hears_of("assignment.made", "offer_id", offer.data["offer_id"])
    assert known.data["preferred_name"] == "Juniper"
    assert "legal_name" not in known.data
    assert police.hears_of("case_manager.dispatched", "incident_number", number).data["arrives_in_minutes"] == 9


def test_the_command_prints_what_a_client_needs(hub, outside):
    command = [sys.executable, "-m", "services.cli", "agency", "credentials", POLICE, "--state", hub["state"], "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    printed = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=SECONDS)
    assert outside(POLICE).facts.items() <= json.loads(printed.stdout).items()


FORBIDDEN = (
    "agency.bellingham-police.from-hub",
    "agency.opportunity-council.to-hub",
    "agency.opportunity-council.from-hub",
    "agency.whatcom-county-sheriff.to-hub",
    "hub.referrals",
    "hub.reports",
    "hub.assignments",
    "hub.deadlines",
    "hub.intake.redelivery",
)


@pytest.mark.parametrize("topic", FORBIDDEN)
def test_the_police_write_nowhere_but_on_their_own_topic(outside, topic):
    with pytest.raises(KafkaException) as refused:
        outside(POLICE).put(b"{}", {}, topic)
    assert refused.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize("topic", ["agency.bellingham-police.to-hub", *FORBIDDEN[1:]])
def test_the_police_read_nothing_but_their_own_lane(outside, topic):
    police = outside(POLICE)
    assert refused(police, f"{police.facts['group_prefix']}curious", topic) == KafkaError.TOPIC_AUTHORIZATION_FAILED


@pytest.mark.parametrize("group", ["hub.intake", "agency.opportunity-council.casework", "anything"])
def test_the_police_use_no_group_but_their_own(outside, group):
    police = outside(POLICE)
    assert refused(police, group, police.facts["from_hub"]) == KafkaError.GROUP_AUTHORIZATION_FAILED


def refused(agency, group: str, topic: str) -> int:
    """The code with which Kafka refuses this group on this topic."""
    consumer = Consumer({**agency.how, "group.id": group, "auto.offset.reset": "earliest"}, logger=SILENT)
    try:
        consumer.subscribe([topic])
        for _ in range(SECONDS):
            message = consumer.poll(1)
            if message is not None and message.error() is not None and not message.error().retriable():
                return message.error().code()
            assert message is None or message.error() is not None, "It was read."
    finally:
        consumer.close()
    message = "Kafka neither refused nor gave anything."
    raise AssertionError(message)


def test_the_police_administer_nothing(outside):
    admin = AdminClient(outside(POLICE).how, logger=SILENT)
    config = ConfigResource("topic", "hub.referrals")
    asked = [
        *admin.create_topics([NewTopic("agency.bellingham-police.more", 1)]).values(),
        *admin.delete_topics(["agency.bellingham-police.to-hub"]).values(),
        *admin.describe_configs([config]).values(),
        *admin.delete_consumer_groups(["hub.intake"]).values(),
    ]
    for answer in asked:
        with pytest.raises(KafkaException) as no:
            answer.result(SECONDS)
        assert "AUTHORIZATION_FAILED" in no.value.args[0].name()


def test_the_police_see_no_topic_but_their_own(outside):
    admin = AdminClient(outside(POLICE).how, logger=SILENT)
    assert set(admin.list_topics(timeout=SECONDS).topics) == {
        "agency.bellingham-police.to-hub",
        "agency.bellingham-police.from-hub",
    }
