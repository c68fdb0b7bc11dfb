"""Dead letters as commands know them: how one is named, what is shown of it, and what of it is asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import Field

from contracts import topics
from services.commands import shown
from services.commands.arguments import fitting
from services.commands.ending import ends, rank, step_for, step_for_group

if TYPE_CHECKING:
    from datetime import datetime

    from services.commands.reach import Reach
    from services.plumbing.deadletters import Group, Kept

_MOST: Final = 2**63 - 1
"""The database's largest number."""
_EXAMPLES: Final = 3


def _known(typed: str) -> str:
    if typed not in topics.SERVICES:
        raise shown.Trouble("There is no service of that name.", f"name one of {', '.join(topics.SERVICES)}.")
    return typed


ServiceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SERVICE", help="The service that has it, as `hub deadletters list` names it.", callback=_known
    ),
]
_LETTER: Final[Any] = typer.Argument(
    metavar="ID", help="The letter's number there, as `hub deadletters list` names it.", min=1, max=_MOST
)
LetterArgument = Annotated[int, _LETTER]
SomeLetterArgument = Annotated[int | None, _LETTER]
_code = fitting(
    Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)],
    "That is no code: at most 40 characters, lower-case words joined by hyphens.",
    "use a code such as entered-again; nothing about a person belongs here.",
)
CodeOption = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="CODE",
        help="Why, as a code of lower-case words joined by hyphens, such as entered-again; never about a person.",
        callback=_code,
    ),
]
NoteOption = Annotated[
    str,
    typer.Option(
        "--code",
        metavar="CODE",
        help="What is to be known of it, as a code such as asked-the-agency or ticket-4711; no text, and nothing about "
        "a person: notes are not sealed.",
        callback=_code,
    ),
]


def minute(moment: datetime) -> str | None:
    """Return a moment as people read it, in UTC."""
    return shown.minute(moment.isoformat())


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def facts_of(kept: Kept) -> list[tuple[str, object]]:
    """Return what is known of a letter, as names and values."""
    return [
        ("message", kept.type), ("message id", kept.event_id), ("topic", kept.topic), ("partition", kept.partition),
        ("offset", kept.offset), ("appended", _at(kept.appended_at)), ("bytes", kept.bytes),
        ("headers", _headers(kept.headers)), ("reason", kept.reason), ("cause", kept.cause),
        ("may end telling", ends(kept.type)), ("holds back", kept.key), ("waits for", kept.waits_for),
        ("waiting behind it", kept.behind), ("tries", kept.attempts), ("first seen", _at(kept.first_seen)),
        ("last seen", _at(kept.last_seen)), ("notes", kept.notes),
        ("to be tried again since", _at(kept.retry_asked_at)),
        ("corrected", kept.corrected_as), ("settled", _at(kept.settled_at)), ("settled as", kept.settled_as),
    ]  # fmt: skip


def _headers(headers: dict[str, Any] | None) -> list[str] | None:
    if headers is None:
        return None
    return [name if value is None else f"{name}={value}" for name, value in headers.items()]


def as_json(service: str, kept: Kept) -> dict[str, Any]:
    """Return what is known of a letter for a program, with how it ended and a next step."""
    from services.plumbing.deadletters import how_ended

    known = {"service": service} | asdict(kept) | {"ends": ends(kept.type), "ended": how_ended(kept)}
    return known | {"next": step_for(service, kept) if kept.settled_at is None else None}


def show_group(service: str, of: dict[str, Any]) -> None:
    """Show a group with its examples."""
    names = ("reason", "cause", "type", "letters", "keys", "attempts", "first_seen", "last_seen", "ends")
    facts = [(name.replace("_", " "), of[name]) for name in names]
    shown.show_facts(f"{service}: {of['letters']} with one cause", [(one, str(value)) for one, value in facts])
    columns = ("ID", "message id", "topic", "partition", "offset", "bytes", "headers", "holds back", "tries")
    rows = (
        (one["id"], one["event_id"], one["topic"], one["partition"], one["offset"], one["bytes"],
         _headers(one["headers"]), one["key"], one["attempts"])
        for one in of["examples"]
    )  # fmt: skip
    shown.show_table("Examples", columns, rows)
    shown.say(f"Next: {of['next']}")


async def groups_of(found: Reach) -> list[tuple[str, Group]]:
    """Return all groups: a person's own word first, then what else may end telling."""
    from services.plumbing.deadletters import groups

    result = []
    for service in topics.SERVICES:
        async with found.connected(service, watching=True) as conn:
            result += [(service, one) for one in await groups(conn)]
    return sorted(result, key=lambda pair: rank(pair[1].type))


async def group_of(found: Reach, service: str, letter: int) -> dict[str, Any]:
    """Return the group that the open letter is of, with examples and a next step."""
    from services.plumbing.deadletters import groups, ids_alike

    kept = await open_one(found, service, letter)
    async with found.connected(service, watching=True) as conn:
        alike = await ids_alike(conn, letter)
        known = [one for one in await groups(conn) if (one.reason, one.cause, one.type) == _cause(kept)]
    examples = [as_json(service, await kept_of(found, service, one)) for one in alike[:_EXAMPLES]]
    if not known:
        raise closed(service, letter)
    next_step = step_for_group(service, known[0])
    return {"service": service} | asdict(known[0]) | {"ends": ends(kept.type), "next": next_step, "examples": examples}


def _cause(kept: Kept) -> tuple[str, str, str | None]:
    return kept.reason, kept.cause, kept.type


async def kept_of(found: Reach, service: str, letter: int) -> Kept:
    """Return what is known of a letter, open or settled.

    Raises:
        Trouble: there is none.
    """
    from services.plumbing.deadletters import known

    async with found.connected(service, watching=True) as conn:
        kept = await known(conn, letter)
    if kept is None:
        raise shown.Trouble(f"{service} has no dead letter {letter}.", "`hub deadletters list` names those it has.")
    return kept


async def open_one(found: Reach, service: str, letter: int) -> Kept:
    """Return what is known of an open letter.

    Raises:
        Trouble: there is none, or it is settled.
    """
    kept = await kept_of(found, service, letter)
    if kept.settled_at is not None:
        raise closed(service, letter)
    return kept


def closed(service: str, letter: int) -> shown.Trouble:
    """Return what is said of a letter that is settled."""
    return shown.Trouble(
        f"Letter {letter} of {service} is settled.", f"`hub deadletters show {service} {letter}` says how."
    )
