"""What a form of each kind has to say, element by element, each with its source; and what a kind is never merged with.

Tables: what the law asks for is read here, and not in the code that looks it up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Category, ConsentKind, Problem, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contracts.to_hub.consent_signed import ConsentSigned

INTERMEDIARY: Final = frozenset({"intermediary", "members_version"})
"""Elements that only a hub needs which is an intermediary, 42 CFR 2.11."""
CHARGE_DECIDED: Final = "charge_decided"
"""An event of which the hub hears where the office says it; it may never, so that by itself it may end nothing."""
ENDLESS: Final = frozenset({"none", "end_of_treatment"})
"""Ends that suffice where all is for treatment, payment and operations, 42 CFR 2.31(a)(7)."""

_PART2: Final = {
    "disclosers": "42 CFR 2.31(a)(2)",
    "categories": "42 CFR 2.31(a)(3)",
    "recipients": "42 CFR 2.31(a)(4)(i)",
    "intermediary": "42 CFR 2.31(a)(4)(ii)",
    "members_version": "42 CFR 2.31(a)(4)(ii)",
    "purpose": "42 CFR 2.31(a)(5)",
    "expires_with": "42 CFR 2.31(a)(7)",
    "signature": "42 CFR 2.31(a)(8)",
    "signed_by": "42 CFR 2.31(a)(8), 2.14, 2.15",
    "signed_on": "42 CFR 2.31(a)(9)",
    "language": "the hub's own rule: a statement is known by text, version and language",
}
_OURS: Final = "the hub's own rule"

SOURCES: Final[Mapping[ConsentKind, Mapping[str, str]]] = {
    ConsentKind.HUB_HANDOFF: dict.fromkeys(
        ("disclosers", "categories", "recipients", "purpose", "signature", "signed_on"), _OURS
    ),
    ConsentKind.PART2_SPECIFIC: _PART2,
    ConsentKind.PART2_TPO: _PART2,
    ConsentKind.PART2_COUNSELLING_NOTES: _PART2 | {"categories": "42 CFR 2.31(a)(3) and (b)"},
    ConsentKind.PART2_PROCEEDINGS: _PART2 | {"purpose": "42 CFR 2.31(a)(5) and (d)"},
    ConsentKind.CRIMINAL_JUSTICE_REFERRAL: _PART2
    | {"recipients": "42 CFR 2.31(a)(4)(i), 2.35(a)", "expires_with": "42 CFR 2.31(a)(7), 2.35(b)"},
    ConsentKind.HIPAA_AUTHORISATION: {
        "categories": "45 CFR 164.508(c)(1)(i)",
        "disclosers": "45 CFR 164.508(c)(1)(ii)",
        "recipients": "45 CFR 164.508(c)(1)(iii)",
        "purpose": "45 CFR 164.508(c)(1)(iv)",
        "expires_with": "45 CFR 164.508(c)(1)(v)",
        "signature": "45 CFR 164.508(c)(1)(vi)",
        "signed_by": "45 CFR 164.508(c)(1)(vi)",
        "signed_on": "45 CFR 164.508(c)(1)(vi)",
        "language": _PART2["language"],
    },
    ConsentKind.STATE_CONSUMER_HEALTH: {
        "categories": "RCW 19.373.030(1)(c)(i)",
        "purpose": "RCW 19.373.030(1)(c)(ii)",
        "recipients": "RCW 19.373.030(1)(c)(iii)",
        "disclosers": _OURS,
        "signature": _OURS,
        "signed_by": _OURS,
        "signed_on": _OURS,
        "language": _PART2["language"],
    },
}
"""By kind: the elements that its form has, by field, and what asks for each."""

_REVOKING: Final = {"right-to-revoke": "42 CFR 2.31(a)(6)"}
STATEMENTS: Final[Mapping[ConsentKind, Mapping[str, str]]] = {
    ConsentKind.HUB_HANDOFF: {},
    ConsentKind.PART2_SPECIFIC: _REVOKING,
    ConsentKind.PART2_TPO: _REVOKING
    | {
        "redisclosure-under-hipaa": "42 CFR 2.31(a)(4)(iii) and (a)(10)",
        "consequences-of-refusing": "42 CFR 2.31(a)(10)",
    },
    ConsentKind.PART2_COUNSELLING_NOTES: _REVOKING,
    ConsentKind.PART2_PROCEEDINGS: _REVOKING,
    ConsentKind.CRIMINAL_JUSTICE_REFERRAL: _REVOKING,
    ConsentKind.HIPAA_AUTHORISATION: {
        "right-to-revoke": "45 CFR 164.508(c)(2)(i)",
        "conditions-of-care": "45 CFR 164.508(c)(2)(ii)",
        "redisclosure-possible": "45 CFR 164.508(c)(2)(iii)",
    },
    ConsentKind.STATE_CONSUMER_HEALTH: {"right-to-withdraw": "RCW 19.373.030(1)(c)(iv)"},
}
"""By kind: the statements that its form makes, by the id of the text, and what asks for each."""
IRREVOCABLE: Final[Mapping[str, str]] = {"revocable-later": "42 CFR 2.31(a)(6), 2.35(c)"}
"""What a form states instead that cannot be taken back until later."""

_TREATMENT: Final = frozenset({Purpose.FIRST_CONTACT, Purpose.CARE_COORDINATION, Purpose.SERVICE_PROVISION})
_PROSECUTION: Final = frozenset({Purpose.PROSECUTION_DECISION})
PURPOSES: Final[Mapping[ConsentKind, tuple[frozenset[Purpose], str]]] = {
    ConsentKind.PART2_TPO: (_TREATMENT, "42 CFR 2.31(a)(5): treatment, payment and health care operations, no more"),
    ConsentKind.PART2_PROCEEDINGS: (_PROSECUTION, "42 CFR 2.31(d): never combined with another purpose"),
    ConsentKind.CRIMINAL_JUSTICE_REFERRAL: (_PROSECUTION, "42 CFR 2.35(a): the duty to monitor, no more"),
}
"""By kind that is not merged with others: for what alone it is signed, and what asks for that."""
CATEGORIES: Final[Mapping[ConsentKind, tuple[frozenset[Category], str]]] = {
    ConsentKind.PART2_COUNSELLING_NOTES: (
        frozenset(),
        "42 CFR 2.31(b): a consent for counselling notes opens nothing else, and the hub carries no counselling notes",
    ),
}
"""By kind that has categories of its own: which, and what asks for that."""

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "disclosers": ("The form names who may disclose, or their class", "Name them by their slugs."),
    "recipients": ("The form names who may receive, or their class", "Name them by their slugs."),
    "categories": ("The form says what may be told", "Name each category."),
    "purpose": ("The form says for what", "Send the purpose that was signed."),
    "expires_with": (
        "The form says on which day, or with which event or condition, it expires",
        "Send expires_at, or expires_with as it was signed.",
    ),
    "signature": ("The form is signed", "Send how: paper or electronic."),
    "signed_by": ("The form says who signed", "Send person, person_and_guardian or representative, as it was signed."),
    "signed_on": ("The form says on which day it was signed", "Send the day."),
    "intermediary": ("The form names the intermediary through whom it goes", "Send the program office's slug."),
    "members_version": (
        "The form comes with a list of the intermediary's members",
        "Send the version of the list that the person was given.",
    ),
    "language": ("The form is written in one language", "Send its code, like `es`."),
}


def lacking(signed: ConsentSigned, *, through_intermediary: bool) -> Iterator[Problem]:
    """Iterate over the elements that the form of this kind has to have and has not."""
    for field, source in SOURCES[signed.kind].items():
        if field in INTERMEDIARY and not through_intermediary:
            continue
        if _MISSING.get(field, _absent(field))(signed):
            rule, fix = _WORDS[field]
            yield Problem(
                field=field, rule=f"{rule} ({source}).", fix=f"{fix} Where the form lacks it, sign a new one."
            )
    made = {statement.text for statement in signed.statements}
    for text, source in statements_of(signed).items():
        if text not in made:
            yield Problem(
                field="statements",
                rule=f"The form makes the statement {text} ({source}).",
                fix="Name the text and version that the form has; if it has none, sign a new one.",
            )


def statements_of(signed: ConsentSigned) -> Mapping[str, str]:
    """Return the statements that this form has to make, by the id of the text, with what asks for each."""
    return IRREVOCABLE if irrevocable(signed) else STATEMENTS[signed.kind]


def irrevocable(signed: ConsentSigned) -> bool:
    """Tell whether the form says that it cannot be taken back until something, which only 42 CFR 2.35(c) allows."""
    until = signed.irrevocable_until is not None or signed.irrevocable_until_at is not None
    return until and signed.kind is ConsentKind.CRIMINAL_JUSTICE_REFERRAL


def needs_an_end(kind: ConsentKind) -> bool:
    """Tell whether a form of this kind has to say when it expires."""
    return "expires_with" in SOURCES[kind]


def _absent(field: str) -> Callable[[ConsentSigned], bool]:
    return lambda signed: getattr(signed, field) in {None, ()}


def _without_end(signed: ConsentSigned) -> bool:
    if signed.expires_at is not None:
        return False
    accepted = signed.kind is ConsentKind.PART2_TPO or (
        # "None" is an end for research alone, 45 CFR 164.508(c)(1)(v).
        signed.kind is ConsentKind.HIPAA_AUTHORISATION and signed.expires_with == "end_of_treatment"
    )
    return signed.expires_with is None or (signed.expires_with in ENDLESS and not accepted)


_MISSING: Final[Mapping[str, Callable[[ConsentSigned], bool]]] = {"expires_with": _without_end}
"""Elements that more than one field says."""
