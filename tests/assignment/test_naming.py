"""The ids of offers and onward referrals tell nobody which agency has one."""

from __future__ import annotations

import base64
import hashlib

import pytest

from contracts.catalogue import OnwardAsked, OnwardRequested
from contracts.words import Door, HelpType
from services.assignment import app
from services.assignment.domain import Naming
from services.assignment.settings import AssignmentSettings, NoNamingKey
from services.plumbing.keystore import SiteKeys, ensure_keys
from services.plumbing.memory import MemoryHub
from tests.assignment.examples import BEGIN, HILL, NAMING, RIVER, Town, referral


def _by_anybody(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


async def test_who_knows_referral_and_agencies_cannot_work_out_the_offer():
    place = Town()
    await place.refer()
    await place.decline()
    known = {_by_anybody(*kind, referral(), agency, str(number))
             for kind in ((), ("off-",)) for agency in (RIVER, HILL) for number in range(3)}  # fmt: skip
    assert known.isdisjoint(offer.offer_id.removeprefix("off-") for offer in place.offers())


async def test_who_knows_the_request_cannot_work_out_the_onward_referral():
    place = Town()
    agency = await place.enrol(door=Door.COMMUNITY)
    await place.report(agency, OnwardRequested(help_type=HelpType.MEAL))
    request = place.hub.records("hub.reports")[-1]
    identity = dict(request.headers)["ce_id"].decode()
    asked = place.last(OnwardAsked).onward_id.removeprefix("onw-")
    assert asked not in {_by_anybody(*kind, f"/agencies/{agency}", identity) for kind in ((), ("onw-",))}


async def test_the_same_facts_give_the_same_ids_under_one_key_and_others_under_another():
    ids = []
    for key in (NAMING, NAMING, b"o" * 32):
        place = Town()
        place.hub = MemoryHub([app.service(place.site, key, place.store)], at=BEGIN)
        await place.refer()
        ids.append(place.offer().offer_id)
    assert ids[0] == ids[1] != ids[2]


def test_the_key_does_not_show():
    assert "n" * 8 not in repr(Naming(NAMING))
    assert "n" * 8 not in repr(app.service(Town().site, NAMING))


def test_the_service_is_given_a_key_of_its_own_and_none_of_the_sites(tmp_path):
    keys = ensure_keys(tmp_path)
    given = AssignmentSettings(secrets=tmp_path).naming()
    assert given == keys.naming
    assert given not in {*(one.raw for one in keys.site.keys), keys.matching, keys.pseudonym}
    assert SiteKeys(keys.site, keys.pseudonym, b"m" * 32).naming != given


def test_the_key_may_be_given_by_itself():
    settings = AssignmentSettings(naming_key=base64.b64encode(NAMING).decode(), secrets=None)
    assert settings.naming() == NAMING
    assert base64.b64encode(NAMING).decode() not in repr(settings)


def test_without_a_key_the_service_does_not_start(monkeypatch):
    monkeypatch.delenv("HUB_SECRETS", raising=False)
    monkeypatch.delenv("HUB_NAMING_KEY", raising=False)
    with pytest.raises(NoNamingKey):
        AssignmentSettings().naming()
