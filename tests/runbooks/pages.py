"""The operator's book as it stands: pages, their commands, what they show; and whether `hub` takes what is typed there.

A command stands in a fence of the language `console`, after `$ `, and below it what one sees: `…` stands for anything,
a number for any number, a word in capitals for what is filled in. `console refused` is a fence of commands that the hub
refuses.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import typer
from typer.core import TyperGroup

from services import cli

BOOK = Path(__file__).resolve().parents[2] / "deploy" / "runbooks"
PAGES = sorted(one.name for one in BOOK.glob("*.md") if one.name != "README.md")
PLACEHOLDER = re.compile(r"\b[A-Z][A-Z_]*[A-Z]\b")
SAMPLES = {
    "PERSON": "per-" + "1" * 32, "REFERRAL": "ref-" + "1" * 32, "REPLAY": "rpl-" + "1" * 32, "ID": "1",
    "AGENCY": "sea-mar", "SERVICE": "consent", "NAME": "wren-sample", "CODE": "entered-again", "FIELD": "reason",
    "VALUE": "-", "FILE": "file", "FOLDER": "folder", "KEYS": "keys", "REASON": "why",
}  # fmt: skip
"""Each placeholder that a page may use, with a value of the right form."""
_FENCE = re.compile(r"^```console( refused)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(hub [^`]+)`")
_VARIABLE = re.compile(r"^[A-Z_]+=\S+$")


class Command(NamedTuple):
    """One line that is typed, and what is shown below it."""

    line: str
    shows: str = ""
    refused: bool = False
    part: int = 0

    @property
    def placeholders(self) -> list[str]:
        """The words that are to be filled in."""
        return [word for word in PLACEHOLDER.findall(self.line) if not word.startswith("HUB_")]

    @property
    def words(self) -> tuple[str, ...]:
        """The names of the command, without options and arguments: ("agency", "suspend")."""
        named, command = [], typer.main.get_command(cli.hub)
        for word in after_hub(self.line) or ():
            command = command.get_command(None, word) if isinstance(command, TyperGroup) else None
            if command is None:
                break
            named.append(word)
        return tuple(named)


def text_of(page: str) -> str:
    return (BOOK / page).read_text()


def commands_of(text: str) -> list[Command]:
    """The commands of a page, in order; `part` counts its headings: below each, placeholders are filled in anew."""
    return [
        one._replace(part=number)
        for number, part in enumerate(re.split(r"^## ", text, flags=re.MULTILINE))
        for refused, block in _FENCE.findall(part)
        for one in _block(block, refused=bool(refused))
    ]


def mentioned(text: str) -> list[Command]:
    """The `hub …` within sentences and tables."""
    return [
        Command(line) for line in _INLINE.findall(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    ]


def _block(block: str, *, refused: bool) -> list[Command]:
    ahead, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not ahead.strip(), f"it shows something before any command: {ahead}"
    found = []
    for part in parts:
        line, _, shows = part.partition("\n")
        found.append(Command(line, shows.strip(), refused))
    return found


def after_hub(line: str) -> list[str] | None:
    """What follows `hub` on a line that runs it, on a server or in a container; None of another program."""
    words = shlex.split(line)
    while words and _VARIABLE.match(words[0]):
        words.pop(0)
    if words[:3] == ["docker", "compose", "exec"]:
        words = words[4:]
    return words[1:] if words[:1] == ["hub"] else None


def filled(line: str, values: dict[str, str]) -> str:
    """The line with each placeholder replaced that has a value."""
    return PLACEHOLDER.sub(lambda found: values.get(found[0], found[0]), line)


def parsed(line: str) -> None:
    """See that `hub` takes this line: the commands are there, the options too, and the arguments fit.

    Raises:
        Exception: it does not; `hub` would end with it, and its words.
    """
    command, context, words = typer.main.get_command(cli.hub), None, after_hub(filled(line, SAMPLES))
    while True:
        context = command.make_context(command.name, list(words), parent=context)
        if not isinstance(command, TyperGroup):
            return
        words = [*context._protected_args, *context.args]  # there is no other way to them
        if not words:
            assert command.invoke_without_command, f"which of the commands of {command.name}?"
            return
        _, command, words = command.resolve_command(context, words)


def is_shown(shows: str, came: str) -> bool:
    """Whether all that a page shows came, in its order; gaps between words and lines are alike.

    A placeholder that is not filled in stands for anything; other words in capitals stand for themselves.
    """
    gaps = PLACEHOLDER.sub(lambda found: "…" if found[0] in SAMPLES else found[0], shows)
    place = 0
    for part in gaps.split("…"):
        found = re.compile(r"\s*".join(map(_word, part.split()))).search(came, place)
        if found is None:
            return False
        place = found.end()
    return True


def _word(word: str) -> str:
    return re.sub(r"\d+", r"\\d+", re.escape(word))
