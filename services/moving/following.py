"""Follows both lanes from their beginnings, and says what is still to be said."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

from aiokafka.errors import KafkaError

from contracts.envelope import Envelope, Fact, agency_source, structured
from services.moving.domain import Moves
from services.partner import NotLetIn, Partner

if TYPE_CHECKING:
    from services.moving.domain import Saying
    from services.partner.client import Ear
    from services.plumbing.access import KafkaAccess

_AGAIN_SECONDS: Final = 5.0


class Follower:
    """The partner on both sides of one direction. What it knows it reads anew from the lanes at each start.

    What it said before it then says again, with the same ids and the same bytes: the doors know them, and nothing
    follows twice. A referral that was acknowledged is not sent again.
    """

    def __init__(self, here: tuple[str, KafkaAccess], there: tuple[str, KafkaAccess], *, log: Any) -> None:
        """`here` is the slug and access at the site that people come from, `there` that where they move to."""
        self._here, self._there = here, there
        self._log = log
        self._said: set[str] = set()

    async def run(self) -> None:
        """Follow until cancelled; whatever is away is waited out."""
        while True:
            try:
                async with AsyncExitStack() as stack:
                    here = await stack.enter_async_context(Partner(*self._here))
                    there = await stack.enter_async_context(Partner(*self._there))
                    ears = [await stack.enter_async_context(one.listening(start="earliest")) for one in (here, there)]
                    await self._follow((here, there), ears)
            except (NotLetIn, KafkaError, OSError, TimeoutError) as trouble:
                self._log.warning("moving waits", to=self._there[0], trouble=type(trouble).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _follow(self, partners: tuple[Partner, Partner], ears: list[Ear]) -> None:
        moves = Moves()
        notes = (moves.heard_here, moves.heard_there)
        behind = {0, 1}
        while True:
            for lane, (ear, note) in enumerate(zip(ears, notes, strict=True)):
                heard = await ear.within()
                if not heard:
                    behind.discard(lane)
                for one in heard:
                    if one.fact is not None:
                        note(one.fact)
            # Before both lanes are read, what was answered long ago would look open.
            if not behind:
                for saying in moves.to_say():
                    await self._say(partners, saying)

    async def _say(self, partners: tuple[Partner, Partner], saying: Saying) -> None:
        if saying.id in self._said:
            return
        partner = partners[saying.there]
        await partner.send(json.dumps(_written(partner.slug, saying)).encode())
        self._said.add(saying.id)
        self._log.info("moved", type=saying.event.name, to=partner.slug)


def _written(slug: str, saying: Saying) -> dict[str, Any]:
    event = saying.event
    envelope = Envelope(saying.id, agency_source(slug), event.name, saying.at, saying.subject, event.dataschema)
    return structured(Fact(event, envelope))
