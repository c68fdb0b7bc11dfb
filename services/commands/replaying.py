"""What the commands of a replay ask the hub: a word of an operator's, and then how far it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from contracts.envelope import agency_source
from contracts.replaying import ReplayStage
from services.commands import office, shown
from services.commands.confirming import followed_by, require_no_refusal
from services.plumbing.identity import derived
from services.replay.store import Asking

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from contracts.catalogue import ReplayEndorsed, ReplayRequested
    from services.commands.reach import Reach
    from services.replay.domain import Item, Replay

LOOK_SECONDS: Final = 0.2
ENDS: Final = frozenset(
    {
        ReplayStage.COMPLETED, ReplayStage.PAUSED, ReplayStage.CANCELLED, ReplayStage.REFUSED, ReplayStage.EXPIRED,
        ReplayStage.COMPENSATED,
    }
)  # fmt: skip
"""Where a run, or a rehearsal, is watched no more."""
STILL_SECONDS: Final = 120.0
"""So long nothing may move before the command says so and ends; the replay itself goes on."""
_NO_REPLAY: Final = "`hub replay list` names them."


class Found(NamedTuple):
    """A replay, how far its passes are and, where they were asked for, its items."""

    replay: Replay
    progress: dict[str, Any]
    items: list[Item]


def require_a_range(since: datetime | None, until: datetime | None, now: datetime) -> None:
    """See that the time is one that has been, before anything is said.

    Raises:
        Trouble: it is not.
    """
    if any(moment is not None and moment > now for moment in (since, until)):
        raise shown.Trouble("since: That moment is in the future.", "say an earlier --since or --until.")
    if since is not None and until is not None and since >= until:
        raise shown.Trouble("until: It is later than since; this is an empty time.", "say a later --until.")


async def all_of(found: Reach) -> list[Replay]:
    """Return the replays, the newest first."""
    async with found.connected("replay") as conn:
        return await Asking(conn).replays()


async def found_of(found: Reach, replay_id: str, *, items: bool = False) -> Found:
    """Return the replay of that id.

    Raises:
        Trouble: there is none.
    """
    async with found.connected("replay") as conn:
        asking = Asking(conn)
        replay = await asking.replay(replay_id)
        if replay is None or replay.asked is None:
            raise shown.Trouble(f"No replay {replay_id} is known.", _NO_REPLAY)
        known = [one async for one in asking.items(replay_id)] if items else []
        return Found(replay, await asking.progress(replay_id), known)


async def planned(found: Reach, event: ReplayRequested) -> str:
    """Ask for a plan, and wait for it; return the replay's id.

    Raises:
        Trouble: it was refused: nothing is planned.
    """
    answer = await office.said(found, event, see="hub replay list")
    word = str(answer["id"])
    replay_id = derived("rpl-", agency_source(found.site.program_office), word)
    stage = await watched(
        found, replay_id, "foresee", {ReplayStage.PLANNED, ReplayStage.COMPLETED, ReplayStage.REFUSED}
    )
    if stage is ReplayStage.REFUSED:
        async with found.asking() as asking:
            for _ in range(50):
                require_no_refusal(found.site, word, await asking.caused_by(word))
                await asyncio.sleep(LOOK_SECONDS)
        raise shown.Trouble("The hub refused it.", "look at `hub timeline`, and ask for something else.")
    return replay_id


async def endorsed(found: Reach, event: ReplayEndorsed) -> None:
    """Say a second person's approval.

    Raises:
        Trouble: nobody has a key, this operator's is not here, or the hub refused it.
    """
    from services.intake.store import registered_operators

    async with found.connected("intake") as conn:
        registered = await registered_operators(conn)
    if not registered:
        raise shown.Trouble(
            "An approval is signed, and no operator has a key.", "`hub operator add` makes one for each of you."
        )
    if not office.holds_a_key(found, event.operator, registered):
        raise shown.Trouble(
            "An approval is signed with the operator's registered key, and that is not here.",
            "name yourself with --as, or HUB_OPERATOR; `hub operator list` names all.",
        )
    see = f"hub replay show {event.replay_id}"
    await office.said(found, event, shows=followed_by("replay.approved"), see=see)


async def watched(found: Reach, replay_id: str, mode: str, until: Collection[ReplayStage]) -> ReplayStage:
    """Stay until the replay stands where it is waited for, with a bar and the time left; return where it stands.

    Raises:
        Trouble: nothing moved for long. The replay goes on by itself.
    """
    loop = asyncio.get_running_loop()
    with _bar() as bar:
        task, last, moved_at = bar.add_task(mode, total=None), (-1, -1), loop.time()
        async with found.connected("replay") as conn:
            asking = Asking(conn)
            while True:
                replay = await asking.replay(replay_id)
                course = (await asking.progress(replay_id)).get(mode, {"answered": 0, "total": 0})
                bar.update(task, completed=course["answered"], total=course["total"] or None)
                if replay is not None and (replay.stage in until):
                    return replay.stage
                now = (course["answered"], course["total"])
                if now != last:
                    last, moved_at = now, loop.time()
                if loop.time() - moved_at > STILL_SECONDS:
                    raise shown.Trouble("It does not move.", f"see `hub status`, and `hub replay show {replay_id}`.")
                await asyncio.sleep(LOOK_SECONDS)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=shown.aside,
        transient=True, disable=not shown.aside.is_terminal,
    )  # fmt: skip
