"""What only the register can tell of a message: is its agency suspended, its operator real, its person known?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.catalogue import (
    AgencyResumed,
    AgencySuspended,
    ErasureRequested,
    LinkAnswered,
    MessageCorrected,
    ReplayEndorsed,
)
from contracts.words import Problem
from services.intake.domain.register import BY_OPERATORS, PASSED_ON, people_named
from services.intake.domain.unadmitted import UNKNOWN_SUBJECT, Unadmitted

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from services.intake.domain.register import Register
    from services.intake.domain.rules import Rules

Objection = tuple[str, Problem]
"""The reason of a refusal, and its problem."""

SUSPENDED: Final = Problem(
    field="source",
    rule="This agency is suspended.",
    fix="Ask the program office; send it again under a new id when you are back.",
)
UNSIGNED: Final = Problem(
    field="signature",
    rule="An operator's decision is signed with the operator's registered key.",
    fix="Name an operator whom `hub operator add` gave a key here: --operator, or HUB_OPERATOR.",
)
NO_OPERATOR: Final = Problem(
    field="signature",
    rule="What cannot be undone, and the approval of a plan, is signed with an operator's registered key, and no "
    "operator is registered.",
    fix="Register one with `hub operator add`, and name them: --operator, or HUB_OPERATOR.",
)
NOBODY: Final = Problem(field="person", rule="It is a person whom the hub knows.", fix="Take it from the timeline.")
ONE_PERSON: Final = Problem(field="other", rule="A link is between two people.", fix="Name another person.")
NO_AGENCY: Final = Problem(
    field="agency", rule="It is another agency of this site.", fix="`hub agency list` names the agencies."
)


def objection(rules: Rules, register: Register, fact: Fact) -> Objection | None:
    """Return why the fact is not admitted, or None. What intake itself says is never objected to."""
    agency = fact.agency
    if agency is None or isinstance(fact.event, Unadmitted):
        return None
    since = register.suspended.get(agency)
    # No door is the wrong one for a no or a stop: whether it counts is judged by who has to do with the person.
    if since is not None and fact.at >= since and type(fact.event) not in PASSED_ON:
        return "agency-suspended", SUSPENDED
    # Operators speak through the program office alone, and it alone names people by the hub's own references.
    if agency != rules.site.program_office:
        return None
    return _about_people(register, fact) or _about_operators(rules, register, fact)


def _about_people(register: Register, fact: Fact) -> Objection | None:
    named = people_named(fact)
    if not named:
        # A reference of the hub's own is proved by nothing but this look-up.
        unknown = fact.subject is not None and fact.subject not in register.people
        return ("unknown-subject", UNKNOWN_SUBJECT) if unknown else None
    if any(person not in register.people for person in named):
        return "unknown-person", NOBODY
    if isinstance(fact.event, LinkAnswered) and fact.event.person == fact.event.other:
        return "invalid-data", ONE_PERSON
    return None


def _about_operators(rules: Rules, register: Register, fact: Fact) -> Objection | None:
    event = fact.event
    operator: str | None = getattr(event, "operator", None)
    if type(event) not in BY_OPERATORS and (operator is None or type(event) not in PASSED_ON):
        return None
    if isinstance(event, AgencySuspended | AgencyResumed) and (
        event.agency not in rules.site.agencies or event.agency == rules.site.program_office
    ):
        return "invalid-data", NO_AGENCY
    if not register.operators:
        # Whatever else an operator decides can be decided otherwise; a destroyed key never comes back, what was handled
        # is handled, and an approval that nobody signed proves no second person.
        signed = isinstance(event, ErasureRequested | MessageCorrected | ReplayEndorsed)
        return ("unsigned", NO_OPERATOR) if signed else None
    key = register.operators.get(operator or "")
    if key is None or not rules.signed_by(key, fact.id, event, fact.envelope.signature):
        return "unsigned", UNSIGNED
    return None
