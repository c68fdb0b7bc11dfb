"""From a site's TOML files to one `Site`; whatever is wrong is said with its file and key."""

from __future__ import annotations

import hashlib
import json
import tomllib
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from services.sites.checks import problems_of
from services.sites.errors import SiteUnreadable
from services.sites.oncall import FILE as ONCALL
from services.sites.oncall import entries, misread
from services.sites.policies import APPROVALS, CASES, Approval, Policy, beside
from services.sites.rulebook import RULES, Rulebook, all_spelled_out, rulebook
from services.sites.site import Site

SITES: Final = Path(__file__).resolve().parents[2] / "deploy" / "sites"
"""Where the repository keeps its sites."""
WORDS: Final = "words-for-the-person"

_SECTIONS: Final = (
    "areas", "offences", "demographics", "permissions", "texts", "statements", "members", "signers", "erasure",
    "receipt",
)  # fmt: skip
"""The files of a site beside `site.toml`, `roles.toml`, its agencies and its policies."""
STANDARD: Final = "standard"
"""The folder beside the sites whose files hold for those that have none of their own."""
_LIKE: Final = "like"
_DEFAULTS: Final = "site-defaults.toml"
_POLICIES: Final = "policies"


def sites_in(root: Path | None = None) -> tuple[str, ...]:
    """Name the sites of a folder of sites: every folder in it that has a `site.toml`."""
    return tuple(sorted(file.parent.name for file in (root or SITES).glob("*/site.toml")))


def load_site(slug: str, root: Path | None = None) -> Site:
    """Read `<root>/<slug>/` and return the site.

    Raises:
        SiteUnreadable: a file is missing or is not TOML, a key breaks its rule, or a reference leads nowhere.
    """
    folder = (root or SITES) / slug
    if not folder.is_dir():
        there = ", ".join(sites_in(folder.parent))
        raise SiteUnreadable(f"{slug}: folder: There is no such site. Next: name one that is there: {there}.")
    raw = _Files(folder)
    data = raw.over_the_standard("site.toml", _DEFAULTS)
    data.pop(_LIKE, None)
    site = _validated(data | _assembled(raw, data, slug), raw)
    if problems := problems_of(site):
        raise SiteUnreadable(*problems)
    return site


def _assembled(raw: _Files, data: dict[str, Any], slug: str) -> dict[str, Any]:
    """Return what the other files say, under the names of the site's fields."""
    words = raw.read(f"{WORDS}.toml")
    sections = {name: raw.read(f"{name}.toml") for name in _SECTIONS}
    sections |= {name: raw.over_the_standard(f"{name}.toml") for name in ("clocks", "relationship")}
    agencies = _agencies(raw, raw.read("roles.toml"))
    permissions = sections["permissions"].get("permission", [])
    dated = {"site": data} | {name: sections[name] for name in ("clocks", "receipt", "relationship")}
    basis = {key: text for name, section in dated.items() for key, text in _basis(section, name).items()}
    return {
        "slug": slug,
        "approvals": data.pop("approval", []),
        "agencies": agencies,
        "clocks": sections["clocks"],
        "areas": sections["areas"].get("area", []),
        "offences": _by_code(sections["offences"].get("offence", [])),
        "drugs": _by_code(sections["offences"].get("drug", [])),
        "demographics": sections["demographics"],
        "permissions": permissions,
        "texts": {kind: _oldest_first(dated) for kind, dated in sections["texts"].items()},
        "statements": sections["statements"].get("statement", []),
        "words": words.get("text", []),
        "members": sections["members"].get("list", []),
        "signers": {"rules": sections["signers"].pop("rule", [])} | sections["signers"],
        "erasure": sections["erasure"].get("ground", []),
        "receipts": sections["receipt"] | {"words": _words(raw)},
        "policies": _policies(raw),
        "oncall": _oncall(raw),
        "relationship": sections["relationship"],
        "policy_hash": _hash([permissions, {one: agency.get("may_hear") for one, agency in agencies.items()}]),
        "basis": basis,
    }


class _Files:
    """Reads the site's files and remembers what came from which, so that an error can name it."""

    def __init__(self, folder: Path) -> None:
        self.folders = [folder, *_lent(folder)]
        self.agency_file: dict[str, str] = {}
        self.policy_files: list[str] = []
        self.shifts: list[Any] = []

    @cached_property
    def rules(self) -> Rulebook:
        return rulebook(self.read(RULES))

    def read(self, name: str) -> dict[str, Any]:
        path = next((folder / name for folder in self.folders if (folder / name).is_file()), None)
        if path is None:
            raise SiteUnreadable(f"{name}: file: A site has this file.")
        return _read(path, name)

    def over_the_standard(self, name: str, standard_name: str | None = None) -> dict[str, Any]:
        """What the site says in this file goes before what the standard says, setting by setting."""
        standard = _read(self.folders[-1] / (standard_name or name), standard_name or name)
        own = self.read(name)
        return standard | own | {"basis": standard.get("basis", {}) | own.get("basis", {})}

    def lines_of(self, header: str, name: str) -> list[int]:
        """Return the lines of the file, from 1, on which such a table begins."""
        text = (self.folders[0] / name).read_text(encoding="utf-8")
        return [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == header]

    def names(self, under: str) -> list[str]:
        """Name the files of a folder within the site: its own, or lent as a whole. Policies nobody lends."""
        there = self.folders[:1] if under.startswith(_POLICIES) else self.folders
        folder = next((one for one in there if (one / under).is_dir()), there[0])
        return sorted(f"{under}/{path.name}" for path in (folder / under).glob("*.toml"))


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteUnreadable(f"{name}: file: It is TOML. {error}") from None


def _lent(folder: Path) -> list[Path]:
    """Return the folders whose files hold where a site has none of its own: the site that it is like, the standard."""
    said: dict[str, Any] = {}
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        said = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    standard = folder.parent / STANDARD
    there = sites_in(folder.parent)
    like = [] if _LIKE not in said else [(folder.parent if said[_LIKE] in there else SITES) / str(said[_LIKE])]
    if like and not (like[0] / "site.toml").is_file():
        named = ", ".join(there)
        raise SiteUnreadable(f"site.toml: {_LIKE}: There is no such site. Next: name one that is there: {named}.")
    return [*like, standard if standard.is_dir() else SITES / STANDARD]


def _agencies(raw: _Files, roles: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each agency with what its role says and hears, unless its own entry says otherwise."""
    agencies: dict[str, dict[str, Any]] = {}
    for name in raw.names("agencies"):
        for slug, own in raw.read(name).items():
            if slug in agencies:
                raise SiteUnreadable(f"{name}: {slug}: An agency is described once.")
            raw.agency_file[slug] = name
            agencies[slug] = roles.get(str(own.get("role")), {}) | own | {"slug": slug}
    return agencies


def load_drafts(slug: str, root: Path | None = None) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
    """Return the site's policies that nobody has approved, and what is wrong with those that cannot be read.

    Whoever serves the site passes them over: a mistake in a draft leaves the policy in force as it is.
    """
    raw = _Files((root or SITES) / slug)
    drafts: list[Policy] = []
    problems: list[str] = []
    for name in raw.names("policies"):
        if _approval(raw, name) is not None:
            continue
        try:
            drafts.append(Policy.model_validate(_policy(raw, name)))
        except SiteUnreadable as wrong:
            problems += wrong.problems
        except ValidationError as error:
            problems += [f"{name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
    return tuple(sorted(drafts, key=lambda one: one.in_force_from)), tuple(problems)


def write_approval(slug: str, policy: Policy, approval: Approval, root: Path | None = None) -> Path:
    """Write who approved a policy beside it; return the file. One that is there stays.

    Raises:
        FileExistsError: it is approved already.
    """
    file = (root or SITES) / slug / policy.approval_file
    file.parent.mkdir(exist_ok=True)
    said = {name: json.dumps(value, ensure_ascii=False) for name, value in approval if name != "on"}
    lines = (f"{name} = {value}" for name, value in ({"on": approval.on} | said).items())
    with file.open("x", encoding="utf-8") as new:
        new.write("\n".join(lines) + "\n")
    return file


def _oncall(raw: _Files) -> list[Any]:
    """Return the entries of the rota; a site may have none."""
    raw.shifts = entries(raw.read(ONCALL)) if (raw.folders[0] / ONCALL).is_file() else []
    return raw.shifts


def _policies(raw: _Files) -> list[dict[str, Any]]:
    """Those that are approved, oldest first."""
    approved = [(name, _approval(raw, name)) for name in raw.names("policies")]
    policies = [(name, _policy(raw, name) | {"approval": by}) for name, by in approved if by is not None]
    policies.sort(key=lambda pair: str(pair[1].get("in_force_from")))
    raw.policy_files = [name for name, _ in policies]
    return [policy for _, policy in policies]


def _policy(raw: _Files, name: str) -> dict[str, Any]:
    said = raw.read(name)
    clauses = all_spelled_out(said.pop("clause", []), raw.rules, name, raw.lines_of("[[clause]]", name))
    words = [{key: value for key, value in one.items() if key != "line"} for one in clauses]
    return said | {"clauses": clauses, "file": name, "hash": _hash([said, words]), "cases": _cases(raw, name)}


def _cases(raw: _Files, policy: str) -> list[dict[str, Any]]:
    """Return a policy's table of cases, in a file of the same name; a policy that has none yet may load."""
    file = beside(policy, CASES)
    cases: list[dict[str, Any]] = raw.read(file).get("case", []) if file in raw.names(CASES) else []
    return cases


def _approval(raw: _Files, policy: str) -> dict[str, Any] | None:
    """Return who approved a policy, from a file of the same name; None for a draft."""
    file = beside(policy, APPROVALS)
    return raw.read(file) if file in raw.names(APPROVALS) else None


def _words(raw: _Files) -> dict[str, Any]:
    """Return the words of the receipt by language, which the name of their file says."""
    return {Path(name).stem: raw.read(name) for name in raw.names("receipts")}


def _basis(section: dict[str, Any], name: str) -> dict[str, str]:
    return {f"{name}.{key}": text for key, text in section.pop("basis", {}).items()}


def _oldest_first(dated: Any) -> Any:
    if not isinstance(dated, list):
        return dated
    return sorted(dated, key=lambda one: str(one.get("in_force_from")) if isinstance(one, dict) else "")


def _by_code(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(row.get("code")): row for row in rows}


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _validated(assembled: dict[str, Any], raw: _Files) -> Site:
    try:
        return Site.model_validate(assembled)
    except ValidationError as error:
        raise SiteUnreadable(*(_problem(one["loc"], one["msg"], raw) for one in error.errors())) from None


def _of_a_policy(file: str, rest: list[int | str]) -> tuple[str, list[int | str]]:
    match rest:
        case ["approval", *within]:
            return beside(file, APPROVALS), within
        case ["cases", *within]:
            return beside(file, CASES), ["case", *within]
        case _:
            return file, rest


def _problem(location: tuple[int | str, ...], rule: str, raw: _Files) -> str:
    """Say the problem with the file it is in."""
    match location:
        case ("agencies", str(slug), *rest):
            file, key = raw.agency_file.get(slug, "agencies"), [slug, *rest]
        case ("policies", int(index), *rest):
            file, key = _of_a_policy(raw.policy_files[index], rest)
        case ("oncall", *within):
            return misread(within, rule, raw.shifts)
        case ("clocks" | "demographics" | "texts" | "signers" | "relationship" as section, *rest):
            file, key = f"{section}.toml", list(rest)
        case ("receipts", "words", str(language), *rest):
            file, key = f"receipts/{language}.toml", list(rest) or ["file"]
        case ("receipts", *rest):
            file, key = "receipt.toml", list(rest)
        case ("words", *rest):
            file, key = f"{WORDS}.toml", ["text", *rest]
        case ("areas" | "permissions" | "offences" | "statements" | "members" | "erasure" as section, *rest):
            file, key = f"{section}.toml", list(rest)
        case ("drugs", *rest):
            file, key = "offences.toml", ["drug", *rest]
        case _:
            file, key = "site.toml", ["approval" if part == "approvals" else part for part in location]
    return f"{file}: {'.'.join(str(part) for part in key)}: {rule}"
