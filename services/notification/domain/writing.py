"""How what is kept is written down and read again: JSON, without what is as at the beginning."""

from __future__ import annotations

from typing import Final

from pydantic import TypeAdapter

from services.notification.domain.answers import Verdict
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import LaneRow

_DOSSIERS: Final = TypeAdapter(Dossier)
_LATELY: Final[dict[str, Dossier]] = {}
_MOST: Final = 600
"""How many dossiers are remembered by what was written of them: most are read again soon, by service and carrier."""
_ROWS: Final = TypeAdapter(LaneRow)
_VERDICTS: Final = TypeAdapter(Verdict)


def written_dossier(dossier: Dossier) -> str:
    """Return a dossier as JSON."""
    text = _DOSSIERS.dump_json(dossier, exclude_defaults=True).decode()
    _LATELY.pop(text, None)
    _LATELY[text] = dossier
    if len(_LATELY) > _MOST:
        del _LATELY[next(iter(_LATELY))]
    return text


def read_dossier(text: str) -> Dossier:
    """Return the dossier that was written down; what was written lately is not taken apart again."""
    known = _LATELY.get(text)
    return _DOSSIERS.validate_json(text) if known is None else known


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
