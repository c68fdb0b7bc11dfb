"""An operator's word counts as done where its effect shows, and nowhere else: a silent hub has not said yes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from contracts.catalogue import AgencySuspended
from contracts.words import Problem
from services.commands import agencies, answers, confirming, erasing, office, watching
from services.commands.confirming import NotConfirmed, confirmed, followed_by, in_the_log
from services.commands.shown import Trouble
from services.console.domain import Step
from services.console.domain.timeline import refused_mark
from services.sites import load_site

OFFICE = "whatcom-lead-program-office"
WORD = "word-1"
PROBLEM = Problem(field="ground", rule="It holds.", fix="Name another.")


def step(event, identity="step-1", **details):
    return Step(at=datetime(2026, 3, 1, tzinfo=UTC), event=event, service="/hub/x", id=identity, subject="s", says="",
                cause=WORD, details=details)  # fmt: skip


def no(event, mark=None, agency=OFFICE):
    """A refusal as the console keeps it."""
    about = {"refusal": {"agency": agency, "reason": "r", "problems": [PROBLEM.model_dump()]}}
    return step(event, **about | ({} if mark is None else {"refused": mark}))


class Hub:
    """A hub of which the console knows these steps."""

    def __init__(self, *followed, word=()):
        self.site = load_site("whatcom")
        self.followed, self.word = followed, word

    @asynccontextmanager
    async def asking(self):
        yield self

    async def named(self, sources, identity):
        assert (sources, identity) == ([f"/agencies/{OFFICE}"], WORD)
        return list(self.word)

    async def caused_by(self, identity):
        assert identity == WORD
        return list(self.followed)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr(confirming, "LOOK_SECONDS", 0.0)


async def asked(hub, shows=in_the_log):
    return await confirmed(hub, WORD, shows, "hub timeline", seconds=0.0)


async def test_a_word_that_shows_nowhere_is_not_confirmed_and_says_where_to_look():
    with pytest.raises(NotConfirmed) as trouble:
        await asked(Hub())
    assert "`hub timeline`" in trouble.value.next_step


async def test_a_word_that_stands_in_the_hubs_log_is_admitted():
    assert await asked(Hub(word=[step("link.answered", WORD)])) == []


async def test_an_effect_that_is_asked_for_is_waited_for_though_the_word_is_admitted():
    with pytest.raises(NotConfirmed):
        await asked(Hub(word=[step("consent.revoked", WORD)]), followed_by("revocation.settled"))
    settled = step("revocation.settled")
    assert await asked(Hub(settled), followed_by("revocation.settled")) == [settled]


async def test_a_refusal_that_notification_never_told_is_found_in_the_log():
    with pytest.raises(Trouble, match=r"^The hub refused it: ground: It holds\.$"):
        await asked(Hub(no("report.refused")))


async def test_a_refusal_of_another_message_is_no_answer_to_this_word():
    others = [no("consent.refused", refused_mark(OFFICE, "word-2")), no("consent.refused", agency="compass-health")]
    settled = step("revocation.settled")
    assert settled in await asked(Hub(*others, settled), followed_by("revocation.settled"))
    with pytest.raises(Trouble, match="refused"):
        await asked(Hub(no("consent.refused", refused_mark(OFFICE, WORD)), settled), followed_by("revocation.settled"))


@pytest.fixture
def silent(monkeypatch):
    """An office that the door has read, and to which nothing is answered; returns what the word was to show."""

    class Silent:
        async def to(self, *_):
            return {"answer": "admitted"}

    @asynccontextmanager
    async def listening(*_):
        yield Silent()

    async def instead(found, identity, shows, see):
        return await confirmed(found, WORD, shows, see, seconds=0.0)

    monkeypatch.setattr(answers, "listening", listening)
    monkeypatch.setattr(office, "confirmed", instead)
    monkeypatch.setattr(office, "_signature", lambda *_: None)
    monkeypatch.setattr(watching, "_FOLLOWS_SECONDS", 0.0)


class Silence(Hub):
    """A hub whose door has these records erased and these agencies suspended."""

    erased, suspended = (), ()

    @asynccontextmanager
    async def partner(self, _slug):
        async def send(*_, **__):
            return None

        yield SimpleNamespace(send=send)

    @asynccontextmanager
    async def connected(self, service):
        assert service == "intake"
        yield self


async def test_a_record_is_erased_once_the_door_has_noted_it(silent, monkeypatch):
    async def erasures(hub):
        return SimpleNamespace(done=[SimpleNamespace(referral_id=one) for one in hub.erased])

    async def registered_operators(_hub):
        return {"sam-sample": "a key"}

    monkeypatch.setattr(erasing, "_erasures", erasures)
    monkeypatch.setattr(erasing, "registered_operators", registered_operators)
    event = erasing.ErasureRequested(referral_id="ref-" + "1" * 32, ground="g", operator="sam-sample", why="w")
    hub = Silence()
    with pytest.raises(NotConfirmed):
        await erasing._erased(hub, event)
    hub.erased = [event.referral_id]
    assert (await erasing._erased(hub, event))["answer"] == "admitted"


async def test_an_agency_that_the_door_has_not_suspended_is_not_shut_out(silent, monkeypatch):
    async def suspended(hub):
        return frozenset(hub.suspended)

    async def suspend(slug):
        shut.append(slug)

    monkeypatch.setattr(agencies, "suspended", suspended)
    shut, hub, doorkeeper = [], Silence(), SimpleNamespace(suspend=suspend)
    event = AgencySuspended(agency="sumas-police", operator="sam-sample")
    with pytest.raises(NotConfirmed):
        await agencies.shut_out(event, agencies._says(hub), doorkeeper)
    assert shut == []
    hub.suspended = ["sumas-police"]
    await agencies.shut_out(event, agencies._says(hub), doorkeeper)
    assert shut == ["sumas-police"]


async def test_a_decision_that_is_not_known_to_be_admitted_is_no_success(silent):
    event = watching.AssignmentDirected(
        referral_id="ref-" + "1" * 32, person="per-" + "1" * 32, agency="sumas-police", operator="sam-sample"
    )
    with pytest.raises(NotConfirmed):
        await watching._said(Silence(), event, "hub timeline")
