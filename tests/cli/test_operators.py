"""Who may sign is said by those who sign already; a key that is not the registered one says nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from services.commands import office, operators, receipts
from services.commands.erasing import ErasureRequested, _erased
from services.commands.shown import Trouble
from services.plumbing.passwords import Passwords
from services.plumbing.signing import is_pair, new_key
from services.sites import load_site


class Hub:
    """A hub with these registered keys, seen from a machine with a folder of private ones."""

    def __init__(self, folder):
        self.passwords = Passwords(folder / "secrets" / "agencies")
        self.registered, self.away, self.site = {}, False, load_site("whatcom")

    @asynccontextmanager
    async def connected(self, service):
        assert service == "intake"
        yield self

    def from_elsewhere(self, name):
        self.registered[name] = new_key()[1]


@pytest.fixture
def hub(tmp_path, monkeypatch):
    async def registered_operators(hub):
        return dict(hub.registered)

    async def register_operator(hub, name, public):
        if hub.away:
            raise ConnectionError
        hub.registered[name] = public

    async def remove_operator(hub, name):
        del hub.registered[name]

    for name, one in (("register_operator", register_operator), ("remove_operator", remove_operator)):
        monkeypatch.setattr(operators, name, one)
    for module in ("operators", "receipts", "erasing"):
        monkeypatch.setattr(f"services.commands.{module}.registered_operators", registered_operators)
    return Hub(tmp_path)


async def refused(asked):
    with pytest.raises(Trouble) as trouble:
        await asked
    return str(trouble.value)


async def test_the_first_operator_is_added_by_nobody_and_the_next_one_by_the_first(hub):
    await operators._added(hub, "juno-sample", office.UNNAMED)
    assert "registered key" in await refused(operators._added(hub, "robin-sample", office.UNNAMED))
    assert list(hub.registered) == ["juno-sample"]
    public = await operators._added(hub, "robin-sample", "juno-sample")
    assert is_pair(office.keys(hub).known("robin-sample"), public)


async def test_a_key_that_is_registered_from_elsewhere_is_not_replaced_unasked(hub):
    hub.from_elsewhere("juno-sample")
    before = dict(hub.registered)
    await refused(operators._added(hub, "juno-sample", office.UNNAMED))
    await refused(operators._added(hub, "juno-sample", "juno-sample"))
    assert hub.registered == before
    assert office.keys(hub).names() == []


async def test_a_private_key_that_is_not_the_registered_ones_half_signs_nothing(hub):
    hub.from_elsewhere("juno-sample")
    office.keys(hub).keep("juno-sample", new_key()[0])
    await refused(operators._added(hub, "robin-sample", "juno-sample"))
    await refused(operators._removed(hub, "juno-sample", "juno-sample", last=True))
    await refused(receipts._issued(hub, "per-" + "1" * 32, "juno-sample"))


async def test_what_was_not_registered_is_tried_again(hub):
    hub.away = True
    with pytest.raises(ConnectionError):
        await operators._added(hub, "juno-sample", office.UNNAMED)
    hub.away = False
    public = await operators._added(hub, "juno-sample", office.UNNAMED)
    assert hub.registered == {"juno-sample": public}
    assert "has a key already" in await refused(operators._added(hub, "juno-sample", office.UNNAMED))


async def test_an_operator_is_removed_by_one_of_them_and_their_key_is_gone(hub):
    await operators._added(hub, "juno-sample", office.UNNAMED)
    await operators._added(hub, "robin-sample", "juno-sample")
    await refused(operators._removed(hub, "robin-sample", "sam-sample", last=False))
    assert "No operator" in await refused(operators._removed(hub, "sam-sample", "juno-sample", last=False))
    await operators._removed(hub, "robin-sample", "juno-sample", last=False)
    assert (list(hub.registered), office.keys(hub).names()) == (["juno-sample"], ["juno-sample"])


async def test_the_last_operator_goes_only_where_that_is_said(hub):
    await operators._added(hub, "juno-sample", office.UNNAMED)
    assert "the last operator" in await refused(operators._removed(hub, "juno-sample", "juno-sample", last=False))
    await operators._removed(hub, "juno-sample", "juno-sample", last=True)
    assert hub.registered == {}


async def test_nothing_is_erased_before_there_is_an_operator_and_the_fix_is_named(hub, monkeypatch):
    said = []

    async def hears(_found, event, **_more):
        said.append(event)
        return {"answer": "admitted"}

    monkeypatch.setattr(office, "said", hears)
    event = ErasureRequested(referral_id="ref-" + "1" * 32, ground="g", operator="sam-sample", why="w")
    with pytest.raises(Trouble) as trouble:
        await _erased(hub, event)
    assert "hub operator add" in trouble.value.next_step
    assert said == []
    hub.from_elsewhere("sam-sample")
    await _erased(hub, event)
    assert said == [event]
