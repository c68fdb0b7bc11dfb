"""Where the roads are kept: one load and one save for a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.plumbing.service import Connection, Loaded
from services.pretrial.domain import Roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.envelope import Fact

_LOAD: Final = "SELECT person, state FROM pretrial.roads WHERE person = ANY($1::text[]) ORDER BY person FOR UPDATE"
_SAVE: Final = (
    "INSERT INTO pretrial.roads (person, state) SELECT * FROM unnest($1::text[], $2::text[]) "
    "ON CONFLICT (person) DO UPDATE SET state = EXCLUDED.state"
)


class PersonRoads:
    """The table `pretrial.roads`. Nothing is shared over persons."""

    async def load(self, conn: Connection, keys: Sequence[str], _facts: Sequence[Fact]) -> Loaded[Roads, None]:
        """Load the roads of these persons, locked in sorted order."""
        rows = await conn.fetch(_LOAD, list(keys))
        return Loaded({row["person"]: Roads.model_validate_json(row["state"]) for row in rows}, None)

    async def save(
        self,
        conn: Connection,
        states: Mapping[str, Roads],
        _shared: None,
        _rows: Sequence[tuple[Fact, Any]],
    ) -> None:
        """Save the roads that changed."""
        if states:
            persons = sorted(states)
            written = [states[person].model_dump_json(exclude_defaults=True) for person in persons]
            await conn.execute(_SAVE, persons, written)
