"""Dead letters are listed, tried again, noted or discarded by an operator: on a real PostgreSQL, with no services."""

from __future__ import annotations

import json

import asyncpg
import pytest

from services.commands import ending, office, reach
from services.commands.settings import CommandSettings
from services.commands.status import _word_alarms
from services.intake.store import register_operator
from services.local.laying import migrated
from services.plumbing.passwords import Passwords
from services.plumbing.signing import new_key
from services.plumbing.standing import Standing
from services.sites import load_site
from tests.platform.aside import now

PERSON = "per-" + "1" * 32
PARK = """
INSERT INTO dead_letters (key, type, reason, cause, topic, partition, record_offset, appended_at, digest, content,
                          wrapped)
VALUES ($1, $2, $3, $4, 'hub.reports', 0, (SELECT count(*) FROM dead_letters), now(), '', 'Juniper Sample', true)
RETURNING id
"""
AT_THE_DOOR = """
INSERT INTO dead_letters (type, reason, cause, topic, partition, record_offset, appended_at, digest, content, wrapped)
VALUES ($1, 'newer-version', '', 'agency.sea-mar.to-hub', 0, 7, now(), '', 'Juniper Sample', true) RETURNING id
"""
AT_LEAST = ("consent.withdrawn", "consent.revoked", "revocation.settled", "referral.erased", "person.declined")


@pytest.fixture(scope="module")
def laid(database):
    now(migrated(database))
    return database


@pytest.fixture
def found(laid, hub, tmp_path, monkeypatch):
    """A hub whose services are not running; `hub` has cleared the environment."""
    del hub
    known = reach.Reach(
        state=tmp_path, facts={}, hub=None, agency_bootstrap="", postgres=laid,
        passwords=Passwords(tmp_path / "secrets" / "agencies"), site=load_site("whatcom"), settings=CommandSettings(),
    )  # fmt: skip
    monkeypatch.setattr(reach, "find", lambda _state: known)
    for service in ("consent", "intake"):
        now(_at(laid, service, "DELETE FROM dead_letters"))
    now(_at(laid, "intake", "DELETE FROM operators"))
    return known


@pytest.mark.parametrize("kind", ["consent.revoked", "person.declined", "message.unadmitted", None])
def test_a_word_at_the_door_is_refused_by_the_door_and_not_settled_behind_its_back(found, hub, kind):
    [at_the_door] = now(_at(found.postgres, "intake", AT_THE_DOOR, kind))
    number = str(at_the_door["id"])
    words = ("deadletters", "discard", "intake", number, "--why", "said-again", "--operator", "juno-sample", "--json")
    code, out, _ = hub(*words)
    assert (code, json.loads(out)["refused"]) == (0, True)
    [kept] = now(_at(found.postgres, "intake", "SELECT * FROM dead_letters WHERE id = $1", int(number)))
    assert (kept["settled_at"], kept["put_away_as"]) == (None, "juno-sample: said-again")
    assert kept["retry_asked_at"] is not None


async def _at(dsn, service, statement, *values):
    conn = await asyncpg.connect(dsn, server_settings={"search_path": service})
    try:
        return await conn.fetch(statement, *values)
    finally:
        await conn.close()


def letter(found, kind="consent.signed", *, key=PERSON, reason="failed", cause="KeyError at consent.deciding:12"):
    """Park one at consent; return its number."""
    [row] = now(_at(found.postgres, "consent", PARK, key, kind, reason, cause))
    return str(row["id"])


def row(found, identity):
    [kept] = now(_at(found.postgres, "consent", "SELECT * FROM dead_letters WHERE id = $1", int(identity)))
    return kept


def test_what_is_parked_is_listed_by_cause_and_never_with_what_it_says(found, hub):
    first, second = letter(found), letter(found, key="per-" + "2" * 32)
    letter(found, "consent.revoked", reason="behind", cause="an earlier message of the same key is parked")
    code, out, err = hub("deadletters", "--json")
    assert (code, err) == (0, "")
    one, many = json.loads(out)
    assert (many["service"], many["letters"], many["keys"], many["first_id"]) == ("consent", 2, 2, int(first))
    assert (one["type"], one["reason"], one["letters"]) == ("consent.revoked", "behind", 1)
    code, table, err = hub("deadletters")
    assert (code, "KeyError at consent.deciding:12" in table) == (0, True)
    assert "hub deadletters show consent" in err
    code, shown, _ = hub("deadletters", "show", "consent", first)
    assert (code, PERSON in shown) == (0, True)
    behind = [
        json.loads(hub("deadletters", "show", "consent", each, "--json")[1])["behind"] for each in (first, second)
    ]
    assert behind == [1, 0]
    assert "Juniper" not in out + table + shown


def test_where_nothing_is_parked_one_line_says_so(found, hub):
    assert hub("deadletters") == (0, "Dead letters: nothing\n", "")


def test_one_is_tried_again_or_with_all_that_have_its_cause(found, hub):
    one, alike, other = letter(found), letter(found), letter(found, "consent.revoked")
    assert hub("deadletters", "retry", "consent", one)[0] == 0
    assert [row(found, each)["retry_asked_at"] is not None for each in (one, alike, other)] == [True, False, False]
    code, out, _ = hub("deadletters", "retry", "consent", one, "--alike", "--json")
    assert (code, json.loads(out)["asked"]) == (0, 2)
    assert [row(found, each)["retry_asked_at"] is not None for each in (one, alike, other)] == [True, True, False]


def test_a_settling_leaves_who_when_and_a_code_and_the_content_goes(found, hub):
    one = letter(found)
    words = ("deadletters", "discard", "consent", one, "--why", "entered-again", "--operator", "juno-sample")
    assert hub(*words)[0] == 0
    kept = row(found, one)
    assert (kept["settled_as"], kept["content"]) == ("juno-sample: entered-again", b"")
    assert kept["settled_at"] is not None
    assert "juno-sample: entered-again" in hub("deadletters", "show", "consent", one)[1]
    for again in (words, ("deadletters", "retry", "consent", one), ("deadletters", "retry", "consent", one, "--alike")):
        code, out, err = hub(*again)
        assert (code, out) == (1, "")
        assert "is settled" in err
    assert row(found, one)["settled_as"] == "juno-sample: entered-again"


def test_the_longest_name_and_code_stand_whole(found, hub):
    one, name, code = letter(found), "a" * 60, "b" * 40
    assert hub("deadletters", "discard", "consent", one, "--why", code, "--operator", name)[0] == 0
    assert row(found, one)["settled_as"] == f"{name}: {code}"


@pytest.mark.parametrize("kind", [*AT_LEAST, *sorted({one.name for one in ending.ENDS} - {*AT_LEAST}), None])
def test_what_ends_telling_or_cannot_be_read_is_not_settled_and_can_be_tried_again(found, hub, kind):
    one = letter(found, kind)
    code, out, err = hub("deadletters", "discard", "consent", one, "--why", "entered-again")
    assert (code, out) == (1, "")
    assert "never take effect" in err
    assert f"hub deadletters retry consent {one}" in err
    assert row(found, one)["settled_at"] is None
    assert hub("deadletters", "retry", "consent", one)[0] == 0


def test_from_the_first_operator_on_a_settling_needs_the_operators_own_key_at_hand(found, hub):
    one, (private, public) = letter(found), new_key()
    words = ("deadletters", "discard", "consent", one, "--why", "entered-again", "--operator")
    now(_registered(found, "juno-sample", public))
    kept = office.keys(found)
    for at_hand in (None, new_key()[0]):
        if at_hand:
            kept.keep("juno-sample", at_hand)
            kept.keep("somebody-else", private)
        for name in ("juno-sample", "somebody-else"):
            code, _, err = hub(*words, name)
            assert (code, "registered key" in err) == (1, True)
    assert row(found, one)["settled_at"] is None
    kept.keep("juno-sample", private)
    assert hub(*words, "juno-sample")[0] == 0


async def _registered(found, name, public):
    async with found.connected("intake") as conn:
        await register_operator(conn, name, public)


def test_a_message_that_is_not_there_is_said_in_one_line(found, hub):
    for words in (("show",), ("retry",), ("discard", "--why", "entered-again")):
        code, out, err = hub("deadletters", words[0], "consent", "999", *words[1:])
        assert (code, out) == (1, "")
        assert "consent has no dead letter 999" in err


def test_who_only_looks_sees_no_content(found):
    letter(found)

    async def looks():
        async with found.connected("consent", watching=True) as conn:
            await conn.fetch("SELECT content FROM dead_letters")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        now(looks())


def test_a_group_is_shown_with_three_examples_and_a_next_step(found, hub):
    first = letter(found)
    for number in range(2, 6):
        letter(found, key=f"per-{number}" + "0" * 31)
    of = json.loads(hub("deadletters", "show", "consent", first, "--group", "--json")[1])
    assert (of["letters"], of["keys"], len(of["examples"])) == (5, 5, 3)
    assert "hub deadletters retry consent" in of["next"]
    code, table, err = hub("deadletters", "show", "consent", first, "--group")
    assert (code, "hub.reports" in table, "mend it with a test" in err) == (0, True, True)


@pytest.mark.parametrize(
    ("reason", "step"),
    [("newer-version", "deploy this service"), ("behind", "waits for letter"), ("oversize", "too big for Kafka")],
)
def test_the_next_step_is_by_the_reason(found, hub, reason, step):
    letter(found)
    one = letter(found, reason=reason)
    assert step in json.loads(hub("deadletters", "show", "consent", one, "--json")[1])["next"]


def test_a_persons_own_word_comes_first_then_what_ends_telling(found, hub):
    for kind in ("consent.signed", "consent.signed", "assignment.ended", "person.declined"):
        letter(found, kind)
    listed = json.loads(hub("deadletters", "list", "--json")[1])
    assert [(one["type"], one["ends"]) for one in listed] == [
        ("person.declined", True), ("assignment.ended", True), ("consent.signed", False),
    ]  # fmt: skip


def test_status_has_an_alarm_for_each_kind_that_ends_telling():
    rows = ({"type": "person.declined", "letters": 1}, {"type": "assignment.ended", "letters": 2},
            {"type": "consent.signed", "letters": 4})  # fmt: skip
    own, other = _word_alarms([Standing("consent", parked=rows)])
    assert "consent: 1 parked word that takes something back" in own
    assert "consent: 2 dead letters that say" in other


def test_all_of_a_service_are_tried_again(found, hub):
    letters = [letter(found), letter(found, "consent.revoked")]
    code, out, _ = hub("deadletters", "retry", "consent", "--all", "--json")
    assert (code, json.loads(out)["asked"]) == (0, 2)
    assert all(row(found, one)["retry_asked_at"] for one in letters)
    for wrong in (("consent",), ("consent", letters[0], "--all")):
        code, _, err = hub("deadletters", "retry", *wrong)
        assert (code, "Which letter" in err) == (1, True)


def test_a_note_is_a_code_with_a_name_and_a_time(found, hub):
    one = letter(found)
    words = ("deadletters", "note", "consent", one, "--operator", "juno-sample", "--code")
    assert hub(*words, "asked-the-agency")[0] == 0
    assert hub(*words, "ticket-4711")[0] == 0
    first, second = json.loads(hub("deadletters", "show", "consent", one, "--json")[1])["notes"]
    assert first.endswith(" juno-sample: asked-the-agency")
    assert second.endswith(" juno-sample: ticket-4711")
    code, _, err = hub(*words, "Juniper Sample telephoned")
    assert (code != 0, "Juniper" not in err) == (True, True)


def test_no_fact_of_the_hub_is_corrected(found, hub):
    one = letter(found)
    [own] = now(_at(found.postgres, "intake", PARK, PERSON, "assignment.enrolled", "failed", "sample"))
    for service, number in (("consent", one), ("intake", str(own["id"]))):
        code, out, err = hub("deadletters", "correct", service, number, "--set", "a=1", "--why", "sample")
        assert (code, out) == (1, "")
        assert "no fact of the hub is corrected by hand" in err
        assert f"hub deadletters retry {service} {number}" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--set", "reason=Juniper Sample"), "private text"),
        (("--set", "person=Juniper Sample"), "private text"),
        (("--set", "unheard_of=Juniper Sample"), "private text"),
        (("--set", "Juniper Sample"), "no field and value"),
        (("--set", "needs"), "no field and value"),
        (("--set", "door=community", "--file", "-"), "Both --file and --set"),
        (("--file", "nowhere.json"), "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_correction_is_said_at_once_and_never_repeated(found, hub, words, says):
    [one] = now(_at(found.postgres, "intake", AT_THE_DOOR, "referral.submitted"))
    code, out, err = hub("deadletters", "correct", "intake", str(one["id"]), *words, "--why", "sample")
    assert (code, out) == (1, "")
    assert says in err
    assert "Juniper" not in err
