"""What it costs to ask whether something may be told, and to enter into the ledger what was told."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

from contracts import topics
from contracts.envelope import Fact, written
from contracts.words import Purpose
from services.local.platform import Platform
from services.notification.app.telling import PostgresBook
from services.notification.domain.answers import Allowed, Question
from services.notification.domain.evolving import evolve
from services.notification.domain.judging import Judge
from services.plumbing.handling import Handler
from services.plumbing.identity import mark_of
from services.plumbing.service import Record
from services.plumbing.standing import database_made
from tests.notification.examples import (
    CASEWORK,
    CLEAR,
    NOON,
    OFFER,
    ONWARD,
    POLICE,
    PROVIDER,
    REFERRAL,
    accepted,
    granted,
    offered,
    onward_asked,
    received,
    whatcom,
)
from tests.notification.servers import Ground, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.plumbing.service import Connection

ROUNDS = 7
QUESTIONS = (
    Question(POLICE, "referral.acknowledged", Purpose.ACKNOWLEDGEMENT, REFERRAL),
    Question(CASEWORK, "offer.made", Purpose.OFFER, offer_id=OFFER),
    Question(CASEWORK, "assignment.made", Purpose.FIRST_CONTACT, offer_id=OFFER),
    Question(CASEWORK, "assignment.made", Purpose.CARE_COORDINATION, offer_id=OFFER),
    Question(PROVIDER, "onward.offered", Purpose.SERVICE_PROVISION, onward_id=ONWARD),
    Question(PROVIDER, "assignment.made", Purpose.CARE_COORDINATION, offer_id=OFFER),
    Question(POLICE, "onward.offered", Purpose.SERVICE_PROVISION, onward_id=ONWARD),
)
"""Permissions alone, consents, and noes of each kind, as they come in life: most are allowed."""


def deciding(quick: bool) -> dict[str, Any]:
    """Return how many answers one core gives in a second, and how many empty calls it makes while it gives one."""
    judge, dossier = Judge(whatcom()), None
    facts = (
        received(), offered(), accepted(), granted(CASEWORK),
        granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, consent_id="con-" + "7" * 32), onward_asked(),
    )  # fmt: skip
    for fact in facts:
        dossier = evolve(dossier, fact)
    assert dossier is not None
    known, now, count = dossier, NOON + timedelta(hours=1), 2_000 if quick else 10_000
    answers = [judge.may(question, known, now) for question in QUESTIONS]
    assert 2 < sum(isinstance(answer, Allowed) for answer in answers) < len(QUESTIONS)

    def ask() -> None:
        for question in QUESTIONS:
            judge.may(question, known, now)

    def nothing(_question: Question, _dossier: Any, _now: datetime) -> None:
        """Take as many arguments and answer nothing."""

    def call() -> None:
        for question in QUESTIONS:
            nothing(question, known, now)

    rounds = [(_per_second(ask, count), _per_second(call, count)) for _ in range(ROUNDS)]
    return {
        "decisions_per_second": round(statistics.median(asked for asked, _ in rounds)),
        "decision_to_empty_call": round(statistics.median(empty / asked for asked, empty in rounds), 1),
    }


def _per_second(once: Any, count: int) -> float:
    began = time.process_time()
    for _ in range(count):
        once()
    return count * len(QUESTIONS) / (time.process_time() - began)


class _NoLedger(PostgresBook):
    """Puts the same facts out, and enters nothing."""

    async def enter(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Leave the ledger out."""


async def entering(quick: bool) -> dict[str, Any]:
    """Return what a carrier's pass takes with the ledger, as a ratio to the same pass without it."""
    many = 250 if quick else 500
    with tempfile.TemporaryDirectory() as folder:
        async with Platform.started(Path(folder)) as platform:
            dsn = await database_made(platform.postgres, "hub")
            async with opened(dsn, platform.hub_access) as ground:
                await ground.make(ground.police)
                rounds = []
                for number in range(1 if quick else ROUNDS + 1):
                    entered = await _pass(ground, f"{2 * number:04}", many, PostgresBook())
                    left_out = await _pass(ground, f"{2 * number + 1:04}", many, _NoLedger())
                    rounds.append((entered, left_out))
    # The first round makes connections and warms caches.
    kept = rounds[1:] or rounds
    return {
        "carrier_pass_per_second": round(statistics.median(many / entered for entered, _ in kept)),
        "pass_with_ledger_to_without": round(statistics.median(entered / without for entered, without in kept), 2),
    }


async def _pass(ground: Ground, mark: str, many: int, book: PostgresBook) -> float:
    """Let so many receipts wait on one lane; return the seconds in which the carrier carries them."""
    facts = await _sealed(ground, [f"{mark}{number:028}" for number in range(many)])
    handler = Handler(ground.service, ground.database, log=structlog.get_logger())
    await handler.handle([_record(fact) for fact in facts])
    ground.world._book = book  # the one piece that differs
    carrier = ground.carrier()
    before = len(await ground.on_lane(ground.police))
    began = time.perf_counter()
    while await ground.waiting():
        await carrier.carry(ground.police)
    seconds = time.perf_counter() - began
    assert len(await ground.on_lane(ground.police)) == before + many, "Not all of it was told."
    return seconds


async def _sealed(ground: Ground, names: Sequence[str]) -> list[Fact]:
    """Return a referral of each name, with its private parts sealed as intake does it."""
    clear = {category: json.dumps(one).encode() for category, one in CLEAR.items()}
    facts = []
    conn = await asyncpg.connect(ground.dsn)  # Notification itself may make no keys.
    try:
        seals = await ground.sealer.seals(conn, [f"ref-{name}" for name in names])
        for name in names:
            person, referral = f"per-{name}", f"ref-{name}"
            fact = received(agency=ground.police, person=person, referral_id=referral)
            tokens = seals.seal_each(referral, person, mark_of(fact.source, fact.id), clear)
            facts.append(Fact(fact.event.model_copy(update={"sealed": tokens}), fact.envelope))
        await ground.sealer.keep(conn, seals)
    finally:
        await conn.close()
    return facts


def _record(fact: Fact) -> Record:
    body, headers = written(fact)
    return Record(topics.REFERRALS, 0, 0, datetime.now(UTC), tuple(headers), str(fact.subject).encode(), body)
