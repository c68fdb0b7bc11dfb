"""The site's rota as a file that may change while the service runs: operators change who is on call every week."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final

from services.plumbing.waiting import happened
from services.sites import SiteUnreadable
from services.sites.oncall import FILE, shifts_of
from services.sites.oncall_checks import problems_of_oncall

if TYPE_CHECKING:
    from pathlib import Path

    from services.plumbing.runner import Beside, Pipes
    from services.sites import Rota, Shift, Site

_LOOK_SECONDS: Final = 2.0
_STAYS: Final = "What was in force stays in force."


class RotaFile:
    """Takes up the rota whenever its file has changed and is sound; a wrong one leaves the one before in force."""

    def __init__(self, rota: Rota, site: Site, file: Path) -> None:
        """`rota` is the one by which the service asks; the site was read from the same folder."""
        self._rota, self._site, self._file = rota, site, file
        self._seen = self._read()
        self.trouble: str | None = None

    def look(self) -> bool:
        """Look at the file once; return whether another rota was taken up. `trouble` says what is wrong with it."""
        said = self._read()
        if said == self._seen:
            return False
        self._seen = said
        shifts, problems = self._understood(said or b"")
        if problems:
            self.trouble = " ".join((*problems, _STAYS))
            return False
        self._rota.take(shifts)
        self.trouble = None
        return True

    def _understood(self, said: bytes) -> tuple[tuple[Shift, ...], tuple[str, ...]]:
        """Return the shifts, and what is wrong with them."""
        try:
            shifts = shifts_of(tomllib.loads(said.decode()))
        except SiteUnreadable as wrong:
            return (), wrong.problems
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return (), (f"{FILE}: file: It is TOML. {error}",)
        return shifts, tuple(problems_of_oncall(self._site.model_copy(update={"oncall": shifts})))

    def _read(self) -> bytes | None:
        try:
            return self._file.read_bytes()
        except OSError:
            return None


def watching(rota: Rota, site: Site, file: Path) -> Beside:
    """Return what looks at the rota's file while the service runs; what is wrong with it shows in the heartbeat."""

    async def watch(pipes: Pipes) -> None:
        kept = RotaFile(rota, site, file)
        while not await happened(pipes.stopping, _LOOK_SECONDS):
            if kept.look():
                pipes.log.info("rota taken up", service=pipes.service)
            pipes.alarm(FILE, kept.trouble)

    return watch
