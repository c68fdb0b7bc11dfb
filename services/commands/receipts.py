"""`hub receipt`: for the person, on paper: who was told what about them, when, why and under what."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from services.commands import reach, shown
from services.commands.arguments import PersonArgument
from services.commands.reach import JsonOption, StateOption
from services.console.domain import Paper, as_html, as_text, entries_of, paper_of
from services.local.state import write_whole

if TYPE_CHECKING:
    from typing import Any

    from services.commands.reach import Reach


class Format(StrEnum):
    """How it is written."""

    TEXT = "text"
    HTML = "html"


class ShowsWithoutSaying(TyperGroup):
    """Takes a person's reference without a command for `show`: `hub receipt per-…`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `show` before a reference."""
        named = next((one for one in args if not one.startswith("-")), "")
        if args and named not in self.commands and not {"-h", "--help"} & set(args[:1]):
            args = ["show", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=ShowsWithoutSaying, help="The person's receipt: who was told what, why.", no_args_is_help=True, **shown.STYLE
)


@group.command()
def show(
    person: PersonArgument,
    format_: Annotated[
        Format, typer.Option("--format", help="Plain text, or one HTML page that prints.")
    ] = Format.TEXT,
    language: Annotated[
        str | None, typer.Option(help="One of the site's languages, such as en or es (default: the site's own).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Write the receipt of a person, from the ledger alone. `show` may be left out.

    It names agencies, kinds of information and reasons in plain words, and never a person: neither the one it is for,
    nor who referred them.

    Example: hub receipt per-0123456789abcdef0123456789abcdef --format html --language es --out receipt.html
    """
    found = reach.find(state)
    paper = asyncio.run(_paper(found, person, chosen_language(found, language)))
    if json_:
        shown.show_json({"person": person} | asdict(paper))
        return
    words = found.site.receipts.words[paper.language]
    written = as_html(paper, words.page.print) if format_ is Format.HTML else as_text(paper)
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        write_whole(out, written)
    except OSError as reason:
        raise shown.Trouble(f"{out} cannot be written: {reason.strerror}.", "name a file in another folder.") from None
    shown.say(f"The receipt is in {out}.")


def chosen_language(found: Reach, language: str | None) -> str:
    """Return the language that was chosen, else the site's own.

    Raises:
        Trouble: the site has no words in it.
    """
    receipts = found.site.receipts
    chosen = language or receipts.first_language
    if chosen not in receipts.words:
        known = ", ".join(f"{one} ({words.name})" for one, words in sorted(receipts.words.items()))
        raise shown.Trouble("The site has no receipt in that language.", f"choose one of: {known}.")
    return chosen


async def _paper(found: Reach, person: str, language: str) -> Paper:
    async with found.asking() as asking:
        entries = entries_of(await asking.ledger(person))
    return paper_of(entries, found.site, language, datetime.now(UTC))
