"""The partners of a site as its files describe them: its agencies, and the programs of other sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from contracts.words import Role
from services.sites.errors import SiteUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def sites(self) -> frozenset[str]:
        """Name the sites that there are."""
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
    if problems := tuple(_strangers(agencies, raw)):
        raise SiteUnreadable(*problems)
    return agencies


def _strangers(agencies: dict[str, dict[str, Any]], raw: Files) -> Iterator[str]:
    """Yield every site that is named as a neighbour and is none: nobody would ever carry a person's request there."""
    there = raw.sites()
    for slug, agency in agencies.items():
        if "neighbour" in agency and str(agency["neighbour"]) not in there:
            yield (
                f"{raw.agency_file[slug]}: {slug}.neighbour: There is no such site: {agency['neighbour']}. Next: name "
                f"one that is there ({', '.join(sorted(there))}), or leave the key out: a program whose hub is another "
                "has this lane, and answers on it itself."
            )
