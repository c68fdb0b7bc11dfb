"""What becomes of a code that is typed: the receipt, once; or a page on which wrong, used and old codes look alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Final

from services.console.domain import as_html, codes, entries_of, paper_of
from services.console.domain.paper import page
from services.console.store import codes as kept
from services.plumbing.ledger import PostgresLedger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.plumbing.database import Database
    from services.sites import Site

_NONE: Final = "no code"


class Outcome(StrEnum):
    """What came of a request."""

    FORM = "form"
    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it, and the page that says so."""

    outcome: Outcome
    html: str


class Desk:
    """Looks at codes one after the other, and at none while there were too many wrong ones."""

    def __init__(self, site: Site, key: bytes, database: Database, now: Callable[[], datetime]) -> None:
        """`key` is that of the codes' hashes; nothing is kept outside of the database."""
        self._site, self._key, self._database, self._now = site, key, database, now

    @property
    def closed_seconds(self) -> int:
        """How long it may take until a code is looked at again, in whole seconds."""
        return max(1, round(self._counts_for().total_seconds()))

    def language(self, asked: str | None) -> str:
        """Return the language that was asked for, where the site has it; else the site's own."""
        receipts = self._site.receipts
        return asked if asked is not None and asked in receipts.words else receipts.first_language

    def form(self, language: str) -> Answer:
        """Return the page on which a code is typed."""
        return Answer(Outcome.FORM, self._page(language))

    async def answer(self, typed: str, language: str, caller: str) -> Answer:
        """Return the receipt for a code, which is used up with it; or why there is none."""
        rules, now = self._site.receipts, self._now()
        who = codes.mark_of(self._key, f"caller {caller}")
        mark = codes.mark_of(self._key, codes.read(typed) or _NONE)
        async with self._database.transaction() as conn:
            wrong = await kept.tries(conn, who, now - self._counts_for())
            if wrong.of_caller >= rules.tries_of_one_caller or wrong.of_all >= rules.tries_of_all:
                return Answer(Outcome.CLOSED, self._page(language, rules.words[language].page.closed))
            person = await kept.used(conn, mark, now)
            if person is None:
                await kept.tried(conn, who, now)
                return Answer(Outcome.NOT_SHOWN, self._page(language, rules.words[language].page.not_shown))
            entries = entries_of(await PostgresLedger().of_subjects(conn, [person]))
            paper = paper_of(entries, self._site, language, now)
            return Answer(Outcome.SHOWN, as_html(paper, rules.words[language].page.print))

    def _counts_for(self) -> timedelta:
        return timedelta(minutes=self._site.receipts.tries_within_minutes)

    def _page(self, language: str, alert: str = "") -> str:
        words = self._site.receipts.words[language].page
        others = (
            f'<a href="/?language={code}" hreflang="{code}" lang="{code}">{escape(one.name)}</a>'
            for code, one in sorted(self._site.receipts.words.items())
            if code != language
        )
        content = (
            (f'<p role="alert">{escape(alert)}</p>\n' if alert else "") + f"<p>{escape(words.opening)}</p>\n"
            '<form method="post" action="/receipt" autocomplete="off">\n'
            f'<input type="hidden" name="language" value="{escape(language)}">\n'
            f'<label for="code">{escape(words.code)}</label>\n'
            '<input id="code" name="code" required autofocus maxlength="20" spellcheck="false"'
            ' autocapitalize="characters" autocomplete="off">\n'
            f'<p><button type="submit">{escape(words.show)}</button></p>\n</form>\n'
            f"<p>{' · '.join(others)}</p>"
        )
        return page(language, words.title, content)
