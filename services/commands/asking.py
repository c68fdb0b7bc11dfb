"""Asking on a terminal: one question a field, each answer checked at once and asked for again until it fits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import Field, TypeAdapter, ValidationError

from contracts.words import CLEAR_PRIVATE_MOST, Problem
from services.commands import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_EARLIEST: Final = date(1900, 1, 1)
_TEXT: Final = Annotated[str, Field(min_length=1, max_length=CLEAR_PRIVATE_MOST, pattern=r"^[^\x00]*$")]


class Unfit(Exception):
    """What was typed does not fit; it says the rule and how to mend it, and never what was typed."""

    def __init__(self, rule: str, fix: str) -> None:
        """Both in plain words."""
        super().__init__(f"{rule} {fix}")
        self.rule, self.fix = rule, fix


@dataclass(frozen=True)
class Question:
    """One field of what is entered: how it is asked for, and what is made of the answer."""

    name: str
    path: str
    """The field of the contract."""
    words: str
    read: Callable[[str], Any]
    usual: str = ""
    """What an empty answer means; without it, that nothing is known."""
    several: bool = False
    needed: bool = False
    only_if: Callable[[Mapping[str, Any]], Any] = lambda _known: True
    """Whether it is asked for, by what is known already."""

    @property
    def option(self) -> str:
        """The option of the command line that answers it."""
        return "--" + self.name.replace("_", "-")

    def understood(self, typed: str | Iterable[str] | None) -> Any:
        """Return what the answer means.

        Raises:
            Unfit: an answer that does not fit, or none where one is needed.
        """
        if self.several:
            return tuple(self.read(one.strip()) for one in typed or () if one.strip())
        if not typed and self.needed:
            raise Unfit("An answer is needed here.", f"Answer it, or give {self.option}.")
        answer = typed or self.usual
        return self.read(str(answer).strip()) if answer else None


def somebody_is_there() -> bool:
    """Whether there is a terminal, and so somebody who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def answers(questions: Iterable[Question], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given, understood; on a terminal all that is not given is asked for.

    Raises:
        Trouble: naming each of the given values that does not fit, before anything is asked.
    """
    there = somebody_is_there()
    wanted = list(questions)
    known: dict[str, Any] = {}
    problems = []
    for one in wanted:
        asked_for = there and not given.get(one.name)
        try:
            known[one.name] = None if asked_for else one.understood(given.get(one.name))
        except Unfit as unfit:
            problems.append(Problem(field=f"{one.path} ({one.option})", rule=unfit.rule, fix=unfit.fix))
    if problems:
        raise shown.Trouble.of(problems)
    asked = [one for one in wanted if there and not given.get(one.name)]
    if asked:
        shown.say("An empty answer means: not known, or what stands in brackets. Ctrl-C ends it, and nothing is sent.")
    for one in asked:
        known[one.name] = ask(one) if one.only_if(known) else one.understood(None)
    return known


def ask(question: Question) -> Any:
    """Ask until the answer fits."""
    words = f"{question.words}; several by semicolons" if question.several else question.words
    while True:
        # A word of an enumeration would make the prompt list all words of it, those that are not asked for, too.
        usual = str(question.usual)
        typed = str(typer.prompt(words, default=usual, type=str, show_default=bool(usual), err=True))
        try:
            return question.understood(typed.split(";") if question.several else typed.strip())
        except Unfit as unfit:
            shown.say(str(unfit))


def text(typed: str) -> str:
    """Read private text."""
    read = fitting(_TEXT, f"It has at most {CLEAR_PRIVATE_MOST} characters, and no NUL.", "Shorten it.")
    return str(read(typed))


def fitting(kind: Any, rule: str, fix: str) -> Callable[[str], Any]:
    """Return a reader of what fits a contract's type."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def read(typed: str) -> Any:
        try:
            return adapter.validate_python(typed)
        except ValidationError:
            raise Unfit(rule, fix) from None

    return read


def one_of(words: Collection[str]) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def read(typed: str) -> str:
        if typed not in words:
            raise Unfit("It is one of the listed words.", f"Type one of: {', '.join(words)}.")
        return typed

    return read


def day_until(today: date) -> Callable[[str], date]:
    """Return a reader of a day from 1900 to today, written as 1990-12-31 and in no other way."""

    def read(typed: str) -> date:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            raise Unfit("It is a day, as year, month and day.", "Type it as 1990-12-31.") from None
        if typed != day.isoformat():
            raise Unfit("It is a day, as year, month and day.", "Type it as 1990-12-31.")
        if not _EARLIEST <= day <= today:
            raise Unfit("It is neither in the future nor before 1900.", "Correct the year.")
        return day

    return read
