"""The door over a real PostgreSQL: what one batch after the other does, and what it leaves in the tables."""

from __future__ import annotations

import json

import asyncpg

from contracts.envelope import headers_in
from contracts.reading import read
from services.intake.app import service
from services.plumbing.database import Database
from services.plumbing.handling import Handler
from services.plumbing.identity import mark_of
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.sealing import Sealer, Wrapping
from services.plumbing.tokens import Place
from tests.intake.examples import KEYS, site


class Lines:
    """A log that keeps its lines."""

    def __init__(self):
        self.lines = []

    def _keep(self, event, **values):
        self.lines.append((event, values))

    debug = info = warning = error = _keep


class PostgresHouse:
    """The same questions as `House`, asked of PostgreSQL; made with `opened_house`."""

    def __init__(self, dsn, made=None, keys=KEYS):
        self.dsn = dsn
        self.database = Database(dsn, "intake", password=None, instance="test", timeout=30)
        self.log = Lines()
        wrapping = Wrapping(keys.site)
        self.handler = Handler(made or service(site(), keys), self.database, log=self.log, wrap=wrapping.wrap)
        self.sealer = Sealer(keys.site, PostgresKeyStore())

    async def __aenter__(self):
        await self.database.open()
        return self

    async def __aexit__(self, *_):
        await self.database.close()

    async def hear(self, *records):
        await self.handler.handle(records)
        async with self.database.transaction() as conn:
            rows = await conn.fetch("DELETE FROM outbox RETURNING id, headers, body")
        return [read(headers_in(row["headers"]), row["body"]) for row in sorted(rows, key=lambda row: row["id"])]

    async def opened(self, fact):
        async with self.database.connection() as conn:
            opener = await self.sealer.opener(conn, fact.event.sealed.values())
        return {
            category.value: json.loads(
                opener.open(token, Place(fact.subject, category, event=mark_of(fact.source, fact.id)))
            )
            for category, token in fact.event.sealed.items()
        }

    async def rows(self, table):
        async with self.database.connection() as conn:
            return await conn.fetch(f"SELECT * FROM {table}")  # noqa: S608  # our own table

    async def empty(self):
        """As if nothing had ever happened."""
        conn = await asyncpg.connect(self.dsn)
        try:
            tables = (
                "cases, cases_of, people, marks, pairs, suspensions, operators, unknown_fields, inbox, outbox, "
                "dead_letters, erasures, deadlines, orders"
            )
            await conn.execute(f"TRUNCATE {', '.join(f'intake.{table.strip()}' for table in tables.split(','))}")
            await conn.execute("TRUNCATE keys.record_keys")
        finally:
            await conn.close()
