"""How consent is put together; the only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.consent.domain import HEARS, SERVICE, Desk, Register, evolve, key
from services.consent.store import Registers
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[Register, None] | None = None) -> Service[Register, None]:
    """Return the service for this site; it keeps its registers in PostgreSQL unless another store is given."""
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=Desk(site).decide,
        store=store or Registers(),
    )
