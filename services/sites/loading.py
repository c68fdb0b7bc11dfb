"""From a site's TOML files to one `Site`; whatever is wrong is said with its file and key."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from services.sites import partners
from services.sites.blame import areas_unknown, said_of
from services.sites.checks import problems_of
from services.sites.errors import SiteUnreadable
from services.sites.folders import LIKE, SITES, folders_of, lent, sites_beside, sites_in
from services.sites.oncall import FILE as ONCALL
from services.sites.oncall import entries
from services.sites.places import FILE as PLACES
from services.sites.places import shapes_of
from services.sites.policies import APPROVALS, CASES, Approval, Policy, beside
from services.sites.pretrial import FILE as PRETRIAL
from services.sites.rulebook import RULES, Rulebook, all_spelled_out, rulebook
from services.sites.site import Site

__all__ = ["SITES", "folders_of", "load_drafts", "load_site", "sites_in", "write_approval"]
WORDS: Final = "words-for-the-person"

_SECTIONS: Final = (
    "areas", "offences", "demographics", "permissions", "texts", "statements", "members", "signers", "erasure",
    "receipt", "history",
)  # fmt: skip
"""The files of a site beside `site.toml`, `roles.toml`, its agencies and its policies."""
_DEFAULTS: Final = "site-defaults.toml"
_POLICIES: Final = "policies"


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
    data.pop(LIKE, None)
    site = _validated(data | _assembled(raw, data, slug), raw)
    if problems := problems_of(site):
        raise SiteUnreadable(*problems)
    return site


def _assembled(raw: _Files, data: dict[str, Any], slug: str) -> dict[str, Any]:
    """Return what the other files say, under the names of the site's fields."""
    words = raw.read(f"{WORDS}.toml")
    sections = {name: raw.read(f"{name}.toml") for name in _SECTIONS}
    sections |= {name: raw.over_the_standard(f"{name}.toml") for name in ("clocks", "relationship", "replay")}
    agencies = partners.described(raw, raw.read("roles.toml"))
    policies, shifts = _policies(raw), _oncall(raw)
    _only_known_areas(raw, agencies, sections["areas"].get("area", []))
    permissions = sections["permissions"].get("permission", [])
    dated = {"site": data} | {name: sections[name] for name in ("clocks", "receipt", "relationship", "replay")}
    basis = {key: text for name, section in dated.items() for key, text in _basis(section, name).items()}
    return {
        "slug": slug,
        "approvals": data.pop("approval", []),
        "agencies": agencies,
        "clocks": sections["clocks"],
        "areas": sections["areas"].get("area", []),
        "shapes": _shapes(raw),
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
        "history": {"patterns": sections["history"].pop("pattern", [])} | sections["history"],
        "receipts": sections["receipt"] | {"words": _words(raw)},
        "policies": policies,
        "oncall": shifts,
        "pretrial": raw.own(PRETRIAL),
        "relationship": sections["relationship"],
        "replay": sections["replay"],
        "policy_hash": _hash([permissions, {one: agency.get("may_hear") for one, agency in agencies.items()}]),
        "basis": basis,
    }


class _Files:
    """Reads the site's files and remembers what came from which, so that an error can name it."""

    def __init__(self, folder: Path) -> None:
        self.folders = [folder, *lent(folder)]
        self.agency_file: dict[str, str] = {}
        self.policy_files: list[str] = []
        self.shifts: list[Any] = []
        self.clauses: dict[str, list[Any]] = {}

    @cached_property
    def rules(self) -> Rulebook:
        return rulebook(self.read(RULES))

    def read(self, name: str) -> dict[str, Any]:
        path = next((folder / name for folder in self.folders if (folder / name).is_file()), None)
        if path is None:
            raise SiteUnreadable(f"{name}: file: A site has this file.")
        return _read(path, name)

    def own(self, name: str) -> dict[str, Any] | None:
        return self.read(name) if (self.folders[0] / name).is_file() else None

    def over_the_standard(self, name: str, standard_name: str | None = None) -> dict[str, Any]:
        """What the site says in this file goes before what the standard says, setting by setting."""
        standard = _read(self.folders[-1] / (standard_name or name), standard_name or name)
        own = self.read(name)
        return standard | own | {"basis": standard.get("basis", {}) | own.get("basis", {})}

    def lines_of(self, header: str, name: str) -> list[int]:
        """Return the lines of the file, from 1, on which such a table begins."""
        text = (self.folders[0] / name).read_text(encoding="utf-8")
        return [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == header]

    def neighbours(self) -> dict[str, Any]:
        """Return the programs of other sites to which people may move; nobody lends them."""
        there = (self.folders[0] / partners.NEIGHBOURS).is_file()
        return _read(self.folders[0] / partners.NEIGHBOURS, partners.NEIGHBOURS) if there else {}

    def sites(self) -> frozenset[str]:
        """Name the sites that there are, by which a neighbour is known."""
        return sites_beside(self.folders[0].parent)

    def line_of(self, name: str, text: str, after: str = "") -> int:
        """Return the line, from 1, on which the file first says the text after another; 0 where it does not."""
        path = next(folder / name for folder in self.folders if (folder / name).is_file())
        written = path.read_text(encoding="utf-8")
        place = written.find(text, max(written.find(after), 0))
        return written.count("\n", 0, place) + 1 if place >= 0 else 0

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
    said = raw.own(ONCALL)
    raw.shifts = [] if said is None else entries(said)
    return raw.shifts


def _shapes(raw: _Files) -> list[Any]:
    """Return the areas that are on the map; a site may have none. A map is lent to nobody."""
    file = raw.folders[0] / PLACES
    return list(shapes_of(file.read_text(encoding="utf-8"))) if file.is_file() else []


def _only_known_areas(raw: _Files, agencies: dict[str, dict[str, Any]], areas: Any) -> None:
    codes = [str(one.get("code")) for one in areas if isinstance(one, dict)] if isinstance(areas, list) else []
    if problems := tuple(areas_unknown(raw, agencies, codes)):
        raise SiteUnreadable(*problems)


def _policies(raw: _Files) -> list[dict[str, Any]]:
    """Those that are approved, oldest first."""
    approved = [(name, _approval(raw, name)) for name in raw.names("policies")]
    policies = [(name, _policy(raw, name) | {"approval": by}) for name, by in approved if by is not None]
    policies.sort(key=lambda pair: str(pair[1].get("in_force_from")))
    raw.policy_files = [name for name, _ in policies]
    return [policy for _, policy in policies]


def _policy(raw: _Files, name: str) -> dict[str, Any]:
    said = raw.read(name)
    written = said.pop("clause", [])
    raw.clauses[name] = written if isinstance(written, list) else []
    clauses = all_spelled_out(written, raw.rules, name, raw.lines_of("[[clause]]", name))
    words = [{key: value for key, value in one.items() if key != "line"} for one in clauses]
    return said | {"clauses": clauses, "file": name, "hash": _hash([said, words]), "cases": _cases(raw, name)}


def _cases(raw: _Files, policy: str) -> list[dict[str, Any]]:
    """Return a policy's table of cases, in a file of the same name; a policy that has none yet may load."""
    file = beside(policy, CASES)
    cases: list[dict[str, Any]] = raw.read(file).get("case", []) if file in raw.names(CASES) else []
    return cases


def _approval(raw: _Files, policy: str) -> dict[str, Any] | None:
    file = beside(policy, APPROVALS)
    return raw.read(file) if file in raw.names(APPROVALS) else None


def _words(raw: _Files) -> dict[str, Any]:
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
        raise SiteUnreadable(*(said_of(one["loc"], one["msg"], raw) for one in error.errors())) from None
