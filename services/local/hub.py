"""The whole hub on one machine: platform, tables, topics, users, keys, services, clock; ready when all of them read.

All services run as tasks of this process, or each in a process of its own that is started again when it ends.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from services.backups.keeping import kept_in_step
from services.backups.keycopy import KeyCopy
from services.console.settings import ConsoleSettings
from services.local import inforce, laying
from services.local.errors import LocalTrouble
from services.local.fleet import Fleet
from services.local.kafka import some_free
from services.local.platform import Platform
from services.local.progress import Progress, quiet
from services.local.roster import runner
from services.local.settings import LocalSettings
from services.local.state import State
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import Administration
from services.plumbing.clock import Clock
from services.plumbing.keystore import ensure_keys
from services.plumbing.loop import lean, steady
from services.plumbing.passwords import Passwords
from services.plumbing.settings import PipesSettings
from services.plumbing.standing import database_made, standing
from services.plumbing.turns import Turns
from services.sites import SiteUnreadable
from services.sites.settings import SiteSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from services.plumbing.runner import Runner
    from services.sites import Site

AGENCIES: Final = "agencies"
DATABASE: Final = "hub"
SECONDS_TO_READY: Final = 120.0
_STEPS: Final = 4
_STEP: Final = "starting the hub"
_FETCH_BYTES: Final = 1024 * 1024
_RELAY_ROWS: Final = 150


class ServiceNotReady(LocalTrouble):
    """The services {services} did not become ready within {seconds} seconds.

    Next: read {logs}; `hub status` shows what they wait for.
    """


class Hub:
    """A hub that is ready. What runs and how to reach it is also in the `hub.json` of its state folder."""

    def __init__(self, platform: Platform, site: Site, database: str, fleet: Fleet | None) -> None:
        """Use `started`, which also stops."""
        self.platform = platform
        self.site = site
        self.database = database
        """An administrator's address (DSN) of the hub's database."""
        self._fleet = fleet

    @property
    def agency_passwords(self) -> Passwords:
        """The agencies' passwords."""
        return Passwords(self.platform.secrets / AGENCIES)

    def agency_access(self, slug: str) -> KafkaAccess:
        """Return how an agency logs in."""
        return KafkaAccess(self.platform.agency_kafka, slug, self.agency_passwords.of(slug))

    def facts(self) -> dict[str, Any]:
        """Return what another program needs to know, as `hub up --json` prints it."""
        noted = self.platform.state.facts()
        pids = {name: noted[f"{name}_pid"] for name in ("kafka", "postgres") if f"{name}_pid" in noted}
        services = self._fleet.pids() if self._fleet else dict.fromkeys(topics.SERVICES, os.getpid())
        return {
            "ready": True,
            "state": str(self.platform.state.folder),
            "site": self.site.slug,
            "kafka": self.platform.kafka,
            "agency_kafka": self.platform.agency_kafka,
            "postgres": self.database,
            "console": noted["console"],
            "pids": {"hub": os.getpid()} | pids | services,
        }


@asynccontextmanager
async def started(
    folder: Path | None = None,
    *,
    site: str = "whatcom",
    processes: bool = False,
    minute_seconds: float | None = None,
    progress: Progress = quiet,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Hub]:
    """Start everything; at the end stop everything, also when the start itself fails half way.

    `environment` holds more settings of the services where each has a process of its own.

    Raises:
        LocalTrouble, SiteUnreadable: as their names say.
    """
    _something_to_serve(State(folder or LocalSettings().state).folder, site)
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform.started(folder, progress=progress))
        settings = _site_taken(platform, site)
        known = settings.load()
        if minute_seconds is not None:
            known = known.with_minutes_of(minute_seconds)
        # Whoever reads hub.json must not take two servers for a whole hub.
        platform.state.note(ready=False, site=known.slug)
        progress(_STEP, 0, _STEPS)
        database = await database_made(platform.postgres, DATABASE)
        await laying.migrated(database, platform.secrets)
        progress(_STEP, 1, _STEPS)
        passwords = Passwords(platform.secrets / AGENCIES)
        await Administration(platform.hub_access, passwords).apply(laying.wanted(known))
        progress(_STEP, 2, _STEPS)
        since, fleet = datetime.now(UTC), None
        port = ConsoleSettings().console_port or some_free(1)[0]
        platform.state.note(console=f"http://127.0.0.1:{port}/", key_copy=None)
        await _key_copy(stack, platform, database)
        if processes:
            own = {"HUB_CONSOLE_PORT": str(port), "HUB_SITES": str(settings.sites)}
            fleet = Fleet(platform, database, known, own | dict(environment or {}))
            stack.push_async_callback(fleet.stop)
            await fleet.start()
        else:
            await _in_this_process(stack, platform, database, known, port, settings.rota_file)
        progress(_STEP, 3, _STEPS)
        await _ready(platform, database, since)
        progress(_STEP, _STEPS, _STEPS)
        hub = Hub(platform, known, database, fleet)
        platform.state.note(ready=True, postgres=database, hub_pid=os.getpid(), minute_seconds=minute_seconds)
        yield hub


def _something_to_serve(state: Path, slug: str) -> None:
    """See, before anything starts, that the site is sound or was taken before.

    Raises:
        SiteUnreadable: it is neither.
    """
    if inforce.kept(state, slug) is None and (problems := inforce.problems_of(slug, SiteSettings().sites)):
        raise SiteUnreadable(*problems)


def _site_taken(platform: Platform, slug: str) -> SiteSettings:
    """Take the site, and say in `hub.json` by which words this hub goes, and what is wrong with newer ones."""
    state = platform.state.folder
    serves = inforce.taken(state, slug, SiteSettings().sites)
    inforce.prune(state, serves)
    platform.state.note(
        site_folder=str(serves.folder), site_source=str(serves.source), site_hash=serves.hash,
        site_taken_at=serves.taken_at, site_problems=list(serves.problems) or None,
    )  # fmt: skip
    return SiteSettings(site=slug, sites=serves.folder)


def pipes_settings(platform: Platform, database: str, site: Site, **more: Any) -> PipesSettings:
    """Return how a service of this hub reaches its servers."""
    return PipesSettings(
        kafka=platform.kafka, postgres=database, secrets=platform.secrets, site=site.slug,
        instance=f"local-{os.getpid()}", heartbeat_seconds=1.0, **more,
    )  # fmt: skip


def _sharing_a_process(settings: PipesSettings) -> PipesSettings:
    """Return them with smaller pieces, where nobody chose their sizes: memory goes with what all have under way."""
    small = {"fetch_bytes": _FETCH_BYTES, "relay_rows": _RELAY_ROWS}
    return settings.model_copy(
        update={name: size for name, size in small.items() if name not in settings.model_fields_set}
    )


async def _in_this_process(
    stack: AsyncExitStack, platform: Platform, database: str, site: Site, console_port: int, rota_file: Path
) -> None:
    keys = ensure_keys(platform.secrets)
    settings = _sharing_a_process(pipes_settings(platform, database, site))
    runners = [runner(name, site, keys, settings, console_port, rota_file) for name in topics.SERVICES]
    # All are asked to stop at once: what one says last the others need not hear before the next start.
    stack.push_async_callback(_stop, runners)
    turns = Turns()
    await asyncio.gather(*(one.start(turns) for one in runners))
    steady()
    await stack.enter_async_context(lean())
    await stack.enter_async_context(_ticking(Clock(settings)))


async def _key_copy(stack: AsyncExitStack, platform: Platform, database: str) -> None:
    """Keep the key copy in step, where there is one; what stands in the way shows in `hub.json`, and so in `status`."""
    folder = LocalSettings().key_copy
    if folder is not None:
        copy = KeyCopy.of(folder, ensure_keys(platform.secrets))
        await stack.enter_async_context(kept_in_step(database, copy, partial(_noted, platform)))


def _noted(platform: Platform, trouble: str | None) -> None:
    platform.state.note(key_copy=trouble)


@asynccontextmanager
async def _ticking(clock: Clock) -> AsyncIterator[None]:
    ticking = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        await clock.stop()
        await asyncio.gather(ticking, return_exceptions=True)


async def _stop(runners: list[Runner]) -> None:
    await asyncio.shield(asyncio.gather(*(one.stop() for one in runners), return_exceptions=True))


async def _ready(platform: Platform, database: str, since: datetime) -> None:
    """Wait until an instance of every service that began after `since` says that it reads."""
    until = time.monotonic() + SECONDS_TO_READY
    waiting = set(topics.SERVICES)
    while waiting:
        for name in sorted(waiting):
            if any(
                one.state == "ready" and one.started_at >= since for one in (await standing(database, name)).instances
            ):
                waiting.discard(name)
        if waiting and time.monotonic() > until:
            raise ServiceNotReady(
                services=", ".join(sorted(waiting)), seconds=int(SECONDS_TO_READY), logs=platform.state.logs
            )
        await asyncio.sleep(0.1)
