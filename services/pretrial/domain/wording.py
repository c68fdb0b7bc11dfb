"""Why a word does not count, as its sender is told: field, rule and fix."""

from __future__ import annotations

from typing import Final

from contracts.words import Problem

NO_RELATION: Final = Problem(
    field="referral_id",
    rule="It names a referral of this person with a motion for pretrial diversion that counts and was granted, and "
    "who reports has met the person.",
    fix="Have the motion sent first (pretrial.moved) and the grant (pretrial.ruled); then send it under a new id.",
)
NOT_YOURS: Final = Problem(
    field="referral_id",
    rule="Only the court, the prosecutor and the program of this case have a word in it, each its own.",
    fix="Have the motion sent again with your office in it, by the court, counsel or whoever referred.",
)
NO_CONSENT: Final = Problem(
    field="ruling",
    rule="No motion is granted unless the prosecutor consents (RCW 69.50.4017(2)); this prosecutor said no.",
    fix="Send it again under a new id after the prosecutor has sent pretrial.consented.",
)
SILENT: Final = Problem(
    field="ruling",
    rule="No motion is granted unless the prosecutor consents (RCW 69.50.4017(2)); this prosecutor has said nothing in "
    "the time that the site gives them.",
    fix="Send it again under a new id after the prosecutor has sent pretrial.consented.",
)
NOT_GRANTED: Final = Problem(
    field="ruling",
    rule="Only a diversion that was granted goes on or ends; a motion that was not is denied.",
    fix="Send the ruling granted first, or denied.",
)
BEFORE_THE_GRANT: Final = Problem(
    field="through_on",
    rule="A status tells of days since the grant, of ten years at most.",
    fix="Correct the day.",
)
NOTHING_RECOMMENDED: Final = Problem(
    field="type",
    rule="Where the assessment recommends nothing, community service takes the place of services and of monthly "
    "status (RCW 69.50.4017(6), (7)).",
    fix="Send pretrial.assessed with what is recommended, or pretrial.completed by community_service.",
)
NOT_ASSESSED: Final = Problem(
    field="type",
    rule="The assessment is confirmed before anything rests on it (RCW 69.50.4017(4)).",
    fix="Send pretrial.assessed first, then this under a new id.",
)
SERVICES_RECOMMENDED: Final = Problem(
    field="completed_by",
    rule="Where services are recommended, they complete the diversion, or months of substantial compliance do "
    "(RCW 69.50.4017(11)).",
    fix="Send services or twelve_months.",
)
TOO_FEW_MONTHS: Final = Problem(
    field="completed_by",
    rule="Twelve months since the grant have passed, and twelve monthly reports say substantial compliance "
    "(RCW 69.50.4017(11)).",
    fix="Send the months that are missing (pretrial.updated), or services once all of them are done.",
)
TOO_FEW_HOURS: Final = Problem(
    field="hours",
    rule="The court ordered hours of community service, and they are done (RCW 69.50.4017(7)).",
    fix="Send it when the hours of the order are done; without an order, ask the court for one.",
)
OVER: Final = Problem(
    field="referral_id",
    rule="After the court dismissed the case or terminated the diversion nothing more is reported.",
    fix="Send nothing more of it.",
)
REASONS: Final[dict[str, str]] = {
    NO_RELATION.rule: "no-relation",
    NOT_YOURS.rule: "not-your-case",
    NO_CONSENT.rule: "prosecutor-declined",
    SILENT.rule: "prosecutor-silent",
    NOT_GRANTED.rule: "not-granted",
    OVER.rule: "over",
}
"""By the rule: the reason in one word or two; of any other, that it is not so yet."""
NOT_YET: Final = "not-yet"
