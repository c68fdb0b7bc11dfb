"""Which site a hub serves: a copy of its folder, taken when it was sound. A broken folder leaves the copy in force.

"Loaded" means: found sound as a whole, and copied into the hub's own state with its hash and the time. Services read
the copy alone, so whatever is edited in the folder, while they run or not, changes nothing before it is sound.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from services.local.state import write_whole
from services.sites import SiteUnreadable, load_site
from services.sites.folders import BESIDE, SITES, folders_of, sites_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTED: Final = "in-force.json"
_ROOM: Final = "in-force"
_NOT_TAKEN: Final = "caseload"
"""The sample caseload is no part of what a site says."""


class InForce(NamedTuple):
    """The site that a hub serves: its folder of sites, where it was taken from, and when."""

    site: str
    folder: Path
    """A folder of sites, as HUB_SITES names one."""
    source: Path
    hash: str
    """SHA-256 over the files."""
    taken_at: str
    problems: tuple[str, ...] = ()
    """What is wrong with the folder from which it would have been taken anew; empty where it was."""


def kept(state: Path, slug: str) -> InForce | None:
    """Return what was last taken of the site; None where nothing was."""
    try:
        said = json.loads((state / _ROOM / _NOTED).read_text())
        found = InForce(said["site"], Path(said["folder"]), Path(said["source"]), said["hash"], said["taken_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.site == slug and found.folder.is_dir() else None


def problems_of(slug: str, source: Path | None) -> tuple[str, ...]:
    """Return what is wrong with the folder of a site; empty for a sound one."""
    try:
        load_site(slug, source)
    except SiteUnreadable as wrong:
        return wrong.problems
    return ()


def taken(state: Path, slug: str, source: Path | None = None) -> InForce:
    """Take the site's folder where it is sound; else return what was taken before, with what is wrong now.

    Raises:
        SiteUnreadable: it is not sound, and nothing was taken before.
    """
    before = kept(state, slug)
    folder = (source or SITES).absolute()
    problems = problems_of(slug, folder)
    if not problems:
        if before is not None and before.source == folder and before.hash == _hash(folders_of(slug, folder)):
            return before
        copy = _copied(state, slug, folder)
        # The copy is what counts: the folder may have been changed meanwhile.
        problems = problems_of(slug, copy)
        if not problems:
            return _noted(state, InForce(slug, copy, folder, _hash(folders_of(slug, copy)), _now()))
        shutil.rmtree(copy)
    if before is None:
        raise SiteUnreadable(*problems)
    return before._replace(problems=problems)


def prune(state: Path, keep: InForce) -> None:
    """Remove copies by which nobody goes any more; only a hub that begins, and holds the state, may."""
    for copy in (state / _ROOM).glob("*-*"):
        if copy.is_dir() and copy != keep.folder:
            shutil.rmtree(copy)


def with_rota(state: Path, slug: str, file: str, text: str) -> None:
    """Put a sound rota into what is in force, too: the service takes it up within seconds."""
    found = kept(state, slug)
    if found is not None:
        # Those that run may still go by a copy that was taken before this one.
        for copy in (state / _ROOM).glob(f"{slug}-*"):
            write_whole(copy / slug / file, text)
        _noted(state, found._replace(hash=_hash(folders_of(slug, found.folder)), taken_at=_now()))


def _copied(state: Path, slug: str, source: Path) -> Path:
    room = state / _ROOM
    room.mkdir(parents=True, exist_ok=True)
    copy = Path(tempfile.mkdtemp(dir=room, prefix=f"{slug}-"))
    for folder in folders_of(slug, source):
        shutil.copytree(folder, copy / folder.name, ignore=shutil.ignore_patterns(_NOT_TAKEN))
    write_whole(copy / BESIDE, json.dumps(sorted(sites_beside(source))) + "\n")
    return copy


def _noted(state: Path, found: InForce) -> InForce:
    said = {name: str(value) for name, value in found._asdict().items() if name != "problems"}
    write_whole(state / _ROOM / _NOTED, json.dumps(said, indent=2) + "\n")
    return found


def _hash(folders: list[Path]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(_files(folders)):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _files(folders: list[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for file in folder.rglob("*"):
            inside = file.relative_to(folder)
            if file.is_file() and _NOT_TAKEN not in inside.parts:
                yield f"{folder.name}/{inside}", file.read_bytes()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
