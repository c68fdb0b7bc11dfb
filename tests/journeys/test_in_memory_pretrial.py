"""Court pretrial diversion over every service of the hub in memory: who hears of it, who never does, and under what."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.envelope import instant, written
from services.plumbing.pseudonyms import Pseudonyms
from services.sites import load_site
from tests.intake.examples import KEYS, NOW
from tests.journeys.cast import Message
from tests.journeys.memory import WholeHub

SITE = load_site("washington-pretrial")
COURT, PROSECUTOR, COUNSEL, POLICE = "court", "prosecutor", "public-defender", "police"
NAVIGATOR, CENTER = "recovery-navigator", "recovery-center"
CASE = (COURT, PROSECUTOR, COUNSEL)
CAUSE = "SAMPLE-1-00199"
YESTERDAY = (NOW - timedelta(days=1)).date().isoformat()
WITH_CONSENT = {
    "form_reference": "WP-COURT-1", "kind": "part2_specific", "disclosers": [CENTER, "program-office"],
    "recipients": list(CASE), "categories": ["participation", "incident"], "purpose": "prosecution_decision",
    "signed_on": YESTERDAY, "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation",
    "intermediary": "program-office", "members_version": "2023-07",
    "statements": [{"text": "right-to-revoke", "version": "2026-01"}], "language": "en",
}  # fmt: skip


class Case:
    """One person's case, said word by word."""

    def __init__(self, area: str = "washington", chance: random.Random | None = None) -> None:
        self.hub = WholeHub(SITE, KEYS, at=NOW, chance=chance, again=0.2 if chance else 0.0)
        self.holder = NAVIGATOR if area == "washington" else CENTER
        self.area, self.count = area, 0
        self.pseudonyms = Pseudonyms(KEYS.pseudonym)
        self.person = self.referral_id = ""

    async def say(self, agency: str, kind: str, /, **data: object) -> None:
        self.count += 1
        subject = self.pseudonyms.of(self.person, agency, None) if self.person else None
        self.hub.hub.at += timedelta(seconds=1)
        await self.hub.say(Message(agency, f"{self.count:03}-{agency}", kind, data, subject))
        await self.hub.settle()

    async def begins(self) -> None:
        """Counsel refers, everybody says yes, and the program meets the person."""
        await self.say(
            COUNSEL, "referral.submitted", door="community", source_kind="public_defender",
            referred_at=instant(self.hub.hub.at), source_reference="WP-1", agreement="agreed",
            location={"area": self.area}, person={"legal_name": "Heron Sample", "birth_date": "1986-06-16"},
            offences=[{"nibrs": "35A", "activity": "P", "severity": "gross_misdemeanour"}],
            attestations=[{"rule": "no-conviction-since-2023-07", "result": "pass"}],
        )  # fmt: skip
        received = self.hub.hub.facts(topics.REFERRALS)[0]
        self.person, self.referral_id = received.subject, received.event.referral_id
        for agency in (COURT, PROSECUTOR):
            called = next(one for one in self.hub.lane(agency) if one.event.name == "approval.called")
            await self.say(agency, "approval.answered", review_id=called.event.review_id, approved=True)
        offer = next(one for one in self.hub.lane(self.holder) if one.event.name == "offer.made").event.offer_id
        await self.say(self.holder, "offer.accepted", offer_id=offer)
        await self.say(self.holder, "handoff.completed", offer_id=offer)

    def road(self) -> list[tuple[str, str, dict[str, object]]]:
        """What is said from the motion to the dismissal."""
        parties = {"court": COURT, "prosecutor": PROSECUTOR, "counsel": COUNSEL}
        return [
            (COUNSEL, "pretrial.moved", {"cause_number": CAUSE, "moved_on": YESTERDAY, **parties}),
            (COURT, "pretrial.ruled", {"ruling": "granted", "ruled_on": YESTERDAY}),
            (self.holder, "pretrial.assessed", {"assessed_on": YESTERDAY, "services": ["housing"]}),
            (self.holder, "pretrial.updated", {"through_on": YESTERDAY, "substantial_compliance": True}),
            (self.holder, "pretrial.completed", {"completed_on": YESTERDAY, "completed_by": "services"}),
            (COURT, "pretrial.ruled", {"ruling": "dismissed", "ruled_on": YESTERDAY}),
        ]

    async def walks(self, *steps: int) -> None:
        for step in steps:
            agency, kind, data = self.road()[step]
            await self.say(agency, kind, referral_id=self.referral_id, **data)

    def heard(self, agency: str) -> list[str]:
        return [one.event.name for one in self.hub.lane(agency)]

    def reports(self, agency: str) -> list[object]:
        return [one.event for one in self.hub.lane(agency) if one.event.name == "pretrial.reported"]


async def test_a_diversion_is_played_from_the_motion_to_the_dismissal_and_police_hear_nothing():
    case = Case()
    await case.begins()
    await case.walks(*range(6))

    assert case.hub.parked() == []
    for agency in CASE:
        reports = case.reports(agency)
        assert [one.report.value for one in reports] == ["assessment", "status", "completion"]
        assert {one.cause_number for one in reports} == {CAUSE}
        assert {mark.id for mark in reports[0].marking} == {"under-seal", "admissions", "no-conviction"}
        assert any("42.56 RCW" in mark.text for mark in reports[0].marking)
        assert reports[0].notice is None
    called = [one.event.asked_for.value for one in case.hub.lane(NAVIGATOR) if one.event.name == "pretrial.called"]
    assert called == ["assessment", "status", "nothing"]
    assert case.heard(POLICE) == []
    assert "pretrial.reported" not in case.heard(NAVIGATOR) + case.heard(CENTER)


async def test_a_part_2_program_reports_only_under_a_consent_and_is_told_to_bring_one():
    case = Case("washington-east")
    await case.begins()
    await case.walks(0, 1, 2)
    assert [case.reports(agency) for agency in CASE] == [[], [], []]
    withheld = [one.event for one in case.hub.hub.facts(topics.DISCLOSURES) if one.event.name == "disclosure.withheld"]
    of_reports = [one for one in withheld if one.message_type == "pretrial.reported"]
    assert {(one.agency, one.layer, one.rule) for one in of_reports} == {
        (agency, "consent", "no-consent") for agency in CASE
    }
    lacking = [one.event for one in case.hub.lane(CENTER) if one.event.name == "pretrial.called"]
    assert {one.recipient for one in lacking if one.asked_for == "consent"} == set(CASE)

    await case.say(CENTER, "consent.signed", **WITH_CONSENT)
    for agency in CASE:
        (report,) = case.reports(agency)
        assert report.services == ("housing",)
        assert report.notice is not None
    await case.say(CENTER, "consent.revoked", how="verbal")
    assert all("information.recalled" in case.heard(agency) for agency in CASE)
    await case.walks(3)
    assert [len(case.reports(agency)) for agency in CASE] == [1, 1, 1]
    assert case.hub.parked() == []


async def test_a_consent_that_names_the_court_alone_lets_the_court_alone_hear():
    case = Case("washington-east")
    await case.begins()
    await case.say(CENTER, "consent.signed", **WITH_CONSENT | {"recipients": [COURT]})
    await case.walks(0, 1, 2)
    assert [len(case.reports(agency)) for agency in CASE] == [1, 0, 0]


@pytest.mark.parametrize(
    ("agency", "kind", "data", "reason"),
    [
        (POLICE, "pretrial.updated", {"through_on": YESTERDAY, "substantial_compliance": False}, "not-permitted"),
        (PROSECUTOR, "pretrial.ruled", {"ruling": "terminated", "ruled_on": YESTERDAY}, "not-permitted"),
        (COURT, "pretrial.ruled", {"ruling": "community_service", "ruled_on": YESTERDAY, "hours": 121}, "invalid-data"),
        (COURT, "pretrial.moved", {"cause_number": "1", "moved_on": YESTERDAY, "court": COURT, "prosecutor": POLICE},
         "unknown-code"),
    ],
    ids=["police report", "the prosecutor rules", "too many hours", "police as a party"],
)  # fmt: skip
async def test_who_may_not_say_it_is_refused_with_the_rule_and_the_fix(agency, kind, data, reason):
    case = Case()
    await case.begins()
    await case.say(agency, kind, referral_id=case.referral_id, **data)
    (refused,) = [one.event.refusal for one in case.hub.lane(agency) if one.event.name == "message.refused"]
    assert refused.reason == reason
    assert all(one.rule and one.fix for one in refused.problems)
    assert case.hub.hub.facts(topics.PRETRIAL) == []


@settings(max_examples=12, deadline=None)
@given(order=st.permutations(range(6)), seed=st.integers(0, 10_000), east=st.booleans())
async def test_whatever_the_order_no_lane_of_police_gets_any_of_it(order, seed, east):
    case = Case("washington-east" if east else "washington", random.Random(seed))
    await case.begins()
    await case.walks(*order)
    await case.hub.advance(3 * 24 * 60)
    assert case.hub.parked() == []
    assert case.heard(POLICE) == []
    for agency in SITE.agencies:
        told = [written(one)[0] for one in case.hub.lane(agency)]
        assert agency in CASE or not any(CAUSE.encode() in one or b"substantial_compliance" in one for one in told)
    if east:
        assert [case.reports(agency) for agency in CASE] == [[], [], []]
