"""The site's key is exchanged on a real PostgreSQL, while what is sealed goes on being sealed, opened and parked."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from contracts.event import versions
from services.local.laying import migrated
from services.plumbing import rotation
from services.plumbing.database import Database, waits_out
from services.plumbing.deadletters import ask_retry, settle
from services.plumbing.identity import derived
from services.plumbing.keystore import PostgresKeyStore, ensure_keys
from services.plumbing.retrying import Retries
from services.plumbing.ring import KeyAway, Ring, keep, new_key
from services.plumbing.rotation import (
    CORRECTIONS,
    DEAD_LETTERS,
    RECORD_KEYS,
    AlreadyExchanging,
    NotAtRest,
    UnderAnotherKey,
)
from services.plumbing.sealing import Sealer, Wrapping
from services.plumbing.tables import unpacked
from services.plumbing.tokens import Place
from tests.intake.examples import arrest, record
from tests.intake.postgres import PostgresHouse
from tests.sealing.test_ring import NEVER, as_before_keys_had_names

PERSON, EVENT = "per-" + "1" * 32, "e" * 32
NEWER = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"


@pytest.fixture(scope="module")
def laid(database):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrated(database)).result()
    return database


@pytest.fixture
async def house(laid, tmp_path):
    """The door with the keys of a folder; `site.key` in it is the ring that everybody follows."""
    async with PostgresHouse(laid, keys=ensure_keys(tmp_path)) as found:
        await found.empty()
        yield found


@pytest.fixture
def file(tmp_path):
    return tmp_path / "site.key"


@asynccontextmanager
async def owner(dsn):
    """As the role to which the keys belong."""
    conn = await asyncpg.connect(dsn, user="hub_keys")
    try:
        yield conn
    finally:
        await conn.close()


class Process:
    """What a service of its own has: its role, its ring, its sealer."""

    def __init__(self, dsn, role, file):
        self.database = Database(dsn, role, password=None, instance="test", timeout=30)
        self.sealer = Sealer(Ring.from_file(file), PostgresKeyStore(), remembers_seconds=0)
        self.tokens = []

    async def __aenter__(self):
        await self.database.open()
        return self

    async def __aexit__(self, *_):
        await self.database.close()

    async def seal(self, name, holds_seconds=0.0, kept=None):
        """Seal something under a new record, in a transaction that is done again after a collision.

        `kept` is set when it is kept and not committed yet.
        """
        named = derived("ref-", name)
        while True:
            try:
                async with self.database.transaction() as conn:
                    seals = await self.sealer.seals(conn, [named])
                    token = seals.seal(named, "note", PERSON, EVENT, name.encode())
                    await self.sealer.keep(conn, seals)
                    if kept is not None:
                        kept.set()
                    await asyncio.sleep(holds_seconds)
            except Exception as error:
                if not waits_out(error):
                    raise
            else:
                self.tokens.append((name, token))
                return

    async def open(self, name, token, tries=5):
        """Open it; a key that was exchanged between two looks is looked for again, as a batch is done again."""
        while True:
            tries -= 1
            try:
                async with self.database.transaction() as conn:
                    clear = await self.sealer.open(conn, token, Place(PERSON, "note", derived("ref-", name), EVENT))
            except KeyAway:
                if not tries:
                    raise
            else:
                assert clear == name.encode()
                return


def with_a_new_key(file):
    """Put a new key into the ring's file; return the ring."""
    ring = Ring.from_file(file)
    keep(file, [new_key(), *(key.raw for key in ring.keys)])
    ring.look()
    return ring


async def exchanged(dsn, file, shelf=RECORD_KEYS):
    """The whole exchange, as the command does it; returns how many keys of records were wrapped anew."""
    ring = with_a_new_key(file)
    async with owner(dsn) as conn, rotation.alone(conn):
        await rotation.at_rest(conn)
        done = await rotation.wrapped_anew(conn, shelf, ring)
        assert rotation.under_others(ring, await rotation.count(conn, shelf)) == 0
    keep(file, [ring.keys[0].raw])
    return done


async def test_sealing_and_opening_go_on_while_the_key_is_exchanged(house, file):
    async with Process(house.dsn, "intake", file) as intake, Process(house.dsn, "notification", file) as notification:
        for number in range(60):
            await intake.seal(f"before-{number}")
        over = asyncio.Event()

        async def sealing():
            number = 0
            while not over.is_set():
                await intake.seal(f"meanwhile-{number}")
                number += 1

        async def opening():
            while not over.is_set():
                for name, token in intake.tokens[-20:]:
                    await notification.open(name, token)

        async with asyncio.timeout(60), asyncio.TaskGroup() as working:
            for one in (sealing(), opening(), *(intake.seal(f"slow-{number}", 0.1 * number) for number in range(4))):
                working.create_task(one)
            await asyncio.sleep(0.05)
            for _ in range(2):
                assert await exchanged(house.dsn, file, replace(RECORD_KEYS, rows=7)) >= 60
            over.set()
        assert len(Ring.from_file(file).keys) == 1
        async with Process(house.dsn, "notification", file) as begun_after:
            for name, token in intake.tokens:
                await begun_after.open(name, token)
        assert {name.split("-")[0] for name, _ in intake.tokens} == {"before", "meanwhile", "slow"}


async def test_whoever_is_stopped_between_two_batches_goes_on_with_the_rest(house, file):
    async with Process(house.dsn, "intake", file) as intake:
        for number in range(10):
            await intake.seal(f"one-{number}")
        ring, few = with_a_new_key(file), replace(RECORD_KEYS, rows=4)

        def stop(_rows):
            raise asyncio.CancelledError

        async with owner(house.dsn) as conn:
            with pytest.raises(asyncio.CancelledError):
                await rotation.wrapped_anew(conn, few, ring, stop)
            assert rotation.under_others(ring, await rotation.count(conn, few)) == 6
            for name, token in intake.tokens:
                await intake.open(name, token)
            batches = []
            assert await rotation.wrapped_anew(conn, few, ring, batches.append) == 6
            assert batches == [4, 2]
            assert await rotation.wrapped_anew(conn, few, ring) == 0


async def test_the_exchange_waits_for_whoever_has_wrapped_and_not_committed(house, file):
    async with Process(house.dsn, "intake", file) as intake, owner(house.dsn) as conn:
        kept = asyncio.Event()
        sealing = asyncio.create_task(intake.seal("slow", 1, kept))
        await kept.wait()
        await rotation.at_rest(conn)
        # It is over by then, though the task that did it may have had no turn yet.
        assert await conn.fetchval("SELECT count(*) FROM keys.record_keys") == 1
        await sealing


async def test_a_transaction_that_does_not_end_stops_the_exchange_and_nobody_else(house, file, monkeypatch):
    monkeypatch.setattr(rotation, "_PATIENCE", "SET LOCAL lock_timeout = '20ms'")
    async with Process(house.dsn, "intake", file) as intake, owner(house.dsn) as conn:
        kept = asyncio.Event()
        sealing = asyncio.create_task(intake.seal("slow", 3, kept))
        await kept.wait()
        with pytest.raises(NotAtRest):
            await rotation.at_rest(conn)
        await intake.seal("another")
        sealing.cancel()


async def test_two_exchanges_are_never_under_way_at_once(house):
    async with owner(house.dsn) as one, owner(house.dsn) as other, rotation.alone(one):
        with pytest.raises(AlreadyExchanging):
            async with rotation.alone(other):
                pass


async def test_a_file_of_before_the_exchange_is_refused(house, file):
    before = file.read_bytes()
    async with Process(house.dsn, "intake", file) as intake, owner(house.dsn) as conn:
        await intake.seal("one")
        await exchanged(house.dsn, file)
        file.write_bytes(before)
        counted = await rotation.count(conn, RECORD_KEYS)
        with pytest.raises(UnderAnotherKey) as refused:
            rotation.require_known(Ring.from_file(file), counted)
        (key,) = counted
        assert key.hex() in str(refused.value)
        async with Process(house.dsn, "notification", file) as restored, restored.database.connection() as lent:
            with pytest.raises(KeyAway):
                await restored.sealer.opener(lent, [token for _, token in intake.tokens])


async def test_what_was_wrapped_before_keys_had_names_is_wrapped_anew_and_tried_before(house, file):
    ring, named = Ring.from_file(file), derived("ref-", "first")
    content = as_before_keys_had_names(ring.keys[0].raw, about=named.encode())
    async with owner(house.dsn) as conn:
        await PostgresKeyStore().keep(conn, {named: content})
        with pytest.raises(KeyAway):
            await rotation.require_opening(conn, RECORD_KEYS, Ring.of(NEVER))
        await rotation.require_opening(conn, RECORD_KEYS, ring)
        assert await rotation.count(conn, RECORD_KEYS) == {None: 1}
        assert await exchanged(house.dsn, file) == 1
        newest = Ring.from_file(file)
        assert await rotation.count(conn, RECORD_KEYS) == {newest.keys[0].id: 1}
        kept = (await PostgresKeyStore().wrapped(conn, [named]))[named]
        assert newest.unwrap(rotation.RECORDS, kept, named.encode()) == b"a record's key"


async def test_an_erased_record_stays_erased(house, file):
    async with Process(house.dsn, "intake", file) as intake, owner(house.dsn) as conn:
        await intake.seal("erased")
        await intake.seal("kept")
        await PostgresKeyStore().destroy(conn, derived("ref-", "erased"))
        assert await exchanged(house.dsn, file) == 1
        assert await rotation.destroyed(conn) == 1
        assert (await PostgresKeyStore().wrapped(conn, [derived("ref-", "erased")])) == {
            derived("ref-", "erased"): None
        }


async def test_what_is_parked_is_wrapped_anew_and_can_still_be_read(house, file):
    for number in range(3):
        assert await house.hear(record(arrest(), dataschema=NEWER, identity=f"newer-{number}", offset=number)) == []
    ring = with_a_new_key(file)
    async with house.database.connection() as conn:
        assert await rotation.count(conn, DEAD_LETTERS) == {ring.keys[1].id: 3}
        assert await rotation.wrapped_anew(conn, replace(DEAD_LETTERS, rows=2), ring) == 3
        assert await rotation.count(conn, DEAD_LETTERS) == {ring.keys[0].id: 3}
    keep(file, [ring.keys[0].raw])
    letters = [unpacked(Wrapping(Ring.from_file(file)).unwrap(row["content"]), "", 0, 0, None)
               for row in await house.rows("dead_letters")]  # fmt: skip
    assert {dict(letter.headers)["ce_id"] for letter in letters} == {b"newer-0", b"newer-1", b"newer-2"}
    await house.hear(record(arrest(), dataschema=NEWER, identity="after", offset=9))
    assert {row["content"][1:9] for row in await house.rows("dead_letters")} == {ring.keys[0].id}


async def test_a_correction_is_wrapped_anew_and_what_is_settled_and_emptied_is_passed_over(house, file):
    for number in range(2):
        await house.hear(record(arrest(), dataschema=NEWER, identity=f"newer-{number}", offset=number))
    before = Wrapping(Ring.from_file(file)).wrap(b"corrected")
    async with house.database.connection() as conn:
        first, second = [row[0] for row in await conn.fetch("SELECT id FROM dead_letters ORDER BY id")]
        assert await settle(conn, first, "juno-sample: sample")
        await conn.execute("UPDATE dead_letters SET correction = $2 WHERE id = $1", second, before)
        ring = with_a_new_key(file)
        for shelf in (DEAD_LETTERS, CORRECTIONS):
            await rotation.require_opening(conn, shelf, ring)
            assert await rotation.wrapped_anew(conn, shelf, ring) == 1
            assert await rotation.count(conn, shelf) == {ring.keys[0].id: 1}
        kept = await conn.fetchval("SELECT correction FROM dead_letters WHERE id = $1", second)
    assert ring.unwrap(rotation.PARKED, kept) == b"corrected"


async def test_a_letter_whose_key_is_away_stays_asked_for_and_stops_nobody(house):
    await house.hear(record(arrest(), dataschema=NEWER, identity="newer"))
    ((letter, *_),) = await house.rows("dead_letters")
    async with house.database.connection() as conn:
        assert await ask_retry(conn, letter)
    away = Retries(house.database, house.handler, Wrapping(Ring.of(NEVER)).unwrap)
    assert await asyncio.wait_for(away.asked(), 10) == 0
    (row,) = await house.rows("dead_letters")
    assert row["retry_asked_at"] is not None
    assert row["settled_at"] is None
