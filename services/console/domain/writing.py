"""How a file is written down and read again, and how its pieces are shown: JSON."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from services.console.domain.files import File, Link, Referral, Review

_FILES: Final = TypeAdapter(File)
_PIECES: Final[TypeAdapter[File | Referral | Review | Link]] = TypeAdapter(File | Referral | Review | Link)


def written_file(file: File) -> str:
    """Return the file as JSON, without what is as at the beginning."""
    return _FILES.dump_json(file, exclude_defaults=True).decode()


def read_file(text: str) -> File:
    """Return the file that was written down."""
    return _FILES.validate_json(text)


def shown(piece: File | Referral | Review | Link) -> dict[str, Any]:
    """Return what is known of a file, or of a piece of one, ready for JSON."""
    told: dict[str, Any] = _PIECES.dump_python(piece, mode="json", exclude_none=True)
    return told
