import base64
import os
import stat

import pytest

from services.plumbing.database import waits_out
from services.plumbing.keystore import ensure_keys
from services.plumbing.ring import PARKED, RECORDS, KeyAway, NotAKey, Ring, keep, new_key
from services.plumbing.tokens import NotSealed

OLD, NEW, NEVER = bytes(range(32)), b"n" * 32, b"o" * 32
CLEAR = b"a record's key"
ABOUT = b"ref-sample"


def as_before_keys_had_names(key, clear=CLEAR, about=ABOUT):
    nonce = os.urandom(12)
    return b"\x01" + nonce + Ring.of(key).keys[0].cipher(RECORDS).encrypt(nonce, clear, about)


def written(*keys):
    return "".join(base64.b64encode(key).decode() + "\n" for key in keys)


def test_the_newest_key_wraps_and_the_older_ones_unwrap():
    before = Ring.of(OLD).wrap(RECORDS, CLEAR, ABOUT)
    ring = Ring.of(NEW, OLD)
    after = ring.wrap(RECORDS, CLEAR, ABOUT)
    assert ring.unwrap(RECORDS, before, ABOUT) == ring.unwrap(RECORDS, after, ABOUT) == CLEAR
    assert Ring.of(NEW).unwrap(RECORDS, after, ABOUT) == CLEAR
    with pytest.raises(KeyAway):
        Ring.of(OLD).unwrap(RECORDS, after, ABOUT)


def test_what_is_wrapped_names_its_key_and_gives_nothing_of_it_away():
    wrapped = Ring.of(OLD).wrap(RECORDS, CLEAR, ABOUT)
    assert wrapped[1:9] == Ring.of(OLD).keys[0].id != Ring.of(NEW).keys[0].id
    assert wrapped[1:9] not in OLD
    assert CLEAR not in wrapped


def test_what_was_wrapped_before_keys_had_names_is_tried_with_each():
    wrapped = as_before_keys_had_names(OLD)
    assert Ring.of(NEW, OLD).unwrap(RECORDS, wrapped, ABOUT) == CLEAR
    with pytest.raises(KeyAway):
        Ring.of(NEW, NEVER).unwrap(RECORDS, wrapped, ABOUT)


def test_each_use_has_a_key_of_its_own_and_what_is_wrapped_is_about_one_thing():
    ring = Ring.of(NEW, OLD)
    wrapped = ring.wrap(RECORDS, CLEAR, ABOUT)
    swapped = b"\x02" + Ring.of(OLD).keys[0].id + wrapped[9:]
    for use, content, about in ((PARKED, wrapped, ABOUT), (RECORDS, wrapped, b"ref-other"), (RECORDS, swapped, ABOUT)):
        with pytest.raises(NotSealed):
            ring.unwrap(use, content, about)


def test_a_key_that_is_away_is_waited_for_and_parks_nothing():
    assert waits_out(KeyAway("sample"))
    assert not waits_out(NotSealed("sample"))


@pytest.mark.parametrize("between", [",", " ", ", ", "\n"])
def test_a_ring_is_given_by_a_setting_newest_first(between):
    text = between.join(written(key).strip() for key in (NEW, OLD, NEW))
    assert Ring.from_text(text) == Ring.of(NEW, OLD)


@pytest.mark.parametrize("text", ["", " ", "not a key", written(NEW) + "x", written(b"short"), written(NEW * 2)])
def test_what_holds_something_else_than_keys_is_no_ring(text):
    with pytest.raises(NotAKey):
        Ring.from_text(text)


def test_a_file_with_one_key_is_a_ring_of_one(tmp_path):
    keys = ensure_keys(tmp_path)
    assert len(keys.site.keys) == 1
    assert Ring.from_file(tmp_path / "site.key") == keys.site


def test_a_running_service_follows_its_file_before_it_wraps(tmp_path):
    ring, file = ensure_keys(tmp_path).site, tmp_path / "site.key"
    old = ring.keys[0].raw
    keep(file, [NEW, old])
    assert ring.wrap(RECORDS, CLEAR)[1:9] == Ring.of(NEW).keys[0].id
    keep(file, [NEW])
    ring.newest()
    assert ring == Ring.of(NEW)


def test_a_running_service_follows_its_file_when_a_key_is_named_that_it_does_not_know(tmp_path):
    ring, file = ensure_keys(tmp_path).site, tmp_path / "site.key"
    wrapped = Ring.of(NEW).wrap(RECORDS, CLEAR)
    with pytest.raises(KeyAway):
        ring.unwrap(RECORDS, wrapped)
    keep(file, [NEW, ring.keys[0].raw])
    assert ring.unwrap(RECORDS, wrapped) == CLEAR
    keep(file, [NEW, OLD])
    assert ring.unwrap(RECORDS, as_before_keys_had_names(OLD), ABOUT) == CLEAR


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_text("not a key")])
def test_nothing_is_wrapped_under_a_key_whose_file_is_gone_or_damaged(tmp_path, damage):
    ring, file = ensure_keys(tmp_path).site, tmp_path / "site.key"
    wrapped = ring.wrap(RECORDS, CLEAR)
    damage(file)
    with pytest.raises(KeyAway) as refused:
        ring.wrap(RECORDS, CLEAR)
    assert "not a key" not in str(refused.value)
    assert ring.unwrap(RECORDS, wrapped) == CLEAR


def test_a_ring_is_written_whole_for_its_owner_only(tmp_path):
    ensure_keys(tmp_path)
    keep(tmp_path / "site.key", [NEW, OLD])
    assert (tmp_path / "site.key").read_text() == written(NEW, OLD)
    assert stat.S_IMODE((tmp_path / "site.key").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 3


def test_new_keys_are_made_by_chance_and_never_show():
    assert len({new_key() for _ in range(10)}) == 10
    shown = repr(Ring.of(OLD)) + repr(Ring.of(OLD).keys)
    assert repr(OLD) not in shown
    assert OLD.hex() not in shown
