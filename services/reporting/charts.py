"""Charts as inline SVG: bars with their numbers beside them, and the same in words for who does not see them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from services.reporting.paper import KEPT_BACK, Unit, written

if TYPE_CHECKING:
    from services.reporting.paper import Cell, Table

_LABELS, _BARS, _NUMBERS, _ROW, _BAR = 240, 400, 90, 26, 16
_INK, _FAINT = "#003a70", "#d9d9d9"
_WHOLE: Final = 100.0


def chart(table: Table) -> str:
    """Return a bar for each row of the charted column; a number that is kept back has a hatched stub, and no length."""
    place = [code for code, _ in table.columns].index(table.charted or "")
    label = table.columns[place][1]
    bars = [(row.label, row.cells[place]) for row in table.rows]
    most = _WHOLE if table.unit is Unit.PERCENT else max((cell.value or 0 for _, cell in bars), default=0) or 1
    height = _ROW * len(bars) + 8
    drawn = "\n".join(_bar(number, words, cell, most, table) for number, (words, cell) in enumerate(bars))
    said = "; ".join(f"{words}: {written(cell, table.unit)}" for words, cell in bars)
    return (
        f'<figure>\n<svg role="img" aria-labelledby="{table.code}-chart {table.code}-words" '
        f'viewBox="0 0 {_LABELS + _BARS + _NUMBERS} {height}" width="{_LABELS + _BARS + _NUMBERS}" height="{height}" '
        f'xmlns="http://www.w3.org/2000/svg">\n<title id="{table.code}-chart">{escape(table.title)}: '
        f'{escape(label)}</title>\n<desc id="{table.code}-words">{escape(said)}</desc>\n'
        f'<defs><pattern id="{table.code}-kept" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="2" height="6" fill="{_INK}"/></pattern></defs>\n'
        f"{drawn}\n</svg>\n</figure>"
    )


def _bar(number: int, words: str, cell: Cell, most: float, table: Table) -> str:
    top = number * _ROW + 4
    long = round(_BARS * (cell.value or 0) / most, 1)
    middle = top + _BAR - 4
    if cell.kept_back:
        shape = (
            f'<rect x="{_LABELS}" y="{top}" width="24" height="{_BAR}" fill="url(#{table.code}-kept)" stroke="{_INK}"/>'
        )
        long = 24
    else:
        shape = f'<rect x="{_LABELS}" y="{top}" width="{long}" height="{_BAR}" fill="{_INK}"/>'
    told = KEPT_BACK if cell.kept_back else written(cell, table.unit)
    return (
        f'<text x="{_LABELS - 8}" y="{middle}" text-anchor="end">{escape(words)}</text>'
        f'<line x1="{_LABELS}" x2="{_LABELS + _BARS}" y1="{top + _BAR + 3}" y2="{top + _BAR + 3}" stroke="{_FAINT}"/>'
        f'{shape}<text x="{_LABELS + long + 6}" y="{middle}">{escape(told)}</text>'
    )
