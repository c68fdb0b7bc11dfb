"""Why an answer or an override may not count, in words for who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.parts import Refusal
from contracts.screenings.review_refused import ReviewRefused
from contracts.words import Problem
from services.plumbing.service import Said

if TYPE_CHECKING:
    from contracts.envelope import Fact

REFUSALS: Final = {
    "unknown-review": Problem(
        field="review_id", rule="It names a review of this person.", fix="Take it from the call for a review."
    ),
    "no-verdict": Problem(
        field="verdict", rule="A review ends with a verdict.", fix="Say eligible or presumptively_ineligible."
    ),
    "review-closed": Problem(
        field="review_id",
        rule="The referral was withdrawn, or corrected so that this is no longer the question.",
        fix="Answer the newest call for this referral, if there is one.",
    ),
    "too-late": Problem(
        field="review_id", rule="The review's clock has run out; the default stands.", fix="Assign by hand."
    ),
    "already-answered": Problem(
        field="review_id",
        rule="Each who is asked answers once.",
        fix="Call the program office, which may assign by hand.",
    ),
    "already-decided": Problem(
        field="review_id", rule="A review is decided once.", fix="Assign by hand where it must change."
    ),
    "unknown-referral": Problem(
        field="referral_id",
        rule="It names a referral of this person that you submitted.",
        fix="Take it from the hub's acknowledgement.",
    ),
    "no-operator": Problem(
        field="operator", rule="The program office says who decides.", fix="Name the operator: --operator."
    ),
    "withdrawn-referral": Problem(
        field="referral_id", rule="This referral was withdrawn.", fix="Submit the referral again under a new id."
    ),
    "already-overridden": Problem(
        field="referral_id", rule="A verdict is overridden once.", fix="Look at the timeline for what follows from it."
    ),
    "not-presumptive": Problem(
        field="referral_id",
        rule="Only a presumptive verdict is overridden: not what a person decided, and nothing that is still open.",
        fix="Answer the review where one is open; else ask the program office.",
    ),
}
"""Why an answer or an override may not count, in words for who sent it."""


def refused(fact: Fact, reason: str) -> Said:
    """Say why it does not count; `reason` is a key of `REFUSALS`."""
    return Said(
        ReviewRefused(
            refusal=Refusal(
                agency=fact.agency or "unknown",
                message_id=fact.id,
                message_type=fact.event.name,
                reason=reason,
                problems=(REFUSALS[reason],),
            )
        )
    )
