"""Commands take the site's keys as its services have them, and never make one: another key would find nobody."""

from __future__ import annotations

import base64
import secrets

import pytest

from services.commands.reach import Reach
from services.commands.settings import CommandSettings
from services.commands.shown import Trouble
from services.plumbing.keystore import SiteKeys, ensure_keys
from services.plumbing.passwords import Passwords

LENGTHS = {"site": 32, "pseudonym": 64, "matching": 32}


def reached(folder, facts=None):
    return Reach(folder, facts or {}, None, "", "", Passwords(folder / "agencies"), None, CommandSettings())


@pytest.fixture
def given(monkeypatch):
    """The three keys in the environment."""
    texts = {name: base64.b64encode(secrets.token_bytes(length)).decode() for name, length in LENGTHS.items()}
    for name, text in texts.items():
        monkeypatch.setenv(f"HUB_{name.upper()}_KEY", text)
    return SiteKeys.from_texts(**texts)


def test_the_keys_of_the_folder_are_read(tmp_path):
    made = ensure_keys(tmp_path)
    assert reached(tmp_path).keys() == made


@pytest.mark.parametrize("name", LENGTHS)
def test_a_key_that_is_missing_is_named_with_its_folder_and_not_made(tmp_path, name):
    ensure_keys(tmp_path)
    file = tmp_path / f"{name}.key"
    file.unlink()
    with pytest.raises(Trouble) as trouble:
        reached(tmp_path).keys()
    assert str(trouble.value) == f"There is no {name}.key in {tmp_path}."
    assert "HUB_SECRETS" in trouble.value.next_step
    assert not file.exists()


def test_keys_of_the_environment_are_those_of_services_on_servers_of_ones_own(tmp_path, given):
    assert reached(tmp_path).keys() == given
    assert list(tmp_path.iterdir()) == []


def test_a_hub_on_this_machine_has_its_own_whatever_the_environment_names(tmp_path, given):
    made = ensure_keys(tmp_path)
    assert reached(tmp_path, {"ready": True}).keys() == made != given


def test_two_keys_of_three_are_not_mixed_with_those_of_the_folder(tmp_path, given, monkeypatch):
    monkeypatch.delenv("HUB_MATCHING_KEY")
    assert reached(tmp_path / "none", {}).settings.given_keys is None
    with pytest.raises(Trouble):
        reached(tmp_path).keys()
