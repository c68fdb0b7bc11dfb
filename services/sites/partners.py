"""The partners of a site as its files describe them: its agencies, and the programs of other sites."""

from __future__ import annotations

from typing import Any, Final, Protocol

from contracts.words import Role
from services.sites.errors import SiteUnreadable

NEIGHBOURS: Final = "neighbours.toml"
_NEIGHBOUR: Final = Role.NEIGHBOURING_PROGRAM.value


class Files(Protocol):
    """The files of a site."""

    agency_file: dict[str, str]
    """From which file each agency came, so that an error can name it."""

    def names(self, under: str) -> list[str]:
        """Name the files of a folder."""
        ...

    def read(self, name: str) -> dict[str, Any]:
        """Read one."""
        ...

    def neighbours(self) -> dict[str, Any]:
        """Return what the file of neighbours says; nothing where there is none."""
        ...


def described(raw: Files, roles: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each agency with what its role says and hears, unless its own entry says otherwise."""
    agencies: dict[str, dict[str, Any]] = {}
    for name in raw.names("agencies"):
        for slug, own in raw.read(name).items():
            if slug in agencies:
                raise SiteUnreadable(f"{name}: {slug}: An agency is described once.")
            raw.agency_file[slug] = name
            agencies[slug] = roles.get(str(own.get("role")), {}) | own | {"slug": slug}
    for slug, own in raw.neighbours().items():
        if slug in agencies:
            raise SiteUnreadable(f"{NEIGHBOURS}: {slug}: An agency is described once.")
        agencies[slug] = roles.get(_NEIGHBOUR, {}) | own | {"slug": slug, "role": _NEIGHBOUR}
        raw.agency_file[slug] = NEIGHBOURS
    return agencies
