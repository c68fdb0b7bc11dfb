"""What offices are told of a word that does not count: field, rule and fix. Whatever is unknown has one answer."""

from __future__ import annotations

from typing import Final

from contracts.words import Problem

UNKNOWN_CHARGE: Final = Problem(
    field="referral_id",
    rule="It is a referral whose charge the hub reported to your office.",
    fix="Send the id that stands in the report of the diversion, and the subject of that report.",
)
OVER_ALREADY: Final = Problem(
    field="hold_until",
    rule="A charge is held until a day that is not over.",
    fix="Send a later day, or say with charge.decided that the office still reviews.",
)
ONLY_FORWARD: Final = Problem(
    field="hold_until",
    rule="The last day of a hold only moves forward: the person was told that they have until then.",
    fix="Send a later day than the hub's last report of the hold names.",
)
