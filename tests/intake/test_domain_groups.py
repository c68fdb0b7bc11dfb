"""By what reports count people: kept in codes beside the case, in no fact, as its sender last told it; gone with it."""

import json

from services.intake.domain import Groups
from tests.intake.examples import House, arrest, erasure, incident, record

WHO = {"race": "black", "ethnicity": "declined", "gender": "female", "disability": "unknown"}
NAME = {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"}


async def told(house, **person):
    (fact,) = [
        one for one in await house.hear(record(arrest(person=NAME | person))) if one.event.name == "referral.received"
    ]
    return fact


def amended(**person):
    return record({"of": {"incident_number": "26B01234"}, "person": NAME | person}, name="referral.amended")


async def test_what_is_told_is_kept_in_codes_and_declined_is_not_unknown():
    house = House()
    fact = await told(house, demographics=WHO, veteran="yes")
    assert house.store.groups == {fact.event.referral_id: Groups(fact.event.referral_id, **WHO, veteran="yes")}


async def test_no_fact_tells_it_to_those_who_decide():
    house = House()
    fact = await told(house, demographics={"race": "native_hawaiian_or_pacific_islander"})
    assert "native_hawaiian" not in json.dumps(fact.event.model_dump(mode="json"))


async def test_an_amendment_of_the_person_replaces_it_and_any_other_leaves_it():
    house = House()
    name = (await told(house, demographics=WHO)).event.referral_id
    await house.hear(record({"of": {"incident_number": "26B01234"}, "needs": ["meal"]}, name="referral.amended"))
    assert house.store.groups[name].race == "black"
    await house.hear(amended(demographics={"race": "white"}))
    assert house.store.groups[name] == Groups(name, race="white")
    await house.hear(amended())
    assert house.store.groups[name] == Groups(name)


async def test_what_is_erased_is_counted_by_nothing_any_more():
    house = House(signing=True)
    name = (await told(house, demographics=WHO)).event.referral_id
    await house.hear(record(arrest(incident=incident(number="26B09999"), person={"demographics": {"race": "asian"}})))
    await house.hear(record({"of": {"incident_number": "26B01234"}}, name="referral.withdrawn"))
    await house.hear(erasure(name))
    assert [one.race for one in house.store.groups.values()] == ["asian"]
