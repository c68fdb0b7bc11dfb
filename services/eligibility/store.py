"""Where the files of persons are kept: one load and one save for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.eligibility.domain import PersonFile, read_file, written_file
from services.plumbing.service import Connection, Loaded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.envelope import Fact

_LOAD: Final = (
    "SELECT person, state FROM eligibility.person_files WHERE person = ANY($1::text[]) ORDER BY person FOR UPDATE"
)
_SAVE: Final = (
    "INSERT INTO eligibility.person_files (person, state) SELECT * FROM unnest($1::text[], $2::text[]) "
    "ON CONFLICT (person) DO UPDATE SET state = EXCLUDED.state"
)


class PersonFiles:
    """The table `eligibility.person_files`. Nothing is shared over persons."""

    async def load(self, conn: Connection, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[PersonFile, None]:
        """Load the files of these persons, locked in sorted order."""
        rows = await conn.fetch(_LOAD, list(keys))
        return Loaded({row["person"]: read_file(row["state"]) for row in rows}, None)

    async def save(
        self,
        conn: Connection,
        states: Mapping[str, PersonFile],
        _shared: None,
        _rows: Sequence[tuple[Fact, Any]],
    ) -> None:
        """Save the files that changed."""
        if states:
            persons = sorted(states)
            await conn.execute(_SAVE, persons, [written_file(states[person]) for person in persons])
