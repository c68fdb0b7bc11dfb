"""A message that the door has put aside is corrected by an operator: it is handled so, in its place and its order."""

import asyncio
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.catalogue import ContactAttempted, MessageCorrected
from services.intake.app import service
from services.intake.store import register_operator
from services.local.laying import migrated
from services.plumbing.deadletters import ask_retry, how_ended, known, put_away, settle
from services.plumbing.retrying import Retries
from services.plumbing.sealing import Wrapping
from services.plumbing.tables import unpacked
from tests.intake.examples import (
    KEYS,
    OFFICE,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    PUBLIC,
    arrest,
    community,
    erasure,
    incident,
    names,
    record,
    refusal,
    signed,
    site,
)
from tests.intake.postgres import PostgresHouse
from tests.platform.aside import now

NEWER = "hub:{}/99"
_offsets = itertools.count(1)
tripping: set[str] = set()
"""Notes on which the door fails just now."""


def failing():
    """The door with a fault: it fails on reports of contact whose note is named."""
    sound = service(site(), KEYS)

    def decide(before, after, fact, shared):
        if isinstance(fact.event, ContactAttempted) and fact.event.note in tripping:
            raise ZeroDivisionError
        return sound.decide(before, after, fact, shared)

    return replace(sound, decide=decide)


@pytest.fixture(scope="module")
def laid(database):
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, migrated(database)).result()
    return database


@pytest.fixture
async def house(laid):
    tripping.clear()
    async with PostgresHouse(laid, failing()) as found:
        await ready(found)
        yield found


async def ready(house):
    await house.empty()
    async with house.database.connection() as conn:
        await register_operator(conn, "sam-sample", PUBLIC)


def sent(data, **more):
    return record(data, offset=next(_offsets), **more)


def contact(person, note, **more):
    of = PSEUDONYMS.of(person, PROVIDER)
    data = {"result": "left_message", "note": note}
    return sent(data, name="contact.attempted", agency=PROVIDER, subject=of, **more)


def correction(letter, changes=None, agency=POLICE, **more):
    """An operator's correction; `changes` are fields and what stands there, None where nothing does."""
    told = [
        {"field": field, "removed": True} if value is None else {"field": field, "value": json.dumps(value)}
        for field, value in (changes or {}).items()
    ]
    data = {"letter": letter, "agency": agency, "changes": told, "why": "sample", "operator": "sam-sample"} | more
    return signed(MessageCorrected, data, offset=next(_offsets))


async def letter_of(house, place=-1):
    async with house.database.connection() as conn:
        ids = [row["id"] for row in await conn.fetch("SELECT id FROM dead_letters ORDER BY id")]
        return await known(conn, ids[place])


async def tried(house):
    await Retries(house.database, house.handler, Wrapping(KEYS.site).unwrap).asked()
    return await house.hear()


async def row(house, letter):
    async with house.database.connection() as conn:
        return await conn.fetchrow("SELECT * FROM dead_letters WHERE id = $1", letter)


async def newer_referral(house, **more):
    data = arrest(reason="sample words", a_new_field="x") | more
    assert await house.hear(sent(data, identity="newer", dataschema=NEWER.format("referral.submitted"))) == []
    return (await letter_of(house)).id


async def known_person(house, **more):
    return (await house.hear(sent(arrest(**more))))[0].subject


async def test_what_is_corrected_is_admitted_in_its_place_and_what_was_sent_stays(house):
    letter = await newer_referral(house)
    before = await row(house, letter)
    (said,) = await house.hear(correction(letter, {"reason": "sample words, told anew", "a_new_field": None}))
    assert (said.event.name, said.agency, said.event.message_id) == ("message.corrected", OFFICE, "newer")
    assert [(one.field, one.value, one.removed) for one in said.event.changes] == [
        ("reason", None, False), ("a_new_field", None, True),
    ]  # fmt: skip
    received, *_ = await tried(house)
    assert (received.event.name, received.envelope.causation_id) == ("referral.received", "newer")
    assert (await house.opened(received))["narrative"] == {"reason": "sample words, told anew"}
    after = await row(house, letter)
    assert (after["content"], after["digest"], after["correction"]) == (before["content"], before["digest"], None)
    assert after["settled_as"] == f"sam-sample: sample, corrected by {said.id}"
    kept = await letter_of(house)
    assert (how_ended(kept), kept.key) == ("corrected", "bk-" + received.event.referral_id[4:32])


async def test_nothing_of_a_value_is_kept_in_the_clear(house):
    letter = await newer_referral(house)
    await house.handler.handle([correction(letter, {"reason": "zzmarkedz"})])
    seen = str([dict(one) for table in ("dead_letters", "outbox", "inbox", "cases") for one in await house.rows(table)])
    assert "zzmarkedz" not in seen
    assert "zzmarkedz" not in str(house.log.lines)


async def test_the_same_sent_again_is_no_news_and_no_conflict_and_another_body_is_one(house):
    letter = await newer_referral(house)
    await house.hear(correction(letter, {"a_new_field": None}))
    assert names(await tried(house))[0] == "referral.received"
    data = arrest(reason="sample words", a_new_field="x")
    assert await house.hear(sent(data, identity="newer", dataschema=NEWER.format("referral.submitted"))) == []
    again = await house.hear(sent(arrest(reason="sample words"), identity="newer"))
    assert refusal(again).reason == "reused-id"


async def test_the_whole_can_be_said_anew(house):
    letter = await newer_referral(house)
    whole = {"door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": "2026-03-02T09:40:00-08:00",
             "incident": incident(), "person.legal_name": "Juniper Sample", "agreement": "agreed"}  # fmt: skip
    await house.hear(correction(letter, whole, whole=True))
    received, *_ = await tried(house)
    assert "narrative" not in await house.opened(received)


async def test_read_in_an_older_version_without_any_change_it_is_admitted(house):
    letter = await newer_referral(house)
    assert names(await house.hear(correction(letter, message_version=3))) == ["message.corrected"]
    assert names(await tried(house))[0] == "referral.received"


async def test_later_messages_of_the_person_wait_and_follow_in_order_behind_what_is_corrected(house):
    one = await known_person(house)
    other = await known_person(house, incident=incident(number="S-9"), person={"legal_name": "Rowan Sample"})
    tripping.add("trips")
    said = await house.hear(
        contact(one, "trips", identity="a"), contact(one, "b", identity="b"), contact(other, "c", identity="c"),
        contact(one, "d", identity="d"),
    )  # fmt: skip
    assert [(fact.id, fact.subject) for fact in said] == [("c", other)], "nobody else waits"
    letter = (await letter_of(house, 0)).id
    (corrected,) = await house.hear(correction(letter, {"note": "mended"}, PROVIDER))
    assert (corrected.event.name, corrected.subject) == ("message.corrected", one)
    assert [fact.id for fact in await tried(house)] == ["a", "b", "d"]
    assert how_ended(await letter_of(house, 1)) == "retried"


async def test_what_fails_again_so_is_open_again_and_can_be_corrected_anew(house):
    person = await known_person(house)
    tripping.update({"trips", "trips, too"})
    await house.hear(contact(person, "trips", identity="a"), contact(person, "b", identity="b"))
    letter = (await letter_of(house, 0)).id
    await house.hear(correction(letter, {"note": "trips, too"}, PROVIDER))
    assert await tried(house) == []
    kept = await letter_of(house, 0)
    assert (kept.settled_at, kept.corrected_as, kept.attempts) == (None, None, 2)
    await house.hear(correction(letter, {"note": "mended"}, PROVIDER))
    assert [fact.id for fact in await tried(house)] == ["a", "b"]


async def test_a_second_correction_is_refused_in_the_same_batch_and_after_it_and_when_it_is_settled(house):
    letter = await newer_referral(house)
    first, second, third = (correction(letter, {"reason": f"words {number}"}) for number in (1, 2, 3))
    said = await house.hear(first, second)
    assert names(said) == ["message.corrected", "report.refused"]
    assert said[1].event.refusal.reason == "corrected-before"
    assert refusal(await house.hear(third)).reason == "corrected-before"
    async with house.database.connection() as conn:
        assert not await settle(conn, letter, "x: y")
        assert not await put_away(conn, letter, "x: y")
    await tried(house)
    refused = refusal(await house.hear(correction(letter, {"reason": "words"})))
    assert (refused.reason, refused.problems[0].field) == ("settled-letter", "letter")


async def test_what_was_handled_since_is_not_corrected(house):
    letter = await newer_referral(house)
    await house.hear(sent(arrest(), identity="newer"))
    assert refusal(await house.hear(correction(letter, {"a_new_field": None}))).reason == "known-before"


async def test_what_only_waits_behind_another_is_not_corrected(house):
    person = await known_person(house)
    tripping.add("trips")
    await house.hear(contact(person, "trips"), contact(person, "b"))
    letter = (await letter_of(house)).id
    assert refusal(await house.hear(correction(letter, {"note": "x"}, PROVIDER))).reason == "waits-behind"


async def test_only_what_an_agency_said_is_corrected(house):
    found = refusal(await house.hear(correction(10**9, {"reason": "x"})))
    assert (found.reason, found.problems[0].field) == ("unknown-letter", "letter")
    letter = await newer_referral(house)
    async with house.database.connection() as conn:
        await conn.execute("UPDATE dead_letters SET topic = 'hub.assignments'")
    assert refusal(await house.hear(correction(letter, {"reason": "x"}))).reason == "unknown-letter"


async def test_who_has_not_signed_corrects_nothing(house):
    letter = await newer_referral(house)
    data = {"letter": letter, "agency": POLICE, "why": "sample", "operator": "sam-sample",
            "changes": [{"field": "a_new_field", "removed": True}]}  # fmt: skip
    unsigned = sent(data, name="message.corrected", agency=OFFICE)
    assert refusal(await house.hear(unsigned)).reason == "unsigned"
    assert refusal(await house.hear(sent(data, name="message.corrected", agency=POLICE))).reason == "not-permitted"
    async with house.database.connection() as conn:
        await conn.execute("UPDATE operators SET revoked_at = now()")
    assert refusal(await house.hear(correction(letter, {"a_new_field": None}))).reason == "unsigned"


@pytest.mark.parametrize(
    ("changes", "more", "reason", "field"),
    [
        ({"door": "no-door"}, {}, "invalid-data", "door"),
        ({"person.birth_date": "yesterday"}, {}, "invalid-data", "person.birth_date"),
        ({"incident.ori": "WASAMPL01"}, {}, "wrong-ori", "incident.ori"),
        ({"incident.number": "S-77"}, {}, "not-correctable", "incident.number"),
        ({"agreement": "undecided"}, {}, "not-correctable", "agreement"),
        ({"door.inner": "x"}, {}, "invalid-data", "changes.0"),
        ({}, {"message_version": 99}, "nothing-corrected", "changes"),
        ({"a_new_field": None}, {"message_version": 98}, "newer-version", "dataschema"),
        ({"a_new_field": None}, {"agency": PROVIDER}, "unknown-letter", "letter"),
        ({"a_new_field": None}, {"message_id": "another"}, "unknown-letter", "message_id"),
        ({"a_new_field": None}, {"message_type": "referral.amended"}, "unknown-letter", "message_id"),
    ],
)
async def test_what_is_wrong_with_a_correction_is_told_by_field_rule_and_fix(house, changes, more, reason, field):
    letter = await newer_referral(house)
    found = refusal(await house.hear(correction(letter, changes, **more)))
    assert (found.reason, found.agency) == (reason, OFFICE)
    assert field in [problem.field for problem in found.problems]
    assert all(problem.rule and problem.fix for problem in found.problems)
    assert (await row(house, letter))["corrected_as"] is None


async def test_what_somebody_signed_is_said_by_nobody_for_them(house):
    person = await known_person(house)
    of = PSEUDONYMS.of(person, PROVIDER)
    newer = sent({}, name="consent.signed", agency=PROVIDER, subject=of, dataschema=NEWER.format("consent.signed"))
    await house.hear(newer)
    said = await house.hear(correction((await letter_of(house)).id, {"kind": "hub_handoff"}, PROVIDER))
    assert refusal(said).reason == "signed-form"


async def test_what_operators_say_is_said_again_and_not_corrected(house):
    await house.hear(sent(community(), agency=OFFICE, dataschema=NEWER.format("referral.submitted")))
    said = await house.hear(correction((await letter_of(house)).id, {"reason": "x"}, OFFICE))
    assert refusal(said).reason == "own-word"


async def stop(house, name="consent.revoked", **data):
    person = await known_person(house)
    of = PSEUDONYMS.of(person, PROVIDER)
    newer = sent(data, name=name, agency=PROVIDER, subject=of, identity="stop", dataschema=NEWER.format(name))
    (waits,) = await house.hear(newer)
    return person, waits, (await letter_of(house)).id


async def test_a_stop_is_corrected_and_what_it_held_is_free_by_the_same_mark(house):
    person, waits, letter = await stop(house, how="by telephone")
    await house.hear(correction(letter, {"how": "verbal"}, PROVIDER))
    said = await tried(house)
    assert names(said) == ["consent.revoked", "revocation.read"]
    assert [fact.subject for fact in said] == [person, person]
    assert said[1].event.content == waits.event.content


@pytest.mark.parametrize(
    ("name", "narrower"),
    [("consent.revoked", {"form_reference": "F-1"}), ("person.declined", {"referral_id": "ref-" + "0" * 32})],
)
async def test_what_takes_back_is_never_softened_and_may_take_back_all(house, name, narrower):
    _, _, letter = await stop(house, name, how="verbal")
    found = refusal(await house.hear(correction(letter, narrower, PROVIDER)))
    assert (found.reason, found.problems[0].field) == ("not-correctable", next(iter(narrower)))
    whole = refusal(await house.hear(correction(letter, narrower, PROVIDER, whole=True)))
    assert whole.reason == "not-correctable"


async def test_what_was_sent_goes_when_its_record_is_erased(house):
    letter = await newer_referral(house)
    await house.hear(correction(letter, {"a_new_field": None}))
    received, *_ = await tried(house)
    await house.hear(sent({"of": {"referral_id": received.event.referral_id}}, name="referral.withdrawn"))
    kept = await row(house, letter)
    sent_as = unpacked(Wrapping(KEYS.site).unwrap(kept["content"]), POLICE, 0, 0, kept["appended_at"])
    assert b"a_new_field" in sent_as.body
    assert "referral.erased" in names(await house.hear(erasure(received.event.referral_id)))
    assert (await row(house, letter))["content"] == b""


async def test_whose_it_is_shows_late_and_then_it_waits_behind_what_is_ahead(house, monkeypatch):
    person = await known_person(house)
    tripping.add("trips")
    await house.hear(contact(person, "trips", identity="a"))
    newer = contact(person, "b", identity="b", dataschema=NEWER.format("contact.attempted"))
    await house.hear(newer)
    letter = await letter_of(house)
    assert letter.key is None
    await house.hear(correction(letter.id, message_version=2, agency=PROVIDER))
    assert await tried(house) == []
    letter = await letter_of(house)
    assert (letter.key, letter.reason, letter.settled_at) == (person, "behind", None)
    tripping.clear()
    async with house.database.connection() as conn:
        assert await ask_retry(conn, letter.waits_for)
    monkeypatch.undo()
    assert [fact.id for fact in await tried(house)] == ["a"]


PEOPLE = 2
moves = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.booleans()), min_size=2, max_size=8)
endings = st.lists(st.sampled_from(["retry", "correct", "discard"]), min_size=1, max_size=8)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves, endings)
def test_however_letters_end_each_persons_messages_keep_their_order(laid, sends, ends):
    said, expected = now(_ended(laid, sends, ends))
    assert said == expected


async def _ended(laid, sends, ends):
    """Send reports of people, some of which trip the door; settle one letter after the other in some way.

    Return what was admitted of each person, and what is to be: all that was not discarded, as it was sent.
    """
    tripping.clear()
    async with PostgresHouse(laid, failing()) as house:
        await ready(house)
        people = [await known_person(house, incident=incident(number=f"P-{one}"), person={}) for one in range(PEOPLE)]
        expected = {person: [] for person in people}
        said = []
        for number, (whose, trips) in enumerate(sends):
            if trips:
                tripping.add(f"trips {number}")
            note = f"trips {number}" if trips else "sound"
            expected[people[whose]].append(f"m{number}")
            said += await house.hear(contact(people[whose], note, identity=f"m{number}"))
        turns = itertools.cycle(ends)
        while (letter := await _first_open(house)) is not None:
            said += await _end(house, letter, next(turns), expected)
        admitted = [fact for fact in said if isinstance(fact.event, ContactAttempted)]
        return {person: [one.id for one in admitted if one.subject == person] for person in people}, expected


async def _first_open(house):
    async with house.database.connection() as conn:
        letter = await conn.fetchval("SELECT min(id) FROM dead_letters WHERE settled_at IS NULL")
        return None if letter is None else await known(conn, letter)


async def _end(house, letter, how, expected):
    said = []
    if how == "correct":
        said += await house.hear(correction(letter.id, {"note": "mended"}, PROVIDER))
    async with house.database.connection() as conn:
        if how == "retry":
            tripping.discard(f"trips {letter.event_id[1:]}")
            await ask_retry(conn, letter.id)
        if how == "discard":
            assert await settle(conn, letter.id, "sam-sample: sample")
            expected[letter.key].remove(letter.event_id)
    return said + await tried(house)
