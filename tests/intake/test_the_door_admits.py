"""Good input, in every form in which an agency may send it."""

from datetime import timedelta

import pytest

from contracts import topics
from contracts.event import newest, versions
from services.intake.app import HEARS, service
from services.intake.domain.door import Door
from services.intake.domain.reports import private_fields
from services.plumbing.identity import mark_of
from services.plumbing.tokens import Place
from tests.intake.examples import (
    KEYS,
    NOW,
    OFFICE,
    PERSON,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    House,
    arrest,
    community,
    incident,
    memory,
    names,
    naming,
    record,
    site,
    structured,
)

OWN = PSEUDONYMS.of(PERSON, PROVIDER)
ACCEPTED = {"offer_id": "off-" + "2" * 32, "arrives_in_minutes": 20}


@pytest.fixture
def door():
    return Door(site(), PSEUDONYMS.person, naming())


async def test_binary_and_structured_mode_say_the_same(door):
    binary = door(record(arrest(), identity="one"))
    assert door(structured(arrest(), id="one")) == binary


async def test_version_1_is_read_as_the_newest(door):
    old = arrest(drugs=[{"kind": "L", "grams": 0}, {"kind": "H", "grams": 1.5}], agreed=True)
    event = door(record(old, dataschema="hub:referral.submitted/1")).event
    assert type(event) is newest("referral.submitted")
    assert [drug.known_quantity for drug in event.drugs] == [False, True]


async def test_unknown_fields_are_kept_out_and_counted(door):
    fact = door(record(arrest(mood="sunny", incident=incident(colour="blue", officer={"shoe": 42}))))
    assert fact.event == door(record(arrest(incident=incident(officer={})))).event
    assert fact.left_out == 3


async def test_unknown_fields_are_counted_once_and_whatever_else_the_message_changes():
    house = House()
    await house.hear(record(arrest(mood="sunny"), identity="one"))
    await house.hear(record(arrest(mood="sunny"), identity="one"))
    await house.hear(record(arrest(mood="rainy"), identity="two"))
    await house.hear(record({"places": 3, "beds": 4}, name="capacity.reported", agency=PROVIDER))
    assert house.store.left_out == {(POLICE, "referral.submitted"): 2, (PROVIDER, "capacity.reported"): 1}


async def test_what_a_sender_writes_of_time_cause_and_delivery_is_not_believed(door):
    sent = record(
        ACCEPTED,
        name="offer.accepted",
        agency=PROVIDER,
        subject=OWN,
        admittedtime="2020-01-01T00:00:00Z",
        replayid="replay",
        causationid="cause",
        correlationid="Juniper Sample",
        traceparent="not a trace",
    )
    envelope = door(sent).envelope
    assert (envelope.admitted_at, envelope.delivery, envelope.causation_id) == (NOW, "", None)
    assert envelope.traceparent is None
    assert "Juniper" not in str(envelope)


async def test_a_message_without_a_time_has_the_time_of_its_append(door):
    envelope = door(record(arrest(), headers={"ce_time": None})).envelope
    assert (envelope.at, envelope.admitted_at) == (NOW, NOW)


@pytest.mark.parametrize("attribute", ["traceparent", "correlationid", "causationid"])
@pytest.mark.parametrize("value", ["x" * 600, "a\x00b", b"\xff"])
async def test_what_a_system_between_added_does_not_keep_a_message_out(door, attribute, value):
    fact = door(record(arrest(), headers={f"ce_{attribute}": value}))
    assert fact.event.name == "referral.submitted"


async def test_structured_mode_may_have_extensions_of_other_types(door):
    assert door(structured(arrest(), sampled=True, weight=7)).event == door(record(arrest())).event


async def test_a_trace_goes_on(door):
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    assert door(record(arrest(), traceparent=trace)).envelope.traceparent == trace


async def test_the_agencys_pseudonym_becomes_the_hubs_reference(door):
    assert door(record(ACCEPTED, name="offer.accepted", agency=PROVIDER, subject=OWN)).subject == PERSON


async def test_a_clock_a_little_ahead_is_no_future(door):
    ahead = (NOW + timedelta(minutes=4)).isoformat()
    assert door(record(community(referred_at=ahead))).event.door == "community"


async def test_a_day_is_judged_where_the_site_is(door):
    evening_here_morning_in_utc = NOW.replace(day=3, hour=5)
    fact = door(
        record(
            {"completed_on": "2026-03-02"},
            name="intake.completed",
            agency=PROVIDER,
            subject=OWN,
            at=evening_here_morning_in_utc,
        )
    )
    assert fact.event.name == "intake.completed"


async def test_an_appointment_and_an_expiry_may_lie_ahead(door):
    accepted = {"offer_id": "off-" + "2" * 32, "appointment_at": "2026-03-09T10:00:00-08:00"}
    assert door(record(accepted, name="offer.accepted", agency=PROVIDER, subject=OWN)).event.name == "offer.accepted"
    signed = {
        "form_reference": "F-1",
        "kind": "part2_specific",
        "disclosers": [PROVIDER],
        "recipients": ["sea-mar"],
        "categories": ["identity"],
        "purpose": "service_provision",
        "signed_on": "2026-03-02",
        "expires_at": "2027-03-02T00:00:00Z",
        "irrevocable_until_at": "2026-09-02T00:00:00Z",
    }
    assert door(record(signed, name="consent.signed", agency=PROVIDER, subject=OWN)).event.name == "consent.signed"


async def test_a_report_is_admitted_as_it_came_with_its_private_text_sealed():
    house = House()
    (fact,) = await house.hear(
        record({"result": "contacted", "note": "a note"}, name="contact.attempted", agency=PROVIDER, subject=OWN)
    )
    assert (fact.source, fact.subject, fact.envelope.admitted_at) == (f"/agencies/{PROVIDER}", PERSON, NOW)
    assert fact.event.note.startswith("hs2.")
    place = Place(PERSON, "note", PERSON, mark_of(fact.source, fact.id))
    assert await house.store.sealer.open(None, fact.event.note, place) == b"a note"


async def test_a_report_about_a_referred_person_is_sealed_under_their_newest_record():
    house = House()
    received = (await house.hear(record(arrest())))[0]
    report = record(
        {"result": "contacted", "note": "a note"},
        name="contact.attempted",
        agency=PROVIDER,
        subject=PSEUDONYMS.of(received.subject, PROVIDER),
    )
    (fact,) = await house.hear(report)
    assert fact.event.note.split(".")[1] == received.event.referral_id


async def test_what_is_about_no_person_goes_under_the_agencys_key():
    house = House()
    (fact,) = await house.hear(record({"places": 12}, name="capacity.reported", agency=PROVIDER))
    (sent,) = house.hub.records(topics.REPORTS)
    assert fact.subject is None
    assert sent.key == PROVIDER.encode()


@pytest.mark.parametrize("subject", [OWN, PSEUDONYMS.of(PERSON, OFFICE), "nobody"])
@pytest.mark.parametrize(
    ("name", "data", "agency"),
    [
        ("capacity.reported", {"places": 12}, PROVIDER),
        ("agency.suspended", {"agency": PROVIDER, "operator": "sam-sample"}, OFFICE),
        ("agency.resumed", {"agency": PROVIDER, "operator": "sam-sample"}, OFFICE),
    ],
)
async def test_what_is_about_an_agency_never_goes_under_a_persons_key(name, data, agency, subject):
    house = House()
    (fact,) = await house.hear(record(data, name=name, agency=agency, subject=subject))
    (sent,) = house.hub.records(topics.REPORTS)
    assert (fact.event.name, fact.subject, sent.key) == (name, None, PROVIDER.encode())


async def test_the_same_message_again_is_heard_once():
    house = House()
    await house.hear(record(arrest(), identity="one"))
    assert await house.hear(record(arrest(), identity="one")) == []


def test_intake_hears_all_that_any_agency_may_say():
    heard = {event.name for event in HEARS}
    assert {event for agency in site().agencies.values() for event in agency.may_say} <= heard


def test_every_private_field_of_a_report_is_found_and_none_lies_deeper():
    for event in HEARS:
        # Of a referral all is sealed section by section; of an order, or of what is corrected, nothing is passed on.
        if event.name.startswith(("referral.", "order.", "message.corrected")):
            continue
        marked = str(event.model_json_schema()).count("x-private")
        assert marked == len(private_fields(event)), event.name


def test_the_door_reads_only_the_agencies_topics():
    intake = service(site(), KEYS, memory())
    assert intake.pattern == topics.EVERY_TO_HUB
    assert versions("message.unadmitted") == ()


async def test_police_may_refer_without_waiting_for_anybody(door):
    assert door(record(arrest(incident=incident(officer_waiting=True)))).event.incident.officer_waiting
    assert names(await House().hear(record(community(), agency=POLICE))) == ["referral.received"]
