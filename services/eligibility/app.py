"""How eligibility is put together; the only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.eligibility.domain import HEARS, SERVICE, Desk, PersonFile, Rules, evolve, key
from services.eligibility.store import PersonFiles
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[PersonFile, None] | None = None) -> Service[PersonFile, None]:
    """Return the service for this site; it keeps its files in PostgreSQL unless another store is given.

    Raises:
        PolicyUnusable: a clause of one of the site's policies is wrong.
    """
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=Desk(Rules(site)).decide,
        store=store or PersonFiles(),
    )
