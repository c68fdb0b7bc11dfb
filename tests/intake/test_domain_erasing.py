"""A record goes on a ground of the site's list, by an operator's word or when its day is come; and then it is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import topics
from contracts.catalogue import AssignmentEnrolled, DeadlineReached, ReferralErased
from contracts.envelope import Envelope, Fact
from services.intake.domain import read
from services.intake.domain.erasing import DESTRUCTION
from services.intake.domain.naming import case_of_referral
from services.plumbing.sealing import Erased
from services.plumbing.tokens import Place
from tests.intake.examples import (
    NOW,
    OFFICE,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    PUBLIC,
    House,
    arrest,
    community,
    erasure,
    incident,
    names,
    record,
    refusal,
    site,
)

JUVENILE = {"legal_name": "Juniper Sample", "birth_date": "2009-05-05", "agency_person_number": "MNI-1"}
OF_AGE = datetime(2027, 5, 5, 7, tzinfo=UTC)
"""The eighteenth birthday at the site."""


def withdrawn(number="26B01234"):
    return record({"of": {"incident_number": number}, "why": "entered_in_error"}, name="referral.withdrawn")


async def enrolled(house, received):
    """Assignment says that the intake was completed."""
    event = AssignmentEnrolled(
        referral_id=received.event.referral_id, agency=PROVIDER, completed_on=house.hub.at.date()
    )
    envelope = Envelope(f"enrolled-{received.id}", "/hub/assignment", event.name, house.hub.at, received.subject)
    await house.hub.publish(topics.ASSIGNMENTS, Fact(event, envelope))
    return await house.hear()


async def until(house, day):
    await house.hub.advance(to=day)
    return await house.hear()


def days(house):
    return [one.due_at for one in house.hub.deadlines("intake") if one.name == DESTRUCTION]


async def test_what_its_source_withdrew_is_erased_on_an_operators_word():
    house = House(signing=True)
    received = (await house.hear(record(arrest(reason="Sample reason"))))[0]
    await house.hear(withdrawn())
    said = await house.hear(erasure(received.event.referral_id))
    assert names(said) == ["referral.erased", "erasure.requested"]
    gone = said[0].event
    assert (gone.ground, gone.by, said[0].subject) == ("entered_in_error", "sam-sample", received.subject)
    opener = await house.store.sealer.opener(None, [*received.event.sealed.values(), said[1].event.why])
    for token in [*received.event.sealed.values(), said[1].event.why]:
        with pytest.raises(Erased):
            opener.open(token, Place(received.subject))


@pytest.mark.parametrize(
    ("ground", "data", "rule"),
    [
        ("entered_in_error", arrest(), "source withdrew"),
        ("person_request", arrest(), "by the door community"),
        ("non_conviction", arrest(), "3 years have passed"),
        ("juvenile_diversion", arrest(), "known to be under 18"),
        ("juvenile_diversion", arrest(person=JUVENILE), "The person is 18 by now"),
        ("juvenile_diversion", arrest(person={"birth_date": None}), "known to be under 18"),
    ],
)
async def test_what_fits_no_ground_is_refused_with_its_words_and_its_law(ground, data, rule):
    house = House(signing=True)
    received = (await house.hear(record(data)))[0]
    answer = refusal(await house.hear(erasure(received.event.referral_id, ground)))
    [problem] = answer.problems
    assert (answer.reason, answer.agency, problem.field) == ("ground-does-not-hold", OFFICE, "ground")
    assert rule in problem.rule
    assert site().ground(ground).citation in problem.rule
    assert "Sample" not in answer.model_dump_json()


async def test_a_completed_diversion_is_the_ground_on_which_the_site_refuses():
    house = House(signing=True)
    received = (await house.hear(record(arrest())))[0]
    house.hub.at = NOW + timedelta(days=4 * 365)
    first = await house.hear(erasure((await second(house)).event.referral_id, "non_conviction"))
    assert refusal(first).reason == "ground-does-not-hold"
    await enrolled(house, received)
    answer = refusal(await house.hear(erasure(received.event.referral_id, "non_conviction")))
    assert "deferred prosecution or similar diversion" in answer.problems[0].rule


async def second(house):
    """A referral of that very day."""
    today = house.hub.at.isoformat()
    said = await house.hear(record(arrest(incident=incident(number="26B09999"), referred_at=today), at=house.hub.at))
    return said[0]


async def test_an_old_arrest_that_came_to_no_diversion_is_erased_on_request():
    house = House(signing=True)
    received = (await house.hear(record(arrest())))[0]
    house.hub.at = NOW + timedelta(days=3 * 365 + 2)
    said = await house.hear(erasure(received.event.referral_id, "non_conviction"))
    assert names(said) == ["referral.erased", "erasure.requested"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"referral_id": "ref-" + "0" * 32}, "unknown-referral"),
        ({"ground": "no_such_ground"}, "unknown-ground"),
    ],
)
async def test_what_is_not_known_is_refused(data, reason):
    house = House(signing=True)
    received = (await house.hear(record(community())))[0]
    whole = {"referral_id": received.event.referral_id, "ground": "person_request"} | data
    answer = refusal(await house.hear(erasure(**whole)))
    assert answer.reason == reason


async def test_nobody_but_the_office_has_a_record_erased_and_it_is_always_signed():
    house = House()
    received = (await house.hear(record(community())))[0]
    data = {"referral_id": received.event.referral_id, "ground": "person_request", "operator": "sam-sample", "why": "w"}
    answer = refusal(await house.hear(record(data, name="erasure.requested", agency=POLICE)))
    assert answer.reason == "not-permitted"
    # What cannot be undone is not done unsigned, not even before the first operator has a key.
    for signed in (record(data, name="erasure.requested", agency=OFFICE), erasure(data["referral_id"], data["ground"])):
        answer = refusal(await house.hear(signed))
        assert (answer.reason, "hub operator add" in answer.problems[0].fix) == ("unsigned", True)
    house.store.operators = {"sam-sample": PUBLIC}
    assert refusal(await house.hear(record(data, name="erasure.requested", agency=OFFICE))).reason == "unsigned"
    said = await house.hear(erasure(data["referral_id"], data["ground"]))
    assert names(said) == ["referral.erased", "erasure.requested"]


async def test_nothing_of_it_is_left_but_its_id_its_person_and_the_ground():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await house.hear(withdrawn(), erasure(received.event.referral_id))
    [case] = house.store.cases.values()
    [tombstone] = read(case).referrals.values()
    assert (tombstone.agency, tombstone.person, tombstone.whole) == ("", received.subject, None)
    assert tombstone.erased == "entered_in_error"
    assert house.store.marks == {}


async def test_an_erased_record_is_not_erased_again_amended_or_withdrawn():
    house = House(signing=True)
    received = (await house.hear(record(community(source_reference="T-1"), agency=PROVIDER)))[0]
    referral_id = received.event.referral_id
    await house.hear(erasure(referral_id, "person_request"))
    of = {"of": {"referral_id": referral_id}}
    for one in (
        erasure(referral_id, "person_request"),
        record(of | {"reason": "Sample reason"}, name="referral.amended", agency=PROVIDER),
        record(of, name="referral.withdrawn", agency=PROVIDER),
    ):
        assert refusal(await house.hear(one)).reason == "unknown-referral"
    again = record(community(source_reference="T-1"), agency=PROVIDER)
    answer = refusal(await house.hear(again))
    assert (answer.reason, house.store.marks) == ("erased-referral", {})


async def test_what_was_entered_in_error_may_be_submitted_again():
    house = House(signing=True)
    received = (await house.hear(record(arrest())))[0]
    await house.hear(withdrawn(), erasure(received.event.referral_id))
    (again,) = await house.hear(record(arrest()))
    assert again.event.name == "referral.received"
    assert again.event.referral_id != received.event.referral_id
    assert (await house.opened(again))["identity"]["legal_name"] == "Juniper Sample"


async def test_the_persons_other_records_their_marks_and_their_reports_go_on():
    house = House(signing=True)
    number = {"agency_person_number": "MNI-1"}
    first = (await house.hear(record(arrest(person=number))))[0]
    subject = PSEUDONYMS.of(first.subject, POLICE)
    later = record(
        arrest(incident=incident(number="26B09999"), person=number | {"legal_name": "J S", "birth_date": "1990-05-05"}),
        subject=subject,
    )
    newest = (await house.hear(later))[0]
    assert newest.subject == first.subject
    marks = len(house.store.marks)
    await house.hear(withdrawn("26B09999"), erasure(newest.event.referral_id))
    assert (marks, len(house.store.marks)) == (2, 1)
    assert house.store.people[first.subject] == first.event.referral_id
    assert (await house.opened(first))["identity"] == number
    note = {"result": "not_found", "note": "Sample note"}
    of = PSEUDONYMS.of(first.subject, PROVIDER)
    (report,) = await house.hear(record(note, name="contact.attempted", agency=PROVIDER, subject=of))
    assert report.event.note.startswith(f"hs2.{first.event.referral_id}.")
    assert await house.store.sealer.open(None, report.event.note, Place(first.subject)) == b"Sample note"


async def test_what_is_reported_of_somebody_whose_every_record_is_erased_is_kept_under_no_key():
    house = House(signing=True)
    received = (await house.hear(record(community())))[0]
    await house.hear(erasure(received.event.referral_id, "person_request"))
    of = PSEUDONYMS.of(received.subject, PROVIDER)
    note = {"result": "not_found", "note": "Sample note"}
    (report,) = await house.hear(record(note, name="contact.attempted", agency=PROVIDER, subject=of))
    assert report.event.note.startswith(f"hs2.{received.event.referral_id}.note.")
    assert report.event.note.endswith(".")


async def test_a_juveniles_record_goes_by_itself_within_the_days_and_does_not_give_the_birthday_away():
    house = House(signing=True)
    received = [
        (await house.hear(record(arrest(person=JUVENILE, incident=incident(number=f"26B{place}")))))[0]
        for place in range(6)
    ]
    due = days(house)
    assert len(set(due)) == 6
    assert all(OF_AGE <= day < OF_AGE + timedelta(days=90) for day in due)
    assert max(due) - min(due) > timedelta(days=5)
    for one in received:
        await enrolled(house, one)
    said = await until(house, OF_AGE + timedelta(days=90))
    assert sorted(one.event.referral_id for one in said if isinstance(one.event, ReferralErased)) == sorted(
        one.event.referral_id for one in received
    )
    assert {(one.event.ground, one.event.by) for one in said} == {("juvenile_diversion", "clock")}
    assert house.store.marks == {}


async def test_nothing_goes_by_itself_before_the_intake_is_completed_and_then_its_days_begin():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    assert await until(house, OF_AGE + timedelta(days=200)) == []
    assert await enrolled(house, received) == []
    [day] = days(house)
    assert house.hub.at <= day < house.hub.at + timedelta(days=90)
    assert names(await until(house, house.hub.at + timedelta(days=90))) == ["referral.erased"]


async def test_a_completed_intake_sets_the_same_day_once_more():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    [before] = days(house)
    await enrolled(house, received)
    assert days(house) == [before]


@pytest.mark.parametrize(
    "data",
    [
        arrest(),
        arrest(person={"legal_name": "Juniper Sample"}),
        arrest(person={"estimated_age": {"from_years": 16, "to_years": 20}}),
        community(person=JUVENILE),
    ],
    ids=["an adult", "no age known", "perhaps an adult", "another door"],
)
async def test_nobody_elses_record_goes_by_itself(data):
    house = House(signing=True)
    received = (await house.hear(record(data)))[0]
    await enrolled(house, received)
    assert days(house) == []


async def test_a_guessed_age_counts_from_the_last_possible_birthday():
    house = House(signing=True)
    await house.hear(record(arrest(person={"estimated_age": {"from_years": 15, "to_years": 17}})))
    [day] = days(house)
    last = datetime(2029, 3, 2, 8, tzinfo=UTC)
    assert last <= day < last + timedelta(days=90)


async def test_an_amended_birth_date_counts_and_the_former_day_erases_nothing():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    amended = {"of": {"incident_number": "26B01234"}, "person": JUVENILE | {"birth_date": "2010-05-05"}}
    await house.hear(record(amended, name="referral.amended"))
    assert await until(house, OF_AGE + timedelta(days=90)) == []
    a_year = timedelta(days=365)
    assert names(await until(house, OF_AGE + a_year + timedelta(days=91))) == ["referral.erased"]


JUVENILE_BY_THEIR_WORD = {"birth_date": "2009-05-05"}


def says(received, data):
    """What people say of themselves, by way of who has them."""
    return record(data, name="person.corrected", agency=PROVIDER, subject=PSEUDONYMS.of(received.subject, PROVIDER))


@pytest.mark.parametrize(
    "told",
    [{"legal_name": "Juniper Sample", "birth_date": "1999-05-05"}, {"legal_name": "Juniper Sample"},
     {"estimated_age": {"from_years": 16, "to_years": 20}}],
    ids=["an adult", "no age known", "perhaps an adult"],
)  # fmt: skip
@pytest.mark.parametrize("order", ["spoken first", "completed first"])
async def test_a_birth_date_in_the_persons_own_word_sets_the_day_before_and_after_the_intake_is_completed(told, order):
    house = House()
    received = (await house.hear(record(arrest(person=told))))[0]
    if order == "completed first":
        await enrolled(house, received)
    assert days(house) == []
    assert names(await house.hear(says(received, JUVENILE_BY_THEIR_WORD))) == ["referral.corrected"]
    if order == "spoken first":
        await enrolled(house, received)
    [day] = days(house)
    assert OF_AGE <= day < OF_AGE + timedelta(days=90)
    assert names(await until(house, OF_AGE + timedelta(days=90))) == ["referral.erased"]
    assert days(house) == []


async def test_who_says_after_they_came_of_age_that_they_were_a_juvenile_has_their_days_run_from_then():
    house = House()
    received = (await house.hear(record(arrest(person={"birth_date": "1999-05-05"}))))[0]
    await enrolled(house, received)
    await until(house, OF_AGE + timedelta(days=200))
    await house.hear(says(received, JUVENILE_BY_THEIR_WORD))
    [day] = days(house)
    assert house.hub.at <= day < house.hub.at + timedelta(days=90)
    assert names(await until(house, house.hub.at + timedelta(days=90))) == ["referral.erased"]


async def test_an_operator_erases_a_juveniles_record_by_the_persons_own_word_of_their_age():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person={"birth_date": "1999-05-05"}))))[0]
    await house.hear(says(received, JUVENILE_BY_THEIR_WORD))
    await enrolled(house, received)
    house.hub.at = OF_AGE + timedelta(days=1)
    said = await house.hear(erasure(received.event.referral_id, "juvenile_diversion", at=house.hub.at))
    assert names(said) == ["referral.erased", "erasure.requested"]


@pytest.mark.parametrize(
    "data", [{"birth_date": "1999-05-05"}, {"not_so": ["birth_date"]}], ids=["an adult", "not so, and no other"]
)
async def test_a_day_by_the_senders_word_erases_nothing_where_the_person_says_otherwise(data):
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    await house.hear(says(received, data))
    assert await until(house, OF_AGE + timedelta(days=90)) == []
    answer = refusal(await house.hear(erasure(received.event.referral_id, "juvenile_diversion", at=house.hub.at)))
    assert "known to be under 18" in answer.problems[0].rule


async def test_nothing_is_destroyed_before_the_day_of_the_persons_own_word():
    house = House()
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    await house.hear(says(received, {"birth_date": "2010-05-05"}))
    assert await until(house, OF_AGE + timedelta(days=90)) == []
    a_year = timedelta(days=365)
    assert names(await until(house, OF_AGE + a_year + timedelta(days=91))) == ["referral.erased"]


async def test_what_the_sender_amends_later_does_not_move_the_day_of_the_persons_own_word():
    house = House()
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await house.hear(says(received, {"birth_date": "2009-06-06"}))
    before = days(house)
    amended = {"of": {"incident_number": "26B01234"}, "person": JUVENILE | {"birth_date": "2008-05-05"}}
    await house.hear(record(amended, name="referral.amended"))
    assert days(house) == before


async def test_a_correction_of_anything_else_sets_no_day():
    house = House()
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    await until(house, OF_AGE - timedelta(days=1))
    before = days(house)
    await house.hear(says(received, {"language": "es"}))
    assert days(house) == before


async def test_what_was_withdrawn_after_the_person_spoke_of_their_birth_date_goes_on_an_operators_word_alone():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    await house.hear(says(received, {"birth_date": "2010-05-05"}))
    await house.hear(withdrawn())
    assert await until(house, OF_AGE + timedelta(days=900)) == []
    said = await house.hear(erasure(received.event.referral_id, at=house.hub.at))
    assert names(said) == ["referral.erased", "erasure.requested"]


async def test_what_was_withdrawn_with_no_word_of_the_persons_goes_on_its_day():
    house = House()
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    await house.hear(withdrawn())
    assert names(await until(house, OF_AGE + timedelta(days=90))) == ["referral.erased"]


async def test_a_day_that_a_correction_set_is_kept_under_the_case_of_its_record():
    house = House()
    received = (await house.hear(record(arrest(person={"birth_date": "1999-05-05"}))))[0]
    await house.hear(says(received, JUVENILE_BY_THEIR_WORD))
    [due] = house.hub.deadlines("intake")
    assert due.key == case_of_referral(received.event.referral_id)


async def test_another_services_deadline_is_not_ours():
    house = House(signing=True)
    received = (await house.hear(record(arrest(person=JUVENILE))))[0]
    await enrolled(house, received)
    event = DeadlineReached(
        service="assignment", deadline=DESTRUCTION, reference=received.event.referral_id, due_at=OF_AGE
    )
    await house.hub.publish(topics.DEADLINES, Fact(event, Envelope("d1", "/hub/clock", event.name, OF_AGE)), key="k")
    assert await house.hear() == []


async def test_the_case_of_a_referral_is_the_key_of_all_that_is_about_its_erasure():
    house = House(signing=True)
    received = (await house.hear(record(arrest())))[0]
    assert list(house.store.cases) == [case_of_referral(received.event.referral_id)]
