"""What could not be admitted is a fact, too: the door hands it on as an event that never leaves the room."""

from __future__ import annotations

from typing import ClassVar, Final

from contracts import topics
from contracts.catalogue import ReferralRefused, ReportRefused, RevocationRead
from contracts.envelope import Fact
from contracts.event import Event
from contracts.parts import Refusal
from contracts.words import Problem
from services.plumbing.service import Said

UNKNOWN_SUBJECT: Final = Problem(
    field="subject",
    rule="It is your own pseudonym of a person.",
    fix="Send the subject exactly as the hub's notice to you gave it.",
)
"""The same words whatever the cause: nothing can be learnt from them."""
NEVER_TOLD: Final = Problem(
    field="subject",
    rule="It names somebody of whom you were told who they are; a blind offer names nobody.",
    fix="Accept the offer first: the notice that says who it is names the person as you know them.",
)
REUSED: Final = Problem(
    field="id",
    rule="This id was used before for other content.",
    fix="Send it under a new id; where the hub acknowledged a referral under this one, send referral.amended instead.",
)
PUT_AWAY: Final = Problem(
    field="data",
    rule="The hub could not read this message, and the program office has put it away.",
    fix="Ask the program office; send what it says in a version that the hub reads.",
)
NOT_SO: Final = Problem(
    field="data",
    rule="The hub can handle the message as it is corrected.",
    fix="Correct another field, or have the hub mended and the message tried again.",
)
_REFERRAL: Final = "referral."
_NEW_ID: Final = "under a new id"


class Unadmitted(Event):
    """A message that the door did not admit, and why. On no shelf: only intake hears it, from its own door."""

    name: ClassVar[str] = "message.unadmitted"
    version: ClassVar[int] = 1
    topic: ClassVar[str] = topics.TO_HUB

    refusal: Refusal
    takes_back_of: str | None = None
    """Whose word it is, where it takes back."""
    word: str = ""
    """A mark of it, then."""


def refused(fact: Fact, reason: str, *problems: Problem) -> Said:
    """Say that the fact was not admitted after all, to the agency that sent it."""
    return said_no(refusal_of(fact, reason, *problems))


def refusal_of(fact: Fact, reason: str, *problems: Problem) -> Refusal:
    """Return the refusal of a message that could be read."""
    known = fact.event.refusal.message_type if isinstance(fact.event, Unadmitted) else fact.envelope.type
    return Refusal(agency=fact.agency or "", message_id=fact.id, message_type=known, reason=reason, problems=problems)


def said_no(refusal: Refusal) -> Said:
    """Say it under the agency's key, with no person in it; what is of a referral on the referrals' topic.

    Also what was refused has used up its id: whatever is mended is sent under another.
    """
    problems = tuple(map(_under_a_new_id, refusal.problems))
    event = ReferralRefused if refusal.message_type.startswith(_REFERRAL) else ReportRefused
    return Said(event(refusal=refusal.model_copy(update={"problems": problems})), subject="", key=refusal.agency)


def was_read(agency: str, message_id: str, person: str, word: str) -> Said:
    """Say that a word of the person which takes back was admitted or refused: had it been parked, it held them."""
    event = RevocationRead(agency=agency, message_id=message_id, content=word)
    return Said(event, subject=person, key=person)


def _under_a_new_id(problem: Problem) -> Problem:
    told = _NEW_ID in problem.fix
    return problem if told else problem.model_copy(update={"fix": f"{problem.fix} Send it again {_NEW_ID}."})
