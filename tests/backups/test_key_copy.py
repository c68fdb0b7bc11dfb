"""The key copy follows the hub: what is destroyed there is destroyed here, and comes back in no way."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import asyncpg
import pytest

from services.backups import store
from services.backups.errors import AnotherHub, NotInStep, PartMissing
from services.backups.keeping import kept_in_step
from services.backups.keycopy import KeyCopy, Part, Unread
from services.local import laying
from services.plumbing.arrivals import digest_of
from services.plumbing.ring import PARKED, Ring, new_key
from services.plumbing.service import Record
from tests.platform.aside import now

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE, OTHER = "ref-" + "1" * 32, "ref-" + "2" * 32
KEYS = {ONE: b"wrapped-key-of-one", OTHER: b"wrapped-key-of-the-other"}


@pytest.fixture(scope="module")
def laid(database):
    """A database with the hub's tables."""
    now(laying.migrated(database))
    return database


@pytest.fixture
async def conn(laid):
    """An administrator's connection to a hub with two records."""
    conn = await asyncpg.connect(laid)
    await conn.execute("TRUNCATE keys.record_keys, intake.erasures, intake.inbox, intake.dead_letters")
    for record, wrapped in KEYS.items():
        await conn.execute("INSERT INTO keys.record_keys (record_id, wrapped) VALUES ($1, $2)", record, wrapped)
    yield conn
    await conn.close()


@pytest.fixture
def ring():
    return Ring.of(new_key())


@pytest.fixture
def copy(tmp_path, ring):
    return KeyCopy(tmp_path / "keys", ring, "this-hub")


async def erased(conn, record):
    await conn.execute("SELECT keys.destroy($1)", record)
    await conn.execute("INSERT INTO intake.erasures VALUES ($1, $2, 'entered_in_error', 'sam-sample')", record, AT)


def message(topic, body, offset=0):
    headers = {"specversion": "1.0", "id": f"m-{offset}", "source": "/agencies/sample", "type": "consent.revoked"}
    pairs = tuple((f"ce_{name}", value.encode()) for name, value in headers.items())
    return Record(topic, 0, offset, AT, pairs, None, body)


def lane(body, offset=0):
    return message("agency.compass-health.from-hub", body, offset)


async def test_what_is_destroyed_in_the_hub_is_destroyed_in_the_copy_and_its_bytes_are_overwritten(conn, copy):
    assert await copy.in_step(conn) == 2
    with (copy.folder / "keys.json").open("rb") as before:
        assert json.loads(before.read())["keys"][ONE]["wrapped"]
        await erased(conn, ONE)
        assert await copy.in_step(conn) == 1
        before.seek(0)
        assert set(before.read()) == {0}
    assert copy.keys(datetime.now(UTC)) == {ONE: None, OTHER: KEYS[OTHER]}
    assert [(one.referral_id, one.erased_at, one.ground, one.by) for one in copy.erasures()] == [
        (ONE, AT, "entered_in_error", "sam-sample")
    ]


async def test_a_hub_that_came_back_by_other_means_does_not_bring_a_destroyed_key_back(conn, copy):
    await erased(conn, ONE)
    await copy.in_step(conn)
    await conn.execute("UPDATE keys.record_keys SET wrapped = $1, destroyed_at = NULL", b"old-wrapped-key")
    await conn.execute("DELETE FROM intake.erasures")
    await copy.in_step(conn)
    assert copy.keys(datetime.now(UTC))[ONE] is None
    assert [one.referral_id for one in copy.erasures()] == [ONE]


async def test_keys_that_were_made_after_a_backup_are_no_part_of_it(conn, copy):
    await copy.in_step(conn)
    assert copy.keys(AT) == {}


async def test_the_copy_of_another_hub_is_left_as_it_is(conn, copy, ring):
    await copy.in_step(conn)
    before = (copy.folder / "keys.json").read_bytes()
    with pytest.raises(AnotherHub):
        await KeyCopy(copy.folder, ring, "another-hub").in_step(conn)
    assert (copy.folder / "keys.json").read_bytes() == before


async def test_a_copy_that_cannot_be_written_says_so(conn, ring, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotInStep):
        await KeyCopy(tmp_path / "file" / "keys", ring, "this-hub").in_step(conn)


async def test_unread_messages_are_wrapped_and_go_with_their_record_or_once_they_are_admitted(conn, copy):
    # A stop is said in the same words by many: the one that was admitted is not the other.
    said = b'{"Zqxsample": "stop"}'
    to_hub = "agency.bellingham-police.to-hub"
    unread = [
        Unread(lane(b'{"Zqxsample": 3}'), ONE),
        Unread(lane(b'{"Zqxsample": 4}', 1), OTHER),
        Unread(message(to_hub, said), None),
        Unread(message(to_hub, said, 1), None),
        Unread(Record(to_hub, 0, 2, AT, (), None, b"Zqxsample, no CloudEvent"), None),
    ]
    copy.add("backup-1", Part([], unread))
    assert b"Zqxsample" not in (copy.folder / "parked" / "backup-1").read_bytes()
    assert list(copy.part("backup-1").unread) == unread
    await erased(conn, ONE)
    await conn.execute(
        "INSERT INTO intake.inbox (source, id, delivery, digest) VALUES ('/agencies/sample', 'm-0', '', $1)",
        digest_of(said).hex(),
    )
    await copy.in_step(conn)
    assert list(copy.part("backup-1").unread) == [unread[1], unread[3], unread[4]]


async def test_who_read_the_hub_before_a_key_was_destroyed_does_not_write_it_back(conn, laid, copy, monkeypatch):
    await copy.in_step(conn)
    live, read, goes_on = store.keys, asyncio.Event(), asyncio.Event()

    async def read_then_wait(conn):
        known = await live(conn)
        if not read.is_set():
            read.set()
            await goes_on.wait()
        return known

    monkeypatch.setattr(store, "keys", read_then_wait)
    slow = asyncio.create_task(copy.in_step(conn))
    await read.wait()
    other = await asyncpg.connect(laid)
    await erased(other, ONE)
    quick = asyncio.create_task(copy.in_step(other))
    await asyncio.sleep(0.3)
    goes_on.set()
    await asyncio.gather(slow, quick)
    await other.close()
    assert copy.keys(datetime.now(UTC))[ONE] is None


async def test_what_was_parked_in_clear_text_goes_once_it_is_settled(conn, copy, ring):
    wrapped = ring.wrap(PARKED, b"clear text")
    for offset, is_wrapped in ((0, True), (1, True), (2, False)):
        await conn.execute(
            """
            INSERT INTO intake.dead_letters (topic, partition, record_offset, appended_at, digest, content, wrapped,
                                             reason, cause)
            VALUES ('t', 0, $1, now(), '', $2, $3, 'newer-version', 'c')
            """,
            offset, wrapped if is_wrapped else b"sealed", is_wrapped,
        )  # fmt: skip
    rows = await conn.fetch("SELECT id, to_jsonb(kept) FROM intake.dead_letters AS kept ORDER BY id")
    copy.add("backup-1", Part([("intake", row[1]) for row in rows], []))
    await conn.execute("UPDATE intake.dead_letters SET settled_at = now(), content = '' WHERE record_offset <> 1")
    await copy.in_step(conn)
    left = [json.loads(row) for _, row in copy.part("backup-1").letters]
    assert [one["id"] for one in left] == [row[0] for row in rows]
    assert [one["settled_at"] is None for one in left] == [False, True, True]
    assert left[0]["content"] == "\\x"
    assert left[1]["content"] == "\\x" + wrapped.hex()


async def test_after_an_exchange_of_the_sites_key_the_new_one_alone_opens_the_copy(conn, tmp_path):
    old, new = new_key(), new_key()
    copy = KeyCopy(tmp_path / "keys", Ring.of(old), "this-hub")
    unread = Unread(lane(b"{}"), OTHER)
    copy.add("backup-1", Part([], [unread]))
    assert KeyCopy(copy.folder, Ring.of(new, old), "this-hub").wrapped_anew() == 1
    assert list(KeyCopy(copy.folder, Ring.of(new), "this-hub").part("backup-1").unread) == [unread]


def test_a_part_that_was_never_there_is_named(copy):
    with pytest.raises(PartMissing, match="backup-9"):
        copy.part("backup-9")


async def test_beside_a_running_hub_the_copy_follows_and_trouble_is_told_while_it_lasts(conn, laid, copy, monkeypatch):
    monkeypatch.setattr("services.backups.keeping.LOOK_SECONDS", 0.05)
    told = []
    async with kept_in_step(laid, copy, told.append):
        assert copy.keys(datetime.now(UTC))[ONE] == KEYS[ONE]
        aside = copy.folder.rename(copy.folder.with_name("aside"))
        copy.folder.write_text("in the way")
        await erased(conn, ONE)
        await _until(lambda: told)
        copy.folder.unlink()
        aside.rename(copy.folder)
        await _until(lambda: told[-1] is None)
        assert copy.keys(datetime.now(UTC))[ONE] is None
        await erased(conn, OTHER)
    assert copy.keys(datetime.now(UTC))[OTHER] is None
    assert "could not be written" in told[0]


async def _until(holds):
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come in time")
