"""One suite of scenarios over the tables in memory and the real ones."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from contracts.catalogue import AgencySuspended
from contracts.event import versions
from services import intake
from services.intake.domain.naming import case_of_referral
from services.intake.store import (
    erasures,
    orders_against,
    register_operator,
    registered_operators,
    remove_operator,
    unknown_fields,
)
from services.intake.store.counting import groups_told
from services.local.laying import migrated
from services.plumbing.deadletters import settle
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.sealing import Erased
from services.plumbing.signing import new_key, sign
from tests.intake.examples import (
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
)
from tests.intake.postgres import PostgresHouse

FOLDER = Path(intake.__file__).parent / "migrations"


@pytest.fixture(scope="module")
def laid(database):
    # In a thread: a fixture for the whole file may not touch the event loop of one test.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrated(database)).result()
    return database


@pytest.fixture(params=["in memory", "in PostgreSQL"])
def where(request):
    return None if request.param == "in memory" else request.getfixturevalue("laid")


@pytest.fixture
async def house(where):
    if where is None:
        yield House()
        return
    async with PostgresHouse(where) as found:
        await found.empty()
        yield found


@pytest.fixture
async def real(laid):
    async with PostgresHouse(laid) as found:
        await found.empty()
        yield found


def amended(**sections):
    return record({"of": {"incident_number": "26B01234"}} | sections, name="referral.amended")


def referred(number, **person):
    return record(arrest(incident=incident(number=number), person=person))


async def test_a_referral_lives_through_its_whole_life(house):
    (first,) = await house.hear(record(arrest(reason="asked for help")))
    assert names(await house.hear(record(arrest(reason="asked for help")))) == ["referral.repeated"]
    assert refusal(await house.hear(record(arrest()))).reason == "known-referral"
    (corrected, _) = await house.hear(amended(reach={"phones": ["360-555-0100"]}))
    assert (await house.opened(corrected))["narrative"] == (await house.opened(first))["narrative"]
    assert (await house.opened(corrected))["contact"] == {"phones": ["360-555-0100"]}
    assert (await house.opened(corrected))["identity"]["legal_name"] == "Juniper Sample"
    (gone,) = await house.hear(record({"of": {"incident_number": "26B01234"}}, name="referral.withdrawn"))
    assert gone.event.name == "referral.retracted"
    (again,) = await house.hear(record(arrest()))
    assert (again.event.name, again.subject) == ("referral.received", first.subject)
    assert (await house.opened(again))["identity"]["legal_name"] == "Juniper Sample"


async def test_a_message_is_heard_once_and_its_id_is_taken(house):
    await house.hear(record(arrest(), identity="one"))
    assert await house.hear(record(arrest(), identity="one")) == []
    assert refusal(await house.hear(record(community(), identity="one"))).reason == "reused-id"


async def test_people_are_recognised_from_one_batch_to_the_next(house):
    await house.hear(referred("1", agency_person_number="MNI-1"))
    said = await house.hear(referred("2", agency_person_number="MNI-1"))
    assert names(said) == ["referral.received", "person.linked", "person.linked"]
    one, other = said[0].subject, said[0].subject
    other = said[1].event.other
    parted = {"person": one, "other": other, "same": False, "operator": "sam-sample"}
    assert names(await house.hear(record(parted, name="link.answered", agency=OFFICE))).count("person.unlinked") == 2
    amendment = {"of": {"incident_number": "2"}, "person": {"agency_person_number": "MNI-1"}}
    assert names(await house.hear(record(amendment, name="referral.amended"))) == ["referral.corrected"]


async def test_a_name_and_birth_date_are_proposed_once(house):
    same = {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"}
    await house.hear(referred("1", **same))
    assert names(await house.hear(referred("2", **same))).count("link.proposed") == 2
    amendment = {"of": {"incident_number": "2"}, "person": same}
    assert names(await house.hear(record(amendment, name="referral.amended"))) == ["referral.corrected"]


async def test_a_contradicting_birth_date_is_remembered_with_the_number(house):
    await house.hear(referred("1", agency_person_number="MNI-1", birth_date="1990-05-05"))
    said = await house.hear(referred("2", agency_person_number="MNI-1", birth_date="1971-01-01"))
    assert names(said) == ["referral.received", "link.proposed", "link.proposed"]


async def test_a_placeholder_for_a_name_proposes_ten_and_no_more(house):
    for number in range(12):
        said = await house.hear(referred(str(number), legal_name="Unknown Sample", birth_date="1901-01-01"))
    assert names(said).count("link.proposed") == 20


async def test_a_suspension_holds_from_one_batch_to_the_next(house):
    suspended = {"agency": PROVIDER, "operator": "sam-sample"}
    await house.hear(record(suspended, name="agency.suspended", agency=OFFICE))
    capacity = record({"places": 3}, name="capacity.reported", agency=PROVIDER)
    assert refusal(await house.hear(capacity)).reason == "agency-suspended"
    await house.hear(record(suspended, name="agency.resumed", agency=OFFICE))
    assert names(await house.hear(record({"places": 3}, name="capacity.reported", agency=PROVIDER))) == [
        "capacity.reported"
    ]


async def test_a_report_is_sealed_under_the_persons_newest_record(house):
    (received,) = await house.hear(record(arrest()))
    report = record(
        {"result": "contacted", "note": "a note"},
        name="contact.attempted",
        agency=PROVIDER,
        subject=PSEUDONYMS.of(received.subject, PROVIDER),
    )
    (fact,) = await house.hear(report)
    assert fact.event.note.split(".")[1] == received.event.referral_id


async def test_operators_are_registered_and_their_keys_taken_back(real):
    private, public = new_key()
    async with real.database.connection() as conn:
        await register_operator(conn, "sam-sample", new_key()[1])
        await register_operator(conn, "sam-sample", public)
        assert await registered_operators(conn) == {"sam-sample": public}
    data = {"agency": PROVIDER, "operator": "sam-sample"}
    unsigned = record(data, name="agency.suspended", agency=OFFICE)
    assert refusal(await real.hear(unsigned)).reason == "unsigned"
    signature = sign(private, "signed", AgencySuspended(**data))
    signed = record(data, name="agency.suspended", agency=OFFICE, identity="signed", signature=signature)
    assert names(await real.hear(signed)) == ["agency.suspended"]
    async with real.database.connection() as conn:
        await remove_operator(conn, "sam-sample")
        assert await registered_operators(conn) == {}


async def test_unknown_fields_are_added_up_by_agency_and_event(real):
    await real.hear(record(arrest(mood="sunny")))
    await real.hear(record(arrest(mood="sunny", incident=incident(number="2", colour="blue"))))
    await real.hear(record({"places": 3, "beds": 4}, name="capacity.reported", agency=PROVIDER))
    conn = await asyncpg.connect(real.dsn, user="hub_status")
    try:
        counted = await unknown_fields(conn)
    finally:
        await conn.close()
    assert counted == {POLICE: {"referral.submitted": 3}, PROVIDER: {"capacity.reported": 1}}


async def test_by_what_reports_count_is_in_a_table_that_intake_alone_reads_and_goes_with_the_record(real):
    await registered(real)
    codes = {"race": "black", "gender": "declined"}
    (first, *_) = await real.hear(record(arrest(person={"demographics": codes, "veteran": "no"})))
    more = arrest(incident=incident(number="26B09999"), person={"demographics": {"race": "asian"}})
    (other, *_) = await real.hear(record(more))
    of = {"incident_number": "26B09999"}
    amended = {"of": of, "person": {"demographics": {"race": "white"}}}
    await real.hear(record(amended, name="referral.amended"))
    async with real.database.connection() as conn:
        counted = await groups_told(conn)
    told = {one: counted[one] for one in (first.event.referral_id, other.event.referral_id)}
    assert told == {first.event.referral_id: codes | {"veteran": "no"}, other.event.referral_id: {"race": "white"}}
    for stranger in ("hub_eligibility", "hub_assignment", "hub_notification", "hub_console", "hub_status"):
        conn = await asyncpg.connect(real.dsn, user=stranger)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await groups_told(conn)
        finally:
            await conn.close()
    await real.hear(record({"of": of}, name="referral.withdrawn"))
    await real.hear(erasure(other.event.referral_id))
    async with real.database.connection() as conn:
        counted = await groups_told(conn)
    assert counted[first.event.referral_id] == codes | {"veteran": "no"}
    assert other.event.referral_id not in counted


async def test_an_erased_record_never_opens_again(real):
    (received,) = await real.hear(record(arrest()))
    owner = await asyncpg.connect(real.dsn, user="hub_keys")
    try:
        assert await real.sealer._store.destroy(owner, received.event.referral_id)
    finally:
        await owner.close()
    with pytest.raises(Erased):
        await real.opened(received)
    (corrected,) = await real.hear(amended(reason="something new"))
    with pytest.raises(Erased):
        await real.opened(corrected)


async def test_two_instances_do_not_miss_each_other(real):
    async with PostgresHouse(real.dsn) as other:
        for place in range(12):
            number = f"MNI-{place}"
            batches = ([referred(f"{side}{place}", agency_person_number=number)] for side in "ab")
            await asyncio.gather(
                *(one.handler.handle(batch) for one, batch in zip((real, other), batches, strict=True))
            )
    pairs = await real.rows("pairs")
    assert len(pairs) == 12
    assert {row["standing"] for row in pairs} == {"linked"}


async def test_the_same_incident_at_two_instances_is_one_referral(real):
    async with PostgresHouse(real.dsn) as other:
        for place in range(12):
            batches = ([record(arrest(incident=incident(number=str(place)), person={}))] for _ in "ab")
            await asyncio.gather(
                *(one.handler.handle(batch) for one, batch in zip((real, other), batches, strict=True))
            )
    said = await real.hear()
    assert sorted(names(said)) == ["referral.received"] * 12 + ["referral.repeated"] * 12


async def test_nobody_but_intake_and_notification_sees_a_key_and_nobody_changes_one(real):
    await real.hear(record(arrest()))
    allowed = {
        "SELECT count(*) FROM keys.record_keys": {"hub_intake", "hub_notification", "hub_keys"},
        "INSERT INTO keys.record_keys (record_id, wrapped) VALUES (gen_random_uuid(), 'x')": {"hub_intake", "hub_keys"},
        "UPDATE keys.record_keys SET wrapped = 'x'": {"hub_keys"},
        "DELETE FROM keys.record_keys": {"hub_keys"},
    }
    roles = ("intake", "notification", "keys", "eligibility", "consent", "assignment", "console", "clock", "status")
    for role in (f"hub_{name}" for name in roles):
        conn = await asyncpg.connect(real.dsn, user=role)
        try:
            for statement, who in allowed.items():
                assert await may(conn, statement) == (role in who), (role, statement)
        finally:
            await conn.close()


async def may(conn, statement):
    try:
        async with conn.transaction():
            await conn.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    return True


async def registered(house):
    """Have an operator who signs."""
    if isinstance(house, House):
        house.store.operators = {"sam-sample": PUBLIC}
        return
    async with house.database.connection() as conn:
        await register_operator(conn, "sam-sample", PUBLIC)


async def test_an_erased_record_opens_to_nobody_and_the_persons_other_record_does(house):
    await registered(house)
    number = {"agency_person_number": "MNI-1"}
    (first, *_) = await house.hear(record(arrest(person=number)))
    subject = PSEUDONYMS.of(first.subject, POLICE)
    both = number | {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"}
    (newest, *_) = await house.hear(record(arrest(incident=incident(number="26B09999"), person=both), subject=subject))
    await house.hear(record({"of": {"incident_number": "26B09999"}}, name="referral.withdrawn"))
    said = await house.hear(erasure(newest.event.referral_id))
    assert sorted(names(said)) == ["erasure.requested", "referral.erased"]
    with pytest.raises(Erased):
        await house.opened(newest)
    assert (await house.opened(first))["identity"] == number
    (linked, *others) = await house.hear(referred("26B08888", **both))
    assert linked.event.name == "referral.received"
    assert {one.event.basis for one in others} == {"agency-person-number"}
    note = {"result": "not_found", "note": "Sample note"}
    of = PSEUDONYMS.of(first.subject, PROVIDER)
    (report,) = await house.hear(record(note, name="contact.attempted", agency=PROVIDER, subject=of))
    assert report.event.note.startswith(f"hs2.{first.event.referral_id}.")


async def test_the_tables_keep_of_an_erased_record_its_ids_the_ground_and_who_had_it_erased(real):
    await registered(real)
    person = {"legal_name": "Juniper Sample", "birth_date": "2009-05-05"}
    (received, *_) = await real.hear(record(arrest(person=person)))
    async with real.database.connection() as conn:
        assert (await erasures(conn)).waiting == 1
    await real.hear(record({"of": {"incident_number": "26B01234"}}, name="referral.withdrawn"))
    await real.hear(erasure(received.event.referral_id))
    async with real.database.connection() as conn:
        found = await erasures(conn)
        marks = await conn.fetchval("SELECT count(*) FROM intake.marks")
        keys = await PostgresKeyStore().wrapped(conn, [received.event.referral_id])
    [done] = found.done
    assert (done.referral_id, done.ground, done.by) == (received.event.referral_id, "entered_in_error", "sam-sample")
    assert (found.waiting, found.next_at, marks, [*keys.values()]) == (0, None, 0, [None])


async def test_intake_can_destroy_a_key_and_change_it_in_no_other_way(real):
    (received, *_) = await real.hear(record(arrest()))
    async with real.database.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("UPDATE keys.record_keys SET wrapped = NULL, destroyed_at = now()")
        assert await PostgresKeyStore().destroy(conn, received.event.referral_id)
        assert not await PostgresKeyStore().destroy(conn, received.event.referral_id)


async def test_what_was_parked_wrapped_is_emptied_when_it_is_settled(real):
    newer = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"
    await real.hear(record(arrest(), dataschema=newer), record(arrest(), dataschema=newer, offset=1))
    async with real.database.connection() as conn:
        first, second = await conn.fetch("SELECT id, content FROM dead_letters ORDER BY id")
        assert first["content"]
        assert second["content"]
        assert await settle(conn, first["id"], "erased")
        left = await conn.fetch("SELECT content, settled_as FROM dead_letters ORDER BY id")
    assert [(bool(one["content"]), one["settled_as"]) for one in left] == [(False, "erased"), (True, None)]


async def test_an_erasure_waits_behind_what_is_parked_of_its_case(real):
    await registered(real)
    (received, *_) = await real.hear(record(community(source_reference="T-1"), agency=PROVIDER))
    async with real.database.connection() as conn:
        await conn.execute(
            "INSERT INTO dead_letters (key, topic, partition, record_offset, appended_at, digest, content, wrapped, "
            "reason, cause) VALUES ($1, 't', 0, 0, now(), '', '', true, 'failed', 'sample')",
            case_of_referral(received.event.referral_id),
        )
    assert await real.hear(erasure(received.event.referral_id, "person_request")) == []
    async with real.database.connection() as conn:
        assert (await erasures(conn)).parked == 2
    assert (await real.opened(received))["incident"] == {"source_reference": "T-1"}


async def test_what_people_say_of_themselves_reaches_all_their_referrals_and_stays(house):
    (first,) = await house.hear(record(arrest(), identity="a1"))
    subject = PSEUDONYMS.of(first.subject, PROVIDER)
    await house.hear(record(community(source_reference="R-2"), agency=PROVIDER, subject=subject, identity="a2"))
    await house.hear(record(community(source_reference="R-9"), agency=PROVIDER, identity="a3"))
    own = record({"language": "es"}, name="person.corrected", agency=PROVIDER, subject=subject, identity="a4")
    assert names(await house.hear(own)) == ["referral.corrected"] * 2
    (fact,) = await house.hear(amended(area="lynden"))
    assert (fact.event.revision, fact.event.particulars.language, fact.event.particulars.area) == (2, "es", "lynden")


async def test_cases_that_were_kept_before_people_had_them_listed_are_found(real):
    (first,) = await real.hear(record(arrest(), identity="b1"))
    (listed,) = await real.rows("intake.cases_of")
    assert (listed["person"], listed["key"]) == (first.subject, (await real.rows("intake.cases"))[0]["key"])
    sql = (FOLDER / "0004_each_person_has_their_cases.sql").read_text()
    async with real.database.transaction() as conn:
        await conn.execute("DROP TABLE intake.cases_of")
        await conn.execute(f"SET LOCAL search_path TO intake; {sql}")
    assert await real.rows("intake.cases_of") == [listed]


WREN = {"legal_name": "Wren Example", "birth_date": "1988-08-08"}
KEPT_AWAY = {
    "order_number": "26-2-1", "kind": "no_contact", "protected": [WREN],
    "respondent": {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"},
}  # fmt: skip


def an_order(**changes):
    return record(KEPT_AWAY | changes, name="order.reported", agency="whatcom-therapeutic-courts")


async def test_an_order_is_remembered_from_one_batch_to_the_next_until_it_ends(house):
    assert await house.hear(an_order()) == []
    noted, received = await house.hear(record(arrest()))
    assert (noted.event.name, noted.subject) == ("order.noted", received.subject)
    (ended,) = await house.hear(an_order(ended=True))
    assert (ended.event.ended, ended.subject) == (True, received.subject)
    assert names(await house.hear(referred("26B2"))) == ["referral.received"]


async def test_an_operator_learns_who_of_those_whom_it_protects_is_known(real):
    _, juniper = await real.hear(an_order(), record(arrest()))
    async with real.database.connection() as conn:
        (kept,) = await orders_against(conn, [juniper.subject])
        assert (kept.agency, kept.known) == ("whatcom-therapeutic-courts", ())
    (wren,) = await real.hear(record(arrest(incident=incident(number="26B7"), person=WREN)))
    async with real.database.connection() as conn:
        assert (await orders_against(conn, [juniper.subject]))[0].known == (wren.subject,)
        assert await orders_against(conn, [wren.subject]) == []
