"""Where sites lie: their folders, what each is lent, and which others there are beside it."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from services.sites.errors import SiteUnreadable

SITES: Final = Path(__file__).resolve().parents[2] / "deploy" / "sites"
"""Where the repository keeps its sites."""
STANDARD: Final = "standard"
"""The folder beside the sites whose files hold for those that have none of their own."""
LIKE: Final = "like"
BESIDE: Final = "beside.json"
"""In a copy of one site: the names of the sites that were beside it, for they are not copied."""


def sites_in(root: Path | None = None) -> tuple[str, ...]:
    """Name the sites of a folder of sites: every folder in it that has a `site.toml`."""
    return tuple(sorted(file.parent.name for file in (root or SITES).glob("*/site.toml")))


def sites_beside(root: Path) -> frozenset[str]:
    """Name the sites of which one in this folder may speak: those there, the repository's, those it was copied from."""
    noted: list[str] = []
    with suppress(OSError, ValueError):
        noted = json.loads((root / BESIDE).read_text(encoding="utf-8"))
    return frozenset({*sites_in(root), *sites_in(), *map(str, noted)})


def folders_of(slug: str, root: Path) -> list[Path]:
    """Return all folders of which a site is made: its own, that of the site it is like, the standard."""
    return [root / slug, *lent(root / slug)]


def lent(folder: Path) -> list[Path]:
    """Return the folders whose files hold where a site has none of its own: the site that it is like, the standard."""
    said: dict[str, Any] = {}
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        said = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    standard = folder.parent / STANDARD
    there = sites_in(folder.parent)
    like = [] if LIKE not in said else [(folder.parent if said[LIKE] in there else SITES) / str(said[LIKE])]
    if like and not (like[0] / "site.toml").is_file():
        named = ", ".join(there)
        raise SiteUnreadable(f"site.toml: {LIKE}: There is no such site. Next: name one that is there: {named}.")
    return [*like, standard if standard.is_dir() else SITES / STANDARD]
