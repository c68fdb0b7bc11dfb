"""The same scenarios over the store in memory and the one in PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from contracts.consents.revocation_settled import RevocationSettled
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.words import Category, Purpose
from services.notification.domain.answers import Allowed, Verdict
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from services.notification.domain.kept import Standing
from services.notification.domain.lanes import ConsentEnded, LaneRow
from services.notification.domain.writing import read_dossier, written_dossier
from services.notification.store import LaneReport, PostgresStore
from services.notification.store.waiting import waiting
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    NOON,
    PERSON,
    POLICE,
    REFERRAL,
    accepted,
    enrolled,
    granted,
    handed_off,
    heard,
    offered,
    onward_asked,
    received,
    review_requested,
    screened,
    unavailable,
    withdrawn,
)
from tests.notification.memory import MemoryStore
from tests.notification.servers import empty

OTHER = "per-" + "9" * 32
VERDICT = Verdict(
    "sample",
    (Allowed(Purpose.OPERATION, frozenset({"needs"}), frozenset({Category.NEEDS}), ("permission/sample",)),),
    REFERRAL,
)


class InMemory:
    def __init__(self) -> None:
        self.store = MemoryStore()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        async with self.store.transaction():
            yield None

    async def park(self, person: str) -> None:
        self.store.parked.add(person)


class InPostgres:
    def __init__(self, dsn: str) -> None:
        self.store = PostgresStore()
        self._dsn = dsn
        self._prepared = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        conn = await asyncpg.connect(self._dsn)
        try:
            if not self._prepared:
                await empty(conn)
                self._prepared = True
            await conn.execute("SET ROLE hub_notification")
            await conn.execute("SET search_path TO notification")
            async with conn.transaction():
                yield conn
        finally:
            await conn.close()

    async def park(self, person: str) -> None:
        async with self.transaction() as conn:
            await conn.execute(
                "INSERT INTO dead_letters (key, topic, partition, record_offset, appended_at, digest, content, wrapped,"
                " reason, cause) VALUES ($1, 'sample', 0, 0, now(), '', '', false, 'failed', 'sample')",
                person,
            )


@pytest.fixture(params=["memory", "postgres"])
def place(request: pytest.FixtureRequest) -> Any:
    return InMemory() if request.param == "memory" else InPostgres(request.getfixturevalue("database"))


def row(name: str, agency: str = CASEWORK, key: str = PERSON, **changes: Any) -> LaneRow:
    return LaneRow(message_id=name, agency=agency, message="offer.made", key=key, person=key, at=NOON, **changes)


async def enter(place: Any, *rows: LaneRow | ConsentEnded) -> None:
    async with place.transaction() as conn:
        await place.store.save(conn, {}, None, [(received(), one) for one in rows])


async def lane(place: Any, agency: str = CASEWORK) -> list[Any]:
    async with place.transaction() as conn:
        return (await place.store.take(conn, agency, 100)).rows


async def test_a_dossier_is_read_as_it_was_saved(place):
    dossier = Dossier()
    for fact in [received(), screened(), review_requested(), offered(), accepted(), handed_off(), enrolled(),
                 granted(), onward_asked(), unavailable(), withdrawn()]:  # fmt: skip
        dossier = evolve(dossier, fact)
    async with place.transaction() as conn:
        await place.store.save(conn, {PERSON: dossier}, None, [])
    async with place.transaction() as conn:
        assert (await place.store.load(conn, [OTHER, PERSON], [])).states == {PERSON: dossier}
    assert read_dossier(written_dossier(dossier) + "\n") == dossier, "it was remembered, and not read"


async def test_rows_come_back_in_the_order_in_which_they_were_entered_each_in_its_lane(place):
    await enter(place, row("one"), row("two", POLICE), row("three", key=OTHER), row("four"))
    assert [one.row.message_id for one in await lane(place)] == ["one", "three", "four"]
    assert [one.row.message_id for one in await lane(place, POLICE)] == ["two"]


async def test_the_same_message_is_entered_once(place):
    await enter(place, row("one"), row("one"))
    await enter(place, row("one"))
    assert len(await lane(place)) == 1


async def test_a_row_is_read_as_it_was_entered(place):
    entered = row("one", referral_id="r", offer_id="o", state="asked", again=True, rests_on=CONSENT, revision=3)
    await enter(place, entered)
    assert [one.row for one in await lane(place)] == [entered]


async def test_the_end_of_a_consent_takes_away_what_rests_on_it_and_nothing_else(place):
    await enter(place, row("one", rests_on=CONSENT), row("two"), row("three", rests_on="con-other"))
    await enter(place, ConsentEnded(consent_id=CONSENT))
    assert [one.state for one in await lane(place)] == ["withdrawn", "waiting", "waiting"]


async def test_what_is_being_carried_is_told_and_no_end_of_a_consent_takes_it_away(place):
    await enter(place, row("one", rests_on=CONSENT))
    [one] = await lane(place)
    async with place.transaction() as conn:
        await place.store.carry(conn, [(one.id, VERDICT)], NOON)
    await enter(place, ConsentEnded(consent_id=CONSENT))
    [one] = await lane(place)
    assert (one.state, one.verdict, one.carrying_at) == ("carrying", VERDICT, NOON)


async def test_what_was_not_sent_waits_again_and_what_was_sent_is_gone(place):
    await enter(place, row("one"), row("two"))
    one, two = await lane(place)
    async with place.transaction() as conn:
        await place.store.carry(conn, [(one.id, VERDICT), (two.id, VERDICT)], NOON)
        await place.store.settle(conn, [one.id])
        await place.store.put_back(conn, [two.id])
    [left] = await lane(place)
    assert (left.row.message_id, left.state, left.verdict) == ("two", "waiting", None)


async def test_what_changed_is_said_anew_under_another_id_at_the_same_place(place):
    await enter(place, row("one"), row("two"))
    one, _ = await lane(place)
    async with place.transaction() as conn:
        await place.store.say_anew(conn, [(one.id, row("one again"))])
    assert [one.row.message_id for one in await lane(place)] == ["one again", "two"]


async def test_rows_of_people_with_a_parked_message_stay_where_they_are(place):
    await enter(place, row("one"), row("two", key=OTHER))
    await place.park(PERSON)
    assert [one.row.message_id for one in await lane(place)] == ["two"]
    async with place.transaction() as conn:
        assert await place.store.anything_parked(conn, CASEWORK)
        assert [one.message_id for one in await place.store.note(conn, CASEWORK, "parked")] == ["one"]
        assert await place.store.note(conn, CASEWORK, "parked") == []


async def test_rows_of_who_took_something_back_do_not_fill_a_pass_but_for_recalls(place):
    stop = heard(ConsentRevoked(how="verbal"), by=CASEWORK)
    await enter(
        place, row("one"), row("two"), row("three", key=OTHER), replace(row("four"), message="information.recalled")
    )
    async with place.transaction() as conn:
        await place.store.save(conn, {PERSON: evolve(None, stop)}, None, [])
        assert [one.row.message_id for one in (await place.store.take(conn, CASEWORK, 2)).rows] == ["three", "four"]
    dealt_with = heard(RevocationSettled(agency=CASEWORK, message_id=stop.id))
    async with place.transaction() as conn:
        await place.store.save(conn, {PERSON: evolve(evolve(None, stop), dealt_with)}, None, [])
        assert [one.row.message_id for one in (await place.store.take(conn, CASEWORK, 2)).rows] == ["one", "two"]


@pytest.mark.parametrize("key", [CASEWORK, f"agency/{CASEWORK}"], ids=["unread", "read"])
async def test_no_row_is_taken_for_an_agency_about_which_something_is_parked(place, key):
    await enter(place, row("one"), row("two", key=OTHER), row("three", POLICE))
    await place.park(key)
    async with place.transaction() as conn:
        taken = await place.store.take(conn, CASEWORK, 100)
        assert (taken.rows, taken.closed) == ([], True)
        assert len(await place.store.note(conn, CASEWORK, "agency-parked")) == 2
        assert await place.store.note(conn, CASEWORK, "agency-parked") == []
        taken = await place.store.take(conn, POLICE, 100)
        assert ([one.row.message_id for one in taken.rows], taken.closed) == (["three"], False)


async def test_a_row_that_is_held_back_for_two_reasons_is_said_once(place):
    await enter(place, row("one"), row("two", key=OTHER))
    await place.park(PERSON)
    said = []
    async with place.transaction() as conn:
        for why in ("parked", "suspended") * 3:
            said += [(one.message_id, why) for one in await place.store.note(conn, CASEWORK, why)]
    assert said == [("one", "parked"), ("two", "suspended")]


async def test_a_lane_is_busy_while_something_waits_and_it_is_not_to_be_left_alone(place):
    await enter(place, row("one"), row("two", POLICE))
    async with place.transaction() as conn:
        assert sorted(await place.store.busy(conn, NOON)) == sorted([CASEWORK, POLICE])
        later = NOON + timedelta(seconds=10)
        await place.store.report(conn, LaneReport(CASEWORK, "waiting", NOON, "topic-missing", 1, later))
        assert await place.store.busy(conn, NOON) == [POLICE]
        assert sorted(await place.store.busy(conn, later)) == sorted([CASEWORK, POLICE])


async def test_an_alarm_shows_since_when_for_the_same_reason(place):
    await enter(place, row("one"))
    async with place.transaction() as conn:
        await place.store.report(conn, LaneReport(CASEWORK, "waiting", NOON, "topic-missing", 1, NOON))
        later = NOON + timedelta(minutes=1)
        await place.store.report(conn, LaneReport(CASEWORK, "waiting", later, "topic-missing", 2, later))
    async with place.transaction() as conn:
        [alarm] = await place.store.alarms(conn)
        assert (alarm.agency, alarm.reason, alarm.since, alarm.waiting) == (CASEWORK, "topic-missing", NOON, 1)
        assert await place.store.attempts(conn, CASEWORK) == 2
        await place.store.report(conn, LaneReport(CASEWORK, "open", NOON))
        assert await place.store.alarms(conn) == []


async def test_the_agencys_own_standing_comes_with_its_rows(place):
    standing = Dossier(standing=Standing(suspended=True, at=NOON, by="sample"))
    async with place.transaction() as conn:
        await place.store.save(conn, {f"agency/{CASEWORK}": standing}, None, [])
        taken = await place.store.take(conn, CASEWORK, 10)
    assert taken.dossiers == {f"agency/{CASEWORK}": standing}


async def test_whoever_asks_hears_why_each_row_waits(database):
    place = InPostgres(database)
    await enter(place, row("one"), row("two", key=OTHER), row("three", rests_on=CONSENT), row("four", POLICE))

    async def why(key: str | None, message: str | None = None, agency: str = CASEWORK) -> list[tuple[str, str]]:
        async with place.transaction() as conn:
            return [(one.row.message_id, one.why) for one in await waiting(conn, agency, key, message)]

    in_line = "it is in line, and is looked at in a moment"
    assert await why(PERSON) == [("one", in_line), ("three", in_line)]
    assert await why(None, "two") == [("two", in_line)]
    await enter(place, ConsentEnded(CONSENT))
    async with place.transaction() as conn:
        [first, *_] = (await place.store.take(conn, CASEWORK, 1)).rows
        await place.store.carry(conn, [(first.id, VERDICT)], NOON)
    assert await why(PERSON) == [
        ("one", "it is being sent just now, and counts as told"),
        ("three", "its consent has ended; it goes only if something else allows it, or is taken away"),
    ]
    async with place.transaction() as conn:
        await place.store.report(conn, LaneReport(CASEWORK, "waiting", NOON, "topic-missing", 1, NOON))
        await place.store.report(conn, LaneReport(POLICE, "suspended", NOON, "suspended"))
    assert await why(OTHER) == [("two", "the lane waits: topic-missing")]
    assert await why(PERSON, agency=POLICE) == [("four", "the agency is suspended")]
    await place.park(OTHER)
    assert await why(OTHER) == [("two", "something about the person is parked in notification; `hub status` shows it")]
