"""Consent cannot handle a person's "stop", and parks it: nothing about them goes anywhere until it is dealt with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contracts import reading, topics
from contracts.envelope import STRUCTURED, Envelope, Fact, agency_source
from contracts.to_hub.consent_revoked import ConsentRevoked
from services.notification.domain.writing import read_dossier
from services.notification.settings import CarrierSettings
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.service import Record, Service
from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import PROVIDER, Case, Cast, Message, caseload
from tests.journeys.memory import WholeHub


class Fault:
    """A fault in one service's decision about a person's word, as long as it is not mended."""

    def __init__(self, where: str) -> None:
        self.where, self.mended = where, False

    def __call__(self, service: Service[Any, Any]) -> Service[Any, Any]:
        def decide(*given: Any) -> Iterator[Any]:
            if not self.mended and any(isinstance(getattr(one, "event", None), ConsentRevoked) for one in given):
                raise ZeroDivisionError
            yield from service.decide(*given)

        return replace(service, decide=decide) if service.name == self.where else service


class Two:
    """Two people with the same course: each signed for the one who holds them, and for a provider of help."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.hub = WholeHub(site(), KEYS, at=NOW, changed=fault)
        self.cases = [self._case(number) for number in (4, 15)]
        self.cast = Cast(self.cases, NOW)
        self.pseudonyms = Pseudonyms(KEYS.pseudonym)
        self.said = 0

    @staticmethod
    def _case(number: int) -> Case:
        case = caseload(1, NOW, number)[0]
        assert case.kind == "from the hospital to a clinic"
        # Its own onward request comes with the second notice: here it is asked by hand.
        return replace(case, course=("handoff", "intake", "consent-to-provider"))

    async def begin(self) -> None:
        await self.hub.play(self.cast)
        made = {self.cast._offers[fact.event.offer_id]: (agency, fact) for (agency, _), fact in self.cast.heard.items()
                if fact.event.name == "assignment.made"}  # fmt: skip
        self.holders = [made[case.tag] for case in self.cases]
        self.persons = [self.pseudonyms.person(fact.subject, agency) for agency, fact in self.holders]

    async def say(self, who: int, kind: str, data: dict[str, Any]) -> None:
        agency, made = self.holders[who]
        self.said += 1
        await self.hub.say(Message(agency, f"said-{self.said}", kind, data, made.subject))

    async def ask_for_help(self) -> None:
        """For both; and both referrals are amended by their sender."""
        for who, case in enumerate(self.cases):
            await self.say(who, "onward.requested", {"help_type": "health_care", "to": PROVIDER, "note": "Sample."})
            of = {"of": {"source_reference": case.referral["source_reference"]}, "reason": f"Sample {self.said}."}
            await self.hub.say(Message(case.sender, f"amend-{who}-{self.said}", "referral.amended", of))

    async def heard(self) -> dict[str, list[str]]:
        """What came on the lanes since, by person."""
        heard: dict[str, list[str]] = {person: [] for person in self.persons}
        for agency, fact in await self.hub.settle():
            person = None if fact.subject is None else self.pseudonyms.person(fact.subject, agency)
            if person in heard:
                heard[person].append(f"{fact.event.name} to {agency}")
        return heard

    def facts(self, topic: str, name: str) -> list[Fact]:
        return [fact for fact in self.hub.hub.facts(topic) if fact.event.name == name]


@pytest.fixture
async def two() -> Two:
    two = Two(Fault("consent"))
    await two.begin()
    await two.ask_for_help()
    heard = await two.heard()
    assert all(f"onward.offered to {PROVIDER}" in heard[person] for person in two.persons)
    await two.say(0, "consent.revoked", {"how": "verbal"})
    assert await two.heard() == {two.persons[0]: [], two.persons[1]: []}
    assert len(two.hub.hub.parked("consent")) == 1
    return two


async def test_while_the_word_is_parked_nothing_goes_about_that_person_and_everybody_elses_flows(two):
    await two.ask_for_help()
    heard = await two.heard()
    assert heard[two.persons[0]] == []
    assert f"onward.offered to {PROVIDER}" in heard[two.persons[1]]
    assert any(one.startswith("assignment.made") for one in heard[two.persons[1]])
    await two.hub.advance(60 * 24)
    assert (await two.heard())[two.persons[0]] == []


async def test_once_it_is_dealt_with_what_was_told_is_recalled_and_what_waited_is_told_only_as_far_as_it_may_be(two):
    await two.ask_for_help()
    await two.heard()
    two.fault.mended = True
    await two.hub.retry("consent")
    heard = (await two.heard())[two.persons[0]]
    assert f"information.recalled to {PROVIDER}" in heard
    assert f"onward.offered to {PROVIDER}" not in heard
    assert any(one.startswith("assignment.made") for one in heard), "what a permission alone opens goes on"
    assert two.hub.parked() == []
    assert len(two.facts(topics.CONSENTS, "revocation.settled")) == 1
    withheld = [fact.event for fact in two.facts(topics.DISCLOSURES, "disclosure.withheld")
                if fact.subject == two.persons[0]]  # fmt: skip
    assert ("onward.offered", "consent") in {(one.message_type, one.layer) for one in withheld}


async def test_a_recall_goes_although_another_word_is_parked(two):
    two.fault.mended = True
    await two.hub.retry("consent")
    await two.heard()
    two.fault.mended = False
    await two.say(0, "consent.revoked", {"how": "verbal"})
    clocks = two.hub.site.clocks
    heard = await two.hub.advance(clocks.recall_again_minutes + 1)
    assert [fact.event.name for agency, fact in heard if agency == PROVIDER] == ["information.recalled"]


async def test_a_word_that_the_door_cannot_handle_holds_its_person_and_nobody_else_until_it_is_admitted():
    two = Two(Fault("intake"))
    await two.begin()
    await two.say(0, "consent.revoked", {"how": "verbal"})
    await two.ask_for_help()
    heard = await two.heard()
    assert len(two.hub.hub.parked("intake")) >= 1
    assert heard[two.persons[0]] == []
    assert f"onward.offered to {PROVIDER}" in heard[two.persons[1]]
    two.fault.mended = True
    await two.hub.retry("intake")
    heard = (await two.heard())[two.persons[0]]
    assert f"onward.offered to {PROVIDER}" not in heard
    assert any(one.startswith("assignment.made") for one in heard), "what a permission alone opens goes on"
    assert {fact.subject for fact in two.facts(topics.CONSENTS, "consent.withdrawn")} == {two.persons[0]}


NEWER = 99
EVERYTHING: tuple[str, dict[str, Any]] = ("person.declined", {})


async def newer(two: Two, kind: str, data: dict[str, Any], *, who: int = 0, name: str = "newer") -> None:
    """A person's holder passes a word on in a version that the hub does not read yet."""
    agency, made = two.holders[who]
    written = json.loads(Message(agency, name, kind, data, made.subject).body(two.hub.hub.at))
    written["dataschema"] = f"hub:{kind}/{NEWER}"
    headers = (("content-type", STRUCTURED.encode()),)
    two.said += 1
    topic = topics.to_hub(agency)
    record = Record(topic, 0, 10_000 + two.said, two.hub.hub.at, headers, None, json.dumps(written).encode())
    await two.hub.hub.publish(topic, record, key=agency)


def holds(two: Two, who: int = 0) -> bool:
    return read_dossier(two.hub.lanes.tables.dossiers[two.persons[who]]).revoking


def upgraded(monkeypatch) -> None:
    """The hub reads that version, too, which says no more than the first."""
    reads = reading.contract
    newest = f"/{NEWER}"
    monkeypatch.setattr(
        reading,
        "contract",
        lambda envelope: reads(
            envelope._replace(dataschema=None) if (envelope.dataschema or "").endswith(newest) else envelope
        ),
    )


@pytest.mark.parametrize(
    ("kind", "data"),
    [("consent.revoked", {"how": "verbal"}), EVERYTHING, ("person.declined", {"referral_id": "theirs"})],
    ids=["a stop", "a no to everything", "a no to one referral"],
)
async def test_a_word_that_is_newer_than_the_hub_holds_its_person_until_the_upgrade(monkeypatch, kind, data):
    two = Two(Fault("nowhere"))
    await two.begin()
    data = data | ({"referral_id": two.holders[0][1].event.referral_id} if data.get("referral_id") else {})
    await newer(two, kind, data)
    await two.ask_for_help()
    heard = await two.heard()
    assert heard[two.persons[0]] == []
    assert f"onward.offered to {PROVIDER}" in heard[two.persons[1]]
    assert len(two.facts(topics.REPORTS, "revocation.parked")) == 1

    upgraded(monkeypatch)
    await two.hub.retry("intake")
    heard = (await two.heard())[two.persons[0]]
    assert two.hub.parked() == []
    assert two.facts(topics.REPORTS, kind)
    assert not any(one.startswith("onward.offered") for one in heard) or data.get("referral_id")
    assert not holds(two), "and what is still allowed goes on"


@pytest.mark.parametrize(
    ("kind", "data"), [("consent.revoked", {"how": "never-so"}), ("person.declined", {"referral_id": "Sample"})]
)
async def test_a_word_that_is_refused_in_the_end_lets_go_of_its_person(monkeypatch, kind, data):
    two = Two(Fault("nowhere"))
    await two.begin()
    await newer(two, kind, data)
    await two.ask_for_help()
    assert (await two.heard())[two.persons[0]] == []
    upgraded(monkeypatch)
    await two.hub.retry("intake")
    heard = (await two.heard())[two.persons[0]]
    assert f"onward.offered to {PROVIDER}" in heard
    refused = [fact.event.refusal.reason for fact in two.facts(topics.REPORTS, "report.refused")]
    assert refused == ["invalid-data"]


async def test_a_word_with_a_name_that_is_not_the_agencys_own_is_refused_at_once_whatever_its_version():
    two = Two(Fault("nowhere"))
    await two.begin()
    two.holders[0] = (PROVIDER, two.holders[0][1])
    await newer(two, "consent.revoked", {"how": "verbal"})
    await two.hub.settle()
    assert two.hub.hub.parked("intake") == []
    assert two.facts(topics.REPORTS, "revocation.parked") == []
    refused = [fact.event.refusal.reason for fact in two.facts(topics.REPORTS, "report.refused")]
    assert refused == ["unknown-subject"]


async def test_two_words_under_one_id_hold_each_for_itself(monkeypatch):
    two = Two(Fault("nowhere"))
    await two.begin()
    if two.holders[0][0] == two.holders[1][0]:
        await newer(two, "consent.revoked", {"how": "verbal"}, who=1, name="same")
    await newer(two, "consent.revoked", {"how": "verbal"}, name="same")
    agency, made = two.holders[0]
    one = {"referral_id": made.event.referral_id}
    await two.hub.say(Message(agency, "same", "person.declined", one, made.subject))
    await two.ask_for_help()
    heard = await two.heard()
    assert holds(two), "the other word was read, and not this one"
    assert heard[two.persons[0]] == []
    if two.holders[0][0] == agency == two.holders[1][0]:
        assert heard[two.persons[1]] == []
    upgraded(monkeypatch)
    await two.hub.retry("intake")
    await two.heard()
    assert not holds(two)


async def test_a_word_that_was_refused_does_not_let_a_later_one_of_its_id_go():
    two = Two(Fault("nowhere"))
    await two.begin()
    await two.say(0, "consent.revoked", {"how": "never-so"})
    await two.heard()
    assert not holds(two)
    await newer(two, "consent.revoked", {"how": "verbal"}, name=f"said-{two.said}")
    await two.hub.settle()
    assert holds(two)


async def test_an_agency_that_lost_its_say_meanwhile_holds_nobody_for_ever(monkeypatch):
    two = Two(Fault("nowhere"))
    await two.begin()
    await newer(two, "consent.revoked", {"how": "verbal"})
    await two.hub.settle()
    assert holds(two)
    upgraded(monkeypatch)
    agencies, slug = two.hub.site.agencies, two.holders[0][0]
    fewer = agencies[slug].may_say - {"consent.revoked"}
    monkeypatch.setitem(agencies, slug, agencies[slug].model_copy(update={"may_say": fewer}))
    await two.hub.retry("intake")
    await two.heard()
    assert not holds(two)
    refused = [fact.event.refusal.reason for fact in two.facts(topics.REPORTS, "report.refused")]
    assert refused == ["not-permitted"]


@pytest.mark.parametrize(
    ("data", "goes_on"),
    [({"how": "verbal", "operator": "juno-sample"}, True), ({"how": "verbal"}, False),
     ({"how": "verbal", "operator": "juno-sample", "form_reference": "F-1"}, False)],
)  # fmt: skip
async def test_what_an_operator_passes_on_signed_stands_for_the_word_that_nobody_could_read(data, goes_on):
    """Also where the parked word is not there any more: after a restore it may be gone, and still hold."""
    two = Two(Fault("nowhere"))
    await two.begin()
    await newer(two, "consent.revoked", {"how": "verbal"})
    await two.hub.settle()
    two.hub.hub.at += timedelta(minutes=1)
    office = two.hub.site.program_office
    envelope = Envelope("said-by-the-office", agency_source(office), "consent.revoked", two.hub.hub.at, two.persons[0],
                        None, "cor-office", None, None, two.hub.hub.at)  # fmt: skip
    word = ConsentRevoked(**data)
    await two.hub.hub.publish(topics.REPORTS, Fact(word, envelope), key=two.persons[0])
    await two.heard()
    assert holds(two) is not goes_on


async def test_whoever_waits_for_an_upgrade_fills_no_pass_of_a_lane():
    two = Two(Fault("nowhere"))
    await two.begin()
    await newer(two, "consent.revoked", {"how": "verbal"})
    two.hub.carrier.carrier._settings = CarrierSettings(rows=1)
    for _ in range(3):
        await two.say(0, "onward.requested", {"help_type": "health_care", "to": PROVIDER, "note": "Sample."})
    await two.ask_for_help()
    heard = await two.heard()
    assert heard[two.persons[0]] == []
    assert f"onward.offered to {PROVIDER}" in heard[two.persons[1]]
