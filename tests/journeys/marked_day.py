"""A day on which everybody writes words that nobody else uses, down every path that a message can take."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch

from confluent_kafka import KafkaException, Producer

from services import cli
from tests.journeys.cast import THERE, UNDER_PART2
from tests.journeys.marks import FREE, Marks
from tests.journeys.messages import CASE_MANAGERS, until
from tests.journeys.outside import SILENT, Heard, Outsider

POLICE, HOSPITAL = "bellingham-police", "peacehealth-st-joseph"
PROSECUTOR = "bellingham-city-attorney"
COURT = "whatcom-therapeutic-courts"
OFFICE, PROVIDER = "whatcom-lead-program-office", "sea-mar"
ALL_KINDS = FREE | {"code"}
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
TODAY = datetime.now(THERE).date().isoformat()


class Shown(NamedTuple):
    """What a command wrote to a terminal."""

    words: str
    out: str
    err: str


class Day:
    """What was sent, to whom, and what commands answered."""

    def __init__(self, hub: dict[str, Any], outside: Callable[[str], Outsider]) -> None:
        self.hub, self.outside = hub, outside
        self.marks = Marks()
        self.referrals: list[str] = []
        self.persons: list[str] = []
        self.shown: list[Shown] = []
        self._ids = 0

    def play(self) -> None:
        police = self.outside(POLICE)
        for slug in CASE_MANAGERS:
            self._says(self.outside(slug), "capacity.reported", {"places": 100})
        first = self.marks.message("referral.submitted", self._arrest())
        number = first["incident"]["number"]
        self._says(police, "referral.submitted", first, "zz-first")
        self.referrals.append(police.hears_of("referral.acknowledged", "incident_number", number).data["referral_id"])
        holder, made = self._is_taken_on("qza")
        self._amends(police, number, holder, made)
        self._says_what_is_so(holder, made)
        self._is_held(number)
        onward = self._consents(holder, made)
        self._is_asked_onward(onward)
        self._takes_back(holder, made, onward)
        self._withdraws()
        self._needs_a_review(police)
        self._has_orders_and_a_past(police)
        self._is_refused(police, first)
        self._is_parked()
        self._speaks_in_noise(police)
        self._moves_at_court()
        self._is_phoned_in()
        self._is_erased()
        self._is_corrected()
        self._looks()

    def command(self, *words: str, stdin: str = "") -> Shown:
        """Run `hub` as somebody types it, in this process, where each command would else load all of it anew."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.object(sys, "argv", ["hub", *words, "--state", self.hub["state"]]),
            patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
            redirect_stdout(out), redirect_stderr(err), suppress(SystemExit),
        ):  # fmt: skip
            cli.main()
        return Shown(" ".join(words[:2]), out.getvalue(), err.getvalue())

    def _id(self) -> str:
        self._ids += 1
        return f"zz-{self._ids}"

    def _says(self, agency: Outsider, kind: str, data: Any, identity: str | None = None, **more: Any) -> str:
        name = identity or self._id()
        agency.say(kind, data, name, **more)
        return name

    def _arrest(self, language: str = "qza", **more: Any) -> dict[str, Any]:
        return {
            "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": datetime.now(UTC).isoformat(),
            "agreement": "agreed", "location": {"area": "bellingham"},
            "incident": {"ori": "WASAMPL02", "officer_waiting": True},
            "person": {"language": language, "birth_date": "1980-05-05", "demographics": {"race": "declined"}},
            "offences": [{"nibrs": "35A", "activity": "P"}], "needs": ["meal"],
            "drugs": [{"kind": "E", "quantity": "1.5", "unit": "GM"}],
        } | more  # fmt: skip

    def _is_taken_on(self, language: str) -> tuple[Outsider, Heard]:
        """The first who is asked says no, with a remark; the next takes the person on."""
        asked: set[str] = set()
        for place in range(2):
            agency, offer = until(lambda: self._offered(language, asked))
            asked.add(agency.slug)
            named = {"offer_id": offer.data["offer_id"]}
            if place == 0:
                data = self.marks.message("offer.declined", named | {"reason": "nobody_on_call"})
                self._says(agency, "offer.declined", data, subject=offer.attributes["subject"])
        self._says(agency, "offer.accepted", named | {"arrives_in_minutes": 12}, subject=offer.attributes["subject"])
        return agency, agency.hears_of("assignment.made", "offer_id", named["offer_id"])

    def _offered(self, language: str, but: set[str]) -> tuple[Outsider, Heard] | None:
        for slug in CASE_MANAGERS:
            agency = self.outside(slug)
            agency._listen()
            for heard in agency.lane:
                if slug not in but and heard.type == "offer.made" and heard.data["language"] == language:
                    return agency, heard
        return None

    def _amends(self, police: Outsider, number: str, holder: Outsider, made: Heard) -> None:
        data = self.marks.message("referral.amended", {"offences": [{"nibrs": "35A", "activity": "P"}]})
        data["of"] = {"incident_number": number}
        data["person"] |= {"language": "qza", "birth_date": "1980-05-05"}
        # The number by which a records system knows the person is theirs for good.
        data["person"].pop("agency_person_number")
        self._says(police, "referral.amended", data)
        holder.hears(lambda one: one.type == "assignment.made" and one.data != made.data)
        person = {"subject": made.attributes["subject"]}
        met = self.marks.message("contact.attempted", {"result": "contacted"})
        self._says(holder, "contact.attempted", met, **person)
        handed = self.marks.message("handoff.completed", {"offer_id": made.data["offer_id"]})
        self._says(holder, "handoff.completed", handed, **person)
        police.hears_of("handoff.confirmed", "incident_number", number)

    def _says_what_is_so(self, holder: Outsider, made: Heard) -> None:
        """The person says themselves who they are, by way of who holds them."""
        own = self.marks.message("person.corrected", {"language": "qza", "birth_date": "1980-05-06"})
        self._says(holder, "person.corrected", own, subject=made.attributes["subject"])
        holder.hears(lambda one: one.data.get("preferred_name") == own["preferred_name"])

    def _is_held(self, number: str) -> None:
        """The prosecutor holds the charge longer under a number of its own, and says later that it still reviews."""
        office = self.outside(PROSECUTOR)
        report = office.hears_of("diversion.reported", "incident_number", number)
        which, person = {"referral_id": report.data["referral_id"]}, {"subject": report.attributes["subject"]}
        until_day = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
        held = self.marks.message("charge.held", which | {"hold_until": until_day})
        self._says(office, "charge.held", held, **person)
        office.hears_of("hold.reported", "cause_number", held["cause_number"])
        decided = self.marks.message("charge.decided", which | {"decision": "still_reviewing"})
        self._says(office, "charge.decided", decided, **person)

    def _consents(self, holder: Outsider, made: Heard) -> Heard:
        person = {"subject": made.attributes["subject"]}
        self._says(holder, "intake.completed", {"completed_on": TODAY}, **person)
        own, service = (holder.slug, "care_coordination", {}), (PROVIDER, "service_provision", UNDER_PART2)
        for to, purpose, more in (own, service):
            form = self.marks.message("consent.signed", {
                "kind": "hub_handoff", "disclosers": [OFFICE], "recipients": [to], "purpose": purpose,
                "categories": ["identity", "contact", "needs", "incident", "safety"], "signed_on": YESTERDAY,
                "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation", **more,
            })  # fmt: skip
            self._says(holder, "consent.signed", form, **person)
        holder.hears(lambda one: one.type == "assignment.made" and "legal_name" in one.data)
        asks = self.marks.message("onward.requested", {"help_type": "health_care", "to": PROVIDER})
        self._says(holder, "onward.requested", asks, **person)
        return self.outside(PROVIDER).hears_of("onward.offered", "note", asks["note"])

    def _is_asked_onward(self, onward: Heard) -> None:
        data = {"onward_id": onward.data["onward_id"], "answer": "accepted"}
        self._says(self.outside(PROVIDER), "onward.answered", data, subject=onward.attributes["subject"])

    def _takes_back(self, holder: Outsider, made: Heard, onward: Heard) -> None:
        person, provider = {"subject": made.attributes["subject"]}, self.outside(PROVIDER)
        other = self._says(holder, "consent.revoked", self.marks.message("consent.revoked", {}), **person)
        holder.refusal(other)
        self._says(holder, "consent.revoked", {"how": "verbal"}, **person)
        recall = provider.hears(lambda one: one.type == "information.recalled")
        answer = self.marks.message("recall.answered", {"recall_id": recall.data["recall_id"], "answer": "cannot"})
        self._says(provider, "recall.answered", answer, subject=onward.attributes["subject"])
        for kind, said in (
            ("participation.paused", {"reason": "away"}), ("participation.resumed", {}),
            ("need.met", {"help_type": "meal"}), ("transfer.requested", {"reason": "moved", "person_agreed": False}),
            ("participation.ended", {"reason": "moved"}), ("participation.reopened", {"person_agreed": False}),
        ):  # fmt: skip
            self._says(holder, kind, self.marks.message(kind, said), **person)

    def _moves_at_court(self) -> None:
        court, data = self.outside(COURT), {"moved_on": YESTERDAY, "court": COURT, "prosecutor": COURT}
        moved = self.marks.message("pretrial.moved", data | {"referral_id": "ref-" + "0" * 32})
        court.refusal(self._says(court, "pretrial.moved", moved))

    def _withdraws(self) -> None:
        hospital = self.outside(HOSPITAL)
        data = self.marks.message("referral.submitted", {
            "door": "community", "source_kind": "emergency_department", "agreement": "undecided",
            "referred_at": datetime.now(UTC).isoformat(), "offences": [{"nibrs": "90C"}],
        })  # fmt: skip
        data.pop("incident")
        self._says(hospital, "referral.submitted", data)
        of = {"source_reference": data["source_reference"]}
        heard = hospital.hears_of("referral.acknowledged", "source_reference", of["source_reference"])
        self.referrals.append(heard.data["referral_id"])
        self._says(hospital, "referral.withdrawn", {"of": of})
        unknown = self.marks.message("referral.withdrawn", {})
        for name in ("incident_number", "source_reference"):
            hospital.refusal(self._says(hospital, "referral.withdrawn", {"of": {name: unknown["of"][name]}}))

    def _needs_a_review(self, police: Outsider) -> None:
        data = self.marks.message("referral.submitted", self._arrest("qzb", offences=[{"nibrs": "23C"}]))
        self._says(police, "referral.submitted", data)
        number = data["incident"]["number"]
        referral = police.hears_of("referral.acknowledged", "incident_number", number).data["referral_id"]
        self.referrals.append(referral)
        review = until(lambda: self._review_of(referral))
        self.persons.append(review["person"])
        why = self.marks.message("review.answered", {"operator": "sam-sample"})["why"]
        decided = ("reviews", "decide", review["review_id"], "eligible", "--why", why)
        self.shown.append(self.command(*decided))

    def _has_orders_and_a_past(self, police: Outsider) -> None:
        """An order is known by marks alone; a conviction is of no known referral; nothing is there to override."""
        parties = {"respondent": {"birth_date": "1980-05-05"}, "protected": [{"birth_date": "1981-05-05"}]}
        kept_away = self.marks.message("order.reported", {"kind": "no_contact"} | parties)
        self._says(police, "order.reported", kept_away)
        self._says(police, "order.reported", kept_away | {"ended": True})
        vacated = {"checks": ["no-violent-history"], "vacated_on": YESTERDAY}
        unknown = self.marks.message("conviction.vacated", vacated)["of"]
        for name in ("incident_number", "source_reference"):
            of = {"of": {name: unknown[name]}}
            police.refusal(self._says(police, "conviction.vacated", vacated | of))
        why = self.marks.message("screening.overridden", {"operator": "sam-sample"})["why"]
        overridden = ("reviews", "override", self.referrals[-1], "--reason", "other", "--why", why)
        self.shown.append(self.command(*overridden))

    def _review_of(self, referral: str) -> dict[str, Any] | None:
        found = json.loads(self.command("reviews", "--json").out or "[]")
        return next((one for one in found if one["referral_id"] == referral), None)

    def _is_refused(self, police: Outsider, first: dict[str, Any]) -> None:
        """Sent again, under its id with other words, in no shape, without a right, as somebody else, and too long."""
        fresh = self.marks.message("referral.submitted", self._arrest("qzc"))
        everywhere = self.marks.message("referral.submitted", self._arrest("qzd"), ALL_KINDS)
        word = self.marks.word("referral.submitted", "any", "text")
        self._says(police, "referral.submitted", first, "zz-first")
        police.refusal(self._says(police, "referral.submitted", fresh, "zz-first"))
        police.refusal(self._says(police, "referral.submitted", first | {"reason": fresh["reason"]}))
        wrong = dict.fromkeys(("door", "needs", "referred_at", "drugs", "person"), word)
        police.refusal(self._says(police, "referral.submitted", fresh | wrong))
        police.refusal(self._says(police, "referral.submitted", everywhere))
        police.refusal(self._says(police, "referral.submitted", fresh | {"reason": word * 2_000}))
        police.refusal(self._says(police, "review.answered", self.marks.message("review.answered", {}, ALL_KINDS)))
        police.refusal(self._says(police, "approval.answered", self.marks.message("approval.answered", {}, ALL_KINDS)))
        police.refusal(self._says(police, f"referral.{word}", fresh))
        police.refusal(self._says(police, "referral.submitted", fresh, source=f"/agencies/{word}"))
        police.refusal(self._says(police, "person.declined", {}, subject=word))
        police.refusal(self._says(police, "referral.submitted", {word: word, "person": {word: word}}))
        named = {"correlationid": word, "causationid": word, "traceparent": word, word: word}
        more = self.marks.message("referral.submitted", self._arrest("qze") | {word: word})
        self._says(police, "referral.submitted", more, **named)
        number = more["incident"]["number"]
        heard = police.hears_of("referral.acknowledged", "incident_number", number)
        self.referrals.append(heard.data["referral_id"])

    def _is_parked(self) -> None:
        hospital = self.outside(HOSPITAL)
        data = self.marks.message("referral.submitted", self._arrest("qzf"))
        self._says(hospital, "referral.submitted", data, dataschema="hub:referral.submitted/99")
        word = self.marks.message("consent.revoked", {})
        self._says(hospital, "consent.revoked", word, dataschema="hub:consent.revoked/99",
                   subject=self.marks.word("consent.revoked", "subject", "text"))  # fmt: skip

    def _is_corrected(self) -> None:
        """Of a letter that nobody has: what an operator would have stand there is told by nobody."""
        office = self.outside(OFFICE)
        sound = {"letter": 10**9, "agency": HOSPITAL, "message_type": "referral.submitted"}
        told = self.marks.message("message.corrected", sound | {"operator": "sam-sample", "why": "sample"})
        office.refusal(self._says(office, "message.corrected", told))
        word = self.marks.word("message.corrected", "changes.0.value")
        letter = json.loads(self.command("deadletters", "--json").out)[-1]
        known = (letter["service"], str(letter["first_id"]))
        correct = ("deadletters", "correct", *known, "--why", "sample", "--operator", "sam-sample")
        self.shown += [
            self.command(*correct, "--set", f"reason={word}"),
            self.command(*correct, "--file", "-", stdin=json.dumps({"reason": word})),
            self.command("deadletters"), self.command("deadletters", "show", *known),
            self.command("deadletters", "show", *known, "--group"),
        ]  # fmt: skip

    def _speaks_in_noise(self, police: Outsider) -> None:
        """What is no message at all, and what lies around one."""
        word = self.marks.word("noise", "body", "text")
        police.put(f"\xff{word}".encode("latin-1"), {"content-type": "application/cloudevents+json"})
        police.put(word.encode(), {word: word, "ce_type": word, "content-type": word})
        police.put(None, {f"ce_{word}": word})
        police.put(json.dumps({"specversion": "1.0", "data": word, word: word}).encode(),
                   {"content-type": "application/cloudevents+json"})  # fmt: skip
        with suppress(KafkaException):
            police.put((word * 40_000).encode(), {})
        producer = Producer(police.how, logger=SILENT)
        producer.produce(police.facts["to_hub"], word.encode(), key=word.encode())
        producer.flush(30)

    def _is_phoned_in(self) -> None:
        told = self.marks.message("referral.submitted", {})
        person, reach = told["person"], told["reach"]
        self.shown += [
            self.command(
                "refer", "--source-kind", "business", "--legal-name", person["legal_name"],
                "--preferred-name", person["preferred_name"], "--usual-place", reach["usual_places"][0],
                "--phone", reach["phones"][0], "--reason", told["reason"], "--area", "bellingham", "--json",
            ),
            self.command("refer", "--source-kind", "business", "--age", told["reason"]),
            self.command("person", "find", "--name", person["legal_name"], "--birth-date", "1980-05-05"),
            self.command("send", "-", "--as", POLICE, stdin=f'{{"data": "{told["reason"]}"}}\n{told["safety_notes"]}'),
        ]  # fmt: skip

    def _is_erased(self) -> None:
        """What its source withdrew is erased; an operator is shown somebody else: what they saw is let go."""
        why = self.marks.message("erasure.requested", {"operator": "sam-sample"})["why"]
        ground = ("--ground", "entered_in_error", "--operator", "sam-sample")
        self.shown += [
            self.command("operator", "add", "sam-sample"),
            self.command("erase", self.referrals[1], *ground, "--why", why),
            self.command("erase", "--list"),
        ]
        for person in self.persons:
            seen = self.command("reveal", person, "--operator", "sam-sample", "--why", why)
            self.shown.append(seen._replace(out=""))

    def _looks(self) -> None:
        """All that an operator can look at."""
        for words in (("status",), ("reviews",), ("timeline", self.referrals[0])):
            self.shown += [self.command(*words), self.command(*words, "--json")]
        for words in (("person", "links"), ("agency", "list"), ("keys",)):
            self.shown.append(self.command(*words))
        self.shown += [self.command("timeline", referral, "--json") for referral in self.referrals[1:]]
        self.shown += [self.command("person", "show", person) for person in self.persons]
