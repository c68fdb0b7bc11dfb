"""How pretrial is put together; the only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.plumbing.service import Service
from services.pretrial.domain import HEARS, SERVICE, Docket, Roads, evolve
from services.pretrial.store import PersonRoads

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[Roads, None] | None = None) -> Service[Roads, None]:
    """Return the service for this site; it keeps its roads in PostgreSQL unless another store is given."""
    docket = Docket(site)
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=docket.key,
        evolve=evolve,
        decide=docket.decide,
        store=store or PersonRoads(),
    )
