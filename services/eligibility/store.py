"""Where the files of persons are kept: one load and one save for a whole batch."""

from __future__ import annotations

from services.eligibility.domain import PersonFile, read_file, written_file
from services.plumbing.persons import Persons


class PersonFiles(Persons[PersonFile]):
    """The table `person_files`. Nothing is shared over persons."""

    def __init__(self) -> None:
        """Each file in the form that the domain gives it."""
        super().__init__("person_files", read=read_file, written=written_file)
