"""How things get their names: what a referral is known by, the ids that follow from it, and the marks of a person.

All of them are HMAC-SHA256 under the site's matching key: nobody can guess an incident number or a birth date back.
A referral's id holds the key of its case, so that a sender may name it by its own number or by the hub's id alike.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    CapacityReported,
    ReferralAmended,
    ReferralCorrected,
    ReferralReceived,
    ReferralRetracted,
    ReferralSubmitted,
    ReferralWithdrawn,
)
from services.intake.domain.heard import Heard, Mark
from services.intake.domain.unadmitted import Unadmitted

if TYPE_CHECKING:
    from datetime import date

    from contracts.envelope import Fact
    from contracts.parts import PersonDetails, ReferralName

NUMBER: Final = "agency-person-number"
NAME_AND_BIRTH: Final = "name-and-birth-date"
CASE: Final = "bk-"
_REFERRAL: Final = "ref-"
_PERSON: Final = "per-"
_CASE_DIGITS: Final = 28
_PERSON_DIGITS: Final = 32
_MOST_ROUNDS: Final = 0xFFFF
_BETWEEN: Final = "\x1f"


@dataclass(frozen=True)
class Naming:
    """Makes names under one matching key."""

    matching_key: bytes = field(repr=False)

    def heard(self, fact: Fact, left_out: int = 0) -> Heard:
        """Return what an agency said together with its names."""
        return Heard(fact.event, fact.envelope, self.key(fact), self.marks_in(fact), left_out)

    def key(self, fact: Fact) -> str | None:
        """Return whose state the fact touches: a case, an agency, or the person."""
        if isinstance(fact, Heard):
            return fact.key
        event = fact.event
        agency = fact.agency or ""
        key = fact.subject
        match event:
            case ReferralSubmitted():
                key = self.case_of(agency, event, fact.id)
            case ReferralAmended() | ReferralWithdrawn():
                key = self.case_named(agency, event.of)
            case ReferralReceived() | ReferralCorrected() | ReferralRetracted():
                key = case_of_referral(event.referral_id)
            case Unadmitted() | CapacityReported():
                key = f"agency/{agency}"
            case AgencySuspended() | AgencyResumed():
                key = f"agency/{event.agency}"
        return key

    def case_of(self, agency: str, event: ReferralSubmitted, event_id: str) -> str:
        """Return the case of a submission: the incident's subject, else the sender's reference, else this message."""
        if event.incident is not None:
            return self._incident(agency, event.incident.number, event.incident.subject_sequence)
        if event.source_reference is not None:
            return self._case("reference", agency, plain(event.source_reference))
        return self._case("message", agency, event_id)

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

    def marks_in(self, fact: Fact) -> tuple[Mark, ...]:
        """Return by what the person in a referral or an amendment can be recognised."""
        if isinstance(fact, Heard):
            return fact.marks
        event = fact.event
        if isinstance(event, ReferralSubmitted | ReferralAmended) and event.person is not None:
            return self.marks(fact.agency or "", event.person)
        return ()

    def marks(self, agency: str, person: PersonDetails) -> tuple[Mark, ...]:
        """Return by what this person can be recognised; a name without a birth date is no mark."""
        birth = self._birth(person.birth_date)
        found = []
        if person.agency_person_number is not None:
            number = self._hash(NUMBER, agency, plain(person.agency_person_number))
            found.append(Mark(number, NUMBER, birth))
        name = _normalised(person.legal_name or "")
        if name and person.birth_date is not None:
            found.append(Mark(self._hash(NAME_AND_BIRTH, name, person.birth_date.isoformat()), NAME_AND_BIRTH, birth))
        return tuple(found)

    def _birth(self, day: date | None) -> str | None:
        return None if day is None else self._hash("birth", day.isoformat())

    def _incident(self, agency: str, number: str, subject: int) -> str:
        return self._case("incident", agency, plain(number), str(subject))

    def _case(self, *parts: str) -> str:
        return CASE + self._hash("case", *parts)[:_CASE_DIGITS]

    def _hash(self, *parts: str) -> str:
        text = _BETWEEN.join(parts).encode("utf-8", "surrogatepass")
        return hmac.digest(self.matching_key, text, "sha256").hex()


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
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    bare = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(sorted(bare.split()))
