"""Sound messages, and how a client sees that a message was answered and that nobody waits behind it."""

import itertools
import json
import time
from datetime import UTC, date, datetime, timedelta

import asyncpg

from tests.journeys.outside import SECONDS, Outsider
from tests.platform.aside import now as at_once

POLICE, SHERIFF, HOSPITAL = "bellingham-police", "whatcom-county-sheriff", "peacehealth-st-joseph"
CASE_MANAGERS = (
    "catholic-community-services", "lake-whatcom-center", "northwest-youth-services", "opportunity-council",
)  # fmt: skip
TOMORROW = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011  # two days on it is future everywhere
_numbers = itertools.count(1)


def a(**changes) -> dict:
    """A sound community referral, changed."""
    return {
        "door": "community",
        "source_kind": "outreach",
        "referred_at": datetime.now(UTC).isoformat(),
        "source_reference": f"bad-{next(_numbers)}",
    } | changes


def arrest(**changes) -> dict:
    incident = {"number": f"26B-{next(_numbers)}", "ori": "WASAMPL02"} | changes.pop("incident", {})
    return (
        a(door="arrest_diversion", source_kind="law_enforcement", incident=incident, offences=[{"nibrs": "90C"}])
        | changes
    )


def new_id() -> str:
    return f"bad-{next(_numbers)}"


def a_good_message_gets_through(agency: Outsider) -> None:
    """Sent right after a bad one, by the same agency."""
    reference = new_id()
    agency.say("referral.submitted", a(source_reference=reference), new_id())
    agency.hears_of("referral.acknowledged", "source_reference", reference)


def answered(agency: Outsider, message_id: str, reason: str, field: str) -> None:
    """The refusal names field, rule and fix, and the next message is not held up."""
    a_good_message_gets_through(agency)
    refusal = agency.refusal(message_id)
    problems = {problem["field"]: problem for problem in refusal["problems"]}
    assert (refusal["reason"], list(problems)) == (reason, [field])
    assert problems[field]["rule"]
    assert problems[field]["fix"]
    assert "Sample" not in json.dumps(refusal)


def days_ago(years: int) -> str:
    return f"{date.today().year - years}-01-01"  # noqa: DTZ011  # a year is enough


def until(look):
    """What `look` finds, as soon as it finds anything."""
    deadline = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "It did not come about."
        time.sleep(0.1)
    return found


def asked(hub, sql: str, *values: str) -> list:
    return [row[0] for row in at_once(rows(hub, sql, *values))]


async def rows(hub, sql: str, *values: str) -> list:
    connection = await asyncpg.connect(hub["postgres"])
    try:
        return [tuple(row) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()
