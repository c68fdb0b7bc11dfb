"""A backup and its restore lose nothing that was there, and never bring back what was erased after it was made.

Two people with marked words in every private field go through a whole hub; each has a message that nobody has read yet,
and a backup is made. Then the hub goes on, and one of the two is erased. The disk is lost. From the backup, the key
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
from tests.journeys.marked_record import POLICE, PROVIDER, Story, eventually, forms, where
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder

GONE, STAYS = ("Zqxgonesample", "1977-07-07"), ("Zqxstayssample", "1978-08-08")
LANE = f"agency.{PROVIDER}.from-hub"


@pytest.fixture
def places(monkeypatch):
    """The state folder, the backup's, the key copy's, and the new state folder."""
    with fresh_folder() as ground:
        ground.chmod(0o711)
        monkeypatch.setenv("HUB_KEY_COPY", str(ground / "keys"))
        yield ground / "state", ground / "backup", ground / "keys", ground / "new"


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
    assert not backup.exists()
    (made,) = hub("backup", str(backup))
    assert made["entries"] > 0
    for mark, born in (GONE, STAYS):
        assert _read(backup, forms(mark) | {born.encode()}) == []
        assert where(keys, forms(mark) | {born.encode()}) == []
    with running(state) as facts:
        gone.send(POLICE, "referral.withdrawn", {"of": {"incident_number": f"{gone.mark}-1"}}, "withdrawn")
        now(_settled(facts))
        hub("operator", "add", "sam-sample")
        ground = ("--ground", "entered_in_error", "--operator", "sam-sample")
        hub("erase", erased, *ground, "--why", "wrong person")
        eventually(lambda: json.loads((keys / "keys.json").read_bytes())["keys"][erased]["wrapped"] is None)
    (new / "secrets").parent.mkdir()
    shutil.copytree(state / "secrets", new / "secrets")
    shutil.rmtree(state)

    hub = typing(new, monkeypatch, capsys)
    (checked,) = hub("restore", str(backup), "--check")
    assert checked["id"] == made["id"]
    (restored,) = hub("restore", str(backup))
    assert restored["erased_again"] == [erased]
    assert restored["entries"] == made["entries"]
    assert "not empty" in hub("restore", str(backup), fails=True)
    gone.hub = stays.hub = hub
    with running(new):
        eventually(lambda: hub("erase", "--list")[0]["erased"])
        assert [one["referral_id"] for one in hub("erase", "--list")[0]["erased"]] == [erased]
        assert gone.heard(holder, "information.recalled")["data"]["because"] == "record_erased"
        assert stays.heard(PROVIDER, "onward.offered")["data"]["note"] == f"{stays.mark} onward"
        lane = hub("listen", "--as", PROVIDER, "--from", "earliest", "--wait", "2")
        assert [one["type"] for one in lane if one["type"] == "onward.offered"] == ["onward.offered"]
        assert stays.steps(kept, "consent.granted")
        # What was said before is known again, and what is new goes its whole way.
        assert stays.send(POLICE, "referral.submitted", stays.referral, "again")["referral_id"] == kept
        newcomer = Story(hub, "Zqxnewsample", "1979-09-09", name="newcomer", past=gone.past)
        _told(newcomer)
        hub("ledger", "export", str(new / "ledger.jsonl"))
    (verified,) = typing(None, monkeypatch, capsys)("ledger", "verify", str(new / "ledger.jsonl"))
    assert verified["holds"]
    assert verified["entries"] > made["entries"]
    assert where(new, forms(GONE[0])) == []
    assert where(new, {GONE[1].encode()}) == []


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
