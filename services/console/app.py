"""How the console is put together; the only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.console.domain import HEARS, File, decide, evolve, key
from services.console.pages import pages
from services.console.store import ConsoleStore
from services.plumbing.service import Service

if TYPE_CHECKING:
    from services.plumbing.service import Store
    from services.sites import Site


def service(site: Site, store: Store[File, None] | None = None) -> Service[File, None]:
    """Return the service; it keeps its files in PostgreSQL unless another store is given. Every site's is alike."""
    del site
    return Service(
        name="console",
        hears=HEARS,
        key=key,
        evolve=evolve,
        decide=decide,
        store=store or ConsoleStore(),
    )


__all__ = ["pages", "service"]
