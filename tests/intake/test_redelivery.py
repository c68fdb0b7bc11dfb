"""What was too new for the door, or is delivered again, comes through the door once more: proved, judged, sealed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest

from contracts import event, reading, topics
from services.intake.app import service
from services.local.laying import migrated
from services.plumbing.arrivals import Reader, origin
from services.plumbing.deadletters import ask_retry, put_away
from services.plumbing.retrying import Retries
from services.plumbing.sealing import Wrapping
from services.plumbing.tables import unpacked
from tests.intake.examples import (
    KEYS,
    NOW,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    SHERIFF,
    arrest,
    incident,
    memory,
    names,
    record,
    refusal,
    site,
)
from tests.intake.postgres import PostgresHouse

NEWEST = f"hub:referral.submitted/{len(event.versions('referral.submitted'))}"


@pytest.fixture
def before_the_upgrade(monkeypatch):
    """A reader that does not know the newest version yet; leave it for the upgrade."""
    with monkeypatch.context() as patch:
        patch.setitem(event._shelf, "referral.submitted", list(event.versions("referral.submitted"))[:-1])
        yield patch


@pytest.fixture(scope="module")
def laid(database):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrated(database)).result()
    return database


@pytest.fixture
async def house(laid):
    async with PostgresHouse(laid) as found:
        await found.empty()
        yield found


async def upgraded(house, before_the_upgrade):
    """The newest version is known now, and the running service tries again what was too new; what is said of it."""
    before_the_upgrade.undo()
    retries = Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap)
    assert await retries.ask_known() == 1
    assert await retries.asked() == 1
    return await house.hear()


async def test_what_was_too_new_is_admitted_after_the_upgrade_as_if_it_came_then(house, before_the_upgrade):
    assert await house.hear(record(arrest(reason="asked for help"), dataschema=NEWEST, identity="new")) == []
    nobody_waits = record({"places": 3}, name="capacity.reported", agency=PROVIDER)
    assert names(await house.hear(nobody_waits)) == ["capacity.reported"]
    (fact,) = await upgraded(house, before_the_upgrade)
    assert (fact.event.name, fact.envelope.causation_id, fact.at) == ("referral.received", "new", NOW)
    assert (await house.opened(fact))["narrative"] == {"reason": "asked for help"}
    assert await house.hear(record(arrest(reason="asked for help"), dataschema=NEWEST, identity="new")) == []


async def test_what_was_too_new_and_wrong_is_refused_after_the_upgrade(house, before_the_upgrade):
    await house.hear(record(arrest(incident=incident(ori="WASAMPL01")), dataschema=NEWEST))
    assert refusal(await upgraded(house, before_the_upgrade)).reason == "wrong-ori"


STOP = "consent.revoked"


async def stop_in_a_newer_version(house):
    """A known person's stop that the hub cannot read yet; what is said of it."""
    received = (await house.hear(record(arrest())))[0]
    of = PSEUDONYMS.of(received.subject, PROVIDER)
    newer = record({"how": "verbal"}, name=STOP, agency=PROVIDER, subject=of, dataschema=f"hub:{STOP}/99")
    return received.subject, await house.hear(newer)


async def test_a_word_that_takes_back_and_is_parked_is_said_so_of_and_again_at_each_start(house):
    person, (waits,) = await stop_in_a_newer_version(house)
    assert (waits.event.name, waits.subject, waits.event.message_type) == ("revocation.parked", person, STOP)
    retries = Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap)
    assert await retries.ask_known() == 1
    assert await retries.asked() == 1
    (again,) = await house.hear()
    assert (again.id, again.event) == (waits.id, waits.event)


async def parked_words(house, *stops):
    """What is said of these stops, sent one after the other under one id, in a version that the hub cannot read yet."""
    said = []
    for number, (subject, kind, data) in enumerate(stops):
        newer = record(
            data, name=kind, agency=PROVIDER, subject=PSEUDONYMS.of(subject, PROVIDER), identity="same",
            dataschema=f"hub:{kind}/99", offset=70 + number, at=NOW + timedelta(minutes=number),
        )  # fmt: skip
        said += await house.hear(newer)
    return said


async def test_two_words_under_one_id_are_two_also_where_their_bodies_are_alike(house):
    both = [await house.hear(record(arrest(incident=incident(number=number)))) for number in ("S-1", "S-2")]
    one, other = (said[0].subject for said in both)
    no = {}
    said = await parked_words(house, (one, "person.declined", no), (other, "person.declined", no), (one, STOP, no))
    assert [(fact.event.name, fact.subject) for fact in said] == [
        ("revocation.parked", person) for person in (one, other, one)
    ]
    assert len({fact.id for fact in said}) == len({fact.event.content for fact in said}) == 3


async def test_a_word_that_was_sent_twice_waits_no_longer_once_both_were_read(house, monkeypatch):
    (received,) = await house.hear(record(arrest()))
    first, second = await parked_words(house, *[(received.subject, STOP, {"how": "verbal"})] * 2)
    assert (first.event, first.id == second.id, first.at < second.at) == (second.event, False, True)
    reads = reading.contract
    monkeypatch.setattr(reading, "contract", lambda envelope: reads(envelope._replace(dataschema=None)))
    retries = Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap)
    assert await retries.ask_known() == 2
    await retries.asked()
    said = await house.hear()
    assert [fact.event.name for fact in said] == [STOP, "revocation.read", "revocation.read"]
    assert [fact.at for fact in said[1:]] == [first.at, second.at]


async def test_a_word_that_was_put_away_and_is_sent_again_waits_again(house):
    (received,) = await house.hear(record(arrest()))
    word = (received.subject, STOP, {"how": "verbal"})
    retries = Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap)
    waits = []
    for times in (1, 2):
        waits.append((await parked_words(house, *[word] * times))[-1])
        async with house.database.connection() as conn:
            for (letter,) in await conn.fetch("SELECT id FROM dead_letters WHERE settled_at IS NULL"):
                assert await put_away(conn, letter, "juno-sample: said-again")
        await retries.asked()
        said = await house.hear()
        assert [fact.event.name for fact in said][-2:] == ["report.refused", "revocation.read"]
        assert said[-1].at == waits[-1].at
    assert waits[0].at < waits[1].at


async def test_a_plain_retry_takes_back_that_it_is_put_away(house):
    await stop_in_a_newer_version(house)
    async with house.database.connection() as conn:
        letter = await conn.fetchval("SELECT id FROM dead_letters WHERE settled_at IS NULL")
        assert await put_away(conn, letter, "juno-sample: said-again")
        assert await ask_retry(conn, letter)
        assert await conn.fetchval("SELECT put_away_as FROM dead_letters WHERE id = $1", letter) is None


async def test_what_a_newer_stop_carries_is_wrapped_while_it_waits_and_gone_with_it(house):
    """Also criminal history, which is refused in every other message: the stop is heard whatever stands in it."""
    (received,) = await house.hear(record(arrest()))
    carried = {"how": "verbal", "criminal_history": "zqxmark", "note": "zqxmark"}
    await parked_words(house, (received.subject, STOP, carried))
    (letter,) = await house.rows("dead_letters")
    assert letter["wrapped"]
    assert b"zqxmark" not in letter["content"]
    clear = Wrapping(KEYS.site).unwrap(letter["content"])
    assert b"zqxmark" in unpacked(clear, letter["topic"], letter["partition"], letter["record_offset"], NOW).body
    async with house.database.connection() as conn:
        assert await put_away(conn, letter["id"], "juno-sample: said-again")
    await Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap).asked()
    (settled,) = await house.rows("dead_letters")
    assert (settled["settled_at"] is not None, settled["content"]) == (True, b"")


async def test_what_an_operator_puts_away_is_refused_and_holds_nobody_any_more(house):
    person, (waits,) = await stop_in_a_newer_version(house)
    retries = Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap)
    async with house.database.connection() as conn:
        letter = await conn.fetchval("SELECT id FROM dead_letters WHERE settled_at IS NULL")
        assert await put_away(conn, letter, "juno-sample: said-again")
    assert await retries.asked() == 1
    refused, was_read = await house.hear()
    assert (refused.event.refusal.reason, refused.event.refusal.agency) == ("put-away", PROVIDER)
    assert (was_read.subject, was_read.event.content) == (person, waits.event.content)
    async with house.database.connection() as conn:
        kept = await conn.fetchrow("SELECT settled_as, content FROM dead_letters WHERE id = $1", letter)
    assert (kept["settled_as"], kept["content"]) == ("juno-sample: said-again", b"")


def delivered_again(first):
    """The record as replay puts it on the door's own topic, a day later."""
    return SimpleNamespace(
        topic=topics.redelivery("intake"),
        partition=7,
        offset=42,
        timestamp=(NOW + timedelta(days=1)).timestamp() * 1000,
        headers=(*first.headers, *origin(first)),
        key=None,
        value=first.body,
    )


def test_a_redelivered_record_is_the_fact_that_it_first_was():
    first = record(arrest(), identity="one")
    reader = Reader(service(site(), KEYS, memory()))
    assert reader.arrival(delivered_again(first)).fact == reader.arrival(first).fact


def test_a_redelivered_record_still_proves_who_speaks():
    reader = Reader(service(site(), KEYS, memory()))
    fact = reader.arrival(delivered_again(record(arrest(), source=f"/agencies/{SHERIFF}"))).fact
    assert (fact.event.refusal.reason, fact.event.refusal.agency) == ("wrong-source", POLICE)
