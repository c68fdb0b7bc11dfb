"""The timeline: one line a fact, with time, service, cause, and the reasons of a verdict. Nothing sealed is shown."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # pydantic reads it at run time
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from services.console.domain.files import File, Kept, given
from services.console.domain.words import told
from services.plumbing.service import Outcome, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.envelope import Fact


class Step(Kept):
    """One line of the timeline: what happened, who says so, because of what."""

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


def key(fact: Fact) -> str | None:
    """Return whose file a fact belongs in: the person's, else the agency's that it is about or from."""
    return fact.subject or _agency(fact)


def decide(_before: File | None, _after: File, fact: Fact, _shared: None) -> Iterator[Outcome]:
    """Each fact is one line of the timeline."""
    envelope, event = fact.envelope, fact.event
    yield Row(
        Step(
            at=fact.at,
            event=event.name,
            service=fact.source,
            id=fact.id,
            subject=key(fact) or fact.source,
            cause=envelope.causation_id,
            correlation=envelope.correlation_id,
            agency=_agency(fact),
            referral_id=given(event, "referral_id"),
            offer_id=given(event, "offer_id"),
            says=told(event),
            details=event.model_dump(mode="json", include=SHOWN, exclude_none=True, exclude_defaults=True),
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


_FIELDS: Final = (
    "referral_id", "offer_id", "review_id", "consent_id", "onward_id", "recall_id", "reference", "agency", "door",
    "source_kind", "agreement", "officer_waiting", "referred_at", "revision", "changed", "after_the_fact", "test",
    "verdict", "police_verdict", "policy", "policy_version", "policy_hash", "rules", "because", "urgent", "decide_by",
    "default", "by", "lapses_at", "arrive_within_minutes", "arrives_in_minutes", "arrive_by", "appointment_at",
    "handed_off_at", "completed_on", "reason", "after_acceptance", "appointment", "appointment_follows", "priority",
    "help_type", "asked_by", "provider", "state", "kind", "witness", "discloser", "recipients", "categories",
    "purpose", "signed_on", "expires_at", "expires_with", "how", "message_type", "allowed_by", "layer", "rule",
    "made_at", "withheld_at", "basis", "other", "same", "places", "doors", "result", "mode", "answer", "to",
    "service", "deadline", "due_at", "operator", "person",
)  # fmt: skip
SHOWN: Final[dict[str, Any]] = dict.fromkeys(_FIELDS, True) | {
    "refusal": {"agency", "message_type", "reason", "problems"},
    "particulars": {
        **dict.fromkeys(("age", "area", "residence_area", "drugs", "attestations", "language", "needs"), True),
        "offences": {"__all__": {"nibrs", "severity", "activity", "attempted"}},
    },
}
"""The fields that a timeline may show, by name; what is not named is left out, so nothing sealed or private is kept."""


def _agency(fact: Fact) -> str | None:
    refusal = given(fact.event, "refusal")
    about = refusal.agency if refusal is not None else given(fact.event, "agency")
    return about or fact.agency
