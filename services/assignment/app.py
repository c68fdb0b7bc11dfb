"""How assignment is put together; the only wiring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.assignment.domain import HEARS, SERVICE, Board, State, decide, evolve, follow, key
from services.assignment.store import Placements
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[State, Board] | None = None) -> Service[State, Board]:
    """Return the service for this site; it keeps everything in PostgreSQL unless another store is given."""
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=partial(decide, site),
        follow=follow,
        store=store or Placements(site),
    )
