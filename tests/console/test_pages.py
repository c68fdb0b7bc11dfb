"""The page that takes one-time codes, over HTTP and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from services import console
from services.console.app import pages
from services.console.domain import codes
from services.console.pages.answering import application
from services.console.pages.desk import Desk
from services.console.store.codes import issue
from services.local.kafka import some_free
from services.plumbing import ledger
from services.plumbing.database import Database
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare, role_of
from services.plumbing.runner import Pipes
from services.sites import load_site
from tests.console import entries as x

SITE = load_site("whatcom")
RULES = SITE.receipts
KEY = b"k" * 32
CODE = "ABCDE23456"
NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
WRONG = RULES.words["en"].page.not_shown
CLOSED = RULES.words["en"].page.closed


class Log:
    """Keeps what is logged."""

    def __init__(self):
        self.lines = []

    def info(self, event, **values):
        self.lines.append({"event": event} | values)


class World:
    """The page, its database, and a clock that the test moves."""

    def __init__(self, dsn, database):
        self.dsn, self.database, self.now, self.log, self.client = dsn, database, NOW, Log(), None

    async def begin(self):
        """Serve the page anew, as after a restart."""
        if self.client is not None:
            await self.client.close()
        desk = Desk(SITE, KEY, self.database, lambda: self.now)
        self.client = TestClient(TestServer(application(desk, self.log)))
        await self.client.start_server()

    async def issue(self, code=CODE, person=x.PERSON, minutes=60):
        async with self.database.transaction() as conn:
            await issue(conn, codes.mark_of(KEY, code), person, "juno-sample", self.now,
                        self.now + timedelta(minutes=minutes))  # fmt: skip

    async def type(self, code, caller=None, **headers):
        """Type a code: status and page."""
        told = {"X-Forwarded-For": caller} if caller else {}
        answer = await self.client.post("/receipt", data={"code": code}, headers=told | headers)
        return answer.status, await answer.text()


@pytest.fixture
async def world(database):
    administrator = await asyncpg.connect(database)
    schemas = ["console", "notification", ledger.SCHEMA]
    await prepare(administrator, schemas)
    for schema, folder in (
        ("console", Path(console.__file__).parent / "migrations"),
        (ledger.SCHEMA, ledger.MIGRATIONS),
    ):
        conn = await asyncpg.connect(database, user=role_of(schema), server_settings={"search_path": schema})
        await migrate(conn, schema, from_folder(folder), pipes=schema == "console")
        await conn.close()
    await administrator.execute("TRUNCATE console.receipt_codes, console.receipt_tries")
    async with administrator.transaction():
        await ledger.PostgresLedger().append(administrator, [x.made()])
    await administrator.close()
    own = Database(database, "console", password=None, instance="test", timeout=10)
    await own.open()
    there = World(database, own)
    await there.begin()
    yield there
    await there.client.close()
    await own.close()


async def test_a_code_shows_the_receipt_once(world):
    await world.issue()
    status, page = await world.type("abcde-23456")
    assert status == 200
    assert "Opportunity Council" in page
    assert await world.type(CODE) == (404, (await world.type("ZZZZZ22222"))[1])


async def test_a_wrong_a_used_and_an_expired_code_look_alike(world):
    await world.issue()
    await world.type(CODE)
    await world.issue("EXPRD22222", minutes=0)
    answers = {
        await world.type(code, caller=f"192.0.2.{n}")
        for n, code in enumerate([CODE, "EXPRD22222", "WRNGW22222", "", "ñ"])
    }
    assert len(answers) == 1
    ((status, page),) = answers
    assert status == 404
    assert WRONG in page


async def test_two_who_type_the_same_code_at_once_get_one_receipt(world):
    await world.issue()
    answers = await asyncio.gather(*(world.type(CODE, caller=f"192.0.2.{n}") for n in range(4)))
    assert sorted(status for status, _ in answers) == [200, 404, 404, 404]


async def test_after_too_many_wrong_codes_of_one_caller_nothing_is_answered_for_a_while(world):
    await world.issue()
    for _ in range(RULES.tries_of_one_caller):
        assert (await world.type("WRNGW22222"))[0] == 404
    status, page = await world.type(CODE)
    assert (status, CLOSED in page) == (429, True)
    assert (await world.type("WRNGW22222"))[0] == 429

    # Another caller is answered; and in the end this one, too: the code was not used up meanwhile.
    assert (await world.type("WRNGW22222", caller="192.0.2.7"))[0] == 404
    world.now += timedelta(minutes=RULES.tries_within_minutes)
    assert (await world.type(CODE))[0] == 200


async def test_after_too_many_wrong_codes_of_all_together_nobody_is_answered(world):
    await world.issue()
    for number in range(RULES.tries_of_all):
        assert (await world.type("WRNGW22222", caller=f"192.0.2.{number}"))[0] == 404
    assert (await world.type(CODE, caller="192.0.2.250"))[0] == 429


async def test_a_restart_forgets_neither_a_used_code_nor_a_wrong_one(world):
    await world.issue()
    await world.type(CODE, caller="192.0.2.1")
    for _ in range(RULES.tries_of_one_caller):
        await world.type("WRNGW22222")
    await world.begin()
    assert (await world.type(CODE, caller="192.0.2.1"))[0] == 404
    assert (await world.type("WRNGW22222"))[0] == 429


async def test_the_page_keeps_neither_codes_nor_callers_in_the_clear(world):
    await world.issue()
    await world.type("WRNGW22222", caller="192.0.2.77")
    conn = await asyncpg.connect(world.dsn)
    kept = await conn.fetch("SELECT code::text FROM console.receipt_codes AS code")
    kept += await conn.fetch("SELECT try::text FROM console.receipt_tries AS try")
    await conn.close()
    assert len(kept) == 2
    assert not any(clear in one[0] for one in kept for clear in (CODE, "192.0.2.77", "WRNG"))


async def test_a_request_is_one_line_of_the_log_without_code_caller_or_person(world):
    await world.issue()
    await world.type(CODE, caller="192.0.2.77")
    await world.client.get("/?language=es")
    assert [line["outcome"] for line in world.log.lines] == ["shown", "form"]
    told = str(world.log.lines)
    assert CODE not in told
    assert "192.0.2" not in told
    assert "per-" not in told


async def test_every_answer_is_closed_to_scripts_frames_caches_and_other_sites(world):
    await world.issue()
    for answer in (
        await world.client.get("/"), await world.client.get("/nowhere"), await world.client.get("/receipt"),
        await world.client.post("/receipt", data={"code": CODE}),
    ):  # fmt: skip
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "aiohttp" not in answer.headers["Server"]


async def test_the_style_is_the_one_that_the_policy_names(world):
    answer = await world.client.get("/")
    policy, page = answer.headers["Content-Security-Policy"], await answer.text()
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}" in policy


async def test_a_code_in_an_address_is_not_looked_at(world):
    await world.issue()
    assert (await world.client.get(f"/receipt?code={CODE}")).status == 405
    assert CODE not in await (await world.client.get(f"/?code={CODE}")).text()
    assert (await world.client.post(f"/receipt?code={CODE}", data={})).status == 404
    assert (await world.type(CODE))[0] == 200


async def test_another_site_can_use_up_neither_codes_nor_tries(world):
    await world.issue()
    for _ in range(RULES.tries_of_one_caller + 1):
        assert (await world.type("WRNGW22222", **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert (await world.type(CODE, **{"Sec-Fetch-Site": "same-origin"}))[0] == 200


async def test_a_body_that_is_too_large_is_refused(world):
    assert (await world.client.post("/receipt", data={"code": "x" * 100_000})).status == 413


async def test_the_page_speaks_the_language_that_was_chosen(world):
    await world.issue()
    form = await (await world.client.get("/?language=es")).text()
    assert '<html lang="es">' in form
    answer = await world.client.post("/receipt", data={"code": CODE, "language": "es"})
    assert "A quién se le dijo qué sobre usted" in await answer.text()
    assert '<html lang="en">' in await (await world.client.get("/?language=xx")).text()


async def test_what_goes_wrong_is_told_without_a_word_of_the_request_and_uses_up_nothing(world):
    await world.issue()
    conn = await asyncpg.connect(world.dsn)
    await conn.execute("ALTER TABLE ledger.entries RENAME TO entries_away")
    status, page = await world.type(CODE)
    await conn.execute("ALTER TABLE ledger.entries_away RENAME TO entries")
    await conn.close()
    assert status == 500
    assert CODE not in page
    assert world.log.lines[-1]["trouble"]
    assert (await world.type(CODE))[0] == 200


async def test_the_page_listens_on_loopback_alone_until_the_service_stops(world):
    (port,), stopping = some_free(1), asyncio.Event()
    pipes = Pipes("console", None, world.database, None, None, None, stopping, lambda: NOW, None, world.log, None)
    serving = asyncio.create_task(pages(SITE, KEY, port)(pipes))
    try:
        async with ClientSession() as session:
            for _ in range(100):
                if not serving.done() and _open("127.0.0.1", port):
                    break
                await asyncio.sleep(0.05)
            async with session.get(f"http://127.0.0.1:{port}/") as answer:
                assert answer.status == 200
        others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        assert not [
            address for address in others - {"127.0.0.1"} if not address.startswith("127.") and _open(address, port)
        ]
    finally:
        stopping.set()
        await serving
    assert not _open("127.0.0.1", port)


def _open(address, port):
    with socket.socket() as knock:
        knock.settimeout(0.5)
        return knock.connect_ex((address, port)) == 0


def test_what_is_typed_is_read_as_people_write_it():
    assert codes.read(" abcde-23456 ") == codes.read("ABCDE 23456") == CODE
    assert codes.written(CODE) == "ABCDE-23456"
    for typed in ("", "ABCDE2345", "ABCDE234567", "ABCDE2345O", "ABCDE2345ñ", "\x00" * 10, "\ud800" * 10):
        assert codes.read(typed) is None
    assert not set("0O1IL") & set(codes.ALPHABET)
