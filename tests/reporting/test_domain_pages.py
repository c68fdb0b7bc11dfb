"""The report as a page and as CSV: read again, it says the same, and a screen reader and a printer can read it."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from services.reporting.counting import report_of
from services.reporting.paper import KEPT_BACK, written
from services.reporting.printed import as_html
from services.reporting.sheets import as_csv, as_json
from tests.reporting.examples import AS_OF, QUARTER, SITE, a_quarter

REPORT = report_of(SITE, QUARTER, a_quarter(), AS_OF)
VOID = {"meta", "rect", "line", "br", "link", "img"}


class Page(HTMLParser):
    """Reads a page into its elements, and complains where they do not close as they opened."""

    def __init__(self):
        super().__init__()
        self.elements, self._open, self.texts = [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append((tag, len(self.texts)))

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data):
        self.texts.append(([tag for tag, _ in self._open], data))

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def said(self, tag):
        return [text for path, text in self.texts if path and path[-1] == tag]


@pytest.fixture(scope="module")
def page():
    found = Page()
    found.feed(as_html(REPORT))
    found.close()
    assert found._open == []
    return found


def test_every_table_has_a_caption_and_every_heading_says_what_it_heads(page):
    assert len(page.said("caption")) == len(page.all("table")) == len(REPORT.tables) + 1
    assert all(attrs.get("scope") in {"col", "row"} for attrs in page.all("th"))
    assert len([one for one in page.all("th") if one["scope"] == "row"]) == sum(
        len(table.rows) for table in REPORT.tables
    ) + len(REPORT.asked)


def test_every_chart_says_in_words_what_it_shows(page):
    charts = [table for table in REPORT.tables if table.charted]
    assert len(page.all("svg")) == len(charts) >= 3
    ids = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    for attrs in page.all("svg"):
        assert attrs["role"] == "img"
        assert set(attrs["aria-labelledby"].split()) <= ids
    for table, said in zip(charts, page.said("desc"), strict=True):
        place = [code for code, _ in table.columns].index(table.charted)
        assert said == "; ".join(f"{row.label}: {written(row.cells[place], table.unit)}" for row in table.rows)


def test_the_page_needs_no_script_and_nothing_from_elsewhere(page):
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "form"}
    for _, attrs in page.elements:
        assert not any(name.startswith("on") for name in attrs)
        assert attrs.get("href", "#").startswith("#")
        assert "src" not in attrs
    text = as_html(REPORT)
    assert "@media print" in text
    assert re.findall(r"https?://[^\"<]*", text) == ["http://www.w3.org/2000/svg"] * len(page.all("svg"))


def test_every_link_leads_somewhere_and_no_id_is_there_twice(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"].removeprefix("#") for attrs in page.all("a")} <= set(ids)
    assert all(attrs["tabindex"] == "0" for attrs in page.all("div") if attrs.get("role") == "region")


def test_what_is_missing_is_named_on_the_page(page):
    said = " ".join(text for _, text in page.texts)
    for one in REPORT.missing:
        assert one.what in said
        assert one.why_missing in said


def test_a_number_that_is_kept_back_is_on_no_page(page):
    kept = sum(cell.kept_back for table in REPORT.tables for row in table.rows for cell in row.cells)
    assert page.said("td").count(KEPT_BACK) == kept > 0
    assert [attrs.get("class") for attrs in page.all("td")].count("kept") == kept


def test_the_csv_has_one_line_a_number_and_says_what_is_suppressed():
    lines = list(csv.DictReader(io.StringIO(as_csv(REPORT), newline="")))
    assert list(lines[0]) == ["section", "row", "column", "value", "suppressed"]
    read = {(one["section"], one["row"], one["column"]): one for one in lines}
    assert len(read) == len(lines)
    for table in REPORT.tables:
        for row in table.rows:
            for (column, _), cell in zip(table.columns, row.cells, strict=True):
                line = read[table.code, row.code, column]
                assert line["value"] == ("" if cell.value is None else str(cell.value))
                assert line["suppressed"] == ("yes" if cell.kept_back else "no")
    assert read["missing", "other_data", "RCW 69.50.4017(12)"]["value"]
    assert read["report", "quarter", "is"]["value"] == "2026Q3"


def test_the_json_says_the_same_as_the_csv():
    sections = as_json(REPORT)["sections"]
    for line in csv.DictReader(io.StringIO(as_csv(REPORT), newline="")):
        if line["section"] not in {"report", "missing"}:
            row = sections[line["section"]]["rows"][line["row"]]
            value = row[line["column"]]
            assert line["value"] == ("" if value is None else str(value))
            assert (line["column"] in row["suppressed"]) == (line["suppressed"] == "yes")
