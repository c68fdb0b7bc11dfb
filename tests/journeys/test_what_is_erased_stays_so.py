"""Of what was erased nothing is left in any file of either server, and no backup that was made before brings it back.

Two people with marked words in every private field go through a whole hub: each is told, accepted, referred onward with
a note that nobody has read yet, and of one a message is parked. A backup is made. Then the hub goes on, and one of the
two is erased: once the agencies' lanes have run out, every file is searched. The disk is lost. From the backup, the key
copy and the folder of secrets comes a hub in which the one is there and goes on, and the other is not.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest

from services.backups.database import program
from services.backups.log import Log
from services.backups.manifest import DATABASE
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.deadletters import settle
from tests.journeys.leftovers import opened, run_out, tokens_in, wrapped_key
from tests.journeys.marked_record import POLICE, PROVIDER, Story, eventually, forms, where
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder

GONE, STAYS = ("Zqxgonesample", "1977-07-07"), ("Zqxstayssample", "1978-08-08")
LANE = f"agency.{PROVIDER}.from-hub"


@pytest.fixture
def places(monkeypatch, fresh_hub):
    """The state folder, the backup's, the key copy's, and the new state folder."""
    with fresh_hub() as state, fresh_folder() as ground:
        ground.chmod(0o711)
        monkeypatch.setenv("HUB_KEY_COPY", str(ground / "keys"))
        yield state, ground / "backup", ground / "keys", ground / "new"


def test_what_was_there_is_there_again_and_what_was_erased_is_not(places, monkeypatch, capsys):
    state, backup, keys, new = places
    hub = typing(state, monkeypatch, capsys)
    with running(state) as facts:
        gone = Story(hub, *GONE, name="gone")
        erased, holder, _ = _told(gone)
        stays = Story(hub, *STAYS, name="stays", past=gone.past)
        kept, _, _ = _told(stays)
        eventually(lambda: now(_end(state, facts)) >= 2)
        gone.parks()
        assert "a hub at rest" in hub("backup", str(backup), fails=True)
        key = now(wrapped_key(facts, erased))
        _is_found(state, facts, key)
    read_by_then = set(gone.past)
    assert not backup.exists()
    (made,) = hub("backup", str(backup))
    assert made["entries"] > 0
    for mark, born in (GONE, STAYS):
        assert _read(backup, forms(mark) | {born.encode()}) == []
        assert where(keys, forms(mark) | {born.encode()}) == []
    with running(state) as facts:
        # The message that was waiting for it at the backup goes first.
        assert gone.heard(PROVIDER, "onward.offered")["data"]["note"] == f"{gone.mark} onward"
        _erases(hub, gone, erased, facts)
        eventually(lambda: json.loads((keys / "keys.json").read_bytes())["keys"][erased]["wrapped"] is None)
        assert gone.heard(holder, "information.recalled")["data"]["because"] == "record_erased"
        assert gone.heard(PROVIDER, "information.recalled")["data"]["because"] == "record_erased"
        _is_gone(hub, state, facts)
    assert where(state, forms(GONE[0]) | {GONE[1].encode()} | halves(key)) == []
    (new / "secrets").parent.mkdir()
    shutil.copytree(state / "secrets", new / "secrets")
    shutil.rmtree(state)

    gone.past.intersection_update(read_by_then)
    hub = gone.hub = stays.hub = typing(new, monkeypatch, capsys)
    (checked,) = hub("restore", str(backup), "--check")
    assert checked["id"] == made["id"]
    (restored,) = hub("restore", str(backup))
    assert restored["erased_again"] == [erased]
    assert restored["entries"] == made["entries"]
    assert "not empty" in hub("restore", str(backup), fails=True)
    with running(new):
        _goes_on(hub, gone, stays, {"erased": erased, "holder": holder, "kept": kept})
        hub("ledger", "export", str(new / "ledger.jsonl"))
    (verified,) = typing(None, monkeypatch, capsys)("ledger", "verify", str(new / "ledger.jsonl"))
    assert verified["holds"]
    assert verified["entries"] > made["entries"]
    assert where(new, forms(GONE[0]) | {GONE[1].encode()}) == []


def halves(key):
    """A key in two parts: the end of a page of PostgreSQL's log may cut it in one place."""
    return {key[: len(key) // 2], key[len(key) // 2 :]}


def _is_found(state, facts, key):
    """A search that finds nothing must be one that would find something."""
    mark, born = GONE
    for words in (forms(mark), {born.encode()}):
        assert [file for file in where(state, words) if file.startswith("kafka/")]
    assert [file for file in where(state, halves(key)) if file.startswith("postgres/")]
    tokens = tokens_in(state, facts)
    assert now(opened(state, facts, tokens, mark)) >= 7


def _erases(hub, gone, referral_id, facts):
    gone.send(POLICE, "referral.withdrawn", {"of": {"incident_number": f"{gone.mark}-1"}}, "withdrawn")
    now(_settled(facts))
    hub("operator", "add", "sam-sample")
    ground = ("--ground", "entered_in_error", "--operator", "sam-sample")
    hub("erase", referral_id, *ground, "--why", f"{gone.mark} wrong person")
    eventually(lambda: [one["referral_id"] for one in hub("erase", "--list")[0]["erased"]] == [referral_id])


def _is_gone(hub, state, facts):
    """Once the agencies' lanes have run out, no file of Kafka's has its words, and no token of it opens."""
    run_out(state, facts)
    hub("erase", "--purge")
    eventually(lambda: not where(state / "kafka", forms(GONE[0])))
    tokens = tokens_in(state, facts)
    assert now(opened(state, facts, tokens, GONE[0])) == 0
    assert now(opened(state, facts, tokens, STAYS[0])) >= 7


def _goes_on(hub, gone, stays, ids):
    eventually(lambda: hub("erase", "--list")[0]["erased"])
    assert [one["referral_id"] for one in hub("erase", "--list")[0]["erased"]] == [ids["erased"]]
    assert gone.heard(ids["holder"], "information.recalled")["data"]["because"] == "record_erased"
    assert stays.heard(PROVIDER, "onward.offered")["data"]["note"] == f"{stays.mark} onward"
    lane = hub("listen", "--as", PROVIDER, "--from", "earliest", "--wait", "2")
    assert [one["type"] for one in lane if one["type"] == "onward.offered"] == ["onward.offered"]
    assert stays.steps(ids["kept"], "consent.granted")
    # What was said before is known again, and what is new goes its whole way.
    assert stays.send(POLICE, "referral.submitted", stays.referral, "again")["referral_id"] == ids["kept"]
    newcomer = Story(hub, "Zqxnewsample", "1979-09-09", name="newcomer", past=gone.past)
    _told(newcomer)


def _told(story):
    referral_id, agency, subject = story.taken_on()
    story.sends_on(agency, subject)
    return referral_id, agency, subject


async def _end(state, facts):
    access = KafkaAccess(facts["kafka"], "hub", State(state).passwords.of("hub"))
    return sum(span.end for span in (await Log(access).spans([LANE])).values())


async def _settled(facts):
    """An operator puts away what was parked."""
    conn = await asyncpg.connect(facts["postgres"], user="hub_intake", server_settings={"search_path": "intake"})
    try:
        [parked] = await conn.fetch("SELECT id FROM dead_letters WHERE settled_at IS NULL")
        assert await settle(conn, parked["id"], "erased")
    finally:
        await conn.close()


def _read(backup: Path, words: set[bytes]) -> list[str]:
    """The files of a backup in which a word stands, once they are unpacked."""
    plain = [program("pg_restore"), "--file=-", str(backup / DATABASE)]
    texts = {DATABASE: subprocess.run(plain, check=True, capture_output=True).stdout}
    texts |= {file.name: gzip.decompress(file.read_bytes()) for file in backup.rglob("*.gz")}
    assert b"referral.received" in b"".join(texts.values())
    return [name for name, text in texts.items() if any(word in text for word in words)]
