"""Whatever is wrong with a message: its sender is told field, rule and fix, nobody else waits, and nothing vanishes."""

import json
from datetime import UTC, datetime

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from contracts.topics import SERVICES
from tests.journeys.messages import (
    HOSPITAL,
    POLICE,
    SHERIFF,
    TOMORROW,
    a,
    a_good_message_gets_through,
    answered,
    arrest,
    asked,
    days_ago,
    new_id,
    rows,
    until,
)  # fmt: skip
from tests.journeys.outside import SECONDS, SILENT
from tests.platform.aside import now as at_once

NO_CLOUD_EVENT = {
    "no attributes at all": ({}, "specversion"),
    "another version of CloudEvents": ({"ce_specversion": "0.3"}, "specversion"),
    "no source": ({"ce_source": None}, "source"),
    "no type": ({"ce_type": None}, "type"),
    "a time of no calendar": ({"ce_time": "yesterday"}, "time"),
    "no id": ({"ce_id": None}, "id"),
    "an empty id": ({"ce_id": b""}, "id"),
    "a header without a value": ({"ce_source": b""}, "source"),
    "a header that nobody can decode": ({"ce_subject": b"\xff\xfe"}, "ce_subject"),
}


@pytest.mark.parametrize(("changes", "field"), NO_CLOUD_EVENT.values(), ids=NO_CLOUD_EVENT)
def test_what_is_no_cloud_event_is_answered_by_its_id_or_else_its_place_in_the_topic(outside, changes, field):
    police = outside(POLICE)
    sound = {
        "ce_specversion": "1.0", "ce_id": new_id(), "ce_source": f"/agencies/{POLICE}", "ce_type": "referral.submitted",
        "ce_time": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    sent = {name: value for name, value in (sound | changes).items() if value is not None} if changes else {}
    where = police.put(json.dumps(a()).encode(), sent)
    answered(police, sent.get("ce_id") or where, "not-a-cloud-event", field)


@pytest.mark.parametrize("body", [None, b""], ids=["a tombstone", "an empty body"])
def test_nothing_at_all_is_answered(outside, body):
    police = outside(POLICE)
    identity = new_id()
    police.say("referral.submitted", body, identity)
    answered(police, identity, "not-a-cloud-event", "data")


def test_a_structured_message_that_is_not_json_is_answered(outside):
    police = outside(POLICE)
    where = police.put(b"{not json", {"content-type": "application/cloudevents+json"})
    answered(police, where, "not-a-cloud-event", "data")


NOT_ADMITTED = {
    "not JSON": ("referral.submitted", lambda: b"{not json", {}, "invalid-data", "data"),
    "the source of another agency": (
        "referral.submitted",
        a,
        {"source": f"/agencies/{SHERIFF}"},
        "wrong-source",
        "source",
    ),
    "the hub's own source": ("referral.received", a, {"source": "/hub/intake"}, "wrong-source", "source"),
    "another agency's ORI": (
        "referral.submitted",
        lambda: arrest(incident={"ori": "WASAMPL01"}),
        {},
        "wrong-ori",
        "incident.ori",
    ),
    "a field of criminal history": (
        "referral.submitted",
        lambda: arrest(person={"prior_convictions": ["an invented one"]}),
        {},
        "history-not-admitted",
        "prior_convictions",
    ),
    "a text that reads like a rap sheet": (
        "referral.submitted",
        lambda: a(reason="2015 theft, guilty; 2017 trespass, dismissed"),
        {},
        "history-not-admitted",
        "reason",
    ),
    "history that waits in a newer version": (
        "referral.submitted",
        lambda: a(rap_sheet="an invented one"),
        {"dataschema": "hub:referral.submitted/99"},
        "history-not-admitted",
        "rap_sheet",
    ),
    "an event that police may not say": (
        "offer.accepted",
        lambda: {"offer_id": "off-" + "0" * 32},
        {},
        "not-permitted",
        "type",
    ),
    "an event that nobody knows": ("referral.invented", a, {}, "unknown-event", "type"),
    "a missing field": ("referral.submitted", lambda: a(door=None), {}, "invalid-data", "door"),
    "a wrong field": ("referral.submitted", lambda: a(needs="a meal"), {}, "invalid-data", "needs"),
    "a code of no list": ("referral.submitted", lambda: a(source_kind="rumour"), {}, "invalid-data", "source_kind"),
    "an offence that NIBRS does not know": (
        "referral.submitted",
        lambda: arrest(offences=[{"nibrs": "99Z"}]),
        {},
        "unknown-code",
        "offences.0.nibrs",
    ),
    "a date in the future": (
        "referral.submitted",
        lambda: a(person={"birth_date": TOMORROW}),
        {},
        "date-in-the-future",
        "person.birth_date",
    ),
    "an age that contradicts the birth date": (
        "referral.submitted",
        lambda: a(person={"birth_date": days_ago(30), "estimated_age": {"from_years": 50, "to_years": 60}}),
        {},
        "contradiction",
        "person.estimated_age",
    ),
    "an amendment of something unknown": (
        "referral.amended",
        lambda: {"of": {"incident_number": "26B-NEVER"}},
        {},
        "unknown-referral",
        "of.incident_number",
    ),
    "a withdrawal of something unknown": (
        "referral.withdrawn",
        lambda: {"of": {"source_reference": "never"}},
        {},
        "unknown-referral",
        "of.source_reference",
    ),
    "no subject where a person is meant": ("person.declined", dict, {}, "unknown-subject", "subject"),
    "a subject that was made up": (
        "person.declined",
        dict,
        {"subject": "psn-" + "a" * 52},
        "unknown-subject",
        "subject",
    ),
    "a name for a subject": ("person.declined", dict, {"subject": "Juniper Sample"}, "unknown-subject", "subject"),
    "private text beyond measure": ("referral.submitted", lambda: a(reason="x" * 4001), {}, "text-too-long", "reason"),
}


@pytest.mark.parametrize(("kind", "data", "changes", "reason", "field"), NOT_ADMITTED.values(), ids=NOT_ADMITTED)
def test_what_is_not_admitted_is_answered(outside, kind, data, changes, reason, field):
    police, identity = outside(POLICE), new_id()
    police.say(kind, data(), identity, **changes)
    answered(police, identity, reason, field)


def test_the_pseudonym_that_another_agency_knows_is_nobodys(outside):
    police, sheriff, reference, identity = outside(POLICE), outside(SHERIFF), new_id(), new_id()
    sheriff.say("referral.submitted", a(source_reference=reference), new_id())
    theirs = sheriff.hears_of("referral.acknowledged", "source_reference", reference).attributes["subject"]
    police.say("person.declined", {}, identity, subject=theirs)
    answered(police, identity, "unknown-subject", "subject")


def test_unknown_fields_are_kept_out_and_counted(hub, outside):
    hospital, reference = outside(HOSPITAL), new_id()
    more = {"colour": "blue", "person": {"shoe_size": 44, "preferred_name": "Blue"}}
    hospital.say("referral.submitted", a(source_reference=reference, **more), new_id())
    hospital.hears_of("referral.acknowledged", "source_reference", reference)
    counted = "SELECT fields FROM intake.unknown_fields WHERE agency = $1 AND event = 'referral.submitted'"
    assert until(lambda: asked(hub, counted, HOSPITAL)) == [2]


def test_the_same_id_with_another_body_is_answered_and_the_first_stands(outside):
    police, identity, reference, other = outside(POLICE), new_id(), new_id(), new_id()
    police.say("referral.submitted", a(source_reference=reference), identity)
    police.hears_of("referral.acknowledged", "source_reference", reference)
    police.say("referral.submitted", a(source_reference=other), identity)
    answered(police, identity, "reused-id", "id")
    assert not [one for one in police.lane if one.data.get("source_reference") == other]


def test_the_same_incident_under_a_new_id_is_one_referral_and_is_acknowledged_again(outside):
    police, data = outside(POLICE), arrest()
    police.say("referral.submitted", data, new_id())
    police.say("referral.submitted", data, new_id())
    number = data["incident"]["number"]

    def receipts():
        return [
            one
            for one in police.lane
            if one.type == "referral.acknowledged" and one.data.get("incident_number") == number
        ]

    police.hears(lambda _: len(receipts()) == 2)
    assert len({one.data["referral_id"] for one in receipts()}) == 1


def test_two_people_arrested_in_one_incident_are_two_referrals(outside):
    police, first = outside(POLICE), arrest()
    second = first | {"incident": first["incident"] | {"subject_sequence": 2}}
    found = []
    for data in (first, second):
        police.say("referral.submitted", data, new_id())
        sequence = data["incident"].get("subject_sequence", 1)
        number = data["incident"]["number"]
        found.append(
            police.hears(
                lambda one, number=number, sequence=sequence: (
                    one.type == "referral.acknowledged"
                    and one.data.get("incident_number") == number
                    and one.data.get("subject_sequence") == sequence
                )
            )
        )
    assert len({one.data["referral_id"] for one in found}) == 2


def test_a_version_newer_than_the_hub_waits_for_the_upgrade_and_holds_nobody_up(hub, outside):
    police, identity = outside(POLICE), new_id()
    police.say("referral.submitted", a(), identity, dataschema="hub:referral.submitted/99")
    a_good_message_gets_through(police)
    parked = "SELECT reason FROM intake.dead_letters WHERE event_id = $1 AND settled_at IS NULL"
    assert until(lambda: asked(hub, parked, identity)) == ["newer-version"]


def test_an_older_version_is_read_as_it_was_meant(outside):
    police, reference = outside(POLICE), new_id()
    old = a(source_reference=reference, agreed=True, drugs=[{"kind": "E", "grams": "1.5"}])
    police.say("referral.submitted", old, new_id(), dataschema="hub:referral.submitted/1")
    police.hears_of("referral.acknowledged", "source_reference", reference)


def test_what_is_too_big_for_kafka_is_refused_to_the_senders_face(outside):
    police = outside(POLICE)
    with pytest.raises(KafkaException) as refused:
        police.say("referral.submitted", a(extra="x" * 300_000), new_id())
    assert refused.value.args[0].code() == KafkaError.MSG_SIZE_TOO_LARGE
    a_good_message_gets_through(police)


def test_what_is_too_big_for_the_hub_is_answered(outside):
    """Compressed, a message may weigh little on its way and much when it is opened."""
    police, identity = outside(POLICE), new_id()
    producer = Producer({**police.how, "compression.type": "gzip"}, logger=SILENT)
    headers = {
        "ce_specversion": "1.0", "ce_id": identity, "ce_source": f"/agencies/{POLICE}", "ce_type": "referral.submitted",
        "ce_time": datetime.now(UTC).isoformat(), "content-type": "application/json",
    }  # fmt: skip
    errors = []
    producer.produce(
        police.facts["to_hub"],
        json.dumps(a(extra="x" * 400_000)).encode(),
        headers=headers,
        on_delivery=lambda error, _: errors.append(error),
    )
    producer.flush(SECONDS)
    assert errors == [None]
    answered(police, identity, "oversize", "data")


_PARKED = "SELECT reason FROM {}.dead_letters WHERE settled_at IS NULL"


def test_nothing_of_all_that_was_parked_or_lost(hub, outside):
    """Only what is newer than the hub waits; every other record of every agency was answered, admitted or refused."""
    for agency in (POLICE, SHERIFF, HOSPITAL):
        a_good_message_gets_through(outside(agency))
    waiting = [(service, *row) for service in SERVICES for row in at_once(rows(hub, _PARKED.format(service)))]
    assert set(waiting) <= {("intake", "newer-version")}
