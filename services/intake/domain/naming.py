"""How things get their names: what a referral is known by, the ids that follow from it, and the marks of a person.

All of them are HMAC-SHA256 under the site's matching key: nobody can guess an incident number or a birth date back.
A referral's id holds the key of its case, so that a sender may name it by its own number or by the hub's id alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    AssignmentEnrolled,
    CapacityReported,
    ConvictionVacated,
    DeadlineReached,
    ErasureRequested,
    MessageCorrected,
    OrderReported,
    PersonCorrected,
    ReferralAmended,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
    ReferralSubmitted,
    ReferralWithdrawn,
    ReplayEndorsed,
    ReplayRequested,
    ReplaySteered,
)
from contracts.parts import PersonDetails
from services.intake.domain.heard import Heard, Mark
from services.intake.domain.unadmitted import Unadmitted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from contracts.envelope import Fact
    from contracts.event import Event
    from contracts.orders import OrderParty
    from contracts.parts import ReferralName

NUMBER: Final = "agency-person-number"
NAME_AND_BIRTH: Final = "name-and-birth-date"
CASE: Final = "bk-"
ORDER: Final = "ord-"
SERVICE: Final = "intake"
_REFERRAL: Final = "ref-"
_PERSON: Final = "per-"
_CASE_DIGITS: Final = 28
_PERSON_DIGITS: Final = 32
_SHARE_DIGITS: Final = 12
_ORDER_DIGITS: Final = 32
_MOST_ROUNDS: Final = 0xFFFF
_BETWEEN: Final = "\x1f"
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Naming:
    """Makes names under one matching key."""

    matching_key: bytes = field(repr=False)

    def heard(self, fact: Fact, left_out: int = 0) -> Heard:
        """Return what an agency said together with its names."""
        if isinstance(fact, Heard):
            return fact
        event, key = fact.event, self.key(fact)
        newcomer = self.person_of_case(key or "") if type(event) is ReferralSubmitted else None
        marks: tuple[Mark, ...] = ()
        if (person := _person_in(event)) is not None:
            marks = self.marks(fact.agency or "", person)
        protected: tuple[str, ...] = ()
        if isinstance(event, OrderReported):
            others = [self.marks(fact.agency or "", _details(one)) for one in event.protected]
            protected = tuple(sorted({mark.hash for found in others for mark in found}))
        return Heard(event, fact.envelope, key, newcomer, marks, left_out, protected)

    def key(self, fact: Fact) -> str | None:
        """Return whose state the fact touches: a case, an agency, or the person."""
        if isinstance(fact, Heard):
            return fact.key
        if isinstance(fact.event, ConvictionVacated) and fact.event.of is None:
            return fact.subject or f"agency/{fact.agency}"
        named = _KEYS.get(type(fact.event))
        return fact.subject if named is None else named(self, fact.agency or "", fact.event, fact.id)

    def case_of(self, agency: str, event: ReferralSubmitted, event_id: str) -> str:
        """Return the case of a submission: the incident's subject, else the sender's reference, else this message."""
        if event.incident is not None:
            return self._incident(agency, event.incident.number, event.incident.subject_sequence)
        if event.source_reference is not None:
            return self._case("reference", agency, plain(event.source_reference))
        return self._case("message", agency, event_id)

    def order(self, agency: str, number: str) -> str:
        """Return the mark of an agency's order: nobody can guess its number back."""
        return ORDER + self._hash("order", agency, plain(number))[:_ORDER_DIGITS]

    def case_named(self, agency: str, name: ReferralName) -> str:
        """Return the case that an amendment or a withdrawal names. A referral with an incident is named by that."""
        if name.referral_id is not None:
            return case_of_referral(name.referral_id)
        if name.incident_number is not None:
            return self._incident(agency, name.incident_number, name.subject_sequence)
        return self._case("reference", agency, plain(name.source_reference or ""))

    def person_of_case(self, case: str) -> str:
        """Return the reference of the person whom a case brings in; who is known already keeps theirs, in the case.

        Agencies get referrals' ids, which hold the key of the case: only under the key does a person follow from it.
        """
        return _PERSON + self._hash("person", case)[:_PERSON_DIGITS]

    def marks(self, agency: str, person: PersonDetails) -> tuple[Mark, ...]:
        """Return by what this person can be recognised; a name without a birth date is no mark."""
        born, number = person.birth_date, person.agency_person_number
        name = _normalised(person.legal_name) if person.legal_name is not None and born is not None else ""
        if number is None and not name:
            return ()
        birth = self._birth(born)
        found = []
        if number is not None:
            found.append(Mark(self._hash(NUMBER, agency, plain(number)), NUMBER, birth))
        if name and born is not None:
            found.append(Mark(self._hash(NAME_AND_BIRTH, name, born.isoformat()), NAME_AND_BIRTH, birth))
        return tuple(found)

    def word(self, person: str, kind: str, version: str | None, body: bytes) -> str:
        """Return the mark of what was said and of whom; nobody can guess the words back.

        In binary mode the kind, its version and the person are not in the body.
        """
        return self._hash("word", person, kind, version or "", body.decode("latin-1"))[:_PERSON_DIGITS]

    def share(self, *parts: str) -> float:
        """Return a number from 0 to below 1 that follows from the parts and the key."""
        return int(self._hash(*parts)[:_SHARE_DIGITS], 16) / 16**_SHARE_DIGITS

    def _birth(self, day: date | None) -> str | None:
        return None if day is None else self._hash("birth", day.isoformat())

    def _incident(self, agency: str, number: str, subject: int) -> str:
        return self._case("incident", agency, plain(number), str(subject))

    def _case(self, *parts: str) -> str:
        return CASE + self._hash("case", *parts)[:_CASE_DIGITS]

    def _hash(self, *parts: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(_BETWEEN.join(parts).encode("utf-8", "surrogatepass"))
        return keyed.finalize().hex()

    @cached_property
    def _keyed(self) -> HMAC:
        """Keyed once and copied for each hash: that takes a third of the time."""
        return HMAC(self.matching_key, SHA256())


def _person_in(event: Event) -> PersonDetails | None:
    """Return what the event tells by which somebody is recognised."""
    if isinstance(event, ReferralSubmitted | ReferralAmended):
        return event.person
    if isinstance(event, PersonCorrected):
        return PersonDetails(legal_name=event.legal_name, birth_date=event.birth_date)
    return _details(event.respondent) if isinstance(event, OrderReported) else None


def _details(party: OrderParty) -> PersonDetails:
    return PersonDetails(
        legal_name=party.legal_name, birth_date=party.birth_date, agency_person_number=party.agency_person_number
    )


_KEYS: Final[Mapping[type[Event], Callable[[Naming, str, Any, str], str | None]]] = {
    ReferralSubmitted: Naming.case_of,
    ReferralAmended: lambda naming, agency, event, _: naming.case_named(agency, event.of),
    ReferralWithdrawn: lambda naming, agency, event, _: naming.case_named(agency, event.of),
    ReferralReceived: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    ReferralCorrected: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    ReferralRetracted: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    ReferralErased: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    ErasureRequested: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    AssignmentEnrolled: lambda _naming, _agency, event, _: case_of_referral(event.referral_id),
    DeadlineReached: lambda _naming, _agency, event, _: (
        case_of_referral(event.reference) if event.service == SERVICE else None
    ),
    OrderReported: lambda naming, agency, event, _: naming.order(agency, event.order_number),
    ConvictionVacated: lambda naming, agency, event, _: naming.case_named(agency, event.of),
    Unadmitted: lambda _naming, agency, _event, _: f"agency/{agency}",
    CapacityReported: lambda _naming, agency, _event, _: f"agency/{agency}",
    AgencySuspended: lambda _naming, _agency, event, _: f"agency/{event.agency}",
    AgencyResumed: lambda _naming, _agency, event, _: f"agency/{event.agency}",
    MessageCorrected: lambda _naming, _agency, event, _: f"letter/{event.letter}",
    ReplayRequested: lambda _naming, agency, _event, _: f"agency/{agency}",
    ReplayEndorsed: lambda _naming, agency, _event, _: f"agency/{agency}",
    ReplaySteered: lambda _naming, agency, _event, _: f"agency/{agency}",
}
"""Whose state a fact touches, by its event; of any other it is the person's. Another service's deadline is not ours."""


def case_of_referral(referral_id: str) -> str:
    """Return the case whose key the referral's id holds."""
    return CASE + referral_id.removeprefix(_REFERRAL)[:_CASE_DIGITS]


def referral_id_of(case: str, rounds: int) -> str:
    """Return the id of the case's referral; `rounds` counts those of it that were withdrawn before."""
    return f"{_REFERRAL}{case.removeprefix(CASE)}{min(rounds, _MOST_ROUNDS):04x}"


def plain(text: str) -> str:
    """Return a number or a reference as it is compared: without spaces, in one case."""
    return "".join(text.split()).casefold()


def _normalised(name: str) -> str:
    """Letters and digits without accents, in words sorted: a family name first or last is the same name."""
    if name.isascii():
        return " ".join(sorted(_WORDS.findall(name.lower())))
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(sorted(bare.split()))
