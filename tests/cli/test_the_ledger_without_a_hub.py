"""An exported ledger is verified offline: by the command, and by a stranger's script from the runbook."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from services.commands.heads import heads_file, written_heads
from services.commands.ledger import _whole
from services.commands.shown import Trouble
from services.plumbing.chains import Head, canonical, extended, line_of
from tests.house.rules import ROOT

SCRIPT = re.search(r"```python\n(.*?)```", (ROOT / "deploy/runbooks/ledger.md").read_text(), re.DOTALL)[1]
ENTRIES = [
    {"kind": "made", "event": f"event-{number}", "agency": "sample-agency", "at": "2026-03-01T12:00:00.00Z",
     "words": "ñandú"} for number in range(5)
]  # fmt: skip


@pytest.fixture
def export(tmp_path):
    """An export of two chains with its heads, as the command writes them."""
    file, heads, lines = tmp_path / "ledger.jsonl", {}, []
    for chain in (0, 3):
        links = extended(None, chain, [canonical(entry | {"chain": chain}) for entry in ENTRIES])
        heads[chain] = Head(chain, len(links), links[-1].hash)
        lines += [line_of(link) for link in links]
    file.write_text("".join(f"{line}\n" for line in lines))
    heads_file(file).write_text("".join(f"{line}\n" for line in written_heads(heads)))
    return file


def strangers_word(file):
    """What the script of the runbook says, alone: exit code and words."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SCRIPT, str(file)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def lines_of(file):
    return file.read_text().splitlines(keepends=True)


def test_what_was_exported_holds_by_the_command_and_by_a_strangers_script(hub, export):
    code, out, _ = hub("ledger", "verify", str(export))
    assert (code, out) == (0, "All holds: 10 entries in 2 chains.\n")
    assert strangers_word(export) == (0, "all holds: 10 entries\n")
    assert json.loads(hub("ledger", "verify", str(export), "--json")[1]) == {
        "holds": True, "entries": 10, "chains": 2, "newer_than_the_heads": 0, "broken": None,
    }  # fmt: skip


def test_the_script_of_the_runbook_is_short_and_needs_the_standard_library_alone():
    assert len([line for line in SCRIPT.splitlines() if line]) <= 15
    assert re.findall(r"^import (.*)$", SCRIPT, re.MULTILINE) == ["hashlib, json, sys"]


@pytest.mark.parametrize(
    ("change", "line", "entry"),
    [
        (lambda lines: [lines[0].replace("sample-agency", "other-agency"), *lines[1:]], 1, 1),
        (lambda lines: [*lines[:3], *lines[4:]], 4, 5),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1, 2),
        (lambda lines: [*lines[:6], lines[5], *lines[6:]], 7, 1),
    ],
    ids=["changed", "left-out", "moved", "put-in"],
)
def test_the_first_broken_link_is_named_with_line_chain_and_entry(hub, export, change, line, entry):
    export.write_text("".join(change(lines_of(export))))
    code, out, err = hub("ledger", "verify", str(export))
    assert (code, out) == (1, "")
    assert f"Broken at line {line}, chain {0 if line < 6 else 3}, entry {entry}: " in err
    code, out, _ = hub("ledger", "verify", str(export), "--json")
    broken = json.loads(out)["broken"]
    assert (code, broken["line"], broken["sequence"]) == (1, line, entry)
    assert broken["why"]
    assert strangers_word(export)[0] == 1


def test_a_ledger_without_entries_holds_as_long_as_no_heads_were_published(hub, tmp_path):
    file = tmp_path / "first-day.jsonl"
    file.touch()
    assert "first-day.jsonl.heads, cannot be read" in hub("ledger", "verify", str(file))[2]
    heads_file(file).touch()
    assert hub("ledger", "verify", str(file))[:2] == (0, "All holds: 0 entries in 0 chains.\n")
    assert strangers_word(file) == (0, "all holds: 0 entries\n")


def test_a_tail_that_was_cut_off_is_named_by_its_chain(hub, export):
    export.write_text("".join(lines_of(export)[:-2]))
    code, _, err = hub("ledger", "verify", str(export))
    assert code == 1
    assert "Broken at chain 3, entry 3: the chain ends here" in err
    assert strangers_word(export)[0] == 1


def test_entries_newer_than_the_heads_are_counted_and_are_no_break(hub, export, tmp_path):
    older = tmp_path / "older.heads"
    older.write_text(lines_of(heads_file(export))[0])
    code, out, _ = hub("ledger", "verify", str(export), "--heads", str(older))
    assert code == 0
    assert out.splitlines()[1] == "5 of them are newer than the newest published heads."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x00\x01\x02 no export\n", "Broken at line 1: it is not JSON in ASCII."),
        (b"{}\n", "Broken at line 1: it has not the members"),
        (b"x" * 3_000_000, "Broken at line 1: the line has no end."),
    ],
    ids=["empty", "binary", "foreign", "endless"],
)
def test_a_file_that_is_no_export_is_said_to_be_none(hub, export, content, said):
    export.write_bytes(content)
    code, out, err = hub("ledger", "verify", str(export))
    assert (code, out) == (1, "")
    assert said in err
    assert "Next: " in err


@pytest.mark.parametrize(
    "content", [b"no json\n", b'{"chain":0}\n', b'{"chain":true,"hash":"","length":1}\n', b"\xff\n"]
)
def test_a_foreign_file_of_heads_is_said_to_be_none(hub, export, content):
    heads_file(export).write_bytes(content)
    code, _, err = hub("ledger", "verify", str(export))
    assert code == 1
    assert "is no file of heads: line 1" in err


def test_what_is_missing_is_named(hub, export):
    heads_file(export).unlink()
    assert "The published heads" in hub("ledger", "verify", str(export))[2]
    export.unlink()
    code, _, err = hub("ledger", "verify", str(export))
    assert code == 1
    assert err.startswith(f"{export} cannot be read: ")


def test_an_export_into_a_folder_that_is_not_there_is_refused_before_anything_is_asked(hub, tmp_path):
    code, _, err = hub("ledger", "export", str(tmp_path / "nowhere" / "x.jsonl"), "--state", str(tmp_path))
    assert code == 1
    assert "Next: " in err


def test_a_file_that_was_not_finished_has_no_name_and_the_one_before_stays(tmp_path):
    file = tmp_path / "ledger.jsonl"
    file.write_text("as before\n")

    def half():
        with _whole(file) as new:
            new.write(b"half a line")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.jsonl"]
    assert file.read_text() == "as before\n"
    with _whole(file) as new:
        new.write(b"whole\n")
    assert file.read_text() == "whole\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_name_that_cannot_be_a_files_is_said_to_be_none(tmp_path):
    with pytest.raises(Trouble, match="cannot be written"), _whole(tmp_path) as new:
        new.write(b"whole\n")
