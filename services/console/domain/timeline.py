"""The timeline: one line a fact, with time, service, cause, and the reasons of a verdict. Nothing sealed is shown."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from contracts.consents.consent_refused import ConsentRefused
from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.envelope import agency_source
from contracts.replays.replay_approved import ReplayApproved
from contracts.to_hub.recall_answered import RecallAnswered
from services.console.domain.words import told
from services.plumbing.identity import derived
from services.plumbing.service import Outcome, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.console.domain.files import File


class Line(NamedTuple):
    """One line of the timeline as it is written down: the row type `console.line`, field by field."""

    happened_at: datetime
    event: str
    service: str
    id: str
    subject: str
    cause: str | None
    correlation: str | None
    agency: str | None
    referral_id: str | None
    offer_id: str | None
    says: str
    details: str
    """JSON: what a timeline may show of the event's fields."""


class Step(BaseModel):
    """One line of the timeline as operators read it: what happened, who says so, because of what."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    event: str
    service: str
    """The CloudEvents source: `/hub/<service>` or `/agencies/<slug>`."""
    id: str
    subject: str
    """The person, or the agency where there is no person."""
    cause: str | None = None
    correlation: str | None = None
    agency: str | None = None
    """Whom it is about, or who said it."""
    referral_id: str | None = None
    offer_id: str | None = None
    says: str
    details: dict[str, Any] = Field(default_factory=dict)


def step_of(line: Mapping[str, Any]) -> Step:
    """Return a line, by the names of its columns, as it is read."""
    same = {name: line[name] for name in Line._fields if name in Step.model_fields and name != "details"}
    return Step(at=line["happened_at"], details=json.loads(line["details"]), **same)


def key(fact: Fact) -> str | None:
    """Return whose file a fact belongs in: the person's, else the agency's that it is about or from."""
    return fact.subject or _agency(fact)


def decide(_before: File | None, _after: File | None, fact: Fact, _shared: None) -> Iterator[Outcome]:
    """Each fact is one line of the timeline."""
    envelope, event = fact.envelope, fact.event
    given, agency = event.__dict__.get, _agency(fact)
    yield Row(
        Line(
            happened_at=fact.at,
            event=event.name,
            service=envelope.source,
            id=envelope.id,
            subject=envelope.subject or agency or envelope.source,
            cause=envelope.causation_id,
            correlation=envelope.correlation_id,
            agency=agency,
            referral_id=given("referral_id"),
            offer_id=given("offer_id"),
            says=told(event),
            details=_details(event),
        )
    )


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Return the steps by time and, within one moment, causes before their effects."""
    by_id = {step.id: step for step in steps}

    def depth(step: Step) -> int:
        deep, seen = 0, {step.id}
        while step.cause in by_id and step.cause not in seen:
            deep, step = deep + 1, by_id[step.cause]
            seen.add(step.id)
        return deep

    return sorted(steps, key=lambda step: (step.at, depth(step)))


def numbered(steps: Sequence[Step]) -> list[tuple[int, int | None, Step]]:
    """Return each step with its number from 1 on, and the number of the step that it follows, where it is one of them.

    What an agency says has no cause in the hub; where it answers a question, it follows that.
    """
    numbers = {step.id: number for number, step in enumerate(steps, 1)}
    asked: dict[Any, int] = {}
    found = []
    for number, step in enumerate(steps, 1):
        about = {name: step.details.get(name) for name in _QUESTIONS} | {"offer_id": step.offer_id}
        questions = [(name, which) for name, which in about.items() if which is not None]
        after = numbers.get(step.cause or "")
        if after is None and step.service.startswith(agency_source("")):
            after = max((asked[one] for one in questions if one in asked), default=None)
        asked |= dict.fromkeys(questions, number)
        found.append((number, after, step))
    return found


OUTLASTING: Final = frozenset({"erasure.requested", "referral.erased", "assignment.released", "disclosure.recalled"})
"""Lines that stay of a referral whose record was erased: that it was, and who was asked to forget it."""
_QUESTIONS: Final = ("review_id", "onward_id")
"""Of what an agency may answer, beside an offer, which has a column of its own."""
_FIELDS: Final = (
    "review_id", "consent_id", "onward_id", "recall_id", "reference", "door", "source_kind", "agreement", "said_at",
    "officer_waiting", "referred_at", "revision", "said_by", "by_way_of", "own_facts", "sender_revision", "changed",
    "after_the_fact", "test", "verdict", "police_verdict",
    "policy", "policy_version", "policy_hash", "rules", "because", "urgent", "decide_by", "default", "by", "area",
    "age_band", "language", "needs", "lapses_at", "arrive_within_minutes", "arrives_in_minutes", "arrive_by",
    "appointment_at", "arrived_at", "completed_at", "handed_off_at", "completed_on", "reason", "after_acceptance",
    "appointment", "appointment_follows", "priority", "help_type", "asked_by", "provider", "state", "kind", "witness",
    "disclosers", "recipients", "recipient_class", "categories", "purpose", "signed_on", "signature", "signed_by",
    "expires_at", "expires_with", "irrevocable_until", "irrevocable_until_at", "intermediary", "members_version",
    "statements", "how",
    "message_type", "allowed_by", "layer", "rule", "made_at", "withheld_at", "recalled_at", "basis", "other", "same",
    "places", "doors", "result", "at", "mode", "answer", "service", "deadline", "due_at", "operator", "person",
    "ground", "erased_at", "revealed_at", "due_on", "hold_until", "decision", "decided_at", "before_due", "told",
    "court", "prosecutor", "counsel", "moved_on", "moved_by", "stage", "on",
    "hours", "report", "report_id", "program", "to", "reported_on", "month", "substantial_compliance", "services",
    "completed_by", "asked_for", "overdue", "ruling", "ruled_on", "consents", "decided_on", "assessed_on",
    "through_on", "order_id", "replay_id", "reported_at", "ended", "checks", "vacated_on", "officer_gone", "enrolled",
)  # fmt: skip
SHOWN: Final[dict[str, Any]] = dict.fromkeys(_FIELDS, True) | {
    "refusal": {"agency", "message_type", "reason", "problems"},
    "particulars": {
        **dict.fromkeys(
            ("age", "area", "residence_area", "drugs", "attestations", "language", "interpreter", "needs"),
            True,
        ),
        "offences": {"__all__": {"nibrs", "severity", "activity", "attempted"}},
    },
}
"""The fields that a timeline may show, by name; what is not named is left out, so nothing sealed or private is kept.

Referral, offer and agency have columns of their own.
"""


_HIDDEN: Final[Mapping[type[Event], str]] = {DisclosureMade: "reference", ReplayApproved: "signature"}
"""By event: a field that bears the name of a shown one and is another: a message of the agency's own, a key's proof."""


@cache
def shown_of(kind: type[Event]) -> dict[str, Any]:
    """Return which fields of this kind of event a timeline shows, and what of them, as pydantic's `include`."""
    hidden = _HIDDEN.get(kind, "")
    return {name: SHOWN[name] for name in kind.model_fields if name in SHOWN and name != hidden}


def _details(event: Event) -> str:
    shown = shown_of(type(event))
    if not shown:
        return "{}"
    written = event.__pydantic_serializer__.to_json(event, include=shown, exclude_none=True, exclude_defaults=True)
    marks = _MARKS.get(type(event))
    if marks is not None:
        return json.dumps(json.loads(written) | marks(event), separators=(",", ":"))
    return written.decode()


def refused_mark(agency: str, message_id: str) -> str:
    """Return the mark of a message that was refused: its sender chose the id, and the details keep no such word."""
    return derived("", agency, message_id)


def _of_refusal(event: Any) -> dict[str, Any]:
    return {"refused": refused_mark(event.refusal.agency, event.refusal.message_id)}


def _of_answer(event: Any) -> dict[str, Any]:
    """The reason is sealed; that there is one, operators may know."""
    return {"reason_given": event.why is not None}


_MARKS: Final[Mapping[type[Event], Callable[[Any], dict[str, Any]]]] = {
    ConsentRefused: _of_refusal,
    RecallAnswered: _of_answer,
}
"""By event: what the details say of something that they do not repeat."""


def _agency(fact: Fact) -> str | None:
    given = fact.event.__dict__.get
    refusal = given("refusal")
    about: str | None = given("agency") if refusal is None else refusal.agency
    return about or fact.agency
