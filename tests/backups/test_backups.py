"""A backup says of itself what it is, and whatever is not as it was written is found before anything is restored."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backups.errors import AnotherHub, Damaged, NotABackup, PartMissing
from services.backups.keycopy import KeyCopy, Part
from services.backups.lines import in_places, line_of, record_in
from services.backups.manifest import DATABASE, FILE, Manifest, hub_name, kept
from services.backups.restoring import require_sound
from services.plumbing.ring import Ring, new_key
from services.plumbing.service import Record

AT = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)
HUB = hub_name(b"m" * 32)
SOME = st.binary(max_size=20)


@pytest.fixture
def copy(tmp_path):
    copy = KeyCopy(tmp_path / "keys", Ring.of(new_key()), HUB)
    copy.add("backup-1", Part([], []))
    (copy.folder / "keys.json").write_text(f'{{"form": 1, "hub": "{HUB}", "keys": {{}}, "erasures": []}}')
    return copy


@pytest.fixture
def backup(tmp_path):
    folder = tmp_path / "backup"
    (folder / "log").mkdir(parents=True)
    (folder / DATABASE).write_bytes(b"a dump")
    with gzip.open(folder / "log" / "hub.consents.0.jsonl.gz", "wb") as file:
        file.write(b"{}\n")
    files = tuple([kept(folder, file) for file in sorted(folder.rglob("*")) if file.is_file()])
    manifest = Manifest(
        id="backup-1", hub=HUB, site="whatcom", made_at=AT, partitions=(), stands=(), entries=0, files=files
    )
    (folder / FILE).write_text(manifest.model_dump_json())
    return folder


def test_a_whole_backup_is_sound(backup, copy):
    assert require_sound(HUB, backup, backup, copy).id == "backup-1"


@pytest.mark.parametrize("file", [DATABASE, "log/hub.consents.0.jsonl.gz"])
def test_a_flipped_byte_or_a_missing_file_is_found(backup, copy, file):
    content = bytearray((backup / file).read_bytes())
    for place in range(len(content)):
        content[place] ^= 1
        (backup / file).write_bytes(content)
        with pytest.raises(Damaged, match=file):
            require_sound(HUB, backup, backup, copy)
        content[place] ^= 1
    (backup / file).unlink()
    with pytest.raises(Damaged, match=file):
        require_sound(HUB, backup, backup, copy)


def test_half_a_backup_is_none(backup, copy):
    (backup / FILE).unlink()
    with pytest.raises(NotABackup, match=r"no manifest\.json"):
        require_sound(HUB, backup, backup, copy)


def test_a_manifest_of_another_form_is_not_guessed_at(backup, copy):
    (backup / FILE).write_text('{"form": 2}')
    with pytest.raises(NotABackup, match="cannot be read"):
        require_sound(HUB, backup, backup, copy)


def test_the_backup_of_another_hub_is_refused(backup, copy):
    with pytest.raises(AnotherHub, match="secrets"):
        require_sound(hub_name(b"o" * 32), backup, backup, copy)


def test_without_its_part_in_the_key_copy_nothing_is_restored(backup, copy):
    (copy.folder / "parked" / "backup-1").unlink()
    with pytest.raises(PartMissing, match="backup-1"):
        require_sound(HUB, backup, backup, copy)


@given(
    st.none() | SOME, st.none() | SOME, st.lists(st.tuples(st.text(max_size=5), st.none() | SOME)),
    st.integers(0, 2**41),
)  # fmt: skip
def test_a_record_comes_back_byte_for_byte_with_its_time(key, body, headers, milliseconds):
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    record = Record("hub.consents", 3, 7, at, tuple(headers), key, body)
    line = line_of(record)
    assert line.count(b"\n") == 1
    again = record_in(line)
    assert again._replace(appended_at=at) == record
    assert abs((again.appended_at - at).total_seconds()) < 0.001


def test_where_a_partition_begins_anew_places_are_counted_anew():
    records = [Record(topic, 0, offset, AT, (), None, b"") for topic, offset in (("a", 7), ("b", 3), ("a", 9))]
    assert [(one.topic, one.offset) for one in in_places(records)] == [("a", 0), ("b", 0), ("a", 1)]
