"""Criminal history is refused wherever it stands, before any contract reads it, and nothing of it stays."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.intake.domain.history import HistoryIn
from services.sites import load_site
from tests.intake.examples import (
    OTHER_PROVIDER,
    PERSON,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    House,
    arrest,
    community,
    names,
    record,
    refusal,
    site,
)

MARK = "zqxmark"
HISTORY = site().history
LOOK = HistoryIn(site())
BOTH = ("whatcom", "santa-fe")


def carried(data):
    return LOOK(data if isinstance(data, bytes) else json.dumps(data).encode())


@pytest.mark.parametrize("key", HISTORY.keys)
def test_a_field_of_the_list_is_history_however_it_is_written(key):
    camel = key.title().replace("_", "")
    for name in (key, key.upper(), key.replace("_", "-"), camel):
        assert carried({"person": [{name: None}]}).field == key


@pytest.mark.parametrize("pattern", HISTORY.patterns, ids=lambda one: one.id)
def test_each_pattern_finds_what_it_says_and_passes_what_it_says(pattern):
    for text in pattern.finds:
        assert carried({"reason": f"He is cold. {text}, he wants a bed."}).field == "reason"
    for text in pattern.passes:
        assert carried({"reason": f"He is cold. {text}, he wants a bed."}) is None


@pytest.mark.parametrize("slug", BOTH)
def test_no_site_takes_a_field_of_a_contract_for_history(slug):
    look = HistoryIn(load_site(slug))
    assert not {"".join(name.split("_")) for name in look._fields} & look._keys.keys()


def test_an_escape_hides_nothing_and_a_name_that_comes_twice_is_looked_at_twice():
    assert carried(b'{"reason": "conv\\u0069cted of theft"}').field == "reason"
    assert carried(b'{"\\u0070riors": 1}').field == "priors"
    assert carried(b'{"reason": "rap sheet attached", "reason": "fine"}').field == "reason"
    assert carried(b'{"reason": "03/04/2015 THEFT - CONVICTED\\n07/08/2017 DUI - PLED GUILTY"}').field == "reason"


def test_a_place_is_named_only_in_our_own_words():
    text = HISTORY.patterns[0].finds[0]
    assert carried({"person": {"aliases": ["A", text]}}).field == "person.aliases.1"
    assert carried({MARK: {"reason": text}}).field == "data"
    assert carried(text).field == "data"


@given(
    some.recursive(
        some.none() | some.integers() | some.text(), lambda x: some.lists(x) | some.dictionaries(some.text(), x)
    )
)
def test_it_never_raises_and_one_more_field_of_history_is_always_found(data):
    carried(data)
    assert carried({"around": data, "rap_sheet": "x"}) is not None


@pytest.mark.parametrize("data", [b"{not json", b"\xff\xfe\x00 rap sheet", b"[" * 100_000])
def test_what_is_no_json_is_somebody_elses_finding(data):
    assert carried(data) is None


MESSAGES = {
    "a field": arrest(person={"legal_name": "Juniper Sample", "prior_convictions": [MARK]}),
    "a text": arrest(reason=f"{MARK}: DISPO: GUILTY"),
    "a text of a community referral": community(reason=f"{MARK} was convicted of theft"),
    "a text where no contract has a field": arrest(**{MARK: [{MARK: "NCIC hit"}]}),
}


@pytest.mark.parametrize("what", MESSAGES)
async def test_a_message_with_history_is_refused_by_the_rule_with_a_way_out_and_nothing_of_it_is_kept(what):
    house = House()
    said = await house.hear(record(MESSAGES[what]))
    answer = refusal(said)
    assert answer.reason == "history-not-admitted"
    assert "CJIS Security Policy 4.2.1" in answer.problems[0].rule
    assert "attestations" in answer.problems[0].fix
    assert house.hub.parked("intake") == []
    assert MARK not in repr((said, house.store.__dict__, house.hub.inbox("intake")))


async def test_what_a_newer_version_carries_is_refused_too_for_else_it_would_be_kept_until_the_upgrade():
    house = House()
    said = await house.hear(record(arrest(rap_sheet=MARK), dataschema="hub:referral.submitted/99"))
    assert refusal(said).problems[0].field == "rap_sheet"
    assert house.hub.parked("intake") == []


async def test_every_event_is_looked_at_and_whoever_sends_it():
    for agency in (PROVIDER, OTHER_PROVIDER):
        note = record(
            {"result": "contacted", "note": "prior felony conviction"},
            name="contact.attempted", agency=agency, subject=PSEUDONYMS.of(PERSON, agency),
        )  # fmt: skip
        assert refusal(await House().hear(note)).problems[0].field == "note"


async def test_the_result_of_a_check_is_admitted():
    attested = arrest(attestations=[{"rule": "violent-history", "result": "fail", "checked_on": "2026-03-01"}])
    assert names(await House().hear(record(attested))) == ["referral.received"]


async def test_a_stop_is_heard_whatever_stands_in_it():
    house = House()
    (received,) = await house.hear(record(arrest()))
    stop = record({"criminal_history": MARK}, name="person.declined", subject=PSEUDONYMS.of(received.subject, POLICE))
    said = await house.hear(stop)
    assert "person.declined" in names(said)
    assert MARK not in repr(said)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_history_in_another_encoding_of_json_is_found(encoding):
    told = json.dumps({"reason": "rap sheet attached"})
    assert carried(told.encode(encoding)).field == "reason"
