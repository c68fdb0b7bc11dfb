"""How a person's file is written down and read again: JSON, without what is as at the beginning."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from services.eligibility.domain.file import PersonFile

_FILES: Final = TypeAdapter(PersonFile)


def written_file(file: PersonFile) -> str:
    """Return a file as JSON."""
    return _FILES.dump_json(file, exclude_defaults=True).decode()


def read_file(text: str) -> PersonFile:
    """Return the file that was written down."""
    return _FILES.validate_json(text)
