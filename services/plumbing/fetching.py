"""What one batch is made of: the first records that come, and where there are many, more of them at this batch's turn.

FastStream hands on what it is given here without looking at it. It keeps hold of it until it has the next, and so it is
given one piece with all the records, which leave the piece when they are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiokafka.errors import KafkaError

from services.plumbing.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from services.plumbing.turns import Turns

_FEW: Final = 20
"""So few records wait for no turn: they weigh little, and where little comes, each is carried on at once."""


@dataclass(slots=True)
class Piece:
    """The records of one batch, in the order of each partition."""

    records: list[Any]
    generation: int
    """The consumer's partitions, as they were when this was fetched."""
    turn: Turn | None = None
    """This batch's turn, where it is a large one."""
    topic: str = ""
    """FastStream asks a record for it."""

    def taken(self) -> list[Any]:
        """Return the records; they are in the piece no more."""
        records, self.records = self.records, []
        return records


class Fetching:
    """Stands in for the `getmany` of a consumer, whose every call comes to one piece."""

    def __init__(
        self, getmany: Callable[..., Any], turns: Turns, generation: Callable[[], int], wait_milliseconds: int
    ) -> None:
        """`generation` changes when partitions are taken away; a look for records waits so long in vain."""
        self._getmany = getmany
        self._turns = turns
        self._generation = generation
        self._wait = wait_milliseconds

    async def __call__(self, *, max_records: int, **_short: Any) -> dict[Any, list[Piece]]:
        """Return the piece, or nothing.

        It waits for records instead of sleeping in between: a wait ends with the first that comes.
        """
        piece = await self._piece(max_records)
        return {None: [piece]} if piece.records else {}

    async def _piece(self, most: int) -> Piece:
        few = await self._getmany(timeout_ms=self._wait, max_records=min(_FEW, most))
        piece = Piece(_in_line(few), self._generation())
        if len(piece.records) < _FEW or most <= _FEW:
            return piece
        piece.turn = await self._turns.next()
        if piece.generation != self._generation():
            return piece
        try:
            rest = _in_line(await self._getmany(timeout_ms=0, max_records=most - _FEW))
        except KafkaError:
            # What was fetched first is handled all the same; whatever this was, the next look finds it again.
            return piece
        if piece.generation != self._generation():
            # It waited for its new partitions, and came from these; what was fetched before is read again.
            piece.records, piece.generation = rest, self._generation()
            if not rest:
                piece.turn.end()
        else:
            piece.records += rest
        return piece


def _in_line(fetched: Mapping[Any, Sequence[Any]]) -> list[Any]:
    return [record for of_partition in fetched.values() for record in of_partition]
