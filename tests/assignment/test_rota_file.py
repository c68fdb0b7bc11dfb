"""A rota that changes while the service runs: a sound one is taken up, a wrong one leaves the one before in force."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.assignment.gateways import RotaFile
from services.sites import Rota, load_site
from services.sites.loading import SITES

SITE = load_site("whatcom")
SOUND = (SITES / "whatcom" / "oncall.toml").read_text()
EVENING = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
"""Half past eight in the evening at the site."""
OTHERS = SOUND.replace("20:00", "21:00")


@pytest.fixture
def kept(tmp_path):
    file = tmp_path / "oncall.toml"
    file.write_text(SOUND)
    rota = Rota(SITE)
    return file, rota, RotaFile(rota, SITE, file)


def shift(rota):
    return rota.at("blaine", EVENING).shift


def test_a_new_rota_is_taken_up_without_a_restart(kept):
    file, rota, watched = kept
    assert (watched.look(), shift(rota)) == (False, "nights")
    file.write_text(OTHERS)
    assert (watched.look(), shift(rota), watched.trouble) == (True, "days", None)
    assert not watched.look()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SOUND.replace('from = "20:00"', 'from = "21:00"'), "Nobody is named for "),
        (SOUND.replace('"lake-whatcom-center"', '"atlantis"'), "No such agency: atlantis."),
        ("rota = [", "oncall.toml: file: It is TOML."),
        ("", "It holds at least one [[rota]]"),
        (None, "It holds at least one [[rota]]"),
    ],
    ids=["a hole", "an unknown agency", "no TOML", "empty", "gone"],
)
def test_a_wrong_one_leaves_the_one_before_in_force_and_says_so_until_it_is_mended(kept, text, said):
    file, rota, watched = kept
    file.unlink()
    if text is not None:
        file.write_text(text)
    assert not watched.look()
    assert said in watched.trouble
    assert watched.trouble.endswith("What was in force stays in force.")
    assert (watched.look(), shift(rota)) == (False, "nights")
    assert said in watched.trouble
    file.write_text(OTHERS)
    assert (watched.look(), watched.trouble, shift(rota)) == (True, None, "days")
