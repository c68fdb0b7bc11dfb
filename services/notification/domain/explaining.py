"""In words for an operator: what each rule means that stands against telling something, and what calls for a message.

A code is in the ledger and in facts; its words are here, beside the rules that they explain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.sites import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

RULES: Final[Mapping[str, str]] = {
    "no-permission": "No row of the site's permissions lets this agency hear such a message for this purpose.",
    "police-hear-notices-only": "Police hear their five notices, and nothing else, whatever a site says.",
    "recall-settled": "The agency had answered by then, or was asked nothing.",
    "no-record": "The hub knows no referral that it would be about.",
    "receipt-only": "Only an arrest calls for such a notice; every other door yields the receipt and no more.",
    "person-declined": "The person said no to being met.",
    "offer-not-open": "The offer was not open any more.",
    "offer-out-of-time": "The time for an answer had run out.",
    "not-held": "The agency did not hold the person any more.",
    "asker-not-holding": "Who asked for help did not hold the person any more.",
    "onward-closed": "The request for help was closed.",
    "review-decided": "The review was decided already.",
    "not-diverted": "The person was not diverted.",
    "no-intake": "No intake was completed.",
    "intake-told": "The office may hear that the intake was done in time, and so not that the day is over.",
    "hold-over": "The last day of the hold was over by then.",
    "no-report": "No such report of a pretrial diversion is kept.",
    "no-row-covers-this-person": "No row of the site covers how this person came and what this agency is to them.",
    "no-field-permitted": "The rows that cover this person open no field.",
    "non-conviction-data": "The charge is not filed: police data go to criminal justice agencies only (RCW 10.97.050).",
    "no-consent": "It needs a consent that names this agency, for this purpose, of a kind that fits; none counted.",
    "asked-before-revocation": "A word that takes back came after this help was asked for; ask anew.",
    "discloser-not-named": "The consent names neither who told it to the hub, nor the hub itself, as who may tell it.",
    "consent-ended": "It waited on a consent that ended before it was sent, and nothing else let it go.",
    "nothing-sealed": "The record has nothing sealed that could be shown.",
    "erased": "The record was erased.",
    "shown-only": "Nobody is told this: an operator who asks, with a reason and a signature, is shown it.",
    "word-not-settled": "The person took something back, and consent has yet to say what; until then nothing is shown.",
    "not-composable": "The message could not be composed: a fault of the hub's, and its log names it.",
    "superseded": "A later message of the same replay, or one that waits on the lane, says how that stands now.",
    "never-recalled": "A blind offer is not asked back: it would tell whom it was about; nor is what names nobody.",
    "never-told": "The ledger knows of no such message to this agency.",
    "not-due": "It was asked by a replay, and where things stand today nobody would be told this.",
    "lane-suspended": "The agency was suspended; it waits, and is judged again when the agency is back.",
    "agency-parked": "Something about the agency is parked in notification, perhaps its suspension; its lane waits.",
    "person-parked": "Something about the person is parked in notification; it waits until that is settled.",
}
"""By rule, as `disclosure.withheld` names it."""

RELATIONS: Final[Mapping[Relation, str]] = {
    Relation.REFERRER: "if it sent the referral",
    Relation.OFFERED: "if it has, or had, the offer",
    Relation.HOLDER: "if it holds the person",
    Relation.PROVIDER: "if the holder asks it for help",
    Relation.JURISDICTION: "if it prosecutes the cases of the police who referred",
    Relation.APPROVER: "as one whose approval the site asks for",
    Relation.PARTY: "if it is court, prosecutor or counsel of that case",
    Relation.OFFICE: "as the program office",
    Relation.ANY: "whoever it is",
}
"""What an agency has to be for a row to speak to it."""

_TO_THE_SENDER: Final = ("referral.acknowledged", "screening.reported")
CALLS_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "referral.received": (*_TO_THE_SENDER, "diversion.reported"),
    "referral.repeated": ("referral.acknowledged",),
    "referral.corrected": (*_TO_THE_SENDER, "assignment.made", "diversion.reported"),
    "referral.retracted": ("diversion.reported",),
    "referral.refused": ("message.refused",),
    "report.refused": ("message.refused",),
    "answer.refused": ("message.refused",),
    "consent.refused": ("message.refused",),
    "review.refused": ("message.refused",),
    "recall.refused": ("message.refused",),
    "screening.determined": ("screening.reported",),
    "review.requested": ("review.called", "approval.called"),
    "review.decided": ("screening.reported",),
    "assignment.offered": ("offer.made",),
    "assignment.accepted": (
        "assignment.made",
        "case_manager.dispatched",
        "handoff.unavailable",
        "diversion.reported",
        "report.awaited",
    ),
    "assignment.lapsed": ("offer.cancelled",),
    "assignment.cancelled": ("offer.cancelled",),
    "assignment.ended": ("offer.cancelled",),
    "assignment.unlocated": ("offer.cancelled",),
    "assignment.reopened": ("assignment.made",),
    "assignment.transferred": ("assignment.made", "offer.cancelled"),
    "transfer.offered": ("offer.made",),
    "transfer.ended": ("offer.cancelled",),
    "transfer.settled": ("transfer.reported",),
    "assignment.unavailable": ("handoff.unavailable",),
    "assignment.handed_off": ("handoff.confirmed",),
    "assignment.enrolled": ("intake.reported",),
    "hold.started": ("hold.reported",),
    "hold.extended": ("hold.reported",),
    "hold.lapsed": ("hold.reported",),
    "hold.untold": ("hold.reported",),
    "hold.unreported": ("report.awaited",),
    "charge.refused": ("message.refused",),
    "pretrial.opened": ("pretrial.reported", "pretrial.called"),
    "pretrial.filed": ("pretrial.reported", "pretrial.called"),
    "pretrial.awaited": ("pretrial.called",),
    "pretrial.advanced": ("pretrial.called",),
    "pretrial.refused": ("message.refused",),
    "onward.asked": ("onward.offered", "onward.reported"),
    "onward.closed": ("onward.reported",),
    "consent.granted": ("assignment.made", "onward.offered", "onward.reported", "intake.reported", "pretrial.reported"),
    "consent.withdrawn": ("information.recalled", "pretrial.called"),
    "consent.expired": ("pretrial.called",),
    "referral.erased": ("information.recalled", "offer.cancelled"),
    "disclosure.recalled": ("information.recalled",),
    "person.agreed": ("assignment.made",),
}
"""By fact: which messages may become due because of it."""
