"""How what is kept is written down and read again: JSON, without what is as at the beginning."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from services.notification.domain.answers import Verdict
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import LaneRow
from services.plumbing.lately import Lately

_DOSSIERS: Final = TypeAdapter(Dossier)
_ROWS: Final = TypeAdapter(LaneRow)
_VERDICTS: Final = TypeAdapter(Verdict)


def _dossier_as_json(dossier: Dossier) -> str:
    return _DOSSIERS.dump_json(dossier, exclude_defaults=True).decode()


_LATELY: Final = Lately(_dossier_as_json, _DOSSIERS.validate_json)
"""Most dossiers are read again soon, by service and carrier."""


def written_dossier(dossier: Dossier) -> str:
    """Return a dossier as JSON."""
    return _LATELY.written(dossier)


def read_dossier(text: str) -> Dossier:
    """Return the dossier that was written down; what was written lately is not taken apart again."""
    return _LATELY.read(text)


def written_row(row: LaneRow) -> str:
    """Return a row as JSON."""
    return _ROWS.dump_json(row, exclude_defaults=True).decode()


def read_row(text: str) -> LaneRow:
    """Return the row that was written down."""
    return _ROWS.validate_json(text)


def written_verdict(verdict: Verdict) -> str:
    """Return a verdict as JSON."""
    return _VERDICTS.dump_json(verdict).decode()


def read_verdict(text: str) -> Verdict:
    """Return the verdict that was written down."""
    return _VERDICTS.validate_json(text)
