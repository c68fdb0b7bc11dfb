"""On a real hub: what the door cannot handle holds its person, and is corrected, tried again or discarded, in order."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from contracts.catalogue import ContactAttempted
from services.intake import app
from services.local.ground import AGENCIES
from services.plumbing.passwords import Passwords
from tests.chaos.world import World
from tests.journeys.conftest import given
from tests.journeys.marked_day import POLICE, Day
from tests.journeys.messages import CASE_MANAGERS, new_id, until
from tests.journeys.outside import Outsider

TRIPS = "zz trips the door"
AS = ("--operator", "juno-sample")
faults: set[type] = set()
"""On which reports the door fails just now."""


@pytest.fixture
def broken(monkeypatch):
    """The door fails on a contact whose note trips it, and on hand-offs while these are among the faults."""
    sound = app.decide

    def decide(rules, before, after, fact, register):
        if type(fact.event) in faults or getattr(fact.event, "note", None) == TRIPS:
            raise ZeroDivisionError
        yield from sound(rules, before, after, fact, register)

    faults.clear()
    monkeypatch.setattr(app, "decide", decide)


class Hub(Day):
    """One person after the other is taken on, and then something about them cannot be handled."""

    def said(self, *words, stdin=""):
        shown = self.command("deadletters", *words, "--json", stdin=stdin)
        # The services of this hub are in this process, and log what they do in between.
        said = [line for line in shown.out.splitlines() if line.startswith(("[", "{"))]
        assert said, shown.err
        return json.loads(said[-1])

    def taken_on(self, number, language):
        """Who holds the person, and how they name them: an officer waits with them."""
        police = self.outside(POLICE)
        data = self._arrest(language, incident={"number": number, "ori": "WASAMPL02", "officer_waiting": True})
        self._says(police, "referral.submitted", data)
        police.hears_of("referral.acknowledged", "incident_number", number)
        holder, offer = until(lambda: self._offered(language, set()))
        named = {"offer_id": offer.data["offer_id"]}
        self._says(holder, "offer.accepted", named | {"arrives_in_minutes": 12}, subject=offer.attributes["subject"])
        return holder, holder.hears_of("assignment.made", "offer_id", named["offer_id"])

    def meets(self, holder, made, note):
        """A contact, and then the hand-off: police hear of that as soon as it is handled."""
        person = {"subject": made.attributes["subject"]}
        met = new_id()
        self._says(holder, "contact.attempted", {"result": "contacted", "note": note}, met, **person)
        self._says(holder, "handoff.completed", {"offer_id": made.data["offer_id"]}, **person)
        return met

    def letters(self):
        """The open groups, once the hand-off waits behind what tripped the door."""

        def both():
            found = self.said()
            return found if {one["reason"] for one in found} >= {"failed", "behind"} else None

        return until(both)

    def confirmed(self, number):
        police = self.outside(POLICE)
        police._listen()
        return [one.type for one in police.lane if one.data.get("incident_number") == number].count("handoff.confirmed")


@pytest.fixture
def hub(broken, fresh_hub):
    with fresh_hub() as folder, World(folder, processes=False, minute_seconds=3.0) as world, ExitStack() as held:
        facts = world.hub.facts()
        passwords, known = Passwords(Path(facts["state"]) / "secrets" / AGENCIES), {}

        def of(slug):
            if slug not in known:
                known[slug] = held.enter_context(Outsider(given(facts, slug, passwords.of(slug))))
            return known[slug]

        found = Hub(facts, of)
        for slug in CASE_MANAGERS:
            of(slug).say("capacity.reported", {"places": 100}, new_id())
        yield found


def test_letters_hold_their_person_and_nobody_else_until_they_are_dealt_with(hub):
    assert "juno-sample" in hub.command("operator", "add", "juno-sample").out
    _is_corrected(hub)
    _is_tried_again(hub)
    _is_discarded(hub)
    assert hub.said() == []


def _is_corrected(hub):
    holder, made = hub.taken_on("26L-1", "qla")
    met = hub.meets(holder, made, TRIPS)
    groups = hub.letters()
    letter = str(next(one["first_id"] for one in groups if one["reason"] == "failed"))
    other_holder, other = hub.taken_on("26L-2", "qlb")
    hub.meets(other_holder, other, "sound")
    assert until(lambda: hub.confirmed("26L-2"))
    assert hub.confirmed("26L-1") == 0, "nothing is told of who waits"

    group = hub.said("show", "intake", letter, "--group")
    assert (group["letters"], group["examples"][0]["event_id"], group["examples"][0]["behind"]) == (1, met, 1)
    assert group["examples"][0]["headers"]["ce_type"] == "contact.attempted"
    assert "hub deadletters correct intake" in group["next"]
    assert "zz trips" not in json.dumps(group)
    hub.said("note", "intake", letter, "--code", "asked-the-agency", *AS)
    refused = hub.command("deadletters", "correct", "intake", letter, "--set", "note=x", "--why", "sample", *AS)
    assert "private text" in refused.err
    told = hub.said("correct", "intake", letter, "--set", "note=-", "--why", "told-by-telephone", *AS, stdin="sound\n")
    assert (told["answer"], told["letter"]["ended"]) == ("admitted", "corrected")
    assert told["letter"]["settled_as"] == f"juno-sample: told-by-telephone, corrected by {told['id']}"
    assert told["letter"]["notes"][0].endswith("juno-sample: asked-the-agency")
    assert until(lambda: hub.confirmed("26L-1")) == 1
    again = hub.command(
        "deadletters", "correct", "intake", letter, "--set", "note=-", "--why", "sample", *AS, stdin="x\n"
    )
    assert "is settled" in again.err


def _is_tried_again(hub):
    holder, made = hub.taken_on("26L-3", "qlc")
    faults.add(ContactAttempted)
    hub.meets(holder, made, "sound")
    letter = str(next(one["first_id"] for one in hub.letters() if one["reason"] == "failed"))
    hub.said("retry", "intake", letter)
    assert until(lambda: hub.said("show", "intake", letter)["attempts"] == 2), "it failed again"
    assert hub.confirmed("26L-3") == 0
    faults.clear()
    assert hub.said("retry", "intake", "--all")["asked"] == 2
    assert until(lambda: hub.confirmed("26L-3")) == 1
    assert hub.said("show", "intake", letter)["ended"] == "retried"


def _is_discarded(hub):
    holder, made = hub.taken_on("26L-4", "qld")
    faults.add(ContactAttempted)
    hub.meets(holder, made, "sound")
    letter = str(next(one["first_id"] for one in hub.letters() if one["reason"] == "failed"))
    assert hub.confirmed("26L-4") == 0
    assert hub.said("discard", "intake", letter, "--why", "sent-twice", *AS)["refused"] is False
    assert until(lambda: hub.confirmed("26L-4")) == 1
    assert hub.said("show", "intake", letter)["ended"] == "discarded"
