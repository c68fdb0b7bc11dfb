"""Whether an operator's word took effect: it is looked for where the effect stands, for silence alone is no yes.

A refusal reaches the program office by way of notification. Where that is down nothing is heard, and a word that was
refused would look like one that was admitted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from contracts.envelope import agency_source
from contracts.words import Problem
from services.commands.shown import Trouble
from services.console.domain.timeline import refused_mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.commands.reach import Reach
    from services.console.domain import Step
    from services.sites import Site

EFFECT_SECONDS: Final = 15.0
"""The longest wait for an effect; it ends as soon as the effect shows, and a busy hub is not called silent."""
LOOK_SECONDS: Final = 0.1

Shows = Callable[["Reach", list["Step"]], Awaitable[bool]]
"""Whether the effect is there: asked with the word itself and all that followed from it, as the console knows them."""


class NotConfirmed(Trouble):
    """The hub has read the word, and neither its effect nor a refusal shows."""

    def __init__(self, see: str) -> None:
        """`see` is the command that shows later whether it took effect."""
        super().__init__(
            "The hub has read it, but nothing shows that it took effect: it may have been refused, or comes late.",
            f"look at `hub status` for a service that is down, and at `{see}` before you say it again.",
        )


async def in_the_log(_found: Reach, steps: list[Step]) -> bool:
    """Whether the word was admitted: it stands in the hub's own log, or something else does because of it."""
    return bool(steps)


def followed_by(event: str) -> Shows:
    """Return whether this event was said because of the word."""

    async def shows(_found: Reach, steps: list[Step]) -> bool:
        return any(step.event == event for step in steps)

    return shows


async def confirmed(
    found: Reach, identity: str, shows: Shows, see: str, *, seconds: float = EFFECT_SECONDS
) -> list[Step]:
    """Wait until the effect shows, and return what has followed so far.

    Raises:
        Trouble: the word was refused.
        NotConfirmed: nothing shows.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    async with found.asking() as asking:
        while True:
            word = await asking.named([agency_source(found.site.program_office)], identity)
            followed = [one for one in await asking.caused_by(identity) if one.id != identity]
            require_no_refusal(found.site, identity, followed)
            if await shows(found, [*word, *followed]):
                return followed
            if loop.time() > until:
                raise NotConfirmed(see)
            await asyncio.sleep(LOOK_SECONDS)


def require_no_refusal(site: Site, identity: str, followed: Iterable[Step]) -> None:
    """See that no service said no to this word. What else was refused because of it is no answer to it.

    Raises:
        Trouble: one did; with its field, rule and fix.
    """
    mark = refused_mark(site.program_office, identity)
    for step in followed:
        refusal: dict[str, Any] | None = step.details.get("refusal")
        if refusal is None or refusal.get("agency") != site.program_office or step.details.get("refused", mark) != mark:
            continue
        problems = [Problem.model_validate(one) for one in refusal.get("problems", ())]
        raise Trouble.of(problems, "The hub refused it: ")
