"""A caseload of invented people and the agencies that answer it by rule, for the hub in memory and for real ones alike.

No case competes with another for a place. A blind offer names nobody, so each case has a language of its own: by that
tag the agencies of these tests know which part they play. What they say depends on nothing but the case and what they
have heard of it, under ids that follow from both: the same caseload comes to the same ends wherever it is played.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import ascii_lowercase
from typing import Any
from zoneinfo import ZoneInfo

from contracts.envelope import Fact, agency_source, instant

THERE = ZoneInfo("America/Los_Angeles")
"""The clock on the wall of the site."""

POLICE, SHERIFF, OFFICE = "bellingham-police", "whatcom-county-sheriff", "whatcom-lead-program-office"
HOSPITAL, DEFENDER, PROVIDER = "peacehealth-st-joseph", "whatcom-public-defender", "sea-mar"
YOUTH = "northwest-youth-services"
CASE_MANAGERS = ("catholic-community-services", "lake-whatcom-center", YOUTH, "opportunity-council")
LISTENING = (
    POLICE, SHERIFF, OFFICE, HOSPITAL, DEFENDER, PROVIDER, "bellingham-city-attorney", "whatcom-county-prosecutor",
    *CASE_MANAGERS,
)  # fmt: skip
"""Every agency whose lane a case of this caseload can reach."""
ORIS = {POLICE: "WASAMPL02", SHERIFF: "WASAMPL01"}
"""The case managers who are programs under 42 CFR part 2."""
VERSION = "2026-01"
"""Of the list of members and of the statements that a form names."""
UNDER_PART2 = {
    "kind": "part2_specific", "intermediary": OFFICE, "members_version": VERSION, "language": "en",
    "statements": [{"text": "right-to-revoke", "version": VERSION}],
}  # fmt: skip
"""What a form says besides, so that a provider may hear who asks also where that is a program."""


@dataclass(frozen=True)
class Message:
    """What an agency says, as it goes onto its topic in structured mode."""

    agency: str
    id: str
    type: str
    data: dict[str, Any]
    subject: str | None = None

    def body(self, at: datetime) -> bytes:
        whole = {
            "specversion": "1.0", "id": self.id, "source": agency_source(self.agency), "type": self.type,
            "time": instant(at), "subject": self.subject, "data": self.data,
        }  # fmt: skip
        return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


@dataclass(frozen=True)
class Case:
    """One person: what is sent, what the agencies answer to each offer (the last answer stands), what comes after."""

    tag: str
    kind: str
    sender: str
    referral: dict[str, Any]
    answers: tuple[str, ...] = ("accept",)
    course: tuple[str, ...] = ()
    on: tuple[tuple[str, str], ...] = ()
    """What the sender says when it hears something for the first time."""


def caseload(count: int, now: datetime, first: int = 0) -> list[Case]:
    """So many cases from that number on, each kind in its turn."""
    return [_KINDS[number % len(_KINDS)](tag(number), now) for number in range(first, first + count)]


def kinds() -> int:
    """How many kinds of cases there are."""
    return len(_KINDS)


def tag(number: int) -> str:
    """A language that nobody speaks."""
    letters = ascii_lowercase
    return letters[16 + number // 676] + letters[number // 26 % 26] + letters[number % 26]


def places(mark: str = "") -> list[Message]:
    """Every case-management agency has room for everybody."""
    return [Message(one, f"places-{one}{mark}", "capacity.reported", {"places": 100_000}) for one in CASE_MANAGERS]


def _arrest(tag: str, now: datetime, sender: str = POLICE, **more: Any) -> dict[str, Any]:
    return {
        "door": "arrest_diversion",
        "source_kind": "law_enforcement",
        "referred_at": instant(now),
        "incident": {"number": f"J-{tag}", "ori": ORIS[sender], "officer_waiting": True},
        "person": _person(tag, "1980-05-05"),
        "reach": {"phones": ["360-555-0101"]},
        "location": {"area": "bellingham", "place": "Sample Street"},
        "offences": [{"nibrs": "35A", "activity": "P"}],
        "drugs": [{"kind": "E", "quantity": "1.5", "unit": "GM"}],
        "agreement": "agreed",
        "needs": ["meal"],
    } | more


def _other(tag: str, now: datetime, door: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "door": door,
        "source_kind": kind,
        "referred_at": instant(now),
        "source_reference": f"J-{tag}",
        "person": _person(tag, "1985-05-05"),
        "reach": {"phones": ["360-555-0102"], "usual_places": ["the invented library"]},
        "agreement": "agreed",
        "needs": ["housing"],
    } | more


def _person(tag: str, born: str) -> dict[str, Any]:
    return {
        "legal_name": f"{tag.title()} Sample", "preferred_name": tag.title(), "birth_date": born, "language": tag,
    }  # fmt: skip


MET = ("contact", "handoff", "intake")
"""Who is taken on: met, handed over, intake done."""
# Nobody here ends on the waiting list: who waits there competes for the places that others give back.
_KINDS = (
    lambda tag, now: Case(tag, "taken on", POLICE, _arrest(tag, now), course=MET),
    lambda tag, now: Case(tag, "the third is willing", POLICE, _arrest(tag, now), ("no", "no", "accept"), MET),
    lambda tag, now: Case(
        tag,
        "a mother refers a child",
        OFFICE,
        _other(tag, now, "community", "family", person=_person(tag, f"{now.year - 16}-01-01")),
        course=MET,
    ),
    lambda tag, now: Case(
        tag,
        "says no at the first visit",
        SHERIFF,
        _other(tag, now, "social_contact", "law_enforcement"),
        course=("contact", "decline"),
    ),
    lambda tag, now: Case(
        tag,
        "from the hospital to a clinic",
        HOSPITAL,
        _other(tag, now, "community", "emergency_department"),
        course=("handoff", "consent-to-provider", "intake", "consent"),
    ),
    lambda tag, now: Case(
        tag, "withdrawn under way", POLICE, _arrest(tag, now), on=(("case_manager.dispatched", "withdraw"),)
    ),
    lambda tag, now: Case(
        tag,
        "amended after the hand-off",
        SHERIFF,
        _arrest(tag, now, SHERIFF),
        course=("handoff",),
        on=(("handoff.confirmed", "amend"),),
    ),
    lambda tag, now: Case(tag, "declined on scene", POLICE, _arrest(tag, now, agreement="declined")),
    lambda tag, now: Case(
        tag, "not weighed", POLICE, _arrest(tag, now, drugs=[{"kind": "E", "unit": "XX"}]), course=MET
    ),
    lambda tag, now: Case(
        tag, "sent again", POLICE, _arrest(tag, now), course=MET, on=(("handoff.confirmed", "begin-again"),)
    ),
    lambda tag, now: Case(
        tag,
        "refused at the door",
        POLICE,
        _arrest(tag, now) | {"incident": {"number": f"J-{tag}", "ori": ORIS[SHERIFF]}},
    ),
)


@dataclass
class Cast:
    """The agencies. `hear` takes what comes on a lane and returns what is said to it; what comes again is not new."""

    cases: list[Case]
    now: datetime
    heard: dict[tuple[str, str], Fact] = field(default_factory=dict)
    """Every message of every lane by agency and id, in the order of arrival."""
    repeated: list[tuple[str, str, bool]] = field(default_factory=list)
    """What stood on a lane again under its id, and whether it was word for word the same."""
    said: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_tag = {case.tag: case for case in self.cases}
        self._offers: dict[str, str] = {}
        self._asked: Counter[str] = Counter()
        self._made: Counter[str] = Counter()
        self._told: set[tuple[str, str]] = set()

    def opening(self, case: Case) -> list[Message]:
        """What the case begins with."""
        return [self._say(Message(case.sender, f"{case.tag}-begin", "referral.submitted", case.referral))]

    def hear(self, agency: str, fact: Fact) -> list[Message]:
        known = self.heard.get((agency, fact.id))
        if known is not None:
            self.repeated.append((agency, fact.id, known == fact))
            return []
        self.heard[agency, fact.id] = fact
        return [self._say(message) for message in self._answers(agency, fact)]

    def _say(self, message: Message) -> Message:
        assert message.id not in self.said
        self.said[message.id] = message
        return message

    def _answers(self, agency: str, fact: Fact) -> Iterator[Message]:
        event = fact.event
        match event.name:
            case "offer.made":
                self._offers[event.offer_id] = event.language
                turn = self._asked[event.language]
                self._asked[event.language] += 1
                answer = self._answer(agency, fact, turn)
                yield from [] if answer is None else [answer]
            case "assignment.made":
                yield from self._course(agency, fact)
            case "onward.offered":
                data = {"onward_id": event.onward_id, "answer": "accepted"}
                yield Message(agency, f"{event.language}-onward", "onward.answered", data, fact.subject)
            case "review.called":
                data = {
                    "review_id": event.review_id,
                    "verdict": "eligible",
                    "operator": "sam-sample",
                    "why": "Weighed.",
                }
                yield Message(agency, f"answer-{event.review_id}", "review.answered", data, fact.subject)
            case _:
                yield from self._sender(fact)

    def _answer(self, agency: str, fact: Fact, turn: int) -> Message | None:
        offer: Any = fact.event
        answers = self._by_tag[offer.language].answers
        name, answer = f"{offer.language}-answer-{turn}", answers[min(turn, len(answers) - 1)]
        if answer == "silence":
            return None
        if answer == "no":
            data = {"offer_id": offer.offer_id, "reason": "nobody_on_call"}
            return Message(agency, name, "offer.declined", data, fact.subject)
        arrives = {"arrives_in_minutes": 12} if offer.officer_waiting else {}
        return Message(agency, name, "offer.accepted", {"offer_id": offer.offer_id} | arrives, fact.subject)

    def _course(self, agency: str, fact: Fact) -> Iterator[Message]:
        case = self._by_tag[self._offers[fact.event.offer_id]]
        self._made[case.tag] += 1
        if self._made[case.tag] == 1:
            for step in case.course:
                kind, data = self._step(step, case, agency, fact.event)
                yield Message(agency, f"{case.tag}-{step}", kind, data, fact.subject)
        elif "consent-to-provider" in case.course and self._made[case.tag] == 2:
            data = {"help_type": "health_care", "to": PROVIDER, "note": "In the morning."}
            yield Message(agency, f"{case.tag}-onward-request", "onward.requested", data, fact.subject)

    def _step(self, step: str, case: Case, agency: str, made: Any) -> tuple[str, dict[str, Any]]:
        # Yesterday everywhere: at the site it may still be the day before.
        day = (self.now - timedelta(days=1)).date().isoformat()
        match step:
            case "contact":
                return "contact.attempted", {"result": "contacted", "note": "At the door."}
            case "handoff":
                return "handoff.completed", {"offer_id": made.offer_id}
            case "intake":
                # For an arrest no day counts that is before the referral's at the site.
                return "intake.completed", {"completed_on": self.now.astimezone(THERE).date().isoformat()}
            case "decline":
                return "person.declined", {"referral_id": made.referral_id}
        to, purpose = (PROVIDER, "service_provision") if step.endswith("provider") else (agency, "care_coordination")
        # What a Part 2 program asks of a provider needs a consent of Part 2, and it opens what others ask, too: so that
        # a case ends alike whoever of the case managers came.
        more = UNDER_PART2 if to == PROVIDER else {}
        return "consent.signed", {
            "form_reference": f"{case.tag}-{step}",
            "kind": "hub_handoff",
            "disclosers": [OFFICE],
            "recipients": [to],
            "categories": ["identity", "contact", "needs"],
            "purpose": purpose,
            "signed_on": day,
            "signature": "paper",
            "signed_by": "person",
            "expires_with": "end_of_participation",
        } | more

    def _sender(self, fact: Fact) -> Iterator[Message]:
        number = getattr(fact.event, "incident_number", None)
        case = self._by_tag.get((number or "").removeprefix("J-"))
        if case is None or (case.tag, fact.event.name) in self._told:
            return
        self._told.add((case.tag, fact.event.name))
        for when, what in case.on:
            if when != fact.event.name:
                continue
            of = {"of": {"incident_number": number}}
            drugs = [{"kind": "E", "quantity": "2.5", "unit": "GM"}]
            kind, data = {
                "withdraw": ("referral.withdrawn", of),
                "amend": ("referral.amended", of | {"drugs": drugs}),
                "begin-again": ("referral.submitted", case.referral),
            }[what]
            yield Message(case.sender, f"{case.tag}-{what}", kind, data)
