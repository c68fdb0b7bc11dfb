"""How charges is put together; the only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.charges.domain import HEARS, SERVICE, Desk, Docket, evolve, key
from services.charges.store import Dockets
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[Docket, None] | None = None) -> Service[Docket, None]:
    """Return the service for this site; it keeps its dockets in PostgreSQL unless another store is given."""
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=Desk(site).decide,
        store=store or Dockets(),
    )
