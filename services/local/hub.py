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
from services.local.errors import LocalTrouble
from services.local.fleet import Fleet
from services.local.ground import (
    AGENCIES,
    Ground,
    in_order,
    key_copy_of,
    laid,
    site_taken,
    something_to_serve,
    state_of,
)
from services.local.kafka import some_free
from services.local.platform import Platform
from services.local.progress import Progress, quiet
from services.local.roster import runner
from services.local.settings import LocalSettings
from services.local.state import State
from services.moving import Follower, pairs
from services.plumbing.access import KafkaAccess
from services.plumbing.clock import Clock
from services.plumbing.keystore import ensure_keys
from services.plumbing.layout import user_of
from services.plumbing.log import logger
from services.plumbing.loop import lean, steady
from services.plumbing.passwords import Passwords
from services.plumbing.settings import PipesSettings
from services.plumbing.standing import standing
from services.plumbing.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path

    from services.moving.partners import Pair
    from services.plumbing.runner import Runner

SECONDS_TO_READY: Final = 120.0
_STEPS: Final = 3
"""For each site."""
_STEP: Final = "starting the hub"
_FETCH_BYTES: Final = 1024 * 1024
_RELAY_ROWS: Final = 150


class ServiceNotReady(LocalTrouble):
    """The services {services} did not become ready within {seconds} seconds.

    Next: read {logs}; `hub status` shows what they wait for.
    """


class Hub:
    """A hub that is ready. What runs and how to reach it is also in the `hub.json` of its state folder."""

    def __init__(self, platform: Platform, ground: Ground, fleet: Fleet | None, further: Sequence[Hub] = ()) -> None:
        """Use `started`, which also stops."""
        self.platform = platform
        self.ground = ground
        self.site = ground.site
        self.database = ground.database
        """An administrator's address (DSN) of the site's database."""
        self.further = tuple(further)
        """The other sites of the same servers, each as a hub of its own."""
        self._fleet = fleet

    @property
    def agency_passwords(self) -> Passwords:
        """The agencies' passwords."""
        return Passwords(self.ground.secrets / AGENCIES)

    def agency_access(self, slug: str) -> KafkaAccess:
        """Return how an agency logs in."""
        realm = self.ground.realm
        return KafkaAccess(
            self.platform.agency_kafka, user_of(slug, realm), self.agency_passwords.of(slug), realm=realm
        )

    def facts(self) -> dict[str, Any]:
        """Return what another program needs to know, as `hub up --json` prints it."""
        noted = self.ground.state.facts()
        pids = {name: noted[f"{name}_pid"] for name in ("kafka", "postgres") if f"{name}_pid" in noted}
        services = self._fleet.pids() if self._fleet else dict.fromkeys(topics.SERVICES, os.getpid())
        return {
            "ready": True,
            "state": str(self.ground.state.folder),
            "site": self.site.slug,
            "kafka": self.platform.kafka,
            "agency_kafka": self.platform.agency_kafka,
            "postgres": self.database,
            "console": noted["console"],
            "pids": {"hub": os.getpid()} | pids | services,
        } | ({"sites": {one.site.slug: one.facts() for one in self.further}} if self.further else {})


@asynccontextmanager
async def started(
    folder: Path | None = None,
    *,
    site: str | Sequence[str] = "whatcom",
    processes: bool = False,
    minute_seconds: float | None = None,
    progress: Progress = quiet,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Hub]:
    """Start everything; at the end stop everything, also when the start itself fails half way.

    Of several sites the first is the hub that is yielded, and the others are its `further` ones. `environment` holds
    more settings of the services where each has a process of its own.

    Raises:
        LocalTrouble, SiteUnreadable: as their names say.
    """
    home = State(folder or LocalSettings().state)
    first, *others = in_order([site] if isinstance(site, str) else list(dict.fromkeys(site)), home)
    for one in (first, *others):
        something_to_serve(state_of(home, one, first), one)
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(Platform.started(folder, progress=progress))
        # Whoever reads hub.json must not take two servers for a whole hub.
        platform.state.note(ready=False, site=first, sites=None)
        stepped = _steps(progress, _STEPS * (1 + len(others)))
        hubs: list[Hub] = []
        for one in (*others, first):
            settings = site_taken(state_of(platform.state, one, first), one)
            ground = await laid(platform, settings, first=one == first, minute_seconds=minute_seconds)
            stepped()
            hubs.append(await _run(stack, platform, ground, hubs, environment if processes else None, stepped))
            _note(platform, ground, minute_seconds)
        for other in hubs[:-1]:
            stack.callback(other.ground.state.note, ready=False)
        for pair in pairs(one.site for one in hubs):
            await stack.enter_async_context(_moving(pair, {one.site.slug: one for one in hubs}))
        folders = {one.site.slug: str(one.ground.state.folder) for one in hubs[:-1]}
        platform.state.note(ready=True, sites=folders or None)
        yield hubs[-1]


def _steps(progress: Progress, steps: int) -> Callable[[], None]:
    """Return what is called after each step of the start."""
    done = 0

    def stepped() -> None:
        nonlocal done
        progress(_STEP, done, steps)
        done += 1

    stepped()
    return stepped


def _note(platform: Platform, ground: Ground, minute_seconds: float | None) -> None:
    """Write down how one site is reached; the first is ready with the whole hub."""
    ground.state.note(
        ready=bool(ground.realm), site=ground.site.slug, realm=ground.realm, postgres=ground.database,
        hub_pid=os.getpid(), minute_seconds=minute_seconds, kafka=platform.kafka, agency_kafka=platform.agency_kafka,
        within=str(platform.state.folder) if ground.realm else None,
    )  # fmt: skip


async def _run(
    stack: AsyncExitStack,
    platform: Platform,
    ground: Ground,
    others: Sequence[Hub],
    environment: Mapping[str, str] | None,
    stepped: Callable[[], None],
) -> Hub:
    """Run one site's services, each in a process of its own where there is an environment for them."""
    since, fleet = datetime.now(UTC), None
    port = (ConsoleSettings().console_port if not ground.realm else None) or some_free(1)[0]
    ground.state.note(console=f"http://127.0.0.1:{port}/", key_copy=None)
    await _key_copy(stack, ground)
    if environment is not None:
        fleet = Fleet(
            ground, {"HUB_CONSOLE_PORT": str(port), "HUB_SITES": str(ground.serves.sites)} | dict(environment)
        )
        stack.push_async_callback(fleet.stop)
        await fleet.start()
    else:
        await _in_this_process(stack, ground, port)
    stepped()
    await _ready(ground, since)
    stepped()
    return Hub(platform, ground, fleet, () if ground.realm else others)


def pipes_settings(ground: Ground, **more: Any) -> PipesSettings:
    """Return how a service of this site reaches its servers."""
    return PipesSettings(
        kafka=ground.kafka, postgres=ground.database, secrets=ground.secrets, site=ground.site.slug,
        realm=ground.realm, instance=f"local-{os.getpid()}", heartbeat_seconds=1.0, **more,
    )  # fmt: skip


def _sharing_a_process(settings: PipesSettings) -> PipesSettings:
    """Return them with smaller pieces, where nobody chose their sizes: memory goes with what all have under way."""
    small = {"fetch_bytes": _FETCH_BYTES, "relay_rows": _RELAY_ROWS}
    return settings.model_copy(
        update={name: size for name, size in small.items() if name not in settings.model_fields_set}
    )


async def _in_this_process(stack: AsyncExitStack, ground: Ground, console_port: int) -> None:
    keys = ensure_keys(ground.secrets)
    settings = _sharing_a_process(pipes_settings(ground))
    runners = [
        runner(name, ground.site, keys, settings, console_port, ground.serves.rota_file) for name in topics.SERVICES
    ]
    # All are asked to stop at once: what one says last the others need not hear before the next start.
    stack.push_async_callback(_stop, runners)
    turns = Turns()
    await asyncio.gather(*(one.start(turns) for one in runners))
    steady()
    await stack.enter_async_context(lean())
    await stack.enter_async_context(_ticking(Clock(settings)))


async def _key_copy(stack: AsyncExitStack, ground: Ground) -> None:
    """Keep the key copy in step, where there is one; what stands in the way shows in `hub.json`, and so in `status`."""
    folder = LocalSettings().key_copy
    if folder is not None:
        copy = KeyCopy.of(key_copy_of(folder, ground.realm), ensure_keys(ground.secrets))
        await stack.enter_async_context(kept_in_step(ground.database, copy, partial(_noted, ground)))


def _noted(ground: Ground, trouble: str | None) -> None:
    ground.state.note(key_copy=trouble)


@asynccontextmanager
async def _ticking(clock: Clock) -> AsyncIterator[None]:
    ticking = asyncio.create_task(clock.run())
    try:
        yield
    finally:
        await clock.stop()
        await asyncio.gather(ticking, return_exceptions=True)


@asynccontextmanager
async def _moving(pair: Pair, hubs: Mapping[str, Hub]) -> AsyncIterator[None]:
    """Carry people's moves from one site to the other, as the partner that each is at the other."""
    here, there = hubs[pair.here].agency_access(pair.at_here), hubs[pair.there].agency_access(pair.at_there)
    moving = asyncio.create_task(Follower((pair.at_here, here), (pair.at_there, there), log=logger()).run())
    try:
        yield
    finally:
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)


async def _stop(runners: list[Runner]) -> None:
    await asyncio.shield(asyncio.gather(*(one.stop() for one in runners), return_exceptions=True))


async def _ready(ground: Ground, since: datetime) -> None:
    """Wait until an instance of every service that began after `since` says that it reads."""
    until = time.monotonic() + SECONDS_TO_READY
    waiting = set(topics.SERVICES)
    while waiting:
        for name in sorted(waiting):
            if any(
                one.state == "ready" and one.started_at >= since
                for one in (await standing(ground.database, name, realm=ground.realm)).instances
            ):
                waiting.discard(name)
        if waiting and time.monotonic() > until:
            raise ServiceNotReady(
                services=", ".join(sorted(waiting)), seconds=int(SECONDS_TO_READY), logs=ground.state.logs
            )
        await asyncio.sleep(0.1)
