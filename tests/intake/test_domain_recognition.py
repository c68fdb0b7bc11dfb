"""Recognising people: at once, as a proposal, or never again."""

from datetime import date

import pytest

from contracts import topics
from contracts.parts import PersonDetails
from services.intake.domain.naming import Naming
from tests.intake.examples import OFFICE, POLICE, SHERIFF, House, arrest, incident, names, record

BIRTH = "1990-05-05"


def referred(number, *, agency=POLICE, **person):
    ori = {POLICE: "WASAMPL02", SHERIFF: "WASAMPL01"}[agency]
    return record(arrest(incident=incident(number=number, ori=ori), person=person), agency=agency)


def link(one, other, same):
    data = {"person": one, "other": other, "same": same, "operator": "sam-sample"}
    return record(data, name="link.answered", agency=OFFICE)


def links(said):
    own = [fact for fact in said if fact.source == "/hub/intake" and "other" in type(fact.event).model_fields]
    return [(fact.event.name, fact.subject, fact.event.other) for fact in own]


@pytest.fixture
def house():
    return House()


async def two(house, first, second):
    (one, *_), (other, *said) = await house.hear(first), await house.hear(second)
    return one.subject, other.subject, said


async def test_the_same_number_of_the_same_agency_is_linked_at_once_under_both_keys(house):
    one, other, said = await two(
        house, referred("1", agency_person_number="MNI-1"), referred("2", agency_person_number="mni-1")
    )
    assert links(said) == [("person.linked", other, one), ("person.linked", one, other)]
    assert {fact.event.basis for fact in said} == {"agency-person-number"}


async def test_the_same_number_of_two_agencies_means_nothing(house):
    _, _, said = await two(
        house, referred("1", agency_person_number="7"), referred("2", agency=SHERIFF, agency_person_number="7")
    )
    assert said == []


async def test_the_same_number_with_another_birth_date_is_only_proposed(house):
    one, other, said = await two(
        house,
        referred("1", agency_person_number="MNI-1", birth_date=BIRTH),
        referred("2", agency_person_number="MNI-1", birth_date="1971-01-01"),
    )
    assert links(said) == [("link.proposed", other, one), ("link.proposed", one, other)]


@pytest.mark.parametrize("spelt", ["Juniper Sample", "SAMPLE, Juniper", "  juniper   sample ", "Júniper Sample"])
async def test_the_same_name_and_birth_date_is_proposed_to_an_operator(house, spelt):
    one, other, said = await two(
        house,
        referred("1", legal_name="Juniper Sample", birth_date=BIRTH),
        referred("2", agency=SHERIFF, legal_name=spelt, birth_date=BIRTH),
    )
    assert links(said) == [("link.proposed", other, one), ("link.proposed", one, other)]


async def test_the_same_name_alone_means_nothing(house):
    _, _, said = await two(
        house, referred("1", legal_name="Juniper Sample"), referred("2", legal_name="Juniper Sample", birth_date=BIRTH)
    )
    assert said == []


async def test_two_in_one_batch_do_not_miss_each_other(house):
    said = await house.hear(referred("1", agency_person_number="MNI-1"), referred("2", agency_person_number="MNI-1"))
    assert names(said) == ["referral.received", "referral.received", "person.linked", "person.linked"]


async def test_an_amendment_recognises_too_and_says_it_once(house):
    await house.hear(referred("1", agency_person_number="MNI-1"), referred("2"))
    amendment = {"of": {"incident_number": "2"}, "person": {"agency_person_number": "MNI-1"}}
    said = await house.hear(record(amendment, name="referral.amended"))
    assert names(said) == ["referral.corrected", "person.linked", "person.linked"]
    assert names(await house.hear(record(amendment, name="referral.amended"))) == ["referral.corrected"]


async def test_what_an_operator_parted_is_never_proposed_or_linked_again(house):
    one, other, _ = await two(
        house, referred("1", agency_person_number="MNI-1"), referred("2", agency_person_number="MNI-1")
    )
    said = await house.hear(link(one, other, same=False))
    assert links(said) == [("person.unlinked", one, other), ("person.unlinked", other, one)]
    amendment = {"of": {"incident_number": "2"}, "person": {"agency_person_number": "MNI-1"}}
    assert names(await house.hear(record(amendment, name="referral.amended"))) == ["referral.corrected"]


async def test_an_operator_links_what_was_proposed_and_the_answer_is_admitted(house):
    one, other, _ = await two(
        house,
        referred("1", legal_name="Juniper Sample", birth_date=BIRTH),
        referred("2", legal_name="Juniper Sample", birth_date=BIRTH),
    )
    said = await house.hear(link(other, one, same=True))
    assert sorted(names(said)) == ["link.answered", "person.linked", "person.linked"]
    linked = [fact.event for fact in said if fact.event.name == "person.linked"]
    assert {(event.by, event.basis) for event in linked} == {("sam-sample", "name-and-birth-date")}
    assert names(await house.hear(link(one, other, same=True))) == ["link.answered"]


async def test_an_operator_may_link_again_what_was_parted(house):
    one, other, _ = await two(house, referred("1"), referred("2"))
    assert names(await house.hear(link(one, other, same=False))).count("person.unlinked") == 2
    assert names(await house.hear(link(one, other, same=True))).count("person.linked") == 2


async def test_a_link_to_oneself_or_to_nobody_is_refused(house):
    one, other, _ = await two(house, referred("1"), referred("2"))
    for pair in ((one, one), (one, "per-" + "0" * 32), ("per-" + "0" * 32, other)):
        assert names(await house.hear(link(*pair, same=True))) == ["report.refused"]


async def test_a_test_message_is_recognised_as_nobody(house):
    await house.hear(referred("1", agency_person_number="MNI-1"))
    trial = arrest(incident=incident(number="2"), person={"agency_person_number": "MNI-1"}, test=True)
    assert names(await house.hear(record(trial))) == ["referral.received"]
    said = await house.hear(referred("3", agency_person_number="MNI-1"))
    assert names(said) == ["referral.received", "person.linked", "person.linked"]


async def test_a_placeholder_for_a_name_proposes_a_few_and_not_thousands(house):
    for number in range(14):
        said = await house.hear(referred(str(number), legal_name="Unknown Sample", birth_date="1901-01-01"))
    assert names(said).count("link.proposed") == 20


async def test_links_go_out_under_each_persons_own_key(house):
    one, other, _ = await two(
        house, referred("1", agency_person_number="MNI-1"), referred("2", agency_person_number="MNI-1")
    )
    keys = [record.key.decode() for record in house.hub.records(topics.REFERRALS)]
    assert keys == [one, other, other, one]


def test_marks_are_keyed():
    person = arrest()["person"]
    details = type("Details", (), {"agency_person_number": "7", "legal_name": person["legal_name"], "birth_date": None})
    (mark,) = Naming(b"one").marks(POLICE, details)
    (elsewhere,) = Naming(b"two").marks(POLICE, details)
    assert mark.hash != elsewhere.hash


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Juniper Sample", "sample,  JUNIPER"),
        ("Zoë Sample", "Sample Zoe"),
        ("O'Sample-Jones 3", "3 jones o sample"),
        ("under_score", "score under"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one, other):
    marks = [
        Naming(b"key").marks(POLICE, PersonDetails(legal_name=name, birth_date=date(1990, 5, 5)))
        for name in (one, other)
    ]
    assert marks[0] == marks[1] != ()
