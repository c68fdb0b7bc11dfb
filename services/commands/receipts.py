"""`hub receipt`: for the person, on paper: who was told what about them, when, why and under what."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, PersonArgument
from services.commands.grouping import OptionsAnywhere
from services.commands.reach import JsonOption, StateOption
from services.console.domain import Paper, as_html, as_text, codes, entries_of, paper_of
from services.console.store import Asking
from services.console.store.codes import issue
from services.intake.store import registered_operators
from services.local.state import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from services.commands.reach import Reach


_ELSEWHERE: Final = "where your own services serve it: the console's HUB_CONSOLE_PORT, or the web server before it"


class Format(StrEnum):
    """How it is written."""

    TEXT = "text"
    HTML = "html"


class ShowsWithoutSaying(OptionsAnywhere):
    """Takes a person's reference without a command for `show`: `hub receipt per-…`."""

    def command_first(self, ctx: Any, args: Sequence[str]) -> list[str]:
        """Put `show` before whatever names no command."""
        words = super().command_first(ctx, args)
        silent = words and words[0] not in self.commands and words[0] not in {"-h", "--help"}
        return ["show", *words] if silent else words


group = typer.Typer(
    help="The person's receipt: who was told what, why.",
    no_args_is_help=True,
    **shown.STYLE | {"cls": ShowsWithoutSaying},
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
    """Write the receipt of a person.

    It comes from the ledger alone, and `show` may be left out. It names agencies, kinds of information and reasons in
    plain words, and never a person: neither the one it is for, nor who referred them.

    Example: hub receipt per-0123456789abcdef0123456789abcdef --format html --language es --out receipt.html
    """
    found = reach.find(state)
    paper = asyncio.run(_paper(found, person, chosen_language(found, language)))
    if json_:
        written = shown.in_json({"person": person} | asdict(paper))
    elif format_ is Format.HTML:
        written = as_html(paper, found.site.receipts.words[paper.language].page.print)
    else:
        written = as_text(paper)
    if out is None:
        typer.echo(written, nl=False)
        return
    try:
        write_whole(out, written)
    except OSError as reason:
        raise shown.Trouble(f"{out} cannot be written: {reason.strerror}.", "name a file in another folder.") from None
    shown.say(f"The receipt is in {out}.")


@group.command()
def code(
    person: PersonArgument,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Make a one-time code that prints a receipt.

    A helper types it on the hub's page, without a login, and reads nothing else there. It is shown once, and kept only
    as a keyed hash with your name; it works one time, until it expires.

    Example: hub receipt code per-0123456789abcdef0123456789abcdef --operator juno-sample
    """
    found = reach.find(state)
    made, until = asyncio.run(_issued(found, person, operator))
    where = found.facts.get("console")
    if json_:
        shown.show_json({"person": person, "code": made, "good_until": until.isoformat(), "page": where})
        return
    shown.show_facts("One-time code", [
        ("code", made), ("good until (UTC)", shown.minute(until.isoformat())), ("page", where or _ELSEWHERE),
    ])  # fmt: skip
    shown.say("It is not shown again. Say it to the helper; do not send it together with a name.")


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


async def _issued(found: Reach, person: str, operator: str) -> tuple[str, datetime]:
    """Make a code, and keep its hash. Once there are operators, only one of them who has a key here may."""
    async with found.connected("intake") as conn:
        registered = await registered_operators(conn)
    if registered and not office.holds_a_key(found, operator, registered):
        happened = "Only an operator whose key is here may make a code."
        raise shown.Trouble(happened, "name yourself with --operator, or HUB_OPERATOR; `hub operator list` names all.")
    plain = "".join(secrets.choice(codes.ALPHABET) for _ in range(codes.LENGTH))
    mark = codes.mark_of(found.keys().codes, plain)
    now = datetime.now(UTC)
    until = now + timedelta(minutes=found.site.receipts.code_good_for_minutes)
    async with found.connected("console") as conn:
        await reach.known(Asking(conn), person)
        await issue(conn, mark, person, operator, now, until)
    return codes.written(plain), until


async def _paper(found: Reach, person: str, language: str) -> Paper:
    async with found.asking() as asking:
        await reach.known(asking, person)
        entries = entries_of(await asking.entries(person))
    return paper_of(entries, found.site, language, datetime.now(UTC))
