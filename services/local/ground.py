"""What one site of a hub stands on: the shared servers, and in them a database, topics, users and keys of its own.

The first site of a hub has names without a prefix. Each further one has a realm, its own slug: a prefix to all its
names in Kafka, a database and roles of its own in PostgreSQL, and a folder of its own within the hub's state. So none
of its services, commands and agencies can reach what another site keeps; there is no row to filter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from contracts.topics import CANNOT_BE_REALMS
from services.local import inforce, laying
from services.local.errors import BegunForAnother, NotARealm, NotWithinAHub
from services.local.state import State
from services.plumbing.administration import Administration
from services.plumbing.passwords import Passwords
from services.plumbing.standing import database_made
from services.sites import Site, SiteUnreadable
from services.sites.settings import SiteSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from services.local.platform import Platform
    from services.plumbing.access import KafkaAccess

AGENCIES: Final = "agencies"
DATABASE: Final = "hub"
SITES: Final = "sites"


@dataclass(frozen=True)
class Ground:
    """One site's part of the hub."""

    site: Site
    serves: SiteSettings
    """Which words of the site are in force."""
    realm: str
    """What stands before its names; empty for the first site."""
    state: State
    """Its own folder: the hub's for the first site, else one within it."""
    kafka: str
    database: str
    """An administrator's address (DSN) of its database."""

    @property
    def secrets(self) -> Path:
        """The folder of its keys and passwords; those of its agencies are in its folder `agencies`."""
        return self.state.secrets


def in_order(sites: Sequence[str], state: State) -> list[str]:
    """Return the sites with the one first that the state was begun for: its names have no prefix.

    Raises:
        BegunForAnother: it is not among them.
        NotARealm: a further site's slug cannot stand before names.
    """
    begun = state.facts().get("site") or sites[0]
    if begun not in sites:
        raise BegunForAnother(state=state.folder, site=begun, named=" ".join(f"--site {one}" for one in sites))
    ordered = sorted(sites, key=lambda one: one != begun)
    for one in ordered[1:]:
        if one in CANNOT_BE_REALMS:
            raise NotARealm(site=one)
    return ordered


def state_of(whole: State, site: str, first: str) -> State:
    """Return the folder of one site of the hub."""
    return whole if site == first else State(whole.folder / SITES / site)


async def laid(platform: Platform, serves: SiteSettings, *, first: bool, minute_seconds: float | None = None) -> Ground:
    """Make the site's database, tables, topics, users and keys, or bring them up to date."""
    site = serves.load()
    if minute_seconds is not None:
        site = site.with_minutes_of(minute_seconds)
    realm = "" if first else site.slug
    state = platform.state if first else State(platform.state.folder / SITES / realm)
    if not first:
        state.prepare()
    database = await database_made(platform.postgres, database_of(realm))
    ground = Ground(site, serves, realm, state, platform.kafka, database)
    await laying.migrated(ground.database, ground.secrets, realm)
    passwords = Passwords(ground.secrets / AGENCIES)
    await Administration(administering(platform, realm), passwords).apply(laying.wanted(site, realm))
    return ground


def something_to_serve(state: State, slug: str) -> None:
    """See, before anything starts, that the site is sound or was taken before.

    Raises:
        SiteUnreadable: it is neither.
    """
    if inforce.kept(state.folder, slug) is None and (problems := inforce.problems_of(slug, SiteSettings().sites)):
        raise SiteUnreadable(*problems)


def site_taken(state: State, slug: str) -> SiteSettings:
    """Take the site, and say in `hub.json` by which words this hub goes, and what is wrong with newer ones."""
    serves = inforce.taken(state.folder, slug, SiteSettings().sites)
    inforce.prune(state.folder, serves)
    state.note(
        site_folder=str(serves.folder), site_source=str(serves.source), site_hash=serves.hash,
        site_taken_at=serves.taken_at, site_problems=list(serves.problems) or None,
    )  # fmt: skip
    return SiteSettings(site=slug, sites=serves.folder)


def database_of(realm: str) -> str:
    """Return the name of a site's database."""
    return f"{DATABASE}_{realm.replace('-', '_')}" if realm else DATABASE


def whole_hub(folder: Path, realm: str) -> Path:
    """Return the folder of the hub that holds the one of this site.

    Raises:
        NotWithinAHub: it is in none.
    """
    if not realm:
        return folder
    if folder.name != realm or folder.parent.name != SITES:
        raise NotWithinAHub(site=realm)
    return folder.parent.parent


def key_copy_of(folder: Path, realm: str) -> Path:
    """Return where the key copy of a site is, of a hub whose key copies are in `folder`."""
    return folder / SITES / realm if realm else folder


def administering(platform: Platform, realm: str) -> KafkaAccess:
    """Return Kafka's administrator, who sees and changes what is the site's alone."""
    return replace(platform.hub_access, realm=realm)
