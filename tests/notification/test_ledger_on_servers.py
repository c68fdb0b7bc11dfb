"""The ledger in PostgreSQL: entered with what is told, in chains, and changed by nobody."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from services.notification.domain.ledger import entry_of
from services.plumbing.chains import Entry, Head, canonical, line_of, verified
from services.plumbing.ledger import CHAINS, PostgresLedger, chain_of
from services.plumbing.roles import role_of
from tests.notification.examples import accepted, offered, received
from tests.notification.servers import Ground, opened

LEDGER = PostgresLedger()


@pytest.fixture
async def ground(database, kafka):
    async with opened(database, kafka) as ground:
        yield ground


def entry(number: int, key: str = "per-sample") -> Entry:
    return Entry(key, f"event-{number}", key, "sample-agency", f"msg-{number}", canonical({"number": number}))


async def exported(ground: Ground) -> tuple[list[bytes], dict[int, Head]]:
    async with ground.database.transaction() as conn:
        lines = [line_of(link).encode() + b"\n" async for link in LEDGER.all(conn)]
        rows = await conn.fetch("SELECT chain, max(sequence) FROM ledger.entries GROUP BY chain")
    assert rows
    said = [fact.event for fact in await ground.said() if fact.event.name == "ledger.extended"]
    return lines, {head.chain: Head(head.chain, head.length, head.head) for head in said}


async def test_what_is_told_is_entered_with_it_and_the_heads_are_published(ground):
    await ground.make(ground.police, ground.casework)
    await ground.hear(await ground.sealed(received(agency=ground.police)), offered(agency=ground.casework))
    await ground.hear(accepted(agency=ground.casework))
    for agency in (ground.police, ground.casework):
        await ground.carrier().carry(agency)
    told = [fact for fact in await ground.said() if fact.event.name.startswith("disclosure.")]
    lines, heads = await exported(ground)
    assert verified(lines, heads).broken is None
    assert {entry_of(fact).event_id for fact in told} == {fact.id for fact in told}
    assert len(lines) == len(told) > 0
    made = [fact.event for fact in told if fact.event.name == "disclosure.made"]
    assert all(event.content for event in made)


async def test_the_same_fact_is_entered_once(ground):
    async with ground.database.transaction() as conn:
        assert [head.length for head in await LEDGER.append(conn, [entry(1), entry(1), entry(2)])] == [2]
    async with ground.database.transaction() as conn:
        assert await LEDGER.append(conn, [entry(2)]) == []
        assert [head.length for head in await LEDGER.append(conn, [entry(2), entry(3)])] == [3]


async def test_a_chain_has_no_gap_after_what_was_rolled_back(ground):
    async def rolled_back() -> None:
        async with ground.database.transaction() as conn:
            await LEDGER.append(conn, [entry(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await rolled_back()
    async with ground.database.transaction() as conn:
        [head] = await LEDGER.append(conn, [entry(2)])
    assert head.length == 1


async def test_many_at_once_make_whole_chains(ground):
    async def put(number: int) -> None:
        async with ground.database.transaction() as conn:
            keys = [f"per-{number * 7 + one}" for one in range(5)]
            await LEDGER.append(conn, [entry(number * 10 + one, key) for one, key in enumerate(keys)])

    await asyncio.gather(*(put(number) for number in range(12)))
    async with ground.database.transaction() as conn:
        links = [link async for link in LEDGER.all(conn)]
    found = verified([line_of(link).encode() + b"\n" for link in links], {})
    assert (found.broken, found.entries) == (None, 60)
    assert set(found.heads) == {chain_of(f"per-{number * 7 + one}") for number in range(12) for one in range(5)}
    assert max(found.heads) < CHAINS


@pytest.mark.parametrize("who", ["notification", "console", "ledger", "intake"])
@pytest.mark.parametrize(
    "what",
    ["UPDATE ledger.entries SET entry = '{}'", "DELETE FROM ledger.entries", "TRUNCATE ledger.entries"],
    ids=["change", "delete", "empty"],
)
async def test_nobody_may_change_what_was_entered(ground, who, what):
    async with ground.database.transaction() as conn:
        await LEDGER.append(conn, [entry(1)])
    conn = await asyncpg.connect(ground.dsn, user=role_of(who))
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError)):
            await conn.execute(what)
    finally:
        await conn.close()
