"""Where the dockets of held charges are kept: one load and one save for a whole batch."""

from __future__ import annotations

from services.charges.domain import Docket
from services.plumbing.persons import Persons


class Dockets(Persons[Docket]):
    """The table `dockets`. Nothing is shared over persons."""

    def __init__(self) -> None:
        """What is as at the beginning is most of a state, and left out."""
        super().__init__(
            "dockets",
            read=Docket.model_validate_json,
            written=lambda state: state.model_dump_json(exclude_defaults=True),
        )
