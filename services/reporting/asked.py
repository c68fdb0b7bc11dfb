"""What the law and funders ask for: where the report tells it, or why it is missing. Nothing is left out in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.reporting.paper import Asked

if TYPE_CHECKING:
    from services.sites import Site

_TRACKED: Final = "RCW 69.50.4017(12)"
_NO_ROAD: Final = "This site has no road of court pretrial diversion."
ASKED: Final = (
    Asked("race", "Race", _TRACKED, told_in="race"),
    Asked("ethnicity", "Ethnicity", _TRACKED, told_in="ethnicity"),
    Asked("gender", "Gender", _TRACKED, told_in="gender"),
    Asked("gender_identity", "Gender expression or identity", _TRACKED, told_in="gender_identity"),
    Asked("disability", "Disability status", _TRACKED, told_in="disability"),
    Asked("age", "Age", _TRACKED, told_in="age_band"),
    Asked("diversion_outcome", "Diversion terminated, or completed and dismissed", _TRACKED, told_in="court_diversion"),
    Asked(
        "other_data", "Other data that the Health Care Authority sets", _TRACKED,
        why_missing="The hub has no list of them.",
    ),
    Asked("referral_sources", "Who refers", "RCW 71.24.115(3)", told_in="source"),
    Asked(
        "quarterly_form", "The quarterly report in the Health Care Authority's own form", "RCW 71.24.115(6)",
        why_missing="The hub does not have the form; this report is the program's own.",
    ),
    Asked("police_response", "Response to law enforcement for arrest diversions", "RCW 71.24.589(4)(g)",
          told_in="mark"),
    Asked(
        "around_the_clock", "Cover for 24 hours on seven days", "RCW 71.24.589(4)(g)",
        why_missing="`hub oncall` knows who was to answer; this report does not count the hours of it yet.",
    ),
    Asked(
        "charges", "Charges held, not filed, or filed", "LEAD programs' practice",
        why_missing="`hub charges list` tells it; this report does not count it yet.",
    ),
    Asked("exits", "How participation ended", "LEAD programs' practice", told_in="outcomes"),
    Asked("services", "Services asked for and given", "LEAD programs' practice", told_in="services"),
    Asked(
        "bookings", "Jail bookings twelve months before and after", "Whatcom County's own measure",
        why_missing="No jail's bookings come to the hub.",
    ),
    Asked(
        "housing", "Housing", "asked by some funders",
        why_missing="The timeline, of which reports are made, keeps no word of it.",
    ),
    Asked("veterans", "Veterans", "asked by some funders", told_in="veteran"),
)  # fmt: skip
"""Field by field, each with its source."""


def asked_of(site: Site) -> tuple[Asked, ...]:
    """Return the same of one site: where it has no court pretrial diversion, nothing can be told of one."""
    if site.pretrial is not None:
        return ASKED
    return tuple(
        Asked(one.code, one.what, one.source, why_missing=_NO_ROAD) if one.told_in == "court_diversion" else one
        for one in ASKED
    )
