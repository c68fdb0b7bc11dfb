"""How assignment is put together; the only wiring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.assignment.domain import HEARS, SERVICE, Board, Naming, Rules, State, decide, evolve, follow, key
from services.assignment.gateways import watching
from services.assignment.store import Placements
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Rota, Site


def service(
    site: Site, naming: bytes, store: Store[State, Board] | None = None, rota: Rota | None = None
) -> Service[State, Board]:
    """Return the service for this site; it keeps everything in PostgreSQL unless another store is given.

    `naming` is the key of offers' ids, `SiteKeys.naming`: of the site's keys this service has no other.
    `rota` may change while the service runs (`watching`).
    """
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=partial(decide, Rules(site, Naming(naming), rota)),
        follow=follow,
        store=store or Placements(site),
    )


__all__ = ["service", "watching"]
