"""A chain shows every change: any byte flipped, any entry left out, put in, moved or cut off."""

from __future__ import annotations

import hashlib
import json
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plumbing.chains import Head, beginning, canonical, extended, line_of, verified

ENTRIES = [{"kind": "made", "agency": "sample-agency", "number": number, "words": "ñandú"} for number in range(6)]


def export(chains: int = 2, entries: int = 6) -> tuple[list[bytes], dict[int, Head]]:
    lines, heads = [], {}
    for chain in range(chains):
        links = extended(None, chain, [canonical(entry) for entry in ENTRIES[:entries]])
        lines += [line_of(link).encode() + b"\n" for link in links]
        heads[chain] = Head(chain, len(links), links[-1].hash)
    return lines, heads


def test_what_was_exported_holds():
    lines, heads = export()
    result = verified(lines, heads)
    assert (result.broken, result.entries, result.unpublished, result.heads) == (None, 12, 0, heads)


def test_a_chain_goes_on_where_it_ended():
    whole = extended(None, 1, [canonical(entry) for entry in ENTRIES])
    first = extended(None, 1, [canonical(entry) for entry in ENTRIES[:2]])
    rest = extended(Head(1, 2, first[-1].hash), 1, [canonical(entry) for entry in ENTRIES[2:]])
    assert first + rest == whole


def test_anybody_can_verify_it_with_the_standard_library_alone():
    lines, _ = export(chains=1)
    previous = hashlib.sha256(b"hub ledger chain 0").hexdigest()
    assert previous == beginning(0)
    for number, line in enumerate(lines, start=1):
        link = json.loads(line)
        entry = json.dumps(link["entry"], sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(f"0 {number} {previous} {entry}".encode()).hexdigest()
        assert link["hash"] == previous


def test_every_single_byte_matters():
    lines, heads = export(chains=1, entries=2)
    whole = b"".join(lines)
    for place in range(len(whole)):
        for other in {whole[place] ^ 1, whole[place] ^ 0x20, 0x0A, 0x20}:
            if other != whole[place]:
                changed = whole[:place] + bytes([other]) + whole[place + 1 :]
                assert verified(changed.splitlines(keepends=True), heads).broken is not None, (place, other)


@given(st.integers(0, 11), st.integers(0, 2**32))
def test_an_entry_that_is_left_out_put_in_or_moved_is_found(place, seed):
    lines, heads = export()
    chance = random.Random(seed)
    without = lines[:place] + lines[place + 1 :]
    twice = [*lines[: place + 1], *lines[place:]]
    moved = [*without]
    moved.insert(chance.randint(0, len(without)), lines[place])
    assert verified(without, heads).broken is not None
    assert verified(twice, heads).broken is not None
    orders = {chain: [line for line in moved if f'"chain":{chain},'.encode() in line] for chain in heads}
    kept = all(
        json.loads(one)["sequence"] < json.loads(other)["sequence"]
        for of_chain in orders.values()
        for one, other in pairwise(of_chain)
    )
    assert (verified(moved, heads).broken is None) == kept


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_a_tail_that_was_cut_off_shows_by_the_published_heads(cut):
    lines, heads = export()
    found = verified(lines[:-cut], heads)
    assert found.broken is not None
    assert (found.broken.chain, found.broken.sequence) == (1, 6 - cut)
    assert "tail was cut off" in found.broken.why


def test_a_chain_that_was_written_anew_shows_by_the_published_heads():
    lines, heads = export(chains=1)
    forged = extended(None, 0, [canonical(entry | {"agency": "other-agency"}) for entry in ENTRIES])
    found = verified([line_of(link).encode() + b"\n" for link in forged], heads)
    assert len(forged) == len(lines)
    assert found.broken is not None
    assert "another hash was published" in found.broken.why


def test_a_chain_whose_head_was_taken_away_is_named():
    lines, heads = export()
    assert verified(lines, heads).unvouched == ()
    for chain in heads:
        assert verified(lines, {number: head for number, head in heads.items() if number != chain}).unvouched == (
            chain,
        )
    assert verified(lines, {}).unvouched == (0, 1)


def test_entries_that_are_not_published_yet_are_counted_and_no_break():
    lines, heads = export(chains=1)
    links = extended(None, 0, [canonical(entry) for entry in ENTRIES[:4]])
    found = verified(lines, {0: Head(0, 4, links[-1].hash)})
    assert (found.broken, found.unpublished) == (None, 2)
    assert heads[0].length == 6


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "no end"),
        (b"no json\n", "not JSON"),
        ("ñ\n".encode(), "not JSON"),
        (b'{"chain": 0}\n', "members"),
        (b"[1]\n", "members"),
        (b'{"chain":0,"entry":{},"hash":"a","previous":"b","sequence":"1"}\n', "another type"),
        (b'{"chain":true,"entry":{},"hash":"a","previous":"b","sequence":1}\n', "another type"),
        (b'{"chain":0, "entry":{},"hash":"a","previous":"b","sequence":1}\n', "not written as"),
        (b'{"chain":0,"entry":{"x":NaN},"hash":"a","previous":"b","sequence":1}\n', "not JSON"),
        (b'{"chain":0,"entry":{"x":1,"x":1},"hash":"a","previous":"b","sequence":1}\n', "not written as"),
    ],
)
def test_a_line_that_no_export_writes_is_named(line, why):
    found = verified([line], {})
    assert found.broken is not None
    assert found.broken.line == 1
    assert why in found.broken.why
