"""How replay is put together; the only wiring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.plumbing.service import Service
from services.replay.app.running import Running
from services.replay.domain import HEARS, SERVICE, Ground, Replay, decide, evolve, key
from services.replay.settings import RunnerSettings
from services.replay.store import Replays

if TYPE_CHECKING:
    from services.plumbing.runner import Beside, Pipes
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[Replay, Ground] | None = None) -> Service[Replay, Ground]:
    """Return the service for this site; it keeps everything in PostgreSQL unless another store is given."""
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=partial(decide, site),
        store=store or Replays(),
    )


def running(site: Site, settings: RunnerSettings | None = None) -> Beside:
    """Return the runner, to run beside the service."""
    chosen = settings or RunnerSettings()

    async def run(pipes: Pipes) -> None:
        await Running(site, pipes, chosen).run()

    return run


__all__ = ["running", "service"]
