"""Orders at the door: kept by marks alone, noted of who is kept away, and silent about who is protected."""

import pytest

from contracts import topics
from tests.intake.examples import (
    POLICE,
    PROVIDER,
    SHERIFF,
    House,
    arrest,
    community,
    incident,
    names,
    record,
    refusal,
)

COURT = "whatcom-therapeutic-courts"
JUNIPER = {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"}
WREN = {"legal_name": "Wren Example", "birth_date": "1988-08-08"}
NOBODY = {"legal_name": "Nobody Invented", "birth_date": "1970-07-07"}


def order(number="26-2-00001-37", *, respondent=JUNIPER, protected=(WREN,), agency=COURT, identity=None, **more):
    data = {"order_number": number, "kind": "no_contact", "respondent": respondent, "protected": list(protected)}
    return record(data | more, name="order.reported", agency=agency, identity=identity)


def of_juniper(number="26B01234"):
    return record(arrest(incident=incident(number=number), person=JUNIPER))


async def test_who_is_referred_later_has_it_noted_before_the_referral_is_said():
    house = House()
    assert await house.hear(order()) == []
    noted, received = await house.hear(of_juniper())
    assert (noted.event.name, received.event.name) == ("order.noted", "referral.received")
    assert noted.subject == received.subject
    assert (noted.event.agency, noted.event.kind, noted.event.ended) == (COURT, "no_contact", False)


async def test_who_is_known_has_it_noted_at_once():
    house = House()
    (received,) = await house.hear(of_juniper())
    (noted,) = await house.hear(order())
    assert (noted.event.name, noted.subject) == ("order.noted", received.subject)


async def test_an_amendment_that_says_who_it_is_finds_it():
    house = House()
    await house.hear(order(), record(arrest(person={})))
    said = await house.hear(record({"of": {"incident_number": "26B01234"}, "person": JUNIPER}, name="referral.amended"))
    assert names(said) == ["order.noted", "referral.corrected"]


async def test_the_senders_own_number_is_enough_and_is_its_own():
    house = House()
    by_number = {"agency_person_number": "MNI-7"}
    await house.hear(order(respondent=by_number, agency=POLICE))
    person = JUNIPER | by_number
    assert names(await house.hear(record(arrest(person=person)))) == ["order.noted", "referral.received"]
    strange = incident(number="26S1", ori="WASAMPL01")
    of_the_sheriff = await house.hear(record(arrest(person=by_number, incident=strange), agency=SHERIFF))
    assert "order.noted" not in names(of_the_sheriff)


async def test_a_word_about_an_order_replaces_the_one_before_and_ends_it():
    house = House()
    (received,) = await house.hear(of_juniper())
    await house.hear(order())
    (ended,) = await house.hear(order(ended=True))
    assert (ended.event.ended, ended.subject) == (True, received.subject)
    assert "order.noted" not in names(await house.hear(of_juniper("26B2")))


async def test_whom_it_was_said_of_by_mistake_hears_that_it_is_not_so():
    house = House()
    (juniper,) = await house.hear(of_juniper())
    (wren,) = await house.hear(record(arrest(incident=incident(number="26B9"), person=WREN)))
    await house.hear(order())
    said = await house.hear(order(respondent=WREN, protected=(JUNIPER,)))
    assert {fact.subject: fact.event.ended for fact in said} == {juniper.subject: True, wren.subject: False}


async def test_another_agencys_order_of_the_same_number_is_another():
    house = House()
    (first, second) = [*await house.hear(of_juniper(), order()), *await house.hear(order(agency=POLICE))][1:]
    assert first.event.order_id != second.event.order_id


@pytest.mark.parametrize("protected", [(WREN,), (NOBODY,), (WREN, NOBODY)], ids=["known", "not known", "both"])
async def test_what_is_said_is_the_same_whoever_is_protected_and_whoever_is_known(protected):
    house, nobody = House(), House()
    for one in (house, nobody):
        await one.hear(of_juniper())
    await house.hear(record(arrest(incident=incident(number="26B9"), person=WREN), identity="wren"))
    said = await house.hear(order(protected=protected, identity="one"))
    assert said == await nobody.hear(order(protected=(NOBODY,), identity="one"))
    assert names(said) == ["order.noted"]


async def test_nothing_is_kept_of_an_order_but_marks_and_nothing_of_it_is_passed_on():
    house = House()
    await house.hear(order("zqx-number", respondent=JUNIPER | {"agency_person_number": "zqx-mni"}), of_juniper())
    kept = house.store.everything() + repr([house.hub.facts(one) for one in (topics.REPORTS, topics.REFERRALS)])
    assert "ord-" in kept
    for word in ("zqx", "Wren", "wren", "1988-08-08", "order.reported"):
        assert word not in kept


async def test_of_one_that_has_ended_no_mark_of_the_protected_stays():
    house = House()
    await house.hear(order(), order(ended=True))
    (kept,) = house.store.orders.values()
    assert (kept.respondents, kept.protected) == ((), ())


async def test_a_test_message_touches_no_order():
    house = House()
    await house.hear(order())
    assert names(await house.hear(record(arrest(person=JUNIPER, test=True)))) == ["referral.received"]


async def test_who_cannot_be_recognised_is_no_party():
    answer = refusal(await House().hear(order(respondent={"legal_name": "Juniper Sample"})))
    assert (answer.reason, answer.problems[0].field) == ("invalid-data", "respondent.legal_name")


async def test_who_keeps_no_orders_reports_none():
    assert refusal(await House().hear(order(agency=PROVIDER))).reason == "not-permitted"


# Convictions that were vacated: whose they are.


def vacated(agency=POLICE, subject=None, **more):
    data = {"checks": ["no-violent-history"], "vacated_on": "2026-02-20"} | more
    return record(data, name="conviction.vacated", agency=agency, subject=subject)


async def test_a_vacated_conviction_is_admitted_for_the_person_of_the_senders_own_referral_without_its_number():
    house = House()
    (received,) = await house.hear(of_juniper("zqx-26"))
    (said,) = await house.hear(vacated(of={"incident_number": "zqx-26"}))
    assert (said.event.name, said.subject, said.source) == (
        "conviction.vacated", received.subject, f"/agencies/{POLICE}",
    )  # fmt: skip
    assert "zqx" not in repr(said)


async def test_of_another_agencys_referral_and_of_nobody_it_says_nothing():
    house = House()
    await house.hear(of_juniper())
    other = refusal(await house.hear(vacated(SHERIFF, of={"incident_number": "26B01234"})))
    none = refusal(await house.hear(vacated(SHERIFF, of={"incident_number": "26B99"})))
    assert (other.reason, other.problems) == (none.reason, none.problems)
    assert other.reason == "unknown-referral"
    assert refusal(await house.hear(vacated())).reason == "unknown-subject"
    assert refusal(await house.hear(vacated(PROVIDER))).reason == "not-permitted"


async def test_a_community_referral_is_kept_away_from_nobody_without_a_birth_date():
    house = House()
    await house.hear(order())
    said = await house.hear(record(community(person={"legal_name": "Juniper Sample"})))
    assert names(said) == ["referral.received"]
