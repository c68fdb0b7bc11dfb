"""The files of persons in memory: as the table keeps them, written down and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.eligibility.domain import PersonFile, read_file, written_file
from services.plumbing.service import Loaded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class MemoryPersonFiles:
    """A dictionary of what was written down."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    async def load(self, _conn: Any, keys: Sequence[str], _facts: Sequence[Any]) -> Loaded[PersonFile, None]:
        there = (key for key in keys if key in self._rows)
        return Loaded({key: read_file(self._rows[key]) for key in there}, None)

    async def save(
        self, _conn: Any, states: Mapping[str, PersonFile], _shared: None, _rows: Sequence[tuple[Any, Any]]
    ) -> None:
        self._rows |= {person: written_file(state) for person, state in states.items()}
