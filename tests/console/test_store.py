"""What operators ask of the console's own tables."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from contracts.catalogue import AssignmentEnded, AssignmentEnrolled, IntakeOverdue
from contracts.words import EndReason
from services import console
from services.console.domain import decide
from services.console.store import Asking, ConsoleStore
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare, role_of
from tests.console import examples as x

OVERDUE = x.said(
    IntakeOverdue(referral_id=x.REFERRAL, offer_id=x.OFFER, agency="opportunity-council", due_at=x.BEGIN), after=5
)
ENROLLED = AssignmentEnrolled(referral_id=x.REFERRAL, agency="opportunity-council", completed_on=x.BEGIN.date())
ENDED = AssignmentEnded(referral_id=x.REFERRAL, agency="opportunity-council", reason=EndReason.MOVED)


@pytest.fixture
async def conn(database):
    """A connection as the console's own role, on its empty tables."""
    administrator = await asyncpg.connect(database)
    await prepare(administrator, ["console"])
    await administrator.close()
    own = await asyncpg.connect(database, user=role_of("console"), server_settings={"search_path": "console"})
    await migrate(own, "console", from_folder(Path(console.__file__).parent / "migrations"))
    await own.execute("TRUNCATE steps, files")
    yield own
    await own.close()


async def overdue(conn, *facts) -> list[str]:
    rows = [(fact, row.content) for fact in facts for row in decide(None, None, fact, None)]
    await ConsoleStore().save(conn, {}, None, rows)
    return await Asking(conn).overdue_intakes()


async def test_an_overdue_intake_is_named_until_it_comes(conn):
    assert await overdue(conn, OVERDUE) == [x.REFERRAL]
    assert await overdue(conn, x.said(ENROLLED, after=6)) == []


async def test_an_overdue_intake_is_named_until_the_participation_ends(conn):
    assert await overdue(conn, OVERDUE, x.said(ENDED, after=6)) == []


async def test_what_ended_before_is_another_story(conn):
    assert await overdue(conn, x.said(ENDED, after=4), OVERDUE) == [x.REFERRAL]
