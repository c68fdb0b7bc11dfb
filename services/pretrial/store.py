"""Where the roads of court pretrial diversion are kept: one load and one save for a whole batch."""

from __future__ import annotations

from services.plumbing.persons import Persons
from services.pretrial.domain import Roads


class PersonRoads(Persons[Roads]):
    """The table `roads`. Nothing is shared over persons."""

    def __init__(self) -> None:
        """What is as at the beginning is most of a state, and left out."""
        super().__init__(
            "roads",
            read=Roads.model_validate_json,
            written=lambda state: state.model_dump_json(exclude_defaults=True),
        )
