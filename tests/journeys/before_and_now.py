"""Somebody was arrested before, and somebody is referred now: the whole hub in memory, driven step by step.

Every step is a word that means the same whoever the two are; what is said to it depends on the lanes alone. A step that
nobody could take (there is no offer to answer) is passed over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.envelope import Fact, instant, written
from tests.intake.examples import KEYS, NOW, PSEUDONYMS, site
from tests.journeys.cast import CASE_MANAGERS, OFFICE, ORIS, POLICE, PROVIDER, VERSION, Message
from tests.journeys.memory import WholeHub

PROSECUTOR = "bellingham-city-attorney"
BEFORE, NOW_TAG = "qaa", "qab"
"""Languages that nobody speaks: by them the case managers know which of the two an offer is for."""
TAKEN_ON = ("accept", "handoff", "intake")
LIVES: dict[str, tuple[str, ...]] = {
    "nobody came": ("wait", "wait", "wait", "wait"),
    "a case manager never arrived": ("accept", "wait for the arrival"),
    "was met once": ("accept", "handoff"),
    "never came to the intake": ("accept", "handoff", "not found", "wait for a month"),
    "said no at the first visit": ("accept", "handoff", "the person says no"),
    "is enrolled": TAKEN_ON,
    "is enrolled and has consented": (*TAKEN_ON, "consent", "consent to the prosecutor", "consent to police"),
    "has taken a consent back": (*TAKEN_ON, "consent", "revoke"),
    "is treated elsewhere": (*TAKEN_ON, "consent", "consent to a provider", "onward", "provider accepts"),
    "is no longer there": (*TAKEN_ON, "ended"),
}
DOORS = ("arrest_diversion", "social_contact", "community")
STEPS = (
    "accept", "appointment", "no", "wait", "wait for the arrival", "not found", "handoff", "intake", "ended", "consent",
    "consent to the prosecutor", "consent to police", "consent to a provider", "revoke", "onward", "provider accepts",
    "the person says no", "amend", "amend heavier", "withdraw", "send again", "police say yes", "police say no",
    "review", "review says no", "refused", "police say stop", "correct", "correct more", "nothing",
)  # fmt: skip
CORRECTIONS: dict[str, dict[str, Any]] = {
    "correct": {"preferred_name": "Blue", "phones": ["360-555-0144"], "message_is_safe": "no", "area": "lynden"},
    "correct more": {"legal_name": "Blue Sample", "birth_date": "2015-01-01", "needs": ["shelter"], "not_so": ["area"]},
}
"""What the person says of themselves, at the program office: somebody else in every fact, and a child by now."""


class Town:
    """The hub, and what the agencies have heard. `known`: whether who is referred now is who was arrested before."""

    def __init__(self, *, known: bool, room: int = 100_000) -> None:
        self.hub = WholeHub(site(), KEYS, at=NOW)
        self.known, self.room, self.tag = known, room, BEFORE
        self.heard: list[tuple[str, Fact]] = []
        self.answered: set[str] = set()
        self.sent: dict[str, dict[str, Any]] = {}
        self.count = 0

    async def live(self, life: str) -> None:
        """What became of the one who was arrested before."""
        await self.places(100_000)
        await self.refer(BEFORE, "arrest_diversion", 1)
        for step in LIVES[life]:
            await self.step(step)
        await self.places(self.room)

    async def places(self, count: int) -> None:
        """Every case-management agency says how many places it has."""
        self.count += 1
        for agency in CASE_MANAGERS:
            await self.say(agency, "capacity.reported", {"places": count})
        await self.hear(await self.hub.settle())

    async def refer(self, tag: str, door: str, number: int, **more: Any) -> None:
        """Police refer the person of this number in their own records."""
        self.tag = tag
        self.count += 1
        where = {"incident": {"number": f"J-{tag}", "ori": ORIS[POLICE], "officer_waiting": door == DOORS[0]}}
        self.sent[tag] = {
            "door": door, "source_kind": "law_enforcement", "referred_at": instant(self.hub.hub.at),
            "person": {
                "legal_name": f"Sample {number}", "birth_date": f"198{number}-05-05", "language": tag,
                "agency_person_number": f"MNI-{number}",
            },
            "location": {"area": "bellingham"}, "agreement": "agreed", "needs": ["meal"],
            "offences": [{"nibrs": "35A", "activity": "P"}], "drugs": [{"kind": "E", "quantity": "1.5", "unit": "GM"}],
            **(where if door == DOORS[0] else {"source_reference": f"J-{tag}"}),
        } | more  # fmt: skip
        await self.say(POLICE, "referral.submitted", self.sent[tag])
        await self.hear(await self.hub.settle())

    async def step(self, name: str) -> None:
        """Take one step, if anybody can."""
        minutes = {
            "wait": site().clocks.offer_answer_minutes + 1, "wait for the arrival": site().clocks.arrival_minutes + 1,
            "wait for a month": site().clocks.intake_days * 24 * 60 + 1,
            "wait for the last day": (site().clocks.intake_days + 2) * 24 * 60,
        }  # fmt: skip
        if name in minutes:
            await self.hear(await self.hub.advance(minutes[name]))
            return
        self.hub.hub.at += timedelta(seconds=1)
        message = self._message(name)
        self.count += 1
        if message is not None:
            await self.say(*message)
            await self.hear(await self.hub.settle())

    async def say(self, agency: str, kind: str, data: dict[str, Any], subject: str | None = None) -> None:
        """An id follows from the step alone: what somebody could not say in one town moves no other id."""
        await self.hub.say(Message(agency, f"{self.count:04}-{agency}", kind, data, subject))

    async def hear(self, came: list[tuple[str, Fact]]) -> None:
        self.heard += came

    def lane(self, agency: str) -> list[Fact]:
        return [fact for slug, fact in self.heard if slug == agency]

    def _message(self, name: str) -> tuple[str, str, dict[str, Any], str | None] | None:
        if name in {"accept", "appointment", "no"}:
            return self._to_the_offer(name)
        if name in {"review", "review says no"}:
            return self._to_the_review("eligible" if name == "review" else "presumptively_ineligible")
        if name == "provider accepts":
            asked = [fact for fact in self.lane(PROVIDER) if fact.event.name == "onward.offered"]
            if not asked:
                return None
            data = {"answer": "accepted", "onward_id": asked[-1].event.onward_id}
            return PROVIDER, "onward.answered", data, asked[-1].subject
        if name == "nothing":
            return None
        if name in CORRECTIONS:
            of_police = next((one.subject for one in reversed(self.lane(POLICE)) if one.subject is not None), None)
            person = of_police and PSEUDONYMS.person(of_police, POLICE)
            return person and (OFFICE, "person.corrected", CORRECTIONS[name], person)
        return self._of_police(name) or self._of_the_holder(name)

    def _to_the_offer(self, name: str) -> tuple[str, str, dict[str, Any], str | None] | None:
        over = {fact.event.offer_id for _, fact in self.heard if fact.event.name == "offer.cancelled"} | self.answered
        open_ = [
            (agency, fact)
            for agency, fact in self.heard
            if fact.event.name == "offer.made" and fact.event.language == self.tag and fact.event.offer_id not in over
        ]
        if not open_:
            return None
        agency, fact = open_[-1]
        offer: Any = fact.event
        self.answered.add(offer.offer_id)
        data: dict[str, Any] = {"offer_id": offer.offer_id}
        if name == "no":
            return agency, "offer.declined", data | {"reason": "nobody_on_call"}, fact.subject
        if name == "appointment":
            data["appointment_at"] = instant(self.hub.hub.at + timedelta(days=1))
        elif offer.officer_waiting:
            data["arrives_in_minutes"] = 12
        return agency, "offer.accepted", data, fact.subject

    def _to_the_review(self, verdict: str) -> tuple[str, str, dict[str, Any], str | None] | None:
        called = [fact for fact in self.lane(OFFICE) if fact.event.name == "review.called"]
        if not called:
            return None
        data = {
            "review_id": called[-1].event.review_id,
            "verdict": verdict,
            "operator": "sam-sample",
            "why": "Weighed.",
        }
        return OFFICE, "review.answered", data, called[-1].subject

    def _of_police(self, name: str) -> tuple[str, str, dict[str, Any], str | None] | None:
        by = "incident_number" if "incident" in self.sent[self.tag] else "source_reference"
        of: dict[str, Any] = {"of": {by: f"J-{self.tag}"}}
        subject = next((one.subject for one in reversed(self.lane(POLICE)) if one.subject is not None), None)
        said: dict[str, tuple[str, dict[str, Any], str | None]] = {
            "amend": ("referral.amended", of | {"reason": "Said more clearly."}, None),
            "amend heavier": (
                "referral.amended",
                of | {"drugs": [{"kind": "E", "quantity": "61", "unit": "GM"}]},
                None,
            ),
            "withdraw": ("referral.withdrawn", of, None),
            "send again": ("referral.submitted", self.sent[self.tag], None),
            "refused": ("referral.amended", {"of": {by: "J-unknown"}, "reason": "Of nobody."}, None),
            "police say yes": ("person.agreed", {}, subject),
            "police say no": ("person.declined", {}, subject),
            "police say stop": ("consent.revoked", {"how": "verbal"}, subject),
        }
        return (POLICE, *said[name]) if name in said else None

    def _of_the_holder(self, name: str) -> tuple[str, str, dict[str, Any], str | None] | None:
        mine = {fact.event.offer_id for _, fact in self.heard if getattr(fact.event, "language", "") == self.tag
                and fact.event.name == "offer.made"}  # fmt: skip
        made = [(agency, fact) for agency, fact in self.heard if fact.event.name == "assignment.made"
                and fact.event.offer_id in mine]  # fmt: skip
        if not made:
            return None
        agency, fact = made[-1]
        assignment: Any = fact.event
        day = (self.hub.hub.at - timedelta(days=1)).date().isoformat()
        said: dict[str, tuple[str, dict[str, Any]]] = {
            "not found": ("contact.attempted", {"result": "not_found"}),
            "handoff": ("handoff.completed", {"offer_id": assignment.offer_id}),
            "intake": ("intake.completed", {"completed_on": site().local_time(self.hub.hub.at).date().isoformat()}),
            "ended": ("participation.ended", {"reason": "lost_contact"}),
            "the person says no": ("person.declined", {"referral_id": assignment.referral_id}),
            "revoke": ("consent.revoked", {"how": "verbal"}),
            "onward": ("onward.requested", {"help_type": "health_care", "to": PROVIDER}),
            "consent": _consent(agency, "care_coordination", day, self.count),
            "consent to a provider": _consent(PROVIDER, "service_provision", day, self.count),
            "consent to the prosecutor": _consent(PROSECUTOR, "prosecution_decision", day, self.count,
                                                  "criminal_justice_referral", ["intake_status"]),
            "consent to police": _consent(POLICE, "prosecution_decision", day, self.count, "part2_specific",
                                          ["intake_status", "participation"]),
        }  # fmt: skip
        return (agency, *said[name], fact.subject)


def _consent(
    to: str, purpose: str, day: str, number: int, kind: str = "hub_handoff", categories: list[str] | None = None
) -> tuple[str, dict[str, Any]]:
    last_day = (datetime.fromisoformat(day) + timedelta(days=600)).replace(tzinfo=UTC).isoformat()
    of_handoff = {"disclosers": [OFFICE], "signed_by": "person", "signature": "paper", "expires_at": last_day}
    of_part2 = {
        "disclosers": [OFFICE], "signed_by": "person", "signature": "paper", "intermediary": OFFICE,
        "members_version": VERSION, "statements": [{"text": "right-to-revoke", "version": VERSION}],
        "expires_at": last_day, "language": "en",
    }  # fmt: skip
    return "consent.signed", {
        "form_reference": f"form-{number}", "kind": kind, "recipients": [to], "purpose": purpose,
        "categories": categories or ["identity", "contact", "needs"], "signed_on": day,
        **(of_handoff if kind == "hub_handoff" else of_part2),
    }  # fmt: skip


def as_read(fact: Fact) -> tuple[str, dict[str, Any], int, dict[str, int]]:
    """What a reader could compare: the kind, all that it says but the id of its own referral, and every size."""
    body, headers = written(fact)
    said = fact.event.model_dump(mode="json", exclude={"referral_id"})
    return fact.event.name, said, len(body), {name: len(value) for name, value in headers}
