"""How a caseload ends undisturbed, as it does in memory; the journeys show that this does not hang on its size."""

from __future__ import annotations

import asyncio
import functools
import hashlib
from datetime import datetime

from services.plumbing.keystore import SiteKeys
from services.plumbing.ring import Ring
from services.sites import load_site
from tests.journeys.cast import Cast, caseload, kinds, tag
from tests.journeys.ends import Ends, ends
from tests.journeys.memory import WholeHub

KEYS = SiteKeys(
    site=Ring.of(hashlib.sha256(b"s").digest()),
    pseudonym=hashlib.sha512(b"p").digest(),
    matching=hashlib.sha256(b"m").digest(),
)


def expected(first: int, count: int, now: datetime) -> Ends:
    """The ends of the cases from number `first` on: those of their kind, under their own names."""
    one_of_each = _one_of_each(now)
    found = {}
    for number in range(first, first + count):
        mine, model = tag(number), tag(number % kinds())
        found[mine] = {
            where: sorted(_renamed(line, model, mine) for line in lines) if where == "hub.disclosures"
            else [_renamed(line, model, mine) for line in lines]
            for where, lines in one_of_each[model].items()
        }  # fmt: skip
    return found


def _renamed(line: str, model: str, mine: str) -> str:
    return line.replace(model, mine).replace(model.title(), mine.title())


@functools.cache
def _one_of_each(now: datetime) -> Ends:
    hub, cast = WholeHub(load_site("whatcom"), KEYS, at=now), Cast(caseload(kinds(), now), now)
    asyncio.run(hub.play(cast))
    assert hub.parked() == []
    return ends(cast, hub.facts())
