"""person.revealed: who somebody is, as an operator is shown it once. It is written to no lane and to no file.

It is here, among what agencies may be told, because the same permissions say which of its fields may be filled.

1  first published
"""

from __future__ import annotations

from contracts import topics
from contracts.event import Event, published
from contracts.words import Answer, Day, Private, Reference, ReferralId


@published("person.revealed", version=1, on=topics.FROM_HUB)
class PersonRevealedV1(Event):
    """Who somebody is, as an operator of the program office is shown it once, on a terminal. It is on no lane."""

    referral_id: ReferralId
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    pronouns: Private | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN
    place: Private | None = None
    incident_number: Reference | None = None
    subject_sequence: int | None = None
    source_reference: Reference | None = None
    officer_call_back: Private | None = None
    safety_code: Private | None = None


PersonRevealed = PersonRevealedV1
