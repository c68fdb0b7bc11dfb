"""What is wrong with data, in our words: the field, the rule that it breaks, and how to mend it. Never a value.

Pydantic finds it; what it would say of it is for programmers, and quotes patterns. Here each kind of finding has its
sentences, filled with the limits of the contract alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from contracts.words import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError

_MOST: Final = 12
_LONGEST: Final = 600
_CHOICE: Final = re.compile(r"\^\((?P<codes>[a-z_]+(?:\|[a-z_]+)*)\)\$")
_NAMED: Final = re.compile(r"\w{1,40}")

_ONE_OF: Final = ("It is one of: {codes}.", "Send one of these.")
_DAY: Final = ("It is a day.", "Send it as text like 2026-03-01.")
_INSTANT: Final = ("It is a time with its offset from UTC.", "Send it as text like 2026-03-01T14:05:00-08:00.")
_WHOLE: Final = ("It is a whole number.", "Send a JSON number without a fraction, and not as text.")
_NUMBER: Final = ("It is a number.", "Send a JSON number.")
_ANYTHING: Final = ("It is as the event's published schema says.", "Compare it with the schema.")

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("It is required.", "Send this field."),
    "extra_forbidden": ("The contract has no such field.", "Leave it out."),
    "json_invalid": ("The data are one JSON object in UTF-8.", "Send valid JSON."),
    "model_type": ("It is an object.", "Send a JSON object with the fields by name."),
    "tuple_type": ("It is a list.", "Send a JSON list, also for one entry."),
    "too_long": ("It has at most {max_length} entries.", "Send fewer."),
    "too_short": ("It has at least {min_length} entries.", "Send more, or leave it out."),
    "string_type": ("It is text.", "Send a JSON string."),
    "string_too_long": ("It has at most {max_length} characters.", "Shorten it."),
    "string_too_short": ("It has at least {min_length} characters.", "Fill it, or leave it out."),
    "enum": _ONE_OF,
    "bool_type": ("It is true or false.", "Send the JSON word true or false, and not as text or a number."),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "decimal_max_places": ("It has at most {decimal_places} decimal places.", "Round it."),
    "greater_than_equal": ("It is at least {ge}.", "Correct the number."),
    "less_than_equal": ("It is at most {le}.", "Correct the number."),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "timezone_aware": _INSTANT,
}
"""By Pydantic's name of the finding: the rule and the fix; in braces, a limit of the contract."""

_AS_GIVEN: Final = "Send it exactly as the hub gave it."
LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": (
        "It is lower-case words joined by hyphens, like `opportunity-council`.",
        "Send it in lower case, with hyphens between the words.",
    ),
    r"^[^\x00-\x1f\x7f]+$": (
        "It is text on one line, without control characters.",
        "Take line breaks, tabs and the like out.",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$": (
        "It is a code: letters, digits and `_.:-`, a letter or digit first.",
        "Send the code alone, without spaces.",
    ),
    r"^[a-z]+(\.[a-z]+)+$": (
        "It is the name of an event, like `referral.submitted`.",
        "Send a published event's name.",
    ),
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$": (
        "It is the name of a field, a part's own after a dot, like `incident.number`.",
        "Send the name that the event's schema has.",
    ),
    r"^[A-Z]$": ("It is one capital letter.", "Send the letter of the code list."),
    r"^[a-z]{2,3}$": ("It is a language code of ISO 639, like `es`.", "Send two or three lower-case letters."),
    r"^[A-Z0-9]{9}$": ("It is an ORI: nine capital letters and digits.", "Send your own agency's ORI."),
    r"^[0-9a-f]{64}$": ("It is a SHA-256: 64 hexadecimal digits.", _AS_GIVEN),
    r"^[0-9]{2}[0-9A-Z]$": (
        "It is an offence code of NIBRS (data element 6), like `35A`.",
        "Send two digits, and a digit or capital letter.",
    ),
    **{
        rf"^{prefix}-[0-9a-f]{{32}}$": (f"It is {what}: `{prefix}-` and 32 hexadecimal digits.", _AS_GIVEN)
        for prefix, what in {
            "ref": "a referral's id",
            "off": "an offer's id",
            "rev": "a review's id",
            "con": "a consent's id",
            "onw": "an onward referral's id",
            "rec": "a recall's id",
            "rpl": "a replay's id",
            "per": "the hub's reference of a person",
        }.items()
    },
}
"""What a text of each pattern looks like, as rule and fix: a pattern is no sentence."""


class BrokenRule(ValueError):
    """Data break a rule that is about more than one field."""

    def __init__(self, rule: str, fix: str, *, field: str | None = None) -> None:
        """Name the rule, the fix, and the field; without one it is the whole that is wrong."""
        super().__init__(rule)
        self.field, self.rule, self.fix = field, rule, fix


def problems_of(error: ValidationError) -> list[Problem]:
    """Return the problems that Pydantic found, the first twelve."""
    return [_problem(found) for found in error.errors(include_url=False, include_input=False)[:_MOST]]


def _problem(found: Mapping[str, Any]) -> Problem:
    where = [str(part) for part in found["loc"] if isinstance(part, int) or _NAMED.fullmatch(part)]
    limits = found.get("ctx", {})
    broken = limits.get("error")
    if isinstance(broken, BrokenRule):
        where += [broken.field] if broken.field else []
        rule, fix = broken.rule, broken.fix
    else:
        rule, fix = _sentences(found["type"], limits)
    return Problem(field=".".join(where) or "data", rule=rule, fix=fix)


def _sentences(kind: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "string_pattern_mismatch":
        return _looks(limits["pattern"])
    rule, fix = SENTENCES.get(kind, _ANYTHING)
    codes = str(limits.get("expected", "")).replace("'", "").replace(" or ", ", ")
    return rule.format_map({**limits, "codes": codes})[:_LONGEST], fix


def _looks(pattern: str) -> tuple[str, str]:
    choice = _CHOICE.fullmatch(pattern)
    if choice is not None:
        return _ONE_OF[0].format(codes=choice["codes"].replace("|", ", ")), _ONE_OF[1]
    return LOOKS.get(pattern, _ANYTHING)
