"""Whatever happens in whatever order: nothing reaches a lane that the model forbids, and all that did is in the ledger.

A state machine over random histories of one person: referrals, offers, consents, withdrawals, expiries, suspensions,
outages, kills in the middle of sending, erasures, and facts that are delivered again, or late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.assignments.assignment_accepted import AssignmentAccepted
from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.assignment_ended import AssignmentEnded
from contracts.assignments.assignment_enrolled import AssignmentEnrolled
from contracts.assignments.assignment_handed_off import AssignmentHandedOff
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.assignment_unavailable import AssignmentUnavailable
from contracts.assignments.onward_asked import OnwardAsked
from contracts.assignments.onward_closed import OnwardClosed
from contracts.consents.consent_expired import ConsentExpired
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.envelope import Fact, agency_source, readdressed
from contracts.event import Event
from contracts.parts import Particulars
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_repeated import ReferralRepeated
from contracts.replaying import ReplayPass
from contracts.reports.revocation_parked import RevocationParked
from contracts.reports.revocation_read import RevocationRead
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import (
    AgeBand,
    Agreement,
    Category,
    ClosedReason,
    ConsentKind,
    Door,
    EndReason,
    HelpType,
    Purpose,
    SourceKind,
)
from services.notification.domain.explaining import RULES
from services.notification.gateways import Sent
from services.plumbing.identity import mark_of
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    HOSPITAL,
    NOON,
    OFFICE,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    corrected,
    granted,
    heard,
    received,
    screened,
)
from tests.notification.memory import MemoryLanes
from tests.notification.promises import REMEMBERED, Chains, Consent, Model, Referral
from tests.notification.replays import items_of, ordered
from tests.notification.vault import Vault, VaultWorld

T = TypeVar("T")
CASE_MANAGERS = (CASEWORK, OTHER_CASEWORK)
READERS = (CASEWORK, OTHER_CASEWORK, PROVIDER, PROSECUTOR, POLICE)
KINDS = tuple(ConsentKind)
MODES = (ReplayPass.SEND, ReplayPass.SEND, ReplayPass.REHEARSE, ReplayPass.FORESEE, ReplayPass.RECALL)
PURPOSES = (Purpose.CARE_COORDINATION, Purpose.SERVICE_PROVISION, Purpose.PROSECUTION_DECISION)
USUAL = ((CASEWORK, Purpose.CARE_COORDINATION), (PROVIDER, Purpose.SERVICE_PROVISION))
DISCLOSERS = (OFFICE, POLICE, HOSPITAL, PROVIDER, CASEWORK, OTHER_CASEWORK)
ENDS = ("none", "none", "end_of_participation", "intake_completed")
# What comes before the message goes, how it goes, and what comes after.
COURSES = (
    ("nothing", "sent", "takes back"),
    ("nothing", "there", "takes back"),
    ("nothing", "killed after", "takes back"),
    ("nothing", "killed after", "says stop"),
    ("nothing", "killed before", "takes back"),
    ("takes back", "sent", "nothing"),
    ("says stop", "sent", "nothing"),
    ("says no", "sent", "nothing"),
    ("time passes", "sent", "nothing"),
    ("parts", "sent", "nothing"),
    ("the intake is completed", "sent", "nothing"),
)
ERASURES = (
    ("nothing", "sent", "is erased"),
    ("nothing", "there", "is erased"),
    ("nothing", "killed after", "is erased"),
    ("nothing", "killed before", "is erased"),
    ("nothing", "killed after", "its key goes"),
    ("is erased", "sent", "nothing"),
    ("its key goes", "sent", "is erased"),
    ("its key goes", "there", "nothing"),
    ("is erased meanwhile", "sent", "nothing"),
    ("is erased meanwhile", "killed after", "nothing"),
)
"""As in `COURSES`: what comes before the message goes, how it goes, and what comes after."""
FOLLOW = ("corrected", "screened", "met", "repeated", "nobody comes", "enrolled", "ended", "received")
"""What may be said of a record, also of one that was erased."""
WAYS = ("sent", "sent", "sent", "not sent", "lost", "there", "killed before", "killed after")


CONTENT = "5d41402abc4b2a76b9719d911017c592"


class Killed(BaseException):
    """The process ends here."""


class RoughLanes(MemoryLanes):
    """Lanes on which sending ends in every way that it can, and whose every message is judged as it arrives."""

    def __init__(self, model: Model, held: Callable[[], frozenset[str]]) -> None:
        super().__init__()
        self.model, self.held, self.way = model, held, "sent"
        self.now: datetime = NOON
        self.contents: dict[tuple[str, str], str] = {}
        """What came under each id."""
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        """What notification folds while this is being sent, unless it has to wait."""

    async def send(self, agency: str, messages: Sequence[Fact]) -> list[tuple[Sent, str | None]]:
        way, self.way = self.way, "sent"
        if way == "killed before":
            raise Killed
        if way in {"sent", "there", "killed after"}:
            for message in messages:
                event = message.event
                data = {name: getattr(event, name) for name in event.model_fields_set}
                text = f"{event.model_dump_json()} {message.envelope}"
                self.model.reaches(agency, event.name, message.id, data, text, self.now)
                known = self.contents.setdefault((agency, message.id), event.model_dump_json())
                assert known == event.model_dump_json() or not message.envelope.delivery, "told twice with other words"
                self.messages.append((agency, message))
        if self.meanwhile is not None and not self.held():
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if way == "killed after":
            raise Killed
        outcome = {"sent": Sent.SENT, "not sent": Sent.NOT_SENT, "lost": Sent.UNKNOWN, "there": Sent.UNKNOWN}[way]
        return [(outcome, None if outcome is Sent.SENT else "broker-away")] * len(messages)


class Promises(RuleBasedStateMachine):
    """One person's history."""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.model, self.bench = Model(), Bench()
        self.vault, self.chains = Vault(lambda: self.bench.now), Chains()
        self.bench.world = world = VaultWorld(self.bench.store, lambda: self.bench.now, self.vault)
        self.bench.lanes = self.lanes = RoughLanes(self.model, lambda: world.held)
        self.bench.carrier = self.bench.new_carrier()
        self.facts: list[Fact] = []
        self.received: dict[str, Fact] = {}
        self.waited: set[str] = set()
        self.revisions = 0
        self.asked_by: dict[str, str] = {}
        self.noes: set[str] = set()
        self.asked_again: set[tuple[str, str, str]] = set()
        """What replays asked to be told again: agency, replay and message."""
        self.at_the_door: set[str] = set()
        """Words that take back, parked there and not read yet."""
        self.count = 0
        self.referred(POLICE, Agreement.AGREED, Door.SOCIAL_CONTACT)
        self.offer(next(iter(self.model.referrals)), CASEWORK, takes=True)

    def teardown(self) -> None:
        """At the end everything flows again; then every message on a lane is in the ledger, and recalled if need be."""
        if hasattr(self, "loop"):
            try:
                self.settle()
            finally:
                self.loop.close()

    @property
    def minutes(self) -> float:
        return (self.bench.now - NOON) / timedelta(minutes=1)

    def new(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}-{self.count:032x}"

    def hear(self, event: Event, *, by: str | None = None, person: str | None = PERSON) -> Fact:
        fact = heard(event, minutes=self.minutes, by=by, person=person)
        self.put(fact)
        return fact

    def put(self, fact: Fact) -> None:
        self.facts.append(fact)
        self.run(self.bench.hear(fact))

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(what)

    def settle(self) -> None:
        self.lanes.way, self.lanes.now = "sent", self.bench.now
        for agency in sorted(self.model.suspended):
            self.resume(agency)
        for word in sorted(self.model.taking_back):
            self.deal_with(word)
        for name in self.not_heard_of:
            self.erasure_is_heard_of(name)
        self.bench.now += timedelta(hours=1)
        self.lanes.now = self.bench.now
        self.loop.run_until_complete(self.bench.carry())
        entries = self.bench.store.ledger.entries()
        self.all_is_in(entries)
        self.all_is_recalled(entries)
        self.model.all_of_it_is_recalled(entries)
        self.model.who_was_on_the_way_knows()
        self.model.the_others_go_on()
        self.whatever_was_the_person_can_be_referred_anew()

    def whatever_was_the_person_can_be_referred_anew(self) -> None:
        """And a consent that was signed before and stands opens what it opened."""
        stands = {Category.IDENTITY} if self.usual_consent_stands else set()
        self.referred(POLICE, Agreement.AGREED, Door.SOCIAL_CONTACT)
        name = max(self.model.referrals)
        self.offer(name, CASEWORK, takes=True)
        self.loop.run_until_complete(self.bench.carry())
        [told] = [one for one in self.model.reached if one.type == "assignment.made" and name in one.of]
        assert ("legal_name" in told.names) or not stands, "the consent that stands opens nothing"

    @property
    def usual_consent_stands(self) -> bool:
        return any(
            CASEWORK in one.recipients and one.purpose == Purpose.CARE_COORDINATION and one.lives(self.bench.now)
            and one.kind == ConsentKind.HUB_HANDOFF and Category.IDENTITY in one.categories
            and OFFICE in one.disclosers
            for one in self.model.consents.values()
        )  # fmt: skip

    def all_is_in(self, entries: list[dict[str, Any]]) -> None:
        for one in self.model.reached:
            told = [entry for entry in entries if entry["kind"] == "made" and entry["message"] == one.id]
            assert told, f"{one.type} to {one.agency} is not in the ledger"
            assert {entry["agency"] for entry in told} == {one.agency}
            assert one.categories <= {category for entry in told for category in entry["categories"]}
            assert all(entry["by"] and entry["policy"] and entry["purpose"] for entry in told)
        for entry in entries:
            assert entry["kind"] != "withheld" or (entry["layer"] and entry["rule"] in RULES)
        answers = [entry for entry in entries if entry["kind"] in {"made", "withheld"}]
        answered = {entry["message"] for entry in answers}
        assert self.waited <= answered, "what waited for a lane went, and nobody said why"
        again = {(entry["agency"], entry["replay"], entry["original"]) for entry in answers if "replay" in entry}
        assert self.asked_again == again, "what a replay asked for was answered otherwise"

    def all_is_recalled(self, entries: list[dict[str, Any]]) -> None:
        gone = {name for name, one in self.model.consents.items() if one.over and name in self.withdrawn}
        recalls = [entry for entry in entries if entry["kind"] == "recalled"]
        recalled = {(entry["agency"], message) for entry in recalls for message in entry["messages"]}
        for entry in entries:
            bases = {basis.partition("/")[2] for basis in entry.get("by", ()) if basis.startswith("consent/")}
            if entry["kind"] == "made" and bases and bases <= gone and entry["categories"]:
                assert (entry["agency"], entry["message"]) in recalled, "told under a consent that was taken back"

    @property
    def withdrawn(self) -> set[str]:
        return {fact.event.consent_id for fact in self.facts if fact.event.name == "consent.withdrawn"}

    @rule(
        agency=st.sampled_from([POLICE, HOSPITAL, PROVIDER]),
        agreement=st.sampled_from([Agreement.AGREED, Agreement.UNDECIDED, Agreement.NOT_ASKED]),
        door=st.sampled_from([Door.ARREST_DIVERSION, Door.SOCIAL_CONTACT]),
    )
    def refers(self, agency: str, agreement: Agreement, door: Door) -> None:
        self.referred(agency, agreement, door)

    def referred(self, agency: str, agreement: Agreement, door: Door, *, erased_before: bool = False) -> None:
        name = self.new("ref")
        of_police = agency == POLICE
        door = door if of_police else Door.COMMUNITY
        kind = SourceKind.LAW_ENFORCEMENT if of_police else SourceKind.EMERGENCY_DEPARTMENT
        self.model.referrals[name] = Referral(agency, door, agreement)
        told = {
            "referral_id": name, "agency": agency, "door": door, "source_kind": kind, "agreement": agreement,
            "minutes": self.minutes, "officer_waiting": door is Door.ARREST_DIVERSION,
            "restricted_source": not of_police, "particulars": Particulars(area=name, needs=(HelpType.SHELTER,)),
        }  # fmt: skip
        if erased_before:
            self.erasure_is_heard_of(name)
        self.received[name] = self.run(self.vault.sealed(name, received(**told)))
        self.put(self.received[name])

    @rule(agency=st.sampled_from([POLICE, HOSPITAL]))
    def is_erased_before_it_is_heard_of(self, agency: str) -> None:
        self.referred(agency, Agreement.AGREED, Door.SOCIAL_CONTACT, erased_before=True)

    @rule(data=st.data(), known=st.booleans())
    def is_erased(self, data: st.DataObject, known: bool) -> None:
        """Intake destroys the key; notification hears of it now or later."""
        name = data.draw(st.sampled_from(sorted(self.model.referrals)))
        self.loses_its_key(name)
        if known:
            self.erasure_is_heard_of(name)

    @precondition(lambda self: self.not_heard_of)
    @rule(data=st.data())
    def an_erasure_is_heard_of(self, data: st.DataObject) -> None:
        self.erasure_is_heard_of(data.draw(st.sampled_from(self.not_heard_of)))

    @property
    def not_heard_of(self) -> list[str]:
        gone = (name for name, one in self.model.referrals.items() if one.key_gone_at is not None and not one.erased)
        return sorted(gone)

    def loses_its_key(self, name: str) -> None:
        self.model.destroys(name, self.bench.now)
        self.run(self.vault.destroy(name))

    def erasure_is_heard_of(self, name: str) -> None:
        self.run(self.folds_the_erasure(name))

    async def folds_the_erasure(self, name: str) -> None:
        self.model.destroys(name, self.bench.now)
        await self.vault.destroy(name)
        event = ReferralErased(referral_id=name, ground="entered_in_error", erased_at=self.bench.now, by="juno-sample")
        self.facts.append(heard(event, minutes=self.minutes))
        self.model.erases(name)
        await self.bench.hear(self.facts[-1])

    @rule(data=st.data(), what=st.sampled_from(FOLLOW))
    def something_follows_of_a_record(self, data: st.DataObject, what: str) -> None:
        self.follows(data.draw(st.sampled_from(sorted(self.received))), what)

    def follows(self, name: str, what: str) -> None:
        """Something more is said of a record; of one that is gone, it comes late."""
        one, told = self.model.referrals[name], self.received[name].event
        met = [
            offer for offer, (about, agency) in sorted(self.model.offers.items())
            if about == name and (agency in one.held_by or one.erased)
        ]  # fmt: skip
        match what:
            case "corrected":
                self.is_corrected(name)
            case "screened" if one.door == Door.ARREST_DIVERSION:
                fact = screened(minutes=self.minutes)
                self.put(Fact(fact.event.model_copy(update={"referral_id": name}), fact.envelope))
            case "met" if met:
                agency = self.model.offers[met[0]][1]
                self.model.pending.discard(met[0])
                self.hear(
                    AssignmentHandedOff(
                        referral_id=name, offer_id=met[0], agency=agency, handed_off_at=self.bench.now
                    )
                )  # fmt: skip
            case "repeated":
                self.hear(ReferralRepeated(referral_id=name, agency=told.agency, message_id="sample-again"))
            case "nobody comes":
                self.hear(AssignmentUnavailable(referral_id=name))
            case "enrolled" if one.erased:
                self.model.comes("intake_completed")
                self.hear(AssignmentEnrolled(referral_id=name, agency=CASEWORK, completed_on=date(2026, 3, 9)))
            case "ended" if one.erased:
                self.model.comes("end_of_participation")
                self.hear(AssignmentEnded(referral_id=name, agency=CASEWORK, reason=EndReason.MOVED))
            case "received":
                self.put(readdressed(self.received[name], delivery=self.new("replay")))

    def is_corrected(self, name: str) -> None:
        """The sender says the same again."""
        self.revisions += 1
        told = self.received[name].event
        said = {
            part: getattr(told, part)
            for part in ("referral_id", "agency", "door", "source_kind", "agreement", "officer_waiting", "particulars",
                         "restricted_source")
        }  # fmt: skip
        fact = corrected(self.revisions, minutes=self.minutes, **said)
        self.put(self.run(self.vault.sealed(name, fact)))

    @rule(data=st.data(), agency=st.sampled_from(CASE_MANAGERS), takes=st.booleans())
    def is_offered(self, data: st.DataObject, agency: str, takes: bool) -> None:
        self.offer(data.draw(st.sampled_from(sorted(self.model.referrals))), agency, takes=takes)

    def offer(self, name: str, agency: str, *, takes: bool) -> None:
        offer, referral = self.new("off"), self.model.referrals[name]
        referral.offered_to.add(agency)
        self.model.offers[offer] = (name, agency)
        lapses = self.bench.now + timedelta(minutes=30)
        self.hear(
            AssignmentOffered(
                referral_id=name, offer_id=offer, agency=agency, door=referral.door, area=name,
                age_band=AgeBand.FROM_25_TO_64, needs=(HelpType.SHELTER,), officer_waiting=False, lapses_at=lapses,
            )
        )  # fmt: skip
        if not referral.erased:
            self.model.pending.add(offer)
        if takes:
            self.model.takes(offer)
            self.hear(AssignmentAccepted(referral_id=name, offer_id=offer, agency=agency))

    @precondition(lambda self: any(one.held_by for one in self.model.referrals.values()))
    @rule(data=st.data())
    def loses_the_person(self, data: st.DataObject) -> None:
        held = {key: one for key, one in self.model.offers.items() if one[1] in self.model.referrals[one[0]].held_by}
        offer = data.draw(st.sampled_from(sorted(held)))
        name, agency = held[offer]
        event = AssignmentCancelled(
            referral_id=name, offer_id=offer, agency=agency, reason=ClosedReason.DIRECTED_ELSEWHERE
        )
        self.model.loses(offer)
        self.hear(event)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def ends_with_an_agency(self, data: st.DataObject) -> None:
        """The person is with the agency no more, by its own word or somebody else's."""
        self.parts(data.draw(st.sampled_from(self.holders)))

    def parts(self, agency: str) -> None:
        for name, one in sorted(self.model.referrals.items()):
            if agency in one.held_by:
                self.model.parts(name, agency)
                self.model.comes("end_of_participation")
                self.hear(AssignmentEnded(referral_id=name, agency=agency, reason=EndReason.MOVED))

    @property
    def holders(self) -> list[str]:
        return sorted({agency for one in self.model.referrals.values() for agency in one.held_by})

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def is_referred_on(self, data: st.DataObject) -> None:
        self.asks_onward(data.draw(st.sampled_from(self.holders)))

    def asks_onward(self, asked_by: str) -> None:
        onward, report = self.new("onw"), self.new("report")
        self.model.asked[onward] = (PROVIDER, asked_by)
        self.asked_by[onward] = asked_by
        note = self.run(self.vault.note(self.newest_record, mark_of(agency_source(asked_by), report)))
        event = OnwardAsked(
            onward_id=onward, help_type=HelpType.HOUSING, asked_by=asked_by, provider=PROVIDER, note=note
        )
        fact = heard(event, minutes=self.minutes)
        self.put(Fact(event, fact.envelope._replace(causation_id=report)))

    @property
    def newest_record(self) -> str:
        """Under which intake seals what is reported of the person."""
        left = [name for name, one in self.model.referrals.items() if one.key_gone_at is None]
        return max(left, default=max(self.model.referrals))

    @precondition(lambda self: self.asked_by)
    @rule(data=st.data(), state=st.sampled_from(["accepted", "declined"]))
    def a_provider_answers(self, data: st.DataObject, state: str) -> None:
        onward = data.draw(st.sampled_from(sorted(self.asked_by)))
        self.hear(OnwardClosed(onward_id=onward, asked_by=self.asked_by[onward], provider=PROVIDER, state=state))

    @precondition(lambda self: any(one.held_by for one in self.model.referrals.values()))
    @rule(data=st.data())
    def completes_intake(self, data: st.DataObject) -> None:
        held = sorted(name for name, one in self.model.referrals.items() if one.held_by)
        self.enrols(data.draw(st.sampled_from(held)))

    def enrols(self, name: str) -> None:
        agency = min(self.model.referrals[name].held_by)
        self.model.comes("intake_completed")
        self.hear(AssignmentEnrolled(referral_id=name, agency=agency, completed_on=date(2026, 3, 9)))

    @rule(
        recipients=st.sets(st.sampled_from(READERS), min_size=1, max_size=3),
        categories=st.sets(st.sampled_from(list(Category)), min_size=1, max_size=5),
        purpose=st.sampled_from(PURPOSES),
        kind=st.sampled_from(KINDS),
        lasts=st.sampled_from([None, None, 5, 40]),
        ends=st.sampled_from(ENDS),
        by=st.tuples(st.sets(st.sampled_from(DISCLOSERS), min_size=1, max_size=3), st.sampled_from([None, OFFICE])),
    )
    def consents(  # all that a form says
        self,
        recipients: set[str],
        categories: set[Category],
        purpose: Purpose,
        kind: ConsentKind,
        lasts: int | None,
        ends: str,
        by: tuple[set[str], str | None],
    ) -> None:
        to, what, (disclosers, through) = tuple(sorted(recipients)), tuple(sorted(categories)), by
        self.signs(to, what, purpose, kind, lasts, ends, by=tuple(sorted(disclosers)), through=through)

    @rule(who=st.sampled_from(USUAL), lasts=st.sampled_from([None, 5, 40]), ends=st.sampled_from(ENDS))
    def consents_as_most_do(self, who: tuple[str, Purpose], lasts: int | None, ends: str) -> None:
        self.signs((who[0],), (Category.IDENTITY, Category.CONTACT), who[1], ConsentKind.HUB_HANDOFF, lasts, ends)

    @rule(
        who=st.sampled_from(USUAL),
        course=st.sampled_from(COURSES),
        lasts=st.sampled_from([None, 40]),
        again=st.sampled_from(WAYS),
    )
    def is_told_while_something_happens(
        self, who: tuple[str, Purpose], course: tuple[str, str, str], lasts: int | None, again: str
    ) -> None:
        """What goes wrong goes wrong here: a consent is signed and told under, and something comes before or after."""
        self.tells_while_something_happens(who, course, lasts, again)

    @rule(who=st.sampled_from(USUAL), course=st.sampled_from(ERASURES), again=st.sampled_from(WAYS))
    def is_told_while_the_record_is_erased(
        self, who: tuple[str, Purpose], course: tuple[str, str, str], again: str
    ) -> None:
        self.tells_while_something_happens(who, course, None, again)

    def tells_while_something_happens(
        self, who: tuple[str, Purpose], course: tuple[str, str, str], lasts: int | None, again: str
    ) -> None:
        (agency, purpose), (before, way, after) = who, course
        self.clears_up()
        kind, lasts = ConsentKind.HUB_HANDOFF, 5 if before == "time passes" else lasts
        ends = "intake_completed" if before == "the intake is completed" else "none"
        self.signs((agency,), (Category.IDENTITY, Category.CONTACT), purpose, kind, lasts, ends)
        if agency == PROVIDER:
            self.asks_onward(CASEWORK)
        during = before == "is erased meanwhile"
        self.meanwhile(before)
        self.carries(agency, way, erases=self.held_by_the_usual_agency if during else None)
        self.meanwhile(after)
        self.carries(agency, again)

    def clears_up(self) -> None:
        """Nothing else is in the way: the usual agency holds the person, who agreed, and all lanes are open."""
        for agency in sorted(self.model.suspended):
            self.resume(agency)
        for word in sorted(self.model.taking_back):
            self.deal_with(word)
        for name in self.not_heard_of:
            self.erasure_is_heard_of(name)
        if not any(CASEWORK in one.held_by and one.said != "declined" for one in self.model.referrals.values()):
            self.referred(POLICE, Agreement.AGREED, Door.SOCIAL_CONTACT)
            self.offer(max(self.model.referrals), CASEWORK, takes=True)
        for agency in (CASEWORK, PROVIDER):
            self.carries(agency, "sent")

    def meanwhile(self, what: str) -> None:
        match what:
            case "takes back":
                self.ends(max(self.model.consents), ConsentWithdrawn(consent_id=max(self.model.consents), how="verbal"))
            case "says stop":
                self.says_stop(CASEWORK)
            case "says no":
                self.answers_now(agreed=False)
            case "time passes":
                self.bench.now += timedelta(minutes=6)
            case "parts":
                self.parts(CASEWORK)
            case "the intake is completed":
                self.enrols(next(name for name, one in self.model.referrals.items() if CASEWORK in one.held_by))
            case "its key goes":
                self.loses_its_key(self.held_by_the_usual_agency)
                self.bench.now += REMEMBERED
            case "is erased":
                for name in self.not_heard_of or [self.held_by_the_usual_agency]:
                    self.erasure_is_heard_of(name)

    @property
    def held_by_the_usual_agency(self) -> str:
        return max(name for name, one in self.model.referrals.items() if CASEWORK in one.held_by)

    def ends(self, name: str, event: Event) -> None:
        self.model.consents[name].over = True
        self.hear(event)

    def signs(  # all that a form says
        self,
        to: tuple[str, ...],
        what: tuple[Category, ...],
        purpose: Purpose,
        kind: ConsentKind,
        lasts: int | None,
        ends: str = "none",
        *,
        by: tuple[str, ...] = (OFFICE,),
        through: str | None = OFFICE,
    ) -> None:
        name = self.new("con")
        self.bench.now += timedelta(seconds=1)
        until = None if lasts is None else self.bench.now + timedelta(minutes=lasts)
        kinds = frozenset(map(str, what))
        self.model.consents[name] = Consent(to, kinds, str(purpose), str(kind), until, ends, by, through)
        self.put(
            granted(
                *to, categories=what, purpose=purpose, kind=kind, expires_at=until, expires_with=ends, consent_id=name,
                minutes=self.minutes, disclosers=by, intermediary=through,
            )
        )  # fmt: skip

    @precondition(lambda self: any(not one.over for one in self.model.consents.values()))
    @rule(data=st.data(), expires=st.booleans())
    def ends_a_consent(self, data: st.DataObject, expires: bool) -> None:
        living = sorted(name for name, one in self.model.consents.items() if not one.over)
        name = data.draw(st.sampled_from(living))
        self.ends(name, ConsentExpired(consent_id=name) if expires else ConsentWithdrawn(consent_id=name, how="verbal"))

    @rule(agency=st.sampled_from(CASE_MANAGERS))
    def says_stop(self, agency: str) -> None:
        fact = self.hear(ConsentRevoked(how="verbal"), by=agency)
        self.model.taking_back.add(f"{agency} {fact.id}")

    @rule(agency=st.sampled_from(CASE_MANAGERS))
    def says_stop_and_the_door_parks_it(self, agency: str) -> None:
        word = self.new("word")
        kind = "consent.revoked"
        self.hear(RevocationParked(agency=agency, message_id=word, message_type=kind, content=CONTENT))
        self.at_the_door.add(f"{agency} {word}")
        self.model.taking_back.add(f"{agency} {word}")

    def comes_in(self, word: str) -> None:
        """It is admitted, and from then on for consent to deal with."""
        agency, _, message_id = word.partition(" ")
        fact = heard(ConsentRevoked(how="verbal"), minutes=self.minutes, by=agency)
        self.put(Fact(fact.event, fact.envelope._replace(id=message_id)))
        self.was_read(word)

    def was_read(self, word: str) -> None:
        agency, _, message_id = word.partition(" ")
        self.hear(RevocationRead(agency=agency, message_id=message_id, content=CONTENT))
        self.at_the_door.discard(word)

    @precondition(lambda self: self.at_the_door)
    @rule(data=st.data(), admitted=st.booleans())
    def the_door_reads_it(self, data: st.DataObject, admitted: bool) -> None:
        word = data.draw(st.sampled_from(sorted(self.at_the_door)))
        if admitted:
            self.comes_in(word)
            return
        self.was_read(word)
        self.model.taking_back.discard(word)

    @precondition(lambda self: self.model.taking_back - self.at_the_door)
    @rule(data=st.data())
    def is_dealt_with(self, data: st.DataObject) -> None:
        self.deal_with(data.draw(st.sampled_from(sorted(self.model.taking_back - self.at_the_door))))

    def deal_with(self, word: str) -> None:
        """As consent does: a stop takes back every consent, a no to everything the ones to be handed over."""
        if word in self.at_the_door:
            self.comes_in(word)
        agency, _, message_id = word.partition(" ")
        kinds = {ConsentKind.HUB_HANDOFF} if word in self.noes else {*ConsentKind}
        for name in sorted(name for name, one in self.model.consents.items() if not one.over and one.kind in kinds):
            self.model.consents[name].over = True
            self.hear(ConsentWithdrawn(consent_id=name, how="verbal"))
        self.hear(RevocationSettled(agency=agency, message_id=message_id))
        self.model.taking_back.discard(word)

    @rule(agreed=st.booleans())
    def answers(self, agreed: bool) -> None:
        """By way of the program office, which may pass on every answer."""
        self.answers_now(agreed=agreed)

    def answers_now(self, *, agreed: bool) -> None:
        self.bench.now += timedelta(seconds=1)
        self.model.answers("agreed" if agreed else "declined")
        fact = self.hear(PersonAgreed() if agreed else PersonDeclined(), by=OFFICE)
        self.bench.now += timedelta(seconds=1)
        if not agreed:
            self.noes.add(f"{OFFICE} {fact.id}")
            self.model.taking_back.add(f"{OFFICE} {fact.id}")

    @rule(agency=st.sampled_from(READERS))
    def is_suspended(self, agency: str) -> None:
        self.model.suspended.add(agency)
        self.hear(AgencySuspended(agency=agency, operator="sample-operator"), by=OFFICE, person=None)

    @precondition(lambda self: self.model.suspended)
    @rule(data=st.data())
    def is_back(self, data: st.DataObject) -> None:
        self.resume(data.draw(st.sampled_from(sorted(self.model.suspended))))

    def resume(self, agency: str) -> None:
        self.bench.now += timedelta(seconds=1)
        self.hear(AgencyResumed(agency=agency, operator="sample-operator"), by=OFFICE, person=None)
        self.model.suspended.discard(agency)

    @rule(agency=st.sampled_from(READERS), mode=st.sampled_from(MODES), lately=st.booleans())
    def its_lane_is_ordered_again(self, agency: str, mode: ReplayPass, lately: bool) -> None:
        """All that it was told, or the last of it; once more where it was ordered by the same replay before."""
        made = [one for one in self.bench.said("disclosure.made") if one.agency == agency and one.referral_id]
        items = items_of(made)[-5:] if lately else items_of(made)
        if not items:
            return
        replay = f"rpl-{self.count % 4:032x}"
        self.put(ordered(agency, items[-100:], mode=mode, replay_id=replay, minutes=self.minutes))
        if mode in {ReplayPass.SEND, ReplayPass.RECALL}:
            self.asked_again |= {(agency, replay, one.message_id) for one in items[-100:]}
        if mode is ReplayPass.FORESEE:
            return
        self.carries(agency, "sent")

    @rule(minutes=st.sampled_from([1, 6, 45]))
    def time_passes(self, minutes: int) -> None:
        self.bench.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.facts)
    @rule(data=st.data())
    def a_fact_is_delivered_again(self, data: st.DataObject) -> None:
        fact = data.draw(st.sampled_from(self.facts[-12:]))
        self.loop.run_until_complete(self.bench.hear(readdressed(fact, delivery=self.new("replay"))))

    @precondition(lambda self: self.bench.store.rows)
    @rule(data=st.data(), way=st.sampled_from(WAYS))
    def is_carried(self, data: st.DataObject, way: str) -> None:
        """One pass over one lane, which ends as it may; a process that was killed comes up again."""
        self.carries(data.draw(st.sampled_from(sorted({one.row.agency for one in self.bench.store.rows}))), way)

    def carries(self, agency: str, way: str, erases: str | None = None) -> None:
        """One pass; `erases`: while the lane is being written notification folds this erasure, once it may."""
        self.lanes.way, self.lanes.now = way, self.bench.now
        if erases is not None:
            self.lanes.meanwhile = partial(self.folds_the_erasure, erases)
        try:
            self.loop.run_until_complete(self.bench.carrier.carry(agency))
        except Killed:
            self.bench.carrier = self.bench.new_carrier()
        self.lanes.way = "sent"
        waited, self.lanes.meanwhile = self.lanes.meanwhile, None
        if waited is not None:
            self.run(self.folds_the_erasure(erases or ""))

    @invariant()
    def the_ledger_holds(self) -> None:
        if hasattr(self, "bench"):
            self.chains.hold(self.bench.store.ledger.links)
            self.waited |= {one.row.message_id for one in self.bench.store.rows if one.row.retold is None}

    @invariant()
    def what_is_on_a_lane_or_being_carried_is_never_forgotten(self) -> None:
        if not hasattr(self, "bench"):
            return
        known = {entry.get("message") for entry in self.bench.store.ledger.entries()}
        known |= {one.row.message_id for one in self.bench.store.rows if one.state == "carrying"}
        assert {one.id for one in self.model.reached} <= known


Promises.TestCase.settings = settings(
    max_examples=80, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPromises = Promises.TestCase
