"""How intake is put together; the only wiring."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from contracts import catalogue, topics
from contracts.event import Event
from services.intake.domain import (
    TAKES_BACK,
    Case,
    Door,
    Naming,
    Register,
    Rules,
    Unadmitted,
    decide,
    evolve,
    follow,
    reused,
)
from services.intake.store import Cases
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.sealing import Sealer, Wrapping
from services.plumbing.service import Service
from services.plumbing.signing import signed_by

if TYPE_CHECKING:
    from services.plumbing.keystore import SiteKeys
    from services.plumbing.service import Store
    from services.sites import Site

SERVICE: Final = "intake"
HEARS: Final[tuple[type[Event], ...]] = (
    Unadmitted,
    catalogue.AssignmentEnrolled,
    catalogue.DeadlineReached,
    *(
        event
        for name in catalogue.__all__
        if issubclass(event := getattr(catalogue, name), Event) and event.topic == topics.TO_HUB
    ),
)
"""All that any agency may say, what the door could not admit, and what tells that a record's time has come."""


def service(site: Site, keys: SiteKeys, store: Store[Case, Register] | None = None) -> Service[Case, Register]:
    """Return the service for this site; it remembers in PostgreSQL unless another store is given."""
    naming = Naming(keys.matching)
    door = Door(site, Pseudonyms(keys.pseudonym).person, naming)
    rules = Rules(site, naming, signed_by, door.corrected)
    return Service(
        name=SERVICE,
        hears=HEARS,
        key=naming.key,
        evolve=evolve,
        decide=partial(decide, rules),
        follow=partial(follow, rules),
        store=store or Cases(Sealer(keys.site, PostgresKeyStore()), PostgresKeyStore(), Wrapping(keys.site)),
        door=door,
        reused=reused,
        aside=door.aside,
        again=door.again,
        holding=TAKES_BACK,
        put_away=door.put_away,
        corrected=door.corrected,
        pattern=topics.EVERY_TO_HUB,
    )
