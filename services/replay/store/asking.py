"""What operators ask: which replays there are, how far one is, and each of its items."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from contracts.replaying import ReplayPass
from services.replay.domain import Answer, Item, Replay, end_of
from services.replay.store.keeping import read_replay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from services.plumbing.service import Connection

_PIECE: Final = 1_000
_ALL: Final = "SELECT state FROM replay.replays ORDER BY asked_at DESC NULLS LAST, replay_id LIMIT $1"
_ONE: Final = "SELECT state FROM replay.replays WHERE replay_id = $1"
_PASSES: Final = "SELECT mode, ordered, answered, total FROM replay.passes WHERE replay_id = $1"
_ITEMS: Final = """
SELECT number, original_id, person, message_type, referral_id, made_at, reference IS NOT NULL AS tellable
FROM replay.items WHERE replay_id = $1 AND number > $2 ORDER BY number LIMIT $3
"""
_ANSWERS: Final = (
    "SELECT original_id, mode, answer FROM replay.answers WHERE replay_id = $1 AND original_id = ANY($2::text[]) "
    "ORDER BY original_id, mode"
)
_PASS_OF: Final = {
    ReplayPass.FORESEE.value: "foreseen",
    ReplayPass.REHEARSE.value: "rehearsed",
    ReplayPass.SEND.value: "sent",
    ReplayPass.RECALL.value: "recalled",
}


class Asking:
    """Questions to the service's schema, through one connection."""

    def __init__(self, conn: Connection) -> None:
        """`conn` is a connection as the service's own role."""
        self._conn = conn

    async def replays(self, most: int = 200) -> list[Replay]:
        """Return the replays, the newest first."""
        return [read_replay(row["state"]) for row in await self._conn.fetch(_ALL, most)]

    async def replay(self, replay_id: str) -> Replay | None:
        """Return the replay of that id, or None."""
        text = await self._conn.fetchval(_ONE, replay_id)
        return None if text is None else read_replay(text)

    async def progress(self, replay_id: str) -> dict[str, Mapping[str, int]]:
        """Return by pass how many items were asked for, were answered, and there are."""
        return {row["mode"]: dict(row) for row in await self._conn.fetch(_PASSES, replay_id)}

    async def items(self, replay_id: str) -> AsyncIterator[Item]:
        """Yield the items in their order, a piece in memory at a time."""
        after = 0
        while rows := await self._conn.fetch(_ITEMS, replay_id, after, _PIECE):
            answers = await self._conn.fetch(_ANSWERS, replay_id, [row["original_id"] for row in rows])
            known = {original: _ends(group) for original, group in groupby(answers, key=itemgetter("original_id"))}
            for row in rows:
                yield replace(Item(**row), **known.get(row["original_id"], {}))
            after = rows[-1]["number"]


def _ends(answers: Iterable[Any]) -> dict[str, Any]:
    return {
        _PASS_OF[mode]: end_of([Answer.model_validate_json(row["answer"]) for row in group])
        for mode, group in groupby(answers, key=itemgetter("mode"))
        if mode in _PASS_OF
    }
