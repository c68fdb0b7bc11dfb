"""Made-up inputs that every clause is tried on when a policy is read: from nothing known to everything known."""

from __future__ import annotations

from typing import Any, Final

_OFFENCE: Final[dict[str, Any]] = {
    "nibrs": "35A",
    "name": "Drug, narcotic violations",
    "against": "society",
    "group": "A",
    "statute": "69.50.4013",
    "severity": "gross_misdemeanour",
    "activity": "P",
    "attempted": False,
}
_PERSON: Final = _OFFENCE | {"nibrs": "13A", "against": "person", "activity": "unknown"}
_STRANGE: Final = dict.fromkeys(_OFFENCE, "unknown") | {"attempted": False}
_WEIGHED: Final[dict[str, Any]] = {
    "kind": "E",
    "cannabis": "yes",
    "known": True,
    "unit": "GM",
    "weighed": True,
    "quantity": 41.0,
    "grams": 41.0,
}
_UNWEIGHED: Final[dict[str, Any]] = {
    "kind": "L",
    "cannabis": "no",
    "known": False,
    "unit": "XX",
    "weighed": False,
}

NOTHING_KNOWN: Final[dict[str, Any]] = {
    "door": "community",
    "source_kind": "other",
    "agreement": "not_asked",
    "age": {"known": False, "from_years": 0, "to_years": 125},
    "area": "",
    "residence_area": "",
    "offences": [],
    "drugs": [],
    "cannabis": {"least_grams": 0.0, "weighed": True, "most_grams": 0.0},
    "all_weighed_grams": 0.0,
    "attestations": [],
    "under_supervision": "unknown",
    "prior_involvement": {"known": False, "verified_by": "unknown", "last_on": "unknown", "months": -1},
    "earlier_diversions": 0,
    "local": {"weekday": 1, "hour": 3},
}
_EVERYTHING_KNOWN: Final = NOTHING_KNOWN | {
    "door": "arrest_diversion",
    "source_kind": "law_enforcement",
    "agreement": "agreed",
    "age": {"known": True, "from_years": 30, "to_years": 30},
    "area": "bellingham",
    "residence_area": "bellingham",
    "offences": [_OFFENCE],
    "drugs": [_WEIGHED],
    "cannabis": {"least_grams": 41.0, "weighed": True, "most_grams": 41.0},
    "all_weighed_grams": 41.0,
    "attestations": [{"rule": "history", "result": "pass"}],
    "under_supervision": "no",
    "prior_involvement": {"known": True, "verified_by": "records", "last_on": "2026-01-05", "months": 3},
    "earlier_diversions": 2,
    "local": {"weekday": 5, "hour": 13},
}
_MIXED: Final = _EVERYTHING_KNOWN | {
    "offences": [_PERSON, _STRANGE, _OFFENCE],
    "drugs": [_UNWEIGHED, _WEIGHED],
    "cannabis": {"least_grams": 0.0, "weighed": False},
    "attestations": [{"rule": "history", "result": "unknown"}, {"rule": "trafficking", "result": "fail"}],
}
_EACH_ALONE: Final = tuple(
    _EVERYTHING_KNOWN | {"offences": [offence], "drugs": [drug], "cannabis": {"least_grams": 0.0, "weighed": False}}
    for offence in (_OFFENCE, _PERSON, _STRANGE)
    for drug in (_WEIGHED, _UNWEIGHED)
)

PROBES: Final = (NOTHING_KNOWN, _EVERYTHING_KNOWN, _MIXED, *_EACH_ALONE)
