"""What `hub erase` says: with --json one document, whatever was asked for at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from services.commands import erasing, reach
from services.intake.domain import Erasure, Erasures
from services.sites import load_site

REFERRAL = "ref-" + "1" * 32
WHEN = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def erase(monkeypatch, hub):
    """A hub where erasing and purging succeed."""

    async def erased(_found, event):
        assert event.operator == "sam-sample"
        return {"id": "word-1", "type": event.name, "answer": "admitted"}

    async def erasures(_found):
        return Erasures((Erasure(REFERRAL, WHEN, "entered_in_error", "sam-sample"),), 0, None, 0)

    async def purged(_found):
        return {"purged": True, "key_copy": None}

    monkeypatch.setattr(reach, "find", lambda _state: SimpleNamespace(site=load_site("whatcom")))
    for name, one in (("_erased", erased), ("_erasures", erasures), ("_purged", purged)):
        monkeypatch.setattr(erasing, name, one)
    return lambda *words: hub("erase", *words)


def test_all_that_is_asked_for_is_one_document(erase):
    words = (REFERRAL, "--ground", "entered_in_error", "--why", "Sample why", "--operator", "sam-sample")
    code, out, _ = erase(*words, "--purge", "--list", "--json")
    told = json.loads(out)
    assert (code, told["answer"], told["referral_id"], told["purged"]) == (0, "admitted", REFERRAL, True)
    assert told["erased"][0]["referral_id"] == REFERRAL
    assert "Sample why" not in out


def test_a_purge_is_an_object_and_the_list_names_the_grounds(erase):
    assert json.loads(erase("--purge", "--json")[1]) == {"purged": True, "key_copy": None}
    told = json.loads(erase("--list", "--json")[1])
    assert {one["ground"] for one in told["grounds"]} == {one.id for one in load_site("whatcom").erasure}
    assert all(one["citation"] and one["text"] for one in told["grounds"])
    assert "entered_in_error" in erase("--list")[1]
