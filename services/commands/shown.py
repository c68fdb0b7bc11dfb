"""How commands speak: tables for people, JSON for programs on standard output; everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.commands.grouping import OptionsAnywhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.words import Problem

screen = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
aside = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 200)

NON_CONVICTION: Final = (
    "Non-conviction data: its police data go to criminal justice agencies only, and each telling is an entry of the "
    "ledger (RCW 10.97.050)."
)
"""What is said beside a record of a charge that is not filed."""
_ID: Final = re.compile(r"[a-z]{2,4}-[0-9a-f]{32}")
_ID_WIDTH: Final = 36
_LEAST_WIDTH: Final = 10
"""Of a column that can be broken over lines, with the gap beside it."""
STYLE: Final[dict[str, Any]] = {
    "cls": OptionsAnywhere,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "add_completion": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""How every command and group shows its help."""


class Trouble(Exception):
    """What happened, and the next step, for the person at the keyboard."""

    def __init__(self, happened: str, next_step: str) -> None:
        """Say both in plain words."""
        super().__init__(happened)
        self.happened, self.next_step = happened, next_step
        self.problems: list[Problem] = []

    @classmethod
    def of(cls, problems: Iterable[Problem], opening: str = "") -> Self:
        """Say all problems, each with its field and rule, and what mends them."""
        found = list(problems)
        rules = "; ".join(f"{one.field}: {one.rule.rstrip('.')}" for one in found)
        trouble = cls(f"{opening}{rules}.", " ".join(dict.fromkeys(one.fix for one in found)))
        trouble.problems = found
        return trouble

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        problems = {"problems": [one.model_dump() for one in self.problems]} if self.problems else {}
        return {"error": self.happened} | problems | {"next": self.next_step}


def misfit(error: Exception) -> Trouble | None:
    """Return what does not fit a contract, without what was typed; None where the error is another one."""
    from pydantic import ValidationError

    from contracts.complaints import problems_of

    return Trouble.of(problems_of(error)) if isinstance(error, ValidationError) else None


def show_json(thing: object) -> None:
    """Write one JSON value as one line on standard output, at once."""
    sys.stdout.write(in_json(thing))
    sys.stdout.flush()


def in_json(thing: object) -> str:
    """Return one JSON value as one line."""
    return json.dumps(thing, default=str, ensure_ascii=False) + "\n"


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, nothing: str = "none") -> None:
    """Show a table, or one line where there is nothing to show."""
    filled = [[_cell(value) for value in row] for row in rows]
    if not filled:
        screen.print(f"{title}: {nothing}")
        return
    # An id is there to be copied: it is never broken over lines.
    ids = [any(_ID.fullmatch(cell) for cell in column) for column in zip(*filled, strict=True)]
    if sum(ids) * (_ID_WIDTH + 1) + ids.count(False) * _LEAST_WIDTH > screen.width:
        screen.print(title, style="bold", markup=False)
        for number, row in enumerate(filled):
            if number:
                screen.print()
            _show_pairs(list(zip(map(escape, columns), row, strict=True)))
        return
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for column, is_id in zip(columns, ids, strict=True):
        table.add_column(column, overflow="fold", no_wrap=is_id)
    for row in filled:
        table.add_row(*row)
    screen.print(table)


def show_facts(title: str, facts: Iterable[tuple[str, object]]) -> None:
    """Show names and values, a line each; a value is never broken, so that it can be copied."""
    screen.print(title, style="bold", markup=False)
    _show_pairs([(escape(name), _cell(value)) for name, value in facts])


def _show_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    widest = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        screen.print(f"[dim]{name.ljust(widest)}[/]  {value}", soft_wrap=True)


def minute(at: str | None) -> str | None:
    """Return a moment as people read it, in UTC; JSON has it whole."""
    return None if at is None else datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def say(words: str) -> None:
    """Say one line to the person, beside the output."""
    aside.print(escape(words))


def fail(happened: str, next_step: str = "", code: int = 1) -> NoReturn:
    """End the command: one clear red line and, on a line of its own, what to do next."""
    aside.print(f"[bold red]{escape(happened)}[/]")
    if next_step:
        aside.print(escape(f"Next: {next_step}"))
    raise typer.Exit(code)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(escape(str(one)) for one in value) or "-"
    if hasattr(value, "strftime"):
        return str(value.strftime("%H:%M:%S" if hasattr(value, "hour") else "%Y-%m-%d"))
    return escape(str(value))
