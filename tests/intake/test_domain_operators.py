"""Operators come through the same door; once one of them has a key, decisions are signed."""

import json
from datetime import timedelta

import pytest

from contracts.event import newest
from services.intake.app import HEARS
from services.intake.domain.register import BY_OPERATORS, PASSED_ON
from services.plumbing.signing import new_key, sign
from services.sites.checks import OFFICE_ONLY
from tests.intake.examples import NOW, OFFICE, PROVIDER, PSEUDONYMS, House, arrest, community, names, record, refusal

PRIVATE, PUBLIC = new_key()
SUSPENDED = {"agency": PROVIDER, "operator": "sam-sample"}


def decision(name, data, *, key=None, identity="decided-1", **more):
    """An operator's decision, signed where a key is given."""
    event = newest(name).model_validate_json(json.dumps(data))
    more |= {"signature": sign(key, identity, event)} if key else {}
    return record(data, name=name, agency=OFFICE, identity=identity, **more)


@pytest.fixture
def house():
    found = House()
    found.store.operators = {"sam-sample": PUBLIC}
    return found


async def test_before_anybody_has_a_key_a_decision_needs_no_signature():
    assert names(await House().hear(decision("agency.suspended", SUSPENDED))) == ["agency.suspended"]


async def test_a_signed_decision_is_admitted_with_its_signature(house):
    (fact,) = await house.hear(decision("agency.suspended", SUSPENDED, key=PRIVATE))
    assert fact.event.name == "agency.suspended"
    assert fact.envelope.signature


@pytest.mark.parametrize("key", [None, new_key()[0]], ids=["unsigned", "somebody else's key"])
async def test_an_unsigned_or_wrongly_signed_decision_is_refused_and_changes_nothing(house, key):
    answer = refusal(await house.hear(decision("agency.suspended", SUSPENDED, key=key)))
    assert (answer.reason, answer.problems[0].field) == ("unsigned", "signature")
    assert house.store.suspended == {}


async def test_an_operator_without_a_key_decides_nothing_any_more(house):
    stranger = SUSPENDED | {"operator": "somebody-else"}
    assert refusal(await house.hear(decision("agency.suspended", stranger, key=PRIVATE))).reason == "unsigned"


async def test_a_signature_is_not_taken_over_to_another_decision(house):
    signed = decision("agency.suspended", SUSPENDED, key=PRIVATE)
    signature = dict(signed.headers)["ce_signature"].decode()
    other = record(SUSPENDED, name="agency.suspended", agency=OFFICE, identity="decided-2", signature=signature)
    assert refusal(await house.hear(other)).reason == "unsigned"


async def test_a_phoned_referral_needs_no_signature(house):
    assert names(await house.hear(record(community(source_kind="family"), agency=OFFICE))) == ["referral.received"]


async def test_the_office_may_name_a_person_by_the_hubs_reference_or_its_own_pseudonym(house):
    received = (await house.hear(record(arrest())))[0]
    review = {"review_id": "rev-" + "1" * 32, "verdict": "eligible", "operator": "sam-sample", "why": "seen"}
    for place, subject in enumerate((received.subject, PSEUDONYMS.of(received.subject, OFFICE))):
        said = await house.hear(decision("review.answered", review, key=PRIVATE, identity=f"d{place}", subject=subject))
        assert [(fact.event.name, fact.subject) for fact in said] == [("review.answered", received.subject)]
        assert said[0].event.why.startswith("hs2.")


async def test_assignment_by_hand_is_about_the_person_it_names(house):
    received = (await house.hear(record(arrest())))[0]
    directed = {
        "referral_id": received.event.referral_id,
        "person": received.subject,
        "agency": PROVIDER,
        "operator": "sam-sample",
    }
    (fact,) = await house.hear(decision("assignment.directed", directed, key=PRIVATE))
    assert fact.subject == received.subject
    unknown = directed | {"person": "per-" + "0" * 32}
    answer = refusal(await house.hear(decision("assignment.directed", unknown, key=PRIVATE, identity="d2")))
    assert (answer.reason, answer.problems[0].field) == ("unknown-person", "person")


async def test_a_suspended_agency_is_not_heard_until_it_is_back():
    house = House()
    capacity = {"places": 3}
    await house.hear(decision("agency.suspended", SUSPENDED, identity="s1"))
    answer = refusal(await house.hear(record(capacity, name="capacity.reported", agency=PROVIDER)))
    assert (answer.reason, answer.problems[0].field) == ("agency-suspended", "source")
    await house.hear(decision("agency.resumed", SUSPENDED, identity="s2"))
    assert names(await house.hear(record(capacity, name="capacity.reported", agency=PROVIDER))) == ["capacity.reported"]


@pytest.mark.parametrize(
    ("name", "data"), [("consent.revoked", {"how": "verbal", "why": "Sample why"}), ("person.declined", {})]
)
async def test_a_stop_or_a_no_is_heard_from_a_suspended_agency(name, data):
    house = House()
    (received,) = await house.hear(record(arrest()))
    await house.hear(decision("agency.suspended", SUSPENDED))
    of = PSEUDONYMS.of(received.subject, PROVIDER)
    fact, read = await house.hear(record(data, name=name, agency=PROVIDER, subject=of))
    assert (fact.event.name, read.event.name, fact.subject) == (name, "revocation.read", received.subject)
    assert "Sample" not in fact.event.model_dump_json()


@pytest.mark.parametrize(
    ("name", "data"), [("consent.revoked", {"how": "verbal", "operator": "sam-sample"}),
                       ("person.declined", {"operator": "sam-sample"})],
)  # fmt: skip
async def test_an_agency_that_names_an_operator_is_heard_and_speaks_for_none(name, data):
    house = House()
    (received,) = await house.hear(record(arrest()))
    of = PSEUDONYMS.of(received.subject, PROVIDER)
    fact, _ = await house.hear(record(data, name=name, agency=PROVIDER, subject=of))
    assert (fact.event.name, fact.event.operator) == (name, None)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("person.agreed", {}),
        ("person.corrected", {"language": "es"}),
        ("contact.attempted", {"result": "contacted"}),
        ("recall.answered", {"recall_id": "rec-" + "1" * 32, "answer": "recalled"}),
    ],
)
async def test_nothing_else_about_a_person_is_heard_from_a_suspended_agency(name, data):
    house = House()
    (received,) = await house.hear(record(arrest()))
    await house.hear(decision("agency.suspended", SUSPENDED))
    said = await house.hear(record(data, name=name, agency=PROVIDER, subject=PSEUDONYMS.of(received.subject, PROVIDER)))
    assert refusal(said).reason == "agency-suspended"


async def test_what_an_agency_said_before_it_was_suspended_still_counts():
    house = House()
    house.hub.at = NOW + timedelta(minutes=1)
    await house.hear(decision("agency.suspended", SUSPENDED))
    house.hub.at = NOW
    said = await house.hear(record({"places": 3}, name="capacity.reported", agency=PROVIDER))
    assert names(said) == ["capacity.reported"]


@pytest.mark.parametrize("agency", [OFFICE, "nobody-here"])
async def test_neither_the_office_itself_nor_nobody_can_be_suspended(agency):
    house = House()
    answer = refusal(await house.hear(decision("agency.suspended", SUSPENDED | {"agency": agency})))
    assert (answer.reason, answer.problems[0].field) == ("invalid-data", "agency")
    assert house.store.suspended == {}


def test_every_event_in_which_an_operator_decides_is_known_as_one():
    assert {event for event in HEARS if "operator" in event.model_fields} == BY_OPERATORS | PASSED_ON
    assert {event.name for event in BY_OPERATORS} == OFFICE_ONLY | {"person.corrected", "screening.overridden"}


async def test_a_no_or_a_stop_waits_for_no_signature_but_whoever_names_themselves_signs(house):
    received = (await house.hear(record(arrest())))[0]
    for name, data in (("consent.revoked", {"how": "verbal"}), ("person.declined", {})):
        unnamed = decision(name, data, identity=f"{name}-1", subject=received.subject)
        assert names(await house.hear(unnamed)) == [name, "revocation.read"]
        named = decision(name, data | {"operator": "sam-sample"}, identity=f"{name}-2", subject=received.subject)
        answer, over = await house.hear(named)
        assert (refusal([answer]).reason, over.event.name) == ("unsigned", "revocation.read")
        assert (over.subject, over.event.message_id) == (received.subject, f"{name}-2")
        signed = decision(name, data | {"operator": "sam-sample"}, key=PRIVATE, identity=f"{name}-3",
                          subject=received.subject)  # fmt: skip
        assert names(await house.hear(signed)) == [name, "revocation.read"]


async def test_what_people_say_at_the_program_office_is_signed_by_who_wrote_it_down(house):
    received = (await house.hear(record(arrest())))[0]
    said = {"pronouns": "they/them", "operator": "sam-sample"}
    unsigned = decision("person.corrected", said, identity="c1", subject=received.subject)
    assert refusal(await house.hear(unsigned)).reason == "unsigned"
    unnamed = decision("person.corrected", {"pronouns": "they/them"}, identity="c2", subject=received.subject)
    assert refusal(await house.hear(unnamed)).reason == "unsigned"
    signed = decision("person.corrected", said, key=PRIVATE, identity="c3", subject=received.subject)
    assert names(await house.hear(signed)) == ["referral.corrected"]
