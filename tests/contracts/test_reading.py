"""What cannot be read is told by field, rule and fix; what is unknown and harmless is kept out."""

import json
from datetime import UTC, datetime

import pytest

from contracts.envelope import NotACloudEvent, opened
from contracts.reading import InvalidData, NewerVersion, NoCloudEvent, UnknownEvent, read, unknown_fields
from contracts.to_hub.offer_declined import OfferDeclined
from contracts.to_hub.referral_submitted import ReferralSubmitted

HEADERS = {
    "ce_specversion": b"1.0",
    "ce_id": b"a1",
    "ce_source": b"/agencies/bellingham-police",
    "ce_type": b"offer.declined",
    "ce_time": b"2026-03-02T22:41:00-08:00",
    "content-type": b"application/json",
}
DATA = {"offer_id": "off-" + "0" * 32, "reason": "no_room"}


def record(data=DATA, **changed):
    headers = HEADERS | changed
    body = data if isinstance(data, bytes | None) else json.dumps(data).encode()
    return [(name, value) for name, value in headers.items() if value != b"absent"], body


def test_a_decline_is_read():
    assert read(*record()).event == OfferDeclined(offer_id=DATA["offer_id"], reason="no_room")


# Source: CloudEvents conformance, kafka-protocol-binding.feature.
def test_conformance_binary_mode():
    envelope, data = opened(
        [
            ("ce_specversion", b"1.0"),
            ("ce_type", b"com.example.someevent"),
            ("ce_time", b"2018-04-05T03:56:24Z"),
            ("ce_id", b"1234-1234-1234"),
            ("ce_source", b"/mycontext/subcontext"),
            ("content-type", b"application/json"),
        ],
        b'{"message": "Hello"}',
    )

    assert (envelope.id, envelope.type) == ("1234-1234-1234", "com.example.someevent")
    assert (envelope.source, envelope.at.isoformat()) == ("/mycontext/subcontext", "2018-04-05T03:56:24+00:00")
    assert data == b'{"message": "Hello"}'


def test_conformance_structured_mode():
    body = {
        "specversion": "1.0",
        "type": "com.example.someevent",
        "time": "2018-04-05T03:56:24Z",
        "id": "1234-1234-1234",
        "source": "/mycontext/subcontext",
        "data": {"message": "Hello"},
    }

    envelope, data = opened(
        [("content-type", b"application/cloudevents+json; charset=UTF-8")], json.dumps(body).encode()
    )

    assert (envelope.id, envelope.type, envelope.source) == (body["id"], body["type"], body["source"])
    assert json.loads(data) == {"message": "Hello"}


def test_the_mode_is_told_by_content_type_whatever_its_case():
    body = {name.removeprefix("ce_"): value.decode() for name, value in HEADERS.items() if name.startswith("ce_")}

    headers = [("Content-Type", b"Application/CloudEvents+JSON")]

    assert read(headers, json.dumps(body | {"data": DATA}).encode()).event.name == "offer.declined"


def test_unknown_extension_attributes_and_foreign_headers_are_passed_over():
    headers, body = record(ce_weather=b"rain", ce_other=b"\xff", traceless=b"\xff\xfe", **{"x-nothing": None})

    assert read(headers, body).id == "a1"


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (record(None), "data"),
        (record(b""), "data"),
        (record(ce_specversion=b"0.3"), "specversion"),
        (record(ce_specversion=b"absent"), "specversion"),
        (record(ce_id=b"absent"), "id"),
        (record(ce_id=b""), "id"),
        (record(ce_id=None), "id"),
        (record(ce_source=b"absent"), "source"),
        (record(ce_type=b"absent"), "type"),
        (record(ce_time=b"absent"), "time"),
        (record(ce_time=b"yesterday"), "time"),
        (record(ce_time=b"2026-03-02T22:41:00"), "time"),
        (record(ce_id=b"\xff\xfe"), "ce_id"),
        (record(ce_id=b"x" * 600), "id"),
        (record(ce_subject=b"a\x00b"), "subject"),
        (([("content-type", b"application/cloudevents+json")], b"[1]"), "data"),
        (([("content-type", b"application/cloudevents+json")], b"{"), "data"),
        (([("content-type", b"application/cloudevents+json")], b'{"specversion": "1.0"}'), "data"),
        (([("content-type", b"application/cloudevents+json")], b'{"id": 7, "data": {}}'), "id"),
        (([("content-type", b"application/cloudevents-batch+json")], b"[]"), "specversion"),
        (([], b"{}"), "specversion"),
    ],
)
def test_what_is_no_cloud_event_names_the_attribute(broken, field):
    with pytest.raises(NoCloudEvent) as caught:
        read(*broken)

    (problem,) = caught.value.problems
    assert problem.field == field
    assert problem.rule
    assert problem.fix


APPENDED = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)


def test_an_agencys_event_without_a_time_has_the_time_of_its_append():
    headers, body = record(ce_time=b"absent")

    assert opened(headers, body, otherwise=APPENDED)[0].at == APPENDED
    with pytest.raises(NotACloudEvent):
        opened(headers, body)


def test_a_time_that_is_given_is_kept():
    assert opened(*record(), otherwise=APPENDED)[0].at.isoformat() == "2026-03-02T22:41:00-08:00"
    assert opened(*record(ce_time=b"2026-03-03t06:41:00z"))[0].at.isoformat() == "2026-03-03T06:41:00+00:00"


def test_extensions_of_structured_mode_may_be_numbers_and_truths():
    body = {name.removeprefix("ce_"): value.decode() for name, value in HEADERS.items() if name.startswith("ce_")}
    more = {"partitionweight": 7, "sampled": True, "nothing": None, "odd name": [1], "data": DATA}

    envelope, _ = opened([("content-type", b"application/cloudevents+json")], json.dumps(body | more).encode())

    assert envelope.id == "a1"


@pytest.mark.parametrize("name", ["ce_traceparent", "ce_correlationid", "ce_causationid", "ce_replayid"])
@pytest.mark.parametrize("value", [b"x" * 600, b"a\x00b", b"\xff\xfe"])
def test_what_a_system_between_added_wrongly_is_left_out_of_an_agencys_event_alone(name, value):
    headers, body = record(**{name: value})

    envelope, _ = opened(headers, body, otherwise=APPENDED)

    assert (envelope.traceparent, envelope.correlation_id, envelope.causation_id) == (None, None, None)
    assert envelope.delivery == ""
    with pytest.raises(NotACloudEvent):
        opened(headers, body)


def test_an_agency_says_nothing_of_its_admission():
    headers, body = record(ce_admittedtime=b"whenever")

    assert opened(headers, body, otherwise=APPENDED)[0].admitted_at is None


def test_a_deeply_nested_body_is_refused_and_does_not_break_the_reader():
    with pytest.raises(NotACloudEvent):
        opened([("content-type", b"application/cloudevents+json")], b"[" * 200_000)


def test_an_event_that_nobody_publishes_is_unknown():
    with pytest.raises(UnknownEvent):
        read(*record(ce_type=b"weather.reported"))


def test_a_newer_version_is_told_from_a_wrong_one():
    with pytest.raises(NewerVersion):
        read(*record(ce_dataschema=b"hub:offer.declined/9"))
    with pytest.raises(InvalidData):
        read(*record(ce_dataschema=b"hub:offer.accepted/1"))
    with pytest.raises(InvalidData):
        read(*record(ce_dataschema=b"some other text"))


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": "no_room"}, "offer_id"),
        (DATA | {"reason": "because"}, "reason"),
        (DATA | {"offer_id": 7}, "offer_id"),
        (DATA | {"remark": ""}, "remark"),
        (b"{", "data"),
        (b"7", "data"),
    ],
)
def test_wrong_data_name_field_rule_and_fix_and_repeat_no_value(data, field):
    with pytest.raises(InvalidData) as caught:
        read(*record(data))

    problem = caught.value.problems[0]
    assert problem.field == field
    assert problem.rule
    assert problem.fix
    assert "because" not in str(caught.value)


def test_unknown_fields_are_kept_out_and_can_be_counted():
    data = DATA | {"weather": "rain", "also": {"deep": 1}}

    assert read(*record(data)).event.model_dump(exclude_none=True) == DATA
    assert sorted(unknown_fields(OfferDeclined, data)) == ["also", "weather"]


def test_unknown_fields_are_found_in_the_pieces_of_a_referral():
    data = {"person": {"shoe_size": 9}, "offences": [{"nibrs": "90J", "mood": 1}], "x y": 1}

    assert sorted(unknown_fields(ReferralSubmitted, data)) == ["*", "offences.mood", "person.shoe_size"]


def test_an_arrest_names_its_incident_and_a_community_referral_needs_none():
    community = {"door": "community", "source_kind": "business", "referred_at": "2026-03-04T08:30:00-08:00"}

    assert read(*record(community, ce_type=b"referral.submitted")).event.incident is None
    with pytest.raises(InvalidData, match="names its incident"):
        read(*record(community | {"door": "arrest_diversion"}, ce_type=b"referral.submitted"))
