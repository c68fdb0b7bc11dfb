"""A paper for a person: headings, groups and lines, written as plain text or as one HTML page that prints."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH: Final = 76
_INDENT: Final = "    "

STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem; max-width: 44rem; background: #fff; color: #1a1a1a;
  font: 1.125rem/1.55 "Atkinson Hyperlegible", Verdana, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; margin: 2rem 0 .5rem; padding-top: .75rem; border-top: 2px solid #1a1a1a; }
h3 { font-size: 1.125rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; }
dl { margin: .25rem 0 1rem; padding-left: 1rem; border-left: 3px solid #595959; }
dt { font-weight: bold; }
dd { margin: 0 0 .35rem 1rem; }
label { display: block; font-weight: bold; margin: 1rem 0 .25rem; }
input, button { font: inherit; padding: .6rem .8rem; border: 2px solid #1a1a1a; border-radius: .25rem; }
input { width: 14rem; max-width: 100%; box-sizing: border-box; letter-spacing: .1em; }
button { background: #003a70; color: #fff; border-color: #003a70; cursor: pointer; }
a { color: #003a70; }
:focus-visible { outline: 3px solid #b34700; outline-offset: 2px; }
[role=alert] { border: 2px solid #8a1c1c; padding: .5rem 1rem; }
@media print {
  body { padding: 0; max-width: none; font-size: 11pt; }
  dl { break-inside: avoid-page; }
  h2, h3, h4 { break-after: avoid-page; }
  .screen { display: none; }
  @page { margin: 2cm; }
}
"""
"""Black on white, and white on dark blue: each at least 7 to 1 (WCAG 2.2, 1.4.6)."""
STYLE_HASH: Final = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""The style as a content security policy names it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened: when, and lines of a label with its words."""

    heading: str
    lines: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together: all of one agency."""

    heading: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the paper, with paragraphs, or groups, or both."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole of it. `language` is an ISO 639 code."""

    language: str
    title: str
    paragraphs: tuple[str, ...]
    sections: tuple[Section, ...]


def as_text(paper: Paper) -> str:
    """Return the paper as plain text, lines of at most 76 characters wherever words allow it."""
    return "\n".join(_text(paper)) + "\n"


def as_html(paper: Paper, screen_only: str = "") -> str:
    """Return the paper as one HTML page that needs nothing else; `screen_only` is a hint that is not printed."""
    hint = f'<p class="screen">{escape(screen_only)}</p>\n' if screen_only else ""
    return page(paper.language, paper.title, hint + "\n".join(_html(paper)))


def page(language: str, title: str, content: str) -> str:
    """Return a whole HTML page around its content, which is HTML already. No script, and nothing from elsewhere."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )


def _text(paper: Paper) -> Iterator[str]:
    yield paper.title.upper()
    for paragraph in paper.paragraphs:
        yield ""
        yield _wrapped(paragraph)
    for section in paper.sections:
        yield from ("", "", section.heading.upper())
        for paragraph in section.paragraphs:
            yield from ("", _wrapped(paragraph))
        for group in section.groups:
            yield from ("", f"* {group.heading}")
            for item in group.items:
                yield from ("", _wrapped(item.heading, _INDENT))
                for label, words in item.lines:
                    yield _wrapped(f"{label}: {words}", _INDENT * 2)
                for remark in item.remarks:
                    yield _wrapped(remark, _INDENT * 2)


def _wrapped(words: str, indent: str = "") -> str:
    return textwrap.fill(
        words, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _html(paper: Paper) -> Iterator[str]:
    for paragraph in paper.paragraphs:
        yield f"<p>{escape(paragraph)}</p>"
    for number, section in enumerate(paper.sections, start=1):
        yield f'<section aria-labelledby="part-{number}">\n<h2 id="part-{number}">{escape(section.heading)}</h2>'
        for paragraph in section.paragraphs:
            yield f"<p>{escape(paragraph)}</p>"
        for group in section.groups:
            yield f"<h3>{escape(group.heading)}</h3>"
            yield from map(_html_of, group.items)
        yield "</section>"


def _html_of(item: Item) -> str:
    lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(words)}</dd>" for label, words in item.lines)
    remarks = "".join(f"<p>{escape(remark)}</p>" for remark in item.remarks)
    return f"<h4>{escape(item.heading)}</h4>\n" + (f"<dl>{lines}</dl>\n" if lines else "") + remarks
