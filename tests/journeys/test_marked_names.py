"""Every free text of every event is a word of its own, down every path: afterwards they are where they may be only.

That is: on the agencies' own topics as long as they are kept, and on the lanes to which a permission opens that field.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import contracts.catalogue  # noqa: F401  # puts every event on the shelf
from contracts import topics
from contracts.event import newest, shelf
from services.local.ground import AGENCIES
from services.plumbing.passwords import Passwords
from tests.journeys import searched
from tests.journeys.conftest import given
from tests.journeys.marked_day import HOSPITAL, OFFICE, POLICE, PROVIDER, Day
from tests.journeys.marks import PREFIX, Found, Mark, found_in, free_fields
from tests.journeys.outside import Heard, Outsider
from tests.journeys.running import running
from tests.platform.laid import FreshHub

SITE = Path(__file__).parents[2] / "deploy" / "sites" / "whatcom"
OF_A_FORM = "form_reference"
"""The number of a form is a consent's identity: consent keeps it, and the report of it stands admitted as it came."""
WHERE_FORMS_STAND = {"hub.reports", "consent.registers.state", "consent.inbox", "intake.outbox.body"}
NAMED_ON_A_LANE = {
    "call_back": "officer_call_back", "number": "incident_number", "incident_number": "incident_number",
}  # fmt: skip
"""Fields that have another name where they are told."""


class Searched(NamedTuple):
    day: Day
    lanes: dict[str, list[Heard]]
    found: list[Found]

    def marks(self, *kinds: str) -> list[tuple[str, str, str]]:
        """Every sent word that was found in these kinds of places: its field, and where."""
        made = self.day.marks.made
        here = [one for one in self.found if one.word.startswith(PREFIX) and one.kind in kinds]
        return sorted({(_named(made.get(one.word)), one.kind, one.where) for one in here if not _may_be(made, one)})


def _named(mark: Mark | None) -> str:
    return "in base 64" if mark is None else f"{mark.event} {mark.path}"


def _may_be(made: dict[str, Mark], one: Found) -> bool:
    mark = made.get(one.word)
    if mark is None or mark.field != OF_A_FORM:
        return False
    return one.where in WHERE_FORMS_STAND or one.kind in {searched.KAFKA_FILE, searched.POSTGRES_FILE}


@pytest.fixture(scope="module")
def search(fresh_hub: FreshHub) -> Iterator[Searched]:
    """The day was played on a hub of its own, a word was leaked everywhere, all was searched, and the hub stopped."""
    with fresh_hub() as folder:
        with running(folder) as hub:
            passwords = Passwords(Path(hub["state"]) / "secrets" / AGENCIES)
            known: dict[str, Outsider] = {}

            def outside(slug: str) -> Outsider:
                if slug not in known:
                    known[slug] = Outsider(given(hub, slug, passwords.of(slug)))
                return known[slug]

            day = Day(hub, outside)
            day.play()
            _run(searched.leaked(hub))
            day.shown.append(day.command("send", "-", "--as", POLICE, stdin=json.dumps({"id": searched.leak("shown")})))
            found = [one for shown in day.shown for one in found_in("shown", shown.words, f"{shown}".encode())]
            found += _run(searched.everywhere(hub))
            for agency in known.values():
                agency._listen()
                agency.__exit__()
        yield Searched(day, {slug: one.lane for slug, one in known.items()}, found + searched.in_files(folder))


def _run(work: Any) -> Any:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_every_free_text_of_every_event_that_an_agency_may_say_was_sent(search):
    sent = {(mark.event, mark.path) for mark in search.day.marks.made.values()}
    said = sorted({event.name for event in shelf() if event.topic == topics.TO_HUB})
    assert [(name, path) for name in said for path in free_fields(newest(name)) if (name, path) not in sent] == []


def test_no_log_line_and_nothing_that_a_command_shows_holds_one(search):
    assert search.marks("log", "shown") == []


def test_no_summary_of_what_is_parked_no_heartbeat_and_no_name_of_a_group_holds_one(search):
    assert search.marks("summary", "heartbeat", "group") == []


def test_no_key_no_header_and_no_fact_of_the_hub_holds_one(search):
    assert search.marks("key", "header", "body") == []


def test_no_column_of_any_table_holds_one(search):
    assert search.marks("text", "bytes") == []


def test_none_is_in_the_files_of_the_broker_and_the_database(search):
    assert search.marks(searched.KAFKA_FILE, searched.POSTGRES_FILE) == []


def test_on_a_lane_is_only_what_a_permission_lets_be_there(search):
    policy = tomllib.loads((SITE.parent / "standard" / "permissions.toml").read_text())["permission"]
    roles = {slug: one["role"] for file in (SITE / "agencies").glob("*.toml")
             for slug, one in tomllib.loads(file.read_text()).items()}  # fmt: skip
    for slug, lane in search.lanes.items():
        for heard in lane:
            rows = [row for row in policy if row["event"] == heard.type and roles[slug] in row["roles"]]
            fields = {field for row in rows for field in row["fields"]}
            for field, word in _words(heard.data):
                mark = search.day.marks.made[word]
                assert field in fields, f"{heard.type} to {slug}: {field}"
                assert field == NAMED_ON_A_LANE.get(mark.field, mark.field), f"{mark.path} stands in {field}"


def test_each_agency_was_told_what_it_may_know_and_nobody_else(search):
    told = defaultdict(set)
    for slug, lane in search.lanes.items():
        for heard in lane:
            told[slug] |= {search.day.marks.made[word].field for _, word in _words(heard.data)}
    assert told[POLICE] <= {"number", "source_reference"}
    assert told[HOSPITAL] <= {"source_reference"}
    assert told[OFFICE] == set()
    assert told[PROVIDER] == {"preferred_name", "legal_name", "phones", "usual_places", "note"}
    holders = [slug for slug in told if "legal_name" in told[slug] and slug != PROVIDER]
    assert len(holders) == 1
    never = {"aliases", "reason", "safety_notes", "badge", "name", "supervisor", "referrer_contact", "remark", "why"}
    assert not never & set().union(*told.values())


def _words(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Each marked word in a message, with the field in which it stands."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _words(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, field)
    else:
        yield from ((field, one.word) for one in found_in("lane", field, str(value).encode()) if PREFIX in one.word)


@pytest.mark.parametrize("kind", [kind for kind in searched.LEAKS if kind != "hidden"])
def test_a_word_that_leaked_is_found_where_it_leaked(search, kind):
    assert searched.leak(kind) in {one.word for one in search.found if one.kind == kind}


def test_a_word_that_leaked_in_base_64_is_found(search):
    assert ("zzleak in base 64", "public.leaks.hidden") in {(one.word, one.where) for one in search.found}


@pytest.mark.parametrize("leaked", ["body", "key", "header", "group"])
def test_what_leaked_into_kafka_is_found_in_its_files(search, leaked):
    assert searched.leak(leaked) in {one.word for one in search.found if one.kind == searched.KAFKA_FILE}


@pytest.mark.parametrize("leaked", ["text", "bytes", "summary"])
def test_what_leaked_into_postgresql_is_found_in_its_files(search, leaked):
    assert searched.leak(leaked) in {one.word for one in search.found if one.kind == searched.POSTGRES_FILE}
