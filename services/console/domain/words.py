"""What a fact says, in one plain sentence for an operator. Codes and ids only: no identity is ever in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.assignments.assignment_cancelled import AssignmentCancelled
from contracts.assignments.transfer_settled import TransferSettled
from contracts.corrections import SaidBy
from contracts.referrals.order_noted import OrderNoted
from contracts.referrals.referral_corrected import ReferralCorrected
from contracts.to_hub.approval_answered import ApprovalAnswered
from contracts.words import ClosedReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.event import Event

SENTENCES: Final[Mapping[str, str]] = {
    "referral.received": "{it.agency} refers a person ({it.door}, {it.source_kind}; agreement: {it.agreement}).",
    "referral.repeated": "{it.agency} sent the same referral again; nothing new begins.",
    "referral.refused": "A referral of {it.refusal.agency} was not admitted: {it.refusal.reason}.",
    "referral.corrected": "{it.agency} amended its referral (revision {it.revision}).",
    "referral.retracted": "{it.agency} withdrew its referral ({it.why}).",
    "referral.erased": "The record was erased ({it.ground}, by {it.by}): nothing of it opens any more.",
    "link.proposed": "May be the same person as another record ({it.basis}); an operator decides.",
    "person.linked": "Is the same person as another record ({it.basis}, by {it.by}).",
    "person.unlinked": "Is not the same person as another record (by {it.by}).",
    "report.refused": "A {it.refusal.message_type} of {it.refusal.agency} was not admitted: {it.refusal.reason}.",
    "revocation.parked": "What the person takes back by way of {it.agency} waits at the door, parked: nothing is told.",
    "revocation.read": "What the person takes back by way of {it.agency} does not wait at the door.",
    "screening.determined": "{it.policy} {it.policy_version} says: {it.verdict}.",
    "review.requested": "An operator is asked to decide.",
    "review.decided": "{it.by} decided the review: {it.verdict}.",
    "review.refused": "An answer of {it.refusal.agency} fits no open review: {it.refusal.reason}.",
    "consent.granted": "A consent counts from now on (witness {it.witness}, {it.kind}).",
    "consent.withdrawn": "A consent counts no more ({it.how}).",
    "consent.expired": "A consent has expired.",
    "revocation.settled": "What the person took back by way of {it.agency} has been dealt with.",
    "consent.refused": "A {it.refusal.message_type} of {it.refusal.agency} does not count: {it.refusal.reason}.",
    "assignment.offered": "{it.agency} is asked, blind; it has until {it.lapses_at:%Y-%m-%d %H:%M:%S %Z}.",
    "assignment.accepted": "{it.agency} accepted.",
    "assignment.declined": "{it.agency} declined ({it.reason}).",
    "assignment.lapsed": "{it.agency} did not answer or come in time.",
    "assignment.cancelled": "What {it.agency} was offered or holds is cancelled ({it.reason}).",
    "assignment.waitlisted": "Nobody is left to ask; on the waitlist with priority {it.priority}.",
    "assignment.unavailable": "Nobody can come; the waiting officer goes on as usual.",
    "assignment.handed_off": "The case manager of {it.agency} has met the person.",
    "assignment.enrolled": "Intake at {it.agency} is completed.",
    "arrival.awaited": "{it.agency} has until {it.arrive_by:%H:%M:%S %Z} to arrive; nobody says that it is there.",
    "intake.overdue": "{it.agency} took the person on, and has reported no intake; it keeps them.",
    "assignment.ended": "No longer with {it.agency} ({it.reason}).",
    "assignment.unlocated": "{it.agency} tried {it.attempts} times since {it.since:%Y-%m-%d} and found nobody.",
    "assignment.paused": "A participant of {it.agency} is inactive for a while ({it.reason}).",
    "assignment.resumed": "The participant of {it.agency} is active again.",
    "assignment.reopened": "{it.agency} has the person again.",
    "assignment.transferred": "{it.agency} has the person now; {it.former} has them no more.",
    "transfer.offered": "{it.agency} is asked, blind, to take the person on; {it.holder} has them meanwhile.",
    "transfer.ended": "{it.agency} does not take the person on ({it.how}).",
    "transfer.settled": "The transfer that {it.holder} asked for came to nothing: the person stays there.",
    "death.reported": "The person has died, as was reported; all that was under way ends.",
    "need.recorded": "The person got what they needed: {it.help_type}.",
    "contact.flagged": "ALARM: {it.agency} left a message ({it.mode}) where it is not safe to leave one.",
    "reach.stated": "Is it safe to leave a message? The {it.said_by} says: {it.message_is_safe}.",
    "assignment.released": "What {it.agency} was offered or holds by an erased record is the hub's no more.",
    "assignment.closed": "Needs no case manager any more ({it.reason}).",
    "hold.started": "{it.agency} holds the charge; the last day for the intake is {it.due_on}.",
    "hold.extended": "{it.agency} holds the charge longer; the last day for the intake is {it.due_on}.",
    "hold.satisfied": "The intake was done in time for {it.agency}: the charge is not filed, whatever comes later.",
    "hold.lapsed": "The last day of the hold of {it.agency} is over, and no intake was done in time.",
    "hold.untold": "The last day of the hold of {it.agency} is over; the intake was done, and it may not be told.",
    "hold.unreported": "The last day of the hold of {it.agency} is near; it was told of no intake.",
    "hold.kept": "{it.agency} has not decided yet what becomes of the charge.",
    "hold.unanswered": "{it.agency} has not said what it does, and the site's days to file are over.",
    "hold.withdrawn": "There is nothing to hold for {it.agency}: the police took their report back.",
    "charge.filed": "{it.agency} filed the charge.",
    "charge.declined": "{it.agency} does not file the charge.",
    "charge.contested": "{it.agency} says that it filed the charge, though its condition was met.",
    "charge.refused": "What {it.refusal.agency} says of a charge does not count: {it.refusal.reason}.",
    "charge.held": "The prosecutor holds the charge.",
    "charge.decided": "The prosecutor says of the charge: {it.decision}.",
    "place.freed": "A place at {it.agency} is free.",
    "answer.refused": "An answer of {it.refusal.agency} fits nothing open.",
    "pretrial.opened": "A motion for pretrial diversion: {it.court}, {it.prosecutor}, counsel: {it.counsel}.",
    "pretrial.advanced": "The pretrial diversion: {it.stage} ({it.by}, {it.on}).",
    "pretrial.filed": "{it.program} reports to the court, under seal: {it.report}.",
    "pretrial.awaited": "The court waits for {it.asked_for} by {it.due_on}.",
    "pretrial.refused": "A {it.refusal.message_type} of {it.refusal.agency} does not count: {it.refusal.reason}.",
    "pretrial.moved": "The person asks the court for pretrial diversion.",
    "pretrial.consented": "The prosecutor says whether the person may take part.",
    "pretrial.ruled": "The court orders: {it.ruling}.",
    "pretrial.assessed": "The program says: the assessment is done.",
    "pretrial.updated": "The program tells the court of the days until {it.through_on}.",
    "pretrial.completed": "The program says: completed by {it.completed_by}.",
    "termination.moved": "The prosecutor asks the court to end the pretrial diversion.",
    "onward.asked": "{it.provider} is to be asked for {it.help_type}.",
    "onward.closed": "Onward referral: {it.state}.",
    "disclosure.made": "{it.agency} was told {it.message_type} ({it.allowed_by}).",
    "disclosure.withheld": "{it.agency} was not told {it.message_type} ({it.layer}: {it.rule}).",
    "disclosure.revealed": "{it.operator} was shown who it is ({it.allowed_by}).",
    "disclosure.recalled": "{it.agency} is asked to forget what it was told.",
    "recall.settled": "{it.agency}, asked to forget what it was told: {it.how}.",
    "recall.refused": "An answer to a recall fits none ({it.refusal.reason}).",
    "deadline.reached": "A deadline of {it.service} has passed: {it.deadline}.",
    "offer.accepted": "The agency says: accepted.",
    "offer.declined": "The agency says: declined ({it.reason}).",
    "contact.attempted": "Somebody tried to reach the person ({it.mode}, {it.place}): {it.result}.",
    "participation.paused": "The agency says: inactive for a while ({it.reason}).",
    "participation.resumed": "The agency says: active again.",
    "participation.reopened": "The agency says: the person wishes to go on.",
    "transfer.requested": "The case manager asks that another agency take the person on ({it.reason}).",
    "need.met": "The case manager says: the person got {it.help_type}.",
    "person.agreed": "The person says yes.",
    "person.corrected": "The person says that something told of them is not so.",
    "person.declined": "The person says no.",
    "handoff.completed": "The agency says: met the person.",
    "intake.completed": "The agency says: intake is done.",
    "participation.ended": "The agency says: participation has ended ({it.reason}).",
    "consent.signed": "The person signed a consent ({it.kind}).",
    "consent.revoked": "The person takes a consent back ({it.how}).",
    "onward.requested": "The case manager asks for {it.help_type}.",
    "onward.answered": "The provider answers: {it.answer}.",
    "recall.answered": "The agency answers the recall: {it.answer}.",
    "capacity.reported": "Has {it.places} places in all.",
    "approval.answered": "An agency whose approval is asked for says no.",
    "screening.overridden": "The presumptive verdict is to be overridden ({it.reason}).",
    "conviction.vacated": "A conviction was vacated: checks that failed because of it are open.",
    "order.reported": "An order keeps somebody away from others ({it.kind}).",
    "order.noted": "An order keeps the person away from somebody ({it.kind}; {it.agency} reports it).",
    "review.answered": "{it.operator} answers a review: {it.verdict}.",
    "assignment.directed": "{it.operator} offers the referral to {it.agency} by hand.",
    "erasure.requested": "{it.operator} has the record erased ({it.ground}).",
    "link.answered": "{it.operator} answers a proposed link.",
    "message.corrected": "{it.operator} mends a message of {it.agency} that the hub could not handle ({it.why}).",
    "agency.suspended": "{it.agency} is suspended.",
    "agency.resumed": "{it.agency} is back.",
    "replay.requested": "{it.operator} asks for a plan of a replay ({it.kind}; {it.reason}).",
    "replay.endorsed": "{it.operator} approves the plan of {it.replay_id}.",
    "replay.steered": "{it.operator} says of {it.replay_id}: {it.step}.",
    "replay.planned": "{it.replay_id} is planned: {it.events} items of {it.persons} people.",
    "replay.approved": "{it.operator} approved the plan of {it.replay_id}.",
    "replay.advanced": "{it.replay_id} is {it.stage}.",
    "replay.completed": "{it.replay_id} is completed.",
    "replay.refused": "A {it.refusal.message_type} of {it.refusal.agency} does not count: {it.refusal.reason}.",
}


def told(event: Event) -> str:
    """Return the sentence; for an event without one, its name."""
    sentence = SENTENCES.get(event.name)
    if isinstance(event, ApprovalAnswered) and event.approved:
        sentence = "An agency whose approval is asked for says yes."
    if isinstance(event, AssignmentCancelled) and event.reason is ClosedReason.AMENDED:
        sentence = "What {it.agency} was offered is taken back, to be offered as it stands now."
    if isinstance(event, ReferralCorrected) and event.said_by is SaidBy.PERSON:
        sentence = "The person says, by way of {it.by_way_of}, that something is not so (revision {it.revision})."
    if isinstance(event, OrderNoted) and event.ended:
        sentence = "An order keeps the person away from nobody any more ({it.kind}; {it.agency} reports it)."
    if isinstance(event, TransferSettled) and event.accepted:
        sentence = "The transfer that {it.holder} asked for is done."
    return sentence.format(it=event) if sentence else event.name
