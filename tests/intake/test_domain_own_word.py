"""What people say of themselves, by way of an agency that may pass it on: whose word stands, and who is refused."""

import asyncio
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import read
from services.plumbing.identity import mark_of
from services.plumbing.tokens import Place
from tests.intake.examples import (
    OFFER,
    OFFICE,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    House,
    arrest,
    community,
    names,
    record,
    refusal,
)

REACH = {"phones": ["360-555-0100"], "message_is_safe": "yes"}
ALL_OF_IT = {
    "legal_name": "Juno Sample", "preferred_name": "Juno", "aliases": ["Blue"], "pronouns": "they/them",
    "birth_date": "2000-01-01", "phones": ["360-555-0144"], "usual_places": [], "message_is_safe": "no",
    "language": "es", "interpreter": "yes", "area": "ferndale", "residence_area": "lynden", "needs": ["housing"],
    "not_so": ["through"],
}  # fmt: skip


class Referrals(House):
    """What the door says of referrals. Whether a message is safe it says beside, and other tests look at that."""

    async def hear(self, *records):
        return [fact for fact in await super().hear(*records) if fact.event.name != "reach.stated"]


async def known(**more):
    house = Referrals()
    (first,) = await house.hear(record(arrest(reach=REACH, needs=["meal"], location={"area": "bellingham"}) | more))
    return house, first


def says(first, data, *, agency=PROVIDER, identity=None):
    subject = PSEUDONYMS.of(first.subject, agency)
    return record(data, name="person.corrected", agency=agency, subject=subject, identity=identity)


def amends(**sections):
    return record({"of": {"incident_number": "26B01234"}} | sections, name="referral.amended")


async def own(house, fact):
    tokens = fact.event.own or {}
    opener = await house.store.sealer.opener(None, tokens.values())
    found = {}
    for category, token in tokens.items():
        place = Place(fact.subject, f"own-{category}", fact.event.referral_id, mark_of(fact.source, fact.id))
        found |= json.loads(opener.open(token, place))
    return found


async def test_what_people_say_of_themselves_stands_apart_and_the_senders_telling_stays_whole():
    house, first = await known()
    (fact,) = await house.hear(says(first, ALL_OF_IT))
    event = fact.event
    assert (event.name, fact.subject, event.revision, event.sender_revision) == (
        "referral.corrected", first.subject, 1, 0,
    )  # fmt: skip
    assert (event.said_by, event.by_way_of, event.agency) == ("person", PROVIDER, POLICE)
    assert event.sender_told == first.event.particulars
    assert await house.opened(fact) == await house.opened(first)
    stands = event.particulars
    assert (stands.age.from_years, stands.language, stands.interpreter, stands.area, stands.residence_area) == (
        26, "es", "yes", "ferndale", "lynden",
    )  # fmt: skip
    assert stands.needs == ("housing",)
    assert await own(house, fact) == {
        "legal_name": "Juno Sample", "preferred_name": "Juno", "aliases": ["Blue"], "pronouns": "they/them",
        "birth_date": "2000-01-01", "phones": ["360-555-0144"], "usual_places": [], "through": None,
        "message_is_safe": "no",
    }  # fmt: skip


async def test_police_data_are_no_part_of_it():
    house, first = await known(offences=[{"nibrs": "35A"}], drugs=[{"kind": "L", "quantity": "0.4", "unit": "GM"}])
    unheard = {"offences": [], "drugs": [], "attestations": [], "incident": {"number": "1"}, "pronouns": "they/them"}
    (fact,) = await house.hear(says(first, unheard))
    assert fact.event.particulars == first.event.particulars
    assert fact.event.own_facts == ("pronouns",)


async def test_what_is_not_so_counts_as_not_known():
    house, first = await known()
    (fact,) = await house.hear(says(first, {"not_so": ["birth_date", "area", "phones"]}))
    assert (fact.event.particulars.age.from_years, fact.event.particulars.area) == (None, None)
    assert await own(house, fact) == {"birth_date": None, "phones": None}


async def test_a_later_amendment_of_the_sender_does_not_undo_it_and_is_kept_beside_it():
    house, first = await known()
    await house.hear(says(first, {"birth_date": "2000-01-01", "language": "es"}))
    (fact,) = await house.hear(amends(person={"legal_name": "J Sample", "birth_date": "1980-01-01", "language": "ru"}))
    event = fact.event
    assert (event.said_by, event.revision, event.sender_revision) == ("sender", 2, 2)
    assert (event.particulars.age.from_years, event.particulars.language) == (26, "es")
    assert (event.sender_told.age.from_years, event.sender_told.language) == (46, "ru")
    assert (await house.opened(fact))["identity"] == {"legal_name": "J Sample", "birth_date": "1980-01-01"}
    assert await own(house, fact) == {"birth_date": "2000-01-01"}


async def test_what_they_do_not_speak_of_the_sender_may_amend_as_before():
    house, first = await known()
    await house.hear(says(first, {"language": "es"}))
    (fact,) = await house.hear(amends(area="lynden", needs=["shelter"]))
    assert (fact.event.particulars.area, fact.event.particulars.needs) == ("lynden", ("shelter",))
    assert fact.event.particulars.language == "es"


async def test_what_they_say_later_goes_before_what_they_said_first_field_by_field():
    house, first = await known()
    await house.hear(says(first, {"phones": ["360-555-0144"], "pronouns": "they/them"}))
    (fact,) = await house.hear(says(first, {"phones": ["360-555-0145"]}, agency=OFFICE))
    assert await own(house, fact) == {"phones": ["360-555-0145"], "pronouns": "they/them"}
    assert fact.event.own_facts == ("pronouns", "phones")


async def test_it_reaches_every_referral_of_theirs_that_stands_and_no_other():
    house, first = await known()
    subject = PSEUDONYMS.of(first.subject, PROVIDER)
    (second,) = await house.hear(record(community(source_reference="R-2"), agency=PROVIDER, subject=subject))
    (third,) = await house.hear(record(community(source_reference="R-3"), agency=PROVIDER, subject=subject))
    await house.hear(record(community(source_reference="R-9"), agency=PROVIDER))
    await house.hear(record({"of": {"source_reference": "R-3"}}, name="referral.withdrawn", agency=PROVIDER))
    said = await house.hear(says(first, {"language": "es"}))
    assert {fact.event.referral_id for fact in said} == {first.event.referral_id, second.event.referral_id}
    assert {fact.subject for fact in said} == {first.subject} == {third.subject}
    kept = [read(text).referrals for text in house.store.cases.values()]
    revisions = sorted(getattr(one.whole, "revision", 0) for case in kept for one in case.values() if one.whole)
    assert revisions == [0, 1, 1]


async def test_in_one_batch_everybody_sees_what_was_said_just_before():
    house, first = await known()
    said = await house.hear(
        says(first, {"language": "es"}), amends(area="lynden"), says(first, {"language": "ru"}), amends(needs=["meal"])
    )
    assert [fact.event.revision for fact in said] == [1, 2, 3, 4]
    assert said[-1].event.particulars.language == "ru"
    assert said[-1].event.sender_told.language == "en"


async def test_the_same_referral_sent_again_is_the_same_to_its_sender_whatever_the_person_said():
    house, first = await known()
    again = record(arrest(reach=REACH, needs=["meal"], location={"area": "bellingham"}))
    await house.hear(says(first, ALL_OF_IT))
    assert names(await house.hear(again)) == ["referral.repeated"]


async def test_a_blind_offers_pseudonym_is_not_enough():
    house, first = await known()
    blind = PSEUDONYMS.of(first.subject, PROVIDER, OFFER)
    answer = refusal(
        await house.hear(record({"language": "es"}, name="person.corrected", agency=PROVIDER, subject=blind))
    )
    assert (answer.reason, answer.problems[0].field) == ("never-told", "subject")
    assert answer.problems[0].fix.startswith("Accept the offer first")


@pytest.mark.parametrize("agency", [POLICE, "whatcom-county-jail", "bellingham-city-attorney"])
async def test_nobody_in_the_justice_system_says_for_people_who_they_are(agency):
    house, first = await known()
    assert refusal(await house.hear(says(first, {"language": "es"}, agency=agency))).reason == "not-permitted"


@pytest.mark.parametrize(
    ("data", "reason", "field"),
    [
        ({}, "invalid-data", "data"),
        ({"said_at": "2026-03-01T10:00:00-08:00"}, "invalid-data", "data"),
        ({"language": "es", "not_so": ["language"]}, "invalid-data", "not_so"),
        ({"not_so": ["offences"]}, "invalid-data", "not_so.0"),
        ({"area": "atlantis"}, "unknown-code", "area"),
        ({"needs": ["meal", "meal"]}, "invalid-data", "needs"),
        ({"birth_date": "2026-03-02"}, None, None),
        ({"birth_date": "2030-01-01"}, "date-in-the-future", "birth_date"),
        ({"birth_date": "1900-01-01"}, "invalid-data", "birth_date"),
    ],
)
async def test_a_refusal_names_the_field_and_never_the_value(data, reason, field):
    house, first = await known()
    said = await house.hear(says(first, data))
    if reason is None:
        assert names(said) == ["referral.corrected"]
        return
    answer = refusal(said)
    assert (answer.message_type, answer.reason, answer.problems[0].field) == ("person.corrected", reason, field)
    assert not any(value in answer.model_dump_json() for value in ("atlantis", "2030", "1900-01"))


async def test_of_somebody_whose_referrals_are_all_withdrawn_there_is_nothing_to_correct():
    house, first = await known()
    await house.hear(record({"of": {"incident_number": "26B01234"}}, name="referral.withdrawn"))
    answer = refusal(await house.hear(says(first, {"language": "es"})))
    assert (answer.reason, answer.problems[0].field) == ("nothing-stands", "subject")


async def test_of_a_record_that_was_erased_there_is_nothing_to_correct():
    house, first = await known()
    await house.store.keys.destroy(None, first.event.referral_id)
    assert refusal(await house.hear(says(first, {"language": "es"}))).reason == "nothing-stands"


async def test_of_somebody_unknown_nothing_is_corrected():
    house, first = await known()
    unknown = record({"language": "es"}, name="person.corrected", agency=OFFICE, subject="per-" + "0" * 32)
    assert refusal(await house.hear(unknown)).reason == "unknown-subject"
    theirs = record({"language": "es"}, name="person.corrected", agency=PROVIDER,
                    subject=PSEUDONYMS.of(first.subject, "sea-mar"))  # fmt: skip
    assert refusal(await house.hear(theirs)).reason == "unknown-subject"


async def test_by_a_name_and_a_birth_date_of_their_own_people_are_recognised_as_by_their_senders():
    house, first = await known(person={"preferred_name": "Blue"})
    (other,) = await house.hear(record(community(person={"legal_name": "Juno Sample", "birth_date": "2000-01-01"},
                                                 source_reference="R-2"), agency=PROVIDER))  # fmt: skip
    said = await house.hear(says(first, {"legal_name": "Juno Sample", "birth_date": "2000-01-01"}))
    assert names(said) == ["referral.corrected", "link.proposed", "link.proposed"]
    assert {fact.event.other for fact in said[1:]} == {first.subject, other.subject}


WORDS = (
    ("person", {"birth_date": "2000-01-01", "phones": ["360-555-0144"]}),
    ("person", {"language": "es", "not_so": ["pronouns"]}),
    ("sender", {"person": {"legal_name": "J Sample", "birth_date": "1980-01-01", "language": "ru"}}),
    ("sender", {"reach": {"phones": ["360-555-0101"]}, "area": "lynden"}),
)


async def _ends(order):
    house, first = await known()
    for place in order:
        whose, data = WORDS[place]
        (fact,) = await house.hear(says(first, data) if whose == "person" else amends(**data))
    event = fact.event
    return (
        event.particulars, event.sender_told, set(event.own_facts), event.revision, await own(house, fact),
        await house.opened(fact),
    )  # fmt: skip


@settings(max_examples=24, deadline=None)
@given(st.sampled_from(list(itertools.permutations(range(len(WORDS))))))
def test_in_whatever_order_sender_and_person_speak_it_ends_the_same(order):
    assert asyncio.run(_ends(order)) == asyncio.run(_ends(range(len(WORDS))))


async def test_whether_a_message_may_be_left_is_said_in_the_clear_and_nothing_else_of_how_to_reach_them():
    house = House()
    received, stated = await house.hear(record(arrest(reach={"phones": ["360-555-0100"], "message_is_safe": "no"})))
    assert (stated.event.name, stated.event.said_by, stated.event.message_is_safe) == ("reach.stated", "sender", "no")
    assert stated.subject == received.subject
    assert stated.event.referral_id == received.event.referral_id
    _, amended = await house.hear(amends(reach={"phones": ["360-555-0101"]}))
    assert (amended.event.said_by, amended.event.message_is_safe) == ("sender", "unknown")
    _, own_word = await house.hear(says(received, {"message_is_safe": "yes"}))
    assert (own_word.event.said_by, own_word.event.message_is_safe) == ("person", "yes")
    _, unsaid = await house.hear(says(received, {"not_so": ["message_is_safe"]}))
    assert (unsaid.event.said_by, unsaid.event.message_is_safe) == ("person", "unknown")


async def test_of_a_referral_that_does_not_say_whether_a_message_is_safe_nothing_is_said_of_it():
    assert names(await House().hear(record(arrest(reach={"phones": ["360-555-0100"]})))) == ["referral.received"]
