"""One row for each person: what a service keeps of them, as text. For a service that shares nothing over persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from services.plumbing.service import Connection, Loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contracts.envelope import Fact

State = TypeVar("State")
_LOAD: Final = "SELECT person, state FROM {table} WHERE person = ANY($1::text[]) ORDER BY person FOR UPDATE"
_SAVE: Final = (
    "INSERT INTO {table} (person, state) SELECT * FROM unnest($1::text[], $2::text[]) "
    "ON CONFLICT (person) DO UPDATE SET state = EXCLUDED.state"
)


class Persons(Generic[State]):
    """A table with the columns `person` and `state`: one load and one save for a whole batch."""

    def __init__(self, table: str, *, read: Callable[[str], State], written: Callable[[State], str]) -> None:
        """`table` is in the connection's schema; `read` and `written` turn text into a state and back."""
        self._read, self._written = read, written
        self._load, self._save = _LOAD.format(table=table), _SAVE.format(table=table)

    async def load(self, conn: Connection, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[State, None]:
        """Load what is kept of these persons, locked in sorted order."""
        rows = await conn.fetch(self._load, list(keys))
        return Loaded({row["person"]: self._read(row["state"]) for row in rows}, None)

    async def save(
        self, conn: Connection, states: Mapping[str, State], _shared: None, _rows: Sequence[tuple[Fact, Any]]
    ) -> None:
        """Save what changed."""
        if states:
            persons = sorted(states)
            await conn.execute(self._save, persons, [self._written(states[person]) for person in persons])
