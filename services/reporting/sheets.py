"""A report for machines: one line a number, as CSV or as JSON."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.reporting.paper import Report

COLUMNS: Final = ("section", "row", "column", "value", "suppressed")
MISSING: Final = "missing"
"""The section of what the law asks for and the hub does not know; `value` says why."""


def as_csv(report: Report) -> str:
    """Return the report as CSV (RFC 4180). A number that is kept back has no value, and `suppressed` is yes.

    A value that is empty without being suppressed is a share of nobody.
    """
    return in_csv(COLUMNS, _lines(report))


def in_csv(columns: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Return lines under the names of their columns as CSV."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows(lines)
    return written.getvalue()


def _lines(report: Report) -> Iterator[tuple[object, ...]]:
    about = {
        "site": report.site, "quarter": str(report.quarter), "as_of": report.as_of.isoformat(),
        "timezone": report.timezone,
    }  # fmt: skip
    for name, value in about.items():
        yield "report", name, "is", value, "no"
    for table in report.tables:
        for row in table.rows:
            for (column, _), cell in zip(table.columns, row.cells, strict=True):
                yield table.code, row.code, column, cell.value, "yes" if cell.kept_back else "no"
    for one in report.missing:
        yield MISSING, one.code, one.source, one.why_missing, "no"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report ready for JSON; a number that is kept back is null, and `suppressed` names its column."""
    return {
        "site": report.site,
        "quarter": str(report.quarter),
        "timezone": report.timezone,
        "as_of": report.as_of.isoformat(),
        "remarks": list(report.remarks),
        "sections": {
            table.code: {
                "title": table.title,
                "about": table.about,
                "unit": table.unit.value,
                "rows": {
                    row.code: {
                        column: cell.value for (column, _), cell in zip(table.columns, row.cells, strict=True)
                    }
                    | {
                        "suppressed": [
                            column
                            for (column, _), cell in zip(table.columns, row.cells, strict=True)
                            if cell.kept_back
                        ]
                    }
                    for row in table.rows
                },
            }
            for table in report.tables
        },
        "asked_for": [
            {"field": one.code, "what": one.what, "source": one.source, "told_in": one.told_in,
             "why_missing": one.why_missing}
            for one in report.asked
        ],
    }  # fmt: skip
