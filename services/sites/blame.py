"""Which file of a site a problem is in: found by where the value stands in the site, or by what the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from services.sites.oncall import FILE as ONCALL
from services.sites.oncall import KEY, misread
from services.sites.policies import APPROVALS, CASES, beside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_OF_ONE_NAME: Final = {"clocks", "demographics", "texts", "signers", "pretrial", "history", "relationship", "replay"}
"""Fields of the site that are called as their files are."""


class Read(Protocol):
    """What was read of a site, and from which files."""

    agency_file: dict[str, str]
    policy_files: list[str]
    shifts: list[Any]
    clauses: dict[str, list[Any]]

    def line_of(self, name: str, text: str, after: str = "") -> int:
        """Return the line, from 1, on which the file first says the text after another; 0 where it does not."""


def areas_unknown(raw: Read, agencies: Mapping[str, Mapping[str, Any]], codes: Collection[str]) -> Iterator[str]:
    """Yield every area that is named somewhere and is no area of the site, with file and line."""
    for slug, agency in agencies.items():
        file = raw.agency_file[slug]
        for key in ("areas", "based_in"):
            yield from _unknown(raw, file, f"[{slug}]", f"{slug}.{key}", agency.get(key), codes)
    for place, shift in enumerate(raw.shifts):
        if isinstance(shift, dict):
            name = shift.get("id", place)
            yield from _unknown(raw, ONCALL, f'"{name}"', f"{KEY}.{name}.areas", shift.get("areas"), codes)
    for file, clauses in raw.clauses.items():
        for clause in clauses:
            given = clause.get("with") if isinstance(clause, dict) else None
            if isinstance(given, dict):
                name = clause.get("id", "?")
                yield from _unknown(raw, file, f'"{name}"', f"{name}.with.areas", given.get("areas"), codes)


def _unknown(raw: Read, file: str, after: str, key: str, named: Any, codes: Collection[str]) -> Iterator[str]:
    for area in [named] if isinstance(named, str) else named if isinstance(named, list) else ():
        if area not in codes:
            line = raw.line_of(file, f'"{area}"', after)
            yield f"{file}:{line}: {key}: No such area: {area}. Name areas of areas.toml."


def _of_a_policy(file: str, rest: list[int | str]) -> tuple[str, list[int | str]]:
    match rest:
        case ["approval", *within]:
            return beside(file, APPROVALS), within
        case ["cases", *within]:
            return beside(file, CASES), ["case", *within]
        case _:
            return file, rest


def said_of(location: tuple[int | str, ...], rule: str, raw: Read) -> str:
    """Say the problem with the file it is in."""
    match location:
        case ("agencies", str(slug), *rest):
            file, key = raw.agency_file.get(slug, "agencies"), [slug, *rest]
        case ("policies", int(index), *rest):
            file, key = _of_a_policy(raw.policy_files[index], rest)
        case ("oncall", *within):
            return misread(within, rule, raw.shifts)
        case (
            "clocks"
            | "demographics"
            | "texts"
            | "signers"
            | "pretrial"
            | "history"
            | "relationship"
            | "replay" as section,
            *rest,
        ):
            file, key = f"{section}.toml", list(rest)
        case ("receipts", "words", str(language), *rest):
            file, key = f"receipts/{language}.toml", list(rest) or ["file"]
        case ("receipts", *rest):
            file, key = "receipt.toml", list(rest)
        case ("words", *rest):
            file, key = "words-for-the-person.toml", ["text", *rest]
        case ("areas" | "permissions" | "offences" | "statements" | "members" | "erasure" as section, *rest):
            file, key = f"{section}.toml", list(rest)
        case ("drugs", *rest):
            file, key = "offences.toml", ["drug", *rest]
        case _:
            file, key = "site.toml", ["approval" if part == "approvals" else part for part in location]
    return f"{file}: {'.'.join(str(part) for part in key)}: {rule}"
