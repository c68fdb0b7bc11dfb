"""Marked names through every path of the door: nothing of them is left in tables, topics, dead letters or logs."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import asyncpg
import pytest

from contracts.event import versions
from services.intake.app import service
from services.local.laying import migrated
from services.plumbing.sealing import Wrapping
from services.plumbing.tables import unpacked
from tests.intake.examples import KEYS, NOW, PROVIDER, PSEUDONYMS, House, arrest, incident, record, site
from tests.intake.postgres import PostgresHouse

MARK = "zqxmark"
PRIVATE = arrest(
    incident=incident(number=f"{MARK}-1", officer=dict.fromkeys(("badge", "name", "call_back", "supervisor"), MARK)),
    person={
        "legal_name": f"Juniper {MARK}",
        "preferred_name": MARK,
        "aliases": [MARK],
        "pronouns": MARK,
        "birth_date": "1977-07-07",
        "agency_person_number": f"{MARK}-7",
        "demographics": {"race": "declined"},
    },
    reach={"phones": [MARK], "usual_places": [MARK], "through": MARK},
    location={"place": MARK},
    source_reference=f"{MARK}-ref",
    reason=MARK,
    safety_notes=MARK,
    safety_code=MARK,
    referrer_contact=MARK,
    **{f"unknown_{MARK}": MARK},
)
NEWER = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"


def told():
    """Good, amended, wrong, newer and unreadable messages, all with marked names."""
    of = {"incident_number": f"{MARK}-1"}
    return [
        record(PRIVATE, correlationid=MARK, causationid=MARK, traceparent=MARK),
        record(PRIVATE),
        record(
            {"of": of, "person": PRIVATE["person"], "reach": PRIVATE["reach"], "reason": MARK}, name="referral.amended"
        ),
        record(PRIVATE | {"door": MARK, "needs": MARK, "referred_at": MARK}),
        record(PRIVATE | {"reason": MARK * 2_000}),
        record(PRIVATE | {"person": {"demographics": {"race": f"{MARK}-code"}}}),
        record(PRIVATE, dataschema=NEWER),
        record(MARK.encode()),
        record(PRIVATE, name=f"referral.{MARK}s", subject=MARK),
        record({"of": of}, name="referral.withdrawn"),
    ]


def report(person):
    data = {"result": "contacted", "note": MARK}
    return record(data, name="contact.attempted", agency=PROVIDER, subject=PSEUDONYMS.of(person, PROVIDER))


def own_word(person):
    """The referral anew, and what the person says of themselves; once so that it does not fit."""
    names = {name: f"{name} {MARK}" for name in ("legal_name", "preferred_name", "pronouns", "through")}
    lists = {name: [MARK] for name in ("aliases", "phones", "usual_places")}
    data = names | lists | {"birth_date": "1977-07-07", "said_by": MARK}
    about = {"name": "person.corrected", "agency": PROVIDER, "subject": PSEUDONYMS.of(person, PROVIDER)}
    return [record(PRIVATE), record(data, **about), record(data | {"language": MARK, "area": MARK}, **about)]


async def test_nothing_of_it_is_said_or_kept_in_memory():
    house = House()
    said = await house.hear(*told())
    said += await house.hear(report(said[0].subject))
    assert len(said) == 11
    own = await house.hear(*own_word(said[0].subject))
    assert [fact.event.name for fact in own] == ["referral.received", "referral.corrected", "report.refused"]
    records = [one for topic in ("hub.referrals", "hub.reports") for one in house.hub.records(topic)]
    kept = [house.store.everything(), *map(str, records)]
    assert not [one for one in kept if MARK in one or "1977-07-07" in one]


@pytest.fixture(scope="module")
def laid(database):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrated(database)).result()
    return database


async def everything_in(dsn):
    """All rows of all tables of both schemas, as one text."""
    conn = await asyncpg.connect(dsn)
    try:
        tables = await conn.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('intake', 'keys') ORDER BY 1, 2"
        )
        rows = []
        for schema, table in tables:
            found = await conn.fetch(f"SELECT * FROM {schema}.{table}")  # noqa: S608  # our own tables
            rows += [(schema, table, str(dict(row))) for row in found]
        return rows
    finally:
        await conn.close()


async def test_nothing_of_it_is_left_in_the_database_or_the_log(laid):
    async with PostgresHouse(laid) as house:
        await house.handler.handle(told())
        async with house.database.connection() as conn:
            (person,) = await conn.fetchrow("SELECT person FROM people")
        await house.handler.handle([report(person), *own_word(person)])
        rows = await everything_in(laid)
        tables = {table for _, table, _ in rows}
        assert {
            "cases",
            "people",
            "marks",
            "outbox",
            "inbox",
            "dead_letters",
            "record_keys",
            "unknown_fields",
        } <= tables
        assert not [row for row in rows if MARK in row[2] or "1977-07-07" in row[2]]
        assert MARK not in str(house.log.lines)


async def test_what_is_parked_is_wrapped_and_can_be_read_again_after_the_upgrade(laid):
    async with PostgresHouse(laid) as house:
        await house.empty()
        await house.hear(record(PRIVATE, dataschema=NEWER))
        (letter,) = await house.rows("dead_letters")
        assert letter["wrapped"]
        clear = Wrapping(KEYS.site).unwrap(letter["content"])
        again = unpacked(clear, letter["topic"], letter["partition"], letter["record_offset"], letter["appended_at"])
        assert json.loads(again.body)["reason"] == MARK
        assert again.appended_at == NOW


async def test_a_mistake_of_our_own_parks_without_telling_anything(laid):
    def broken(_before, _after, fact, _register):
        raise ValueError(fact.event.model_dump_json())
        yield

    made = replace(service(site(), KEYS), decide=broken)
    async with PostgresHouse(laid, made) as house:
        await house.empty()
        assert await house.hear(record(PRIVATE)) == []
        (letter,) = await house.rows("dead_letters")
        assert letter["reason"] == "failed"
        assert not [row for row in await everything_in(laid) if MARK in row[2]]
        assert MARK not in str(house.log.lines)
