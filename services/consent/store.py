"""Where the registers of consents are kept: one load and one save for a whole batch."""

from __future__ import annotations

from services.consent.domain import Register
from services.plumbing.persons import Persons


class Registers(Persons[Register]):
    """The table `registers`. Nothing is shared over persons."""

    def __init__(self) -> None:
        """What is as at the beginning is most of a state, and left out."""
        super().__init__(
            "registers",
            read=Register.model_validate_json,
            written=lambda state: state.model_dump_json(exclude_defaults=True),
        )
