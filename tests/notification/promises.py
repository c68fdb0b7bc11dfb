"""A small model of what may be told, written from the site's file and the law and not from the hub's code.

It knows facts only as they were put to the hub, and asks of every message that reaches a lane: is there a row of the
site's written policy for each field of it, and where that row needs a consent, a consent that lives at this moment?
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

SITE: Final = Path(__file__).parents[2] / "deploy" / "sites" / "whatcom"
KIND_OF: Final = {
    "identity": ("legal_name", "preferred_name", "birth_date", "pronouns"),
    "contact": ("phones", "usual_places", "through", "message_is_safe"),
    "incident": (
        "place", "officer_call_back", "incident_number", "subject_sequence", "source_reference", "offences", "drugs",
    ),
    "safety": ("safety_code",),
    "needs": ("needs", "note"),
    "intake_status": ("completed_on",),
}  # fmt: skip
CATEGORY: Final = {name: kind for kind, names in KIND_OF.items() for name in names}
POLICE_MAY_HEAR: Final = {
    "referral.acknowledged", "screening.reported", "case_manager.dispatched", "handoff.confirmed",
    "handoff.unavailable", "message.refused",
}  # fmt: skip
OFFICE: Final = "whatcom-lead-program-office"
PART2_KINDS: Final = {
    "part2_specific", "part2_tpo", "part2_counselling_notes", "part2_proceedings", "criminal_justice_referral",
}  # fmt: skip
BLIND: Final = {"offer.made", "offer.cancelled"}
RECALL: Final = "information.recalled"
OF_NO_RECORD: Final = {RECALL, "offer.cancelled"}
"""What may be said of a record that was erased: that an offer stands no more, and that what was told is recalled."""
REMEMBERED: Final = timedelta(seconds=5)
"""So long a destroyed key may still be at hand where it was used just before; not once the erasure is known."""
NEVER_BY_THEMSELVES: Final = {"part2_counselling_notes", "part2_proceedings"}


def own(record: str) -> str:
    """The mark that all private words of this record have in them."""
    return record.replace("ref-", "own-")


def noted(record: str) -> str:
    """The mark of notes that are sealed under this record's key: about the person, and not what the record tells."""
    return record.replace("ref-", "not-")


def policy() -> list[dict[str, Any]]:
    """The rows of the written policy, as they stand in the site's file."""
    return tomllib.loads((SITE.parent / "standard" / "permissions.toml").read_text())["permission"]


def agencies() -> dict[str, dict[str, Any]]:
    """The site's agencies, as they stand in its files."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((SITE / "agencies").glob("*.toml")):
        found |= tomllib.loads(file.read_text())
    return found


@dataclass
class Consent:
    recipients: tuple[str, ...]
    categories: frozenset[str]
    purpose: str
    kind: str
    expires_at: datetime | None = None
    ends_with: str = "none"
    disclosers: tuple[str, ...] = (OFFICE,)
    intermediary: str | None = OFFICE
    over: bool = False
    ended: bool = False
    """The event came with which it ends."""

    def lives(self, now: datetime) -> bool:
        return not self.over and not self.ended and (self.expires_at is None or now < self.expires_at)


@dataclass
class Referral:
    agency: str
    door: str
    agreement: str
    held_by: set[str] = field(default_factory=set)
    offered_to: set[str] = field(default_factory=set)
    over_with: set[str] = field(default_factory=set)
    """Agencies with which the person's participation in it is over: they hold it no more, whatever they accept."""
    said: str | None = None
    """What the person said since themselves; a no stands."""
    key_gone_at: datetime | None = None
    """When its key was destroyed."""
    erased: bool = False
    """Notification knows that it was erased."""


@dataclass
class Reached:
    """A message that reached a lane, and what it told."""

    agency: str
    id: str
    type: str
    categories: frozenset[str]
    rested_on: frozenset[str]
    """The consents that lived then and name its reader."""
    of: frozenset[str] = frozenset()
    """The records that it tells something of: by their names, or by words of their own."""
    names: frozenset[str] = frozenset()
    """The fields that it told."""
    recall: str | None = None
    offer: str | None = None


@dataclass
class Model:
    """One person."""

    referrals: dict[str, Referral] = field(default_factory=dict)
    offers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By offer: the referral and the agency."""
    consents: dict[str, Consent] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By onward referral: the provider, and who asks it."""
    taking_back: set[str] = field(default_factory=set)
    """Words of the person that nobody has dealt with yet."""
    pending: set[str] = field(default_factory=set)
    """Offers whose agency is asked, or has taken the person on and not met them."""
    taken: set[str] = field(default_factory=set)
    """Offers by which an agency holds the person."""
    to_cancel: set[str] = field(default_factory=set)
    """Offers of which their agency has to hear that they stand no more."""
    suspended: set[str] = field(default_factory=set)
    reached: list[Reached] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=policy)
    partners: dict[str, dict[str, Any]] = field(default_factory=agencies)

    def answers(self, word: str) -> None:
        """The person says yes or no to all that they are referred by today."""
        for one in self.referrals.values():
            one.said = one.said if one.said == "declined" else word

    def comes(self, event: str) -> None:
        """The event comes; what is signed from now on ends with the next one."""
        for one in self.consents.values():
            one.ended = one.ended or one.ends_with == event

    def destroys(self, name: str, now: datetime) -> None:
        """The record's key is destroyed; notification may hear of it later."""
        self.referrals[name].key_gone_at = self.referrals[name].key_gone_at or now

    def erases(self, name: str) -> None:
        """Notification knows that the record was erased: nobody holds the person by it any more."""
        one = self.referrals[name]
        one.erased = True
        one.held_by.clear()
        offers = {offer for offer, (about, _) in self.offers.items() if about == name}
        self.to_cancel |= offers & self.pending
        self.pending -= offers
        self.taken -= offers

    def takes(self, offer: str) -> None:
        """The agency takes the person on, if the record stands and their participation in it there is not over."""
        name, agency = self.offers[offer]
        one = self.referrals[name]
        if agency not in one.over_with and not one.erased:
            one.held_by.add(agency)
            self.taken.add(offer)

    def loses(self, offer: str) -> None:
        """The offer is cancelled; the agency holds the person as long as it took them on by another one."""
        self.pending.discard(offer)
        self.taken.discard(offer)
        name, agency = whose = self.offers[offer]
        if whose not in {self.offers[other] for other in self.taken}:
            self.referrals[name].held_by.discard(agency)

    def parts(self, name: str, agency: str) -> None:
        """The person's participation in it with this agency is over."""
        one = self.referrals[name]
        one.held_by.discard(agency)
        one.over_with.add(agency)
        theirs = {offer for offer, whose in self.offers.items() if whose == (name, agency)}
        self.pending -= theirs
        self.taken -= theirs

    def reaches(self, agency: str, type_: str, id_: str, data: dict[str, Any], text: str, now: datetime) -> None:
        """Judge a message as it reaches a lane.

        Raises:
            AssertionError: nothing allows it.
        """
        assert agency not in self.suspended, f"{agency} is suspended"
        assert not self.taking_back or type_ == "information.recalled", f"{type_} although the person took it back"
        role = self.partners[agency]["role"]
        assert role != "law_enforcement" or type_ in POLICE_MAY_HEAR, f"police heard {type_}"
        self._nothing_of_an_erased_record(type_, data, text, now)
        told = {name for name, value in data.items() if value not in (None, (), [], "unknown")}
        rows = [row for row in self.rows if row["event"] == type_ and role in row["roles"]]
        for name in told & CATEGORY.keys():
            named = [row for row in rows if name in row["fields"]]
            assert any(self._allows(row, agency, data, CATEGORY[name], now) for row in named), f"{type_}: {name}"
        assert any(told <= {*row["fields"]} | CATEGORY.keys() for row in rows), f"{type_} to {agency}"
        kinds = frozenset(CATEGORY[name] for name in told & CATEGORY.keys())
        purposes = {row["purpose"] for row in rows if row.get("consent_needed")}
        living = {
            name for name, one in self.consents.items()
            if agency in one.recipients and one.purpose in purposes and one.lives(now) and one.categories & kinds
        }  # fmt: skip
        of = frozenset(name for name in self.referrals if name in text or own(name) in text)
        ids = data.get("recall_id"), data.get("offer_id")
        self.reached.append(Reached(agency, id_, type_, kinds, frozenset(living), of, frozenset(told), *ids))

    def _nothing_of_an_erased_record(self, type_: str, data: dict[str, Any], text: str, now: datetime) -> None:
        about = data.get("referral_id") or self.offers.get(data.get("offer_id", ""), ("", ""))[0]
        for name, one in self.referrals.items():
            if one.key_gone_at is not None and now - one.key_gone_at >= REMEMBERED:
                assert not {mark for mark in (own(name), noted(name)) if mark in text}, f"{type_}: its key is gone"
            if one.erased:
                assert not {mark for mark in (name, own(name), noted(name)) if mark in text}, f"{type_}: erased"
                assert about != name or type_ in OF_NO_RECORD, f"{type_}: of an erased record"

    def all_of_it_is_recalled(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Once everything has flowed: what was told of an erased record is asked back, once, from each that may be.

        Raises:
            AssertionError: something was not, or was twice, or was asked back although it was told of something else.
        """
        begun = [entry for entry in entries if entry["kind"] == "recalled" and entry["because"] == "record_erased"]
        counted = Counter((entry["by"][0], entry["agency"], told) for entry in begun for told in entry["messages"])
        assert set(counted.values()) <= {1}, "asked back twice"
        told = {(one.agency, one.id): one for one in self.reached}
        for basis, agency, message in counted:
            name, one = basis.removeprefix("record/"), told.get((agency, message))
            assert self.referrals[name].erased, "asked back, and nobody erased it"
            assert self.partners[agency]["role"] != "law_enforcement", "police are asked nothing"
            assert one is None or (one.type not in BLIND and (not one.of or name in one.of)), "of something else"
        for one in self.reached:
            for name in one.of if one.type not in BLIND and self._may_be_asked(one.agency) else ():
                due = (f"record/{name}", one.agency, one.id)
                assert not self.referrals[name].erased or due in counted, f"{one.type} to {one.agency} is out"
        for entry in begun:
            asked = {one.id for one in self.reached if (one.agency, one.recall) == (entry["agency"], entry["recall"])}
            assert len(asked) == 1, f"{entry['agency']} was asked {len(asked)} times"

    def _may_be_asked(self, agency: str) -> bool:
        role = self.partners[agency]["role"]
        return any(row["event"] == RECALL and role in row["roles"] for row in self.rows)

    def who_was_on_the_way_knows(self) -> None:
        """Once everything has flowed: whoever was asked, or on the way, heard that it stands no more."""
        heard = {one.offer for one in self.reached if one.type == "offer.cancelled"}
        assert self.to_cancel <= heard, "nobody told them that it stands no more"

    def the_others_go_on(self) -> None:
        """Once everything has flowed: who holds a person that agreed, by a record that stands, was told of it."""
        for name, one in self.referrals.items():
            if one.key_gone_at is None and "agreed" in {one.said, one.agreement} and one.said != "declined":
                told = {found.agency for found in self.reached if found.type == "assignment.made" and name in found.of}
                assert one.held_by <= told, f"{one.held_by - told} was never told"

    def _allows(self, row: dict[str, Any], agency: str, data: dict[str, Any], category: str, now: datetime) -> bool:
        if not self._covers(row, agency, data):
            return False
        if not row.get("consent_needed"):
            return True
        return any(
            agency in one.recipients and one.purpose == row["purpose"] and category in one.categories
            and one.lives(now) and self._kind_fits(row, one.kind)
            and any(self._may_tell(one, tellers) for tellers in self._tellers(row["event"], data))
            for one in self.consents.values()
        )  # fmt: skip

    def _tellers(self, type_: str, data: dict[str, Any]) -> list[set[str]]:
        """Whose information it is: of an onward referral, that of its asker and of one record on which they hold."""
        if type_ == "onward.offered":
            asked_by = self.asked[data["onward_id"]][1]
            held = [one for one in self.referrals.values() if asked_by in one.held_by]
            return [{asked_by, one.agency} for one in held]
        about = data.get("referral_id") or self.offers[data["offer_id"]][0]
        referral = self.referrals[about]
        return [referral.held_by or {referral.agency}] if type_ == "intake.reported" else [{referral.agency}]

    def _may_tell(self, one: Consent, tellers: set[str]) -> bool:
        """42 CFR 2.31(a)(2): the form names who discloses; for a program the office stands only as the intermediary."""
        programs = {name for name in tellers if "part2_program" in self.partners[name]["standing"]}
        if programs and one.kind not in PART2_KINDS:
            return False
        unnamed = tellers - {*one.disclosers}
        if OFFICE not in one.disclosers:
            return not unnamed
        return not unnamed & programs or one.intermediary == OFFICE

    @staticmethod
    def _kind_fits(row: dict[str, Any], kind: str) -> bool:
        kinds = row.get("consent_kinds")
        return kind in kinds if kinds else kind not in NEVER_BY_THEMSELVES

    def _covers(self, row: dict[str, Any], agency: str, data: dict[str, Any]) -> bool:
        about = data.get("referral_id") or self.offers.get(data.get("offer_id", ""), ("", ""))[0]
        referral = self.referrals.get(about)
        relation = row["relation"]
        if relation == "provider":
            provider, asked_by = self.asked.get(data["onward_id"], ("", ""))
            return provider == agency and any(asked_by in one.held_by for one in self.referrals.values())
        if relation == "any":
            return True
        if referral is None:
            # What became of an onward referral: to whoever holds the person on any referral.
            return relation == "holder" and any(agency in one.held_by for one in self.referrals.values())
        restricted = self.partners[referral.agency].get("restricted_source", False)
        agreement = referral.said or referral.agreement
        if row.get("doors") and referral.door not in row["doors"]:
            return False
        if row.get("agreement") and agreement not in row["agreement"]:
            return False
        if row.get("source_not_restricted") and restricted:
            return False
        return {
            "referrer": referral.agency == agency,
            "offered": agency in referral.offered_to,
            "holder": agency in referral.held_by,
            "jurisdiction": referral.agency in self.partners[agency].get("jurisdiction", ()),
            "office": self.partners[agency]["role"] == "program_office",
        }[relation]


class Chains:
    """The ledger as somebody sees it who keeps what it showed before: nothing goes, and each chain holds."""

    def __init__(self) -> None:
        self._seen: list[Any] = []
        self._heads: dict[int, tuple[int, str]] = {}

    def hold(self, links: Sequence[Any]) -> None:
        """Take what it shows now, and compare it.

        Raises:
            AssertionError: an entry is not there any more, or a chain does not verify.
        """
        assert links[: len(self._seen)] == self._seen, "an entry is not what it was"
        for link in links[len(self._seen) :]:
            beginning = hashlib.sha256(f"hub ledger chain {link.chain}".encode()).hexdigest()
            length, previous = self._heads.get(link.chain, (0, beginning))
            own_hash = hashlib.sha256(f"{link.chain} {length + 1} {previous} {link.entry}".encode()).hexdigest()
            assert (link.sequence, link.previous, link.hash) == (length + 1, previous, own_hash), "a chain is broken"
            self._heads[link.chain] = (length + 1, own_hash)
        self._seen = list(links)
