"""Where the hub is that a command speaks with: on this machine, by its state folder, or on servers named by HUB_*."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from services.commands.settings import CommandSettings
from services.commands.shown import Trouble
from services.local.broker_properties import HUB_USER
from services.local.settings import LocalSettings
from services.local.state import State, left_behind
from services.plumbing.access import KafkaAccess
from services.plumbing.layout import user_of
from services.plumbing.passwords import Passwords
from services.plumbing.roles import STATUS, role_of
from services.sites import Site
from services.sites.loading import SITES
from services.sites.settings import SiteSettings

if TYPE_CHECKING:
    from services.console.store import Asking
    from services.partner import Partner
    from services.plumbing.keystore import SiteKeys
    from services.sites import Agency

AGENCIES: Final = "agencies"
"""The folder of the agencies' passwords, within that of the hub's."""

StateOption = Annotated[
    Path | None, typer.Option("--state", help="The state folder of the hub (default: HUB_STATE, else your own).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")]
SiteOption = Annotated[str, typer.Option("--site", help="The site, a folder of deploy/sites.", envvar="HUB_SITE")]
OtherSiteOption = Annotated[
    str | None, typer.Option("--site", help="Another site than that of the hub which runs (or of HUB_SITE).")
]


@dataclass(frozen=True)
class Reach:
    """A hub that can be spoken with: both doors of its Kafka, its database, its passwords, its site."""

    state: Path
    facts: dict[str, Any]
    hub: KafkaAccess
    agency_bootstrap: str
    postgres: str
    passwords: Passwords
    site: Site
    settings: CommandSettings
    realm: str = ""
    """What stands before the site's names; empty for the first site of a hub."""
    administrator: KafkaAccess | None = None
    """Who may make topics and users, where that is not `hub`: for a further site of a hub, the first site's user."""

    @property
    def administering(self) -> KafkaAccess:
        """Who makes this site's topics, users and permissions in Kafka."""
        return self.administrator or self.hub

    def agency(self, slug: str) -> Agency:
        """Return the agency of that slug.

        Raises:
            Trouble: the site has no such agency.
        """
        if slug not in self.site.agencies:
            raise Trouble(f"The site {self.site.slug} has no agency {slug}.", "`hub agency list` names them.")
        return self.site.agencies[slug]

    def access(self, slug: str) -> KafkaAccess:
        """Return how that agency logs in.

        Raises:
            Trouble: the site has no such agency, or its password was never made.
        """
        self.agency(slug)
        password = self.passwords.known(slug)
        if password is None:
            raise Trouble(f"{slug} has no password yet.", "`hub topics apply` makes topics, users and passwords.")
        user = user_of(slug, self.realm)
        return KafkaAccess(self.agency_bootstrap, user, password, self.hub.protocol, self.realm)

    def keys(self) -> SiteKeys:
        """Return the site's keys, as its services have them: all from the environment, else all from the folder.

        Raises:
            Trouble: one of them is missing.
        """
        from services.plumbing.keystore import known_keys

        # The hub on this machine made its own, whatever else the environment names.
        given = None if self.facts else self.settings.given_keys
        try:
            return given or known_keys(self.passwords.folder.parent)
        except FileNotFoundError as missing:
            file = Path(str(missing.filename))
            next_step = (
                "bring it back, name its folder with HUB_SECRETS, or give all three keys as the services have them."
            )
            raise Trouble(f"There is no {file.name} in {file.parent}.", next_step) from None

    @asynccontextmanager
    async def connected(self, service: str, *, watching: bool = False) -> AsyncIterator[Any]:
        """Connect to the database as one service's role; `watching` as who sees counts and reasons there alone.

        Raises:
            Trouble: the database is away, or does not know the service yet.
        """
        import asyncpg

        watched = STATUS.removeprefix("hub_") if watching else service
        role, password = role_of(watched, self.realm), self.settings.database_password(watched)
        try:
            conn = await asyncpg.connect(
                self.postgres, user=role, password=password, server_settings={"search_path": service}
            )
        except (OSError, asyncpg.PostgresError) as reason:
            happened = f"The hub's database does not answer: {type(reason).__name__}."
            raise Trouble(happened, "see with `hub status` whether the hub runs.") from None
        try:
            yield conn
        finally:
            await conn.close()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Asking]:
        """Ask the console, as its own role.

        Raises:
            Trouble: as `connected` does.
        """
        from services.console.store import Asking

        async with self.connected("console") as conn:
            yield Asking(conn)

    def partner(self, slug: str) -> Partner:
        """Return the agency as a client, with its own credentials.

        Raises:
            Trouble: as `access` does.
        """
        from services.partner import Partner

        return Partner(slug, self.access(slug))


async def known(asking: Asking, person: str) -> None:
    """See that the hub knows this person: nothing is said of somebody who was mistyped.

    Raises:
        Trouble: it does not.
    """
    if not await asking.knows(person):
        raise Trouble(f"No person {person} is known.", "look at the reference; `hub person find` finds people.")


def find(state: Path | None, site: str | None = None) -> Reach:
    """Find the hub: in the state folder that is given, else at HUB_KAFKA and HUB_POSTGRES, else in the usual folder.

    Where several sites are in one hub, `site` or HUB_SITE says which; else it is the first.

    Raises:
        Trouble: none runs there, or not for that site.
    """
    settings = CommandSettings()
    if state is None and settings.elsewhere:
        return _elsewhere(settings)
    whole = State(state or LocalSettings().state)
    facts = whole.facts()
    if not facts.get("ready"):
        raise Trouble(f"No hub runs in {whole.folder}.", "start one with `hub up`, or name its folder with --state.")
    folder = _of_site(whole, site or (settings.site if "site" in settings.model_fields_set else None))
    facts = folder.facts()
    within = State(Path(facts["within"])) if "within" in facts else folder
    if left_behind(within):
        happened = f"The hub in {folder.folder} has ended without a word; nothing that it kept is lost."
        raise Trouble(happened, f"start it again with `hub up --state {folder.folder}`.")
    password = folder.passwords.known(HUB_USER)
    if password is None:
        raise Trouble(f"The hub's password in {folder.secrets} is missing.", "bring it back, or start anew.")
    realm = facts.get("realm", "")
    return Reach(
        state=folder.folder,
        facts=facts,
        hub=KafkaAccess(facts["kafka"], user_of(HUB_USER, realm), password, realm=realm),
        realm=realm,
        administrator=_administrator(within, realm),
        agency_bootstrap=facts["agency_kafka"],
        postgres=facts["postgres"],
        passwords=Passwords(folder.secrets / AGENCIES),
        site=in_force(facts, settings.site),
        settings=settings,
    )


def _of_site(whole: State, site: str | None) -> State:
    """Return the state of one site of a hub.

    Raises:
        Trouble: it is not among the hub's sites.
    """
    facts = whole.facts()
    further: dict[str, str] = facts.get("sites", {})
    if site is None or site == facts.get("site"):
        return whole
    if site not in further:
        here = ", ".join([str(facts.get("site")), *further])
        raise Trouble(f"The hub in {whole.folder} is that of {here}, not of {site}.", "name one of its sites.")
    return State(Path(further[site]))


def _administrator(within: State, realm: str) -> KafkaAccess | None:
    """Return the user who administers the Kafka of a hub, for one of its further sites."""
    password = within.passwords.known(HUB_USER) if realm else None
    return KafkaAccess(within.facts()["kafka"], HUB_USER, password, realm=realm) if password else None


def in_force(facts: dict[str, Any], otherwise: str) -> Site:
    """Return the site that a hub on this machine serves, by the words that it took, whatever its folder says now."""
    taken = facts.get("site_folder")
    if taken is None:
        return SiteSettings(site=facts.get("site", otherwise)).load()
    return SiteSettings(site=facts["site"], sites=Path(taken)).load()


def served(named: str | None, state: Path | None) -> Site:
    """Return the site that is named; else that of the hub which runs, by the words that it took; else the usual one."""
    settings = CommandSettings()
    facts = {} if state is None and settings.elsewhere else State(folder_of(state, named)).facts()
    runs = facts.get("ready") and named in {None, facts.get("site")}
    return in_force(facts, settings.site) if runs else site_of(named, state)


def site_of(named: str | None, state: Path | None) -> Site:
    """Return the site that is named; else that of the hub which runs; else the usual one: as their folders are now."""
    settings = CommandSettings()
    if named:
        return SiteSettings(site=named).load()
    facts = {} if state is None and settings.elsewhere else State(state or LocalSettings().state).facts()
    asked = settings.site if "site" in settings.model_fields_set else None
    running = facts.get("site") if facts.get("ready") and asked not in facts.get("sites", {}) else asked
    return SiteSettings(site=running or settings.site).load()


def realm_of(site: Site, state: Path | None) -> str:
    """Return what stands before the names of the site, where a hub runs it; else what would, were it the first."""
    settings = CommandSettings()
    if state is None and settings.elsewhere:
        return settings.realm
    whole = State(state or LocalSettings().state).facts()
    return site.slug if site.slug in whole.get("sites", {}) else str(whole.get("realm", ""))


def folder_of(state: Path | None, site: str | None = None) -> Path:
    """Return the state folder that is named, else the usual one; within it that of the site, where it is a further one.

    `site` is the site that is meant, else that of HUB_SITE.
    """
    settings = CommandSettings()
    whole = State(state or LocalSettings().state)
    asked = site or (settings.site if "site" in settings.model_fields_set else "")
    return State(Path(whole.facts().get("sites", {}).get(asked, whole.folder))).folder


def sites_folder() -> Path:
    """Return the folder of sites: HUB_SITES, else the repository's own."""
    return SiteSettings().sites or SITES


def _elsewhere(settings: CommandSettings) -> Reach:
    secrets = settings.secrets or LocalSettings().state / "secrets"
    return Reach(
        state=secrets.parent,
        facts={},
        hub=settings.access,
        realm=settings.realm,
        administrator=settings.administrator,
        agency_bootstrap=settings.agency_kafka or settings.kafka,
        postgres=settings.postgres,
        passwords=Passwords(secrets / AGENCIES),
        site=SiteSettings(site=settings.site).load(),
        settings=settings,
    )
