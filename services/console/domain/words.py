"""What a fact says, in one plain sentence for an operator. Codes and ids only: no identity is ever in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.event import Event

SENTENCES: Final[Mapping[str, str]] = {
    "referral.received": "{agency} refers a person ({door}, {source_kind}; agreement: {agreement}).",
    "referral.repeated": "{agency} sent the same referral again; nothing new begins.",
    "referral.refused": "A referral of {refusal.agency} was not admitted: {refusal.reason}.",
    "referral.corrected": "{agency} amended its referral (revision {revision}).",
    "referral.retracted": "{agency} withdrew its referral ({why}).",
    "link.proposed": "May be the same person as another record ({basis}); an operator decides.",
    "person.linked": "Is the same person as another record ({basis}, by {by}).",
    "person.unlinked": "Is not the same person as another record (by {by}).",
    "report.refused": "A {refusal.message_type} of {refusal.agency} was not admitted: {refusal.reason}.",
    "screening.determined": "{policy} {policy_version} says: {verdict}.",
    "review.requested": "An operator is asked to decide.",
    "review.decided": "{by} decided the review: {verdict}.",
    "review.refused": "An answer fits no open review.",
    "consent.granted": "A consent counts from now on (witness {witness}, {kind}).",
    "consent.withdrawn": "A consent was taken back ({how}).",
    "consent.expired": "A consent has expired.",
    "consent.refused": "A consent does not count: {refusal.reason}.",
    "assignment.offered": "{agency} is asked, blind; it has until {lapses_at:%H:%M:%S}.",
    "assignment.accepted": "{agency} accepted.",
    "assignment.declined": "{agency} declined ({reason}).",
    "assignment.lapsed": "{agency} did not answer or come in time.",
    "assignment.cancelled": "What {agency} was offered or holds is cancelled ({reason}).",
    "assignment.waitlisted": "Nobody has room; on the waitlist with priority {priority}.",
    "assignment.unavailable": "Nobody can come; the waiting officer goes on as usual.",
    "assignment.handed_off": "The case manager of {agency} has met the person.",
    "assignment.enrolled": "Intake at {agency} is completed.",
    "intake.overdue": "{agency} took the person on, and has reported no intake; it keeps them.",
    "assignment.ended": "No longer with {agency} ({reason}).",
    "assignment.closed": "Needs no case manager any more ({reason}).",
    "place.freed": "A place at {agency} is free.",
    "answer.refused": "An answer of {refusal.agency} fits nothing open.",
    "onward.asked": "{provider} is to be asked for {help_type}.",
    "onward.closed": "Onward referral: {state}.",
    "disclosure.made": "{agency} was told {message_type} ({allowed_by}).",
    "disclosure.withheld": "{agency} was not told {message_type} ({layer}: {rule}).",
    "disclosure.recalled": "{agency} is asked to forget what it was told.",
    "deadline.reached": "A deadline of {service} has passed: {deadline}.",
    "offer.accepted": "The agency says: accepted.",
    "offer.declined": "The agency says: declined ({reason}).",
    "contact.attempted": "Somebody tried to reach the person: {result}.",
    "person.agreed": "The person says yes.",
    "person.declined": "The person says no.",
    "handoff.completed": "The agency says: met the person.",
    "intake.completed": "The agency says: intake is done.",
    "participation.ended": "The agency says: participation has ended ({reason}).",
    "consent.signed": "The person signed a consent ({kind}).",
    "consent.revoked": "The person takes a consent back ({how}).",
    "onward.requested": "The case manager asks for {help_type}.",
    "onward.answered": "The provider answers: {answer}.",
    "recall.answered": "The agency answers the recall: {answer}.",
    "capacity.reported": "Has {places} places in all.",
    "review.answered": "{operator} answers a review: {verdict}.",
    "assignment.directed": "{operator} offers the referral to {agency} by hand.",
    "link.answered": "{operator} answers a proposed link.",
    "agency.suspended": "{agency} is suspended.",
    "agency.resumed": "{agency} is back.",
}


def told(event: Event) -> str:
    """Return the sentence; for an event without one, its name."""
    sentence = SENTENCES.get(event.name)
    return sentence.format_map(_Fields(event)) if sentence else event.name


class _Fields(dict[str, Any]):
    """The event's fields by name, for `format_map`; a field that is not there reads as a dash."""

    def __init__(self, event: Event) -> None:
        super().__init__({name: getattr(event, name) for name in type(event).model_fields})

    def __missing__(self, name: str) -> str:
        return "-"
