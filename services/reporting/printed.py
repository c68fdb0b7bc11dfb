"""A report as one HTML page that prints: tables that a screen reader reads, charts without colour or script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from services.reporting.charts import chart
from services.reporting.paper import KEPT_BACK, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.reporting.paper import Report, Row, Table

STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem; max-width: 64rem; background: #fff; color: #1a1a1a;
  font: 1rem/1.5 "Atkinson Hyperlegible", Verdana, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 2px solid #1a1a1a; }
p, ul { margin: .5rem 0; max-width: 48rem; }
nav ul { columns: 2; }
a { color: #003a70; }
:focus-visible { outline: 3px solid #b34700; outline-offset: 2px; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; font-size: .95rem; }
caption { text-align: left; font-weight: bold; padding-bottom: .35rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #767676; text-align: right;
  font-variant-numeric: tabular-nums; }
th[scope=row], thead th:first-child, td.words { text-align: left; font-weight: normal; }
thead th { border-bottom: 2px solid #1a1a1a; vertical-align: bottom; }
td.kept { font-style: italic; color: #4d4d4d; }
figure { margin: 1rem 0; }
svg { max-width: 100%; height: auto; font: 13px Verdana, "DejaVu Sans", sans-serif; }
@media print {
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  table, figure { break-inside: avoid-page; }
  h2, caption { break-after: avoid-page; }
  .wide { overflow: visible; }
  @page { margin: 1.5cm; }
}
"""
"""Black on white; grey words are 8 to 1 (WCAG 2.2, 1.4.6)."""


def as_html(report: Report) -> str:
    """Return the whole page. No script, nothing from elsewhere; every chart's numbers are in the table beside it."""
    title = f"{report.name}: {report.quarter}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(_body(report)) + "\n</main>\n</body>\n</html>\n"
    )


def _body(report: Report) -> Iterator[str]:
    begin, end = report.quarter.bounds(report.timezone)
    yield (
        f"<p>Referrals from {begin:%-d %B %Y} until before {end:%-d %B %Y} ({escape(report.timezone)}), as of "
        f'<time datetime="{report.as_of.isoformat()}">{report.as_of:%Y-%m-%d %H:%M} UTC</time>. '
        f"<em>{KEPT_BACK}</em>: see the rule below.</p>"
    )
    yield "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in report.remarks) + "</ul>"
    links = [(table.code, table.title) for table in report.tables]
    links.append(("asked-for", "What the law asks for"))
    items = "".join(f'<li><a href="#{code}">{escape(title)}</a></li>' for code, title in links)
    yield f'<nav aria-label="Contents"><ul>{items}</ul></nav>'
    for table in report.tables:
        yield from _section(table)
    yield from _asked(report)


def _section(table: Table) -> Iterator[str]:
    yield f'<section aria-labelledby="{table.code}">\n<h2 id="{table.code}">{escape(table.title)}</h2>'
    if table.charted is not None:
        yield chart(table)
    heads = "".join(f'<th scope="col">{escape(label)}</th>' for _, label in table.columns)
    rows = "\n".join(_row(row, table) for row in table.rows)
    yield (
        f'<div class="wide" role="region" aria-labelledby="{table.code}-about" tabindex="0">\n'
        f'<table>\n<caption id="{table.code}-about">{escape(table.about)}</caption>\n'
        f'<thead><tr><th scope="col">{escape(table.heading or "group")}</th>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n</section>"
    )


def _row(row: Row, table: Table) -> str:
    kept = ' class="kept"'
    cells = "".join(
        f"<td{kept if cell.kept_back else ''}>{escape(written(cell, table.unit))}</td>" for cell in row.cells
    )
    return f'<tr><th scope="row">{escape(row.label)}</th>{cells}</tr>'


def _asked(report: Report) -> Iterator[str]:
    titles = {table.code: table.title for table in report.tables}
    yield '<section aria-labelledby="asked-for">\n<h2 id="asked-for">What the law asks for</h2>'
    yield "<table>\n<caption>Where this report tells what is asked for, and what is missing from it.</caption>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("field", "asked by", "where, or why it is missing"))
    yield f"<thead><tr>{heads}</tr></thead>\n<tbody>"
    for one in report.asked:
        if one.told_in is None:
            where = f"<strong>Missing.</strong> {escape(one.why_missing or '')}"
        else:
            where = f'<a href="#{one.told_in}">{escape(titles[one.told_in])}</a>'
        yield (
            f'<tr><th scope="row">{escape(one.what)}</th><td class="words">{escape(one.source)}</td>'
            f'<td class="words">{where}</td></tr>'
        )
    yield "</tbody>\n</table>\n</section>"
