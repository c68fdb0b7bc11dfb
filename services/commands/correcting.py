"""`hub deadletters correct`: an operator mends what an agency sent and the hub could not handle."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts import catalogue, topics
from contracts.event import versions
from contracts.to_hub.message_corrected import FieldChange, FieldName
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption
from services.commands.ending import DOOR, at_the_door
from services.commands.letters import CodeOption, LetterArgument, ServiceArgument, as_json, kept_of, open_one
from services.commands.reach import JsonOption, StateOption
from services.intake.domain.reports import private_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.commands.confirming import Shows
    from services.commands.reach import Reach
    from services.plumbing.deadletters import Kept

_ASK: Final = "-"
_FIELD: Final[TypeAdapter[str]] = TypeAdapter(FieldName)
_FIX: Final = (
    "such as --set incident.occurred_at=2026-03-01T14:05:00-08:00, or --set FIELD=- to be asked for the value."
)

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field and what stands there now, as JSON or as plain text; null takes the field out. May be repeated. "
        "Of private text the value is -: it is asked for, or read from standard input, a line each.",
    ),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", help="All that the message says now, as one JSON object; - reads standard input."),
]
VersionOption = Annotated[
    int | None,
    typer.Option("--as-version", help="The version of the event in which it is read now (default: the newest).", min=1),
]


def correct(
    service: ServiceArgument,
    letter: LetterArgument,
    why: CodeOption,
    set_: SetOption = None,
    file: FileOption = None,
    as_version: VersionOption = None,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Correct a message that intake has put aside.

    It is handled as corrected, in its place, before what waits behind it. The correction is an event of its own, signed
    with your key: it names you, the message, the fields and why. What the agency sent stays as it was, beside it. Who
    sent it, which event it is and of whom or of what it speaks cannot be corrected; neither can what somebody answered
    or signed, and what a person takes back is never narrowed. Ask the agency first what is so.

    Private text does not belong on a command line, where the shell keeps it: give --file -, or --set FIELD=-.

    Only messages at the door (intake) are corrected. A fact of the hub is what a service decided: mend the service and
    have it tried again, or discard it.

    Examples: hub deadletters correct intake 12 --as-version 2 --why read-as-older  ·  hub deadletters correct intake 12
    --set incident.occurred_at=2026-03-01T14:05:00-08:00 --why wrong-date  ·  hub deadletters correct intake 12 --file -
    --why told-by-telephone
    """
    if service != DOOR:
        raise shown.Trouble(
            f"What {service} could not handle is a fact of the hub, and no fact of the hub is corrected by hand.",
            f"mend {service}, then `hub deadletters retry {service} {letter}`; or discard it with a reason.",
        )
    if file is not None and set_:
        raise shown.Trouble(
            "Both --file and --set.", "give the whole message with --file, or single fields with --set."
        )
    found = reach.find(state)
    kept = asyncio.run(_correctable(found, letter))
    changes = _whole(file) if file else [_change(kept, one) for one in set_ or ()]
    event = catalogue.MessageCorrected(
        letter=letter, agency=topics.agency_of(kept.topic) or "", message_id=kept.event_id, message_type=kept.type,
        message_version=as_version, whole=file is not None, changes=tuple(changes), why=why, operator=operator,
    )  # fmt: skip
    answer, kept = asyncio.run(_said(found, event, letter))
    if json_:
        shown.show_json(answer | {"letter": as_json(service, kept)})
    else:
        _tell(service, kept)


def _tell(service: str, kept: Kept) -> None:
    if kept.settled_at is None:
        again = f"the correction is on record, but so the message could not be handled, either: {kept.reason}"
        shown.screen.print(f"Letter {kept.id} of {service} is still open; {again}.", markup=False, soft_wrap=True)
        shown.say(f"Next: `hub deadletters show {service} {kept.id}` shows the cause.")
        return
    shown.screen.print(
        f"Letter {kept.id} of {service} was handled as corrected; what waited behind it goes on.", soft_wrap=True
    )


async def _correctable(found: Reach, letter: int) -> Kept:
    kept = await open_one(found, DOOR, letter)
    if not at_the_door(DOOR, kept.topic):
        raise shown.Trouble(
            f"Letter {letter} is a fact of the hub itself, and no fact of the hub is corrected by hand.",
            f"mend intake, then `hub deadletters retry {DOOR} {letter}`; or discard it with a reason.",
        )
    return kept


async def _said(found: Reach, event: catalogue.MessageCorrected, letter: int) -> tuple[dict[str, Any], Kept]:
    """Say it, and wait until the letter was tried so."""
    see = f"hub deadletters show {DOOR} {letter}"
    answer = await office.said(found, event, shows=_tried(letter), see=see)
    return answer, await kept_of(found, DOOR, letter)


def _tried(letter: int) -> Shows:
    async def shows(found: Reach, steps: list[Any]) -> bool:
        if not steps:
            return False
        kept = await kept_of(found, DOOR, letter)
        return kept.settled_at is not None or kept.corrected_as is None

    return shows


def _change(kept: Kept, typed: str) -> FieldChange:
    """Return one change; what was typed is never repeated."""
    field, given, value = typed.partition("=")
    try:
        field = _FIELD.validate_python(field)
    except ValidationError:
        given = ""
    if not given:
        raise shown.Trouble("That is no field and value: FIELD=VALUE, a part's field after a dot.", _FIX)
    if value == _ASK:
        value = _asked_for(field)
    elif is_private(kept.type, field):
        raise shown.Trouble(
            f"{field} is private text, and the shell keeps what stands on a command line.",
            f"--set {field}=- asks for it; or give the whole message with --file -.",
        )
    return _put(field, _read(value))


def _asked_for(field: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(field, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _read(value: str) -> Any:
    """Return JSON as what it means, and anything else as the text that it is."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _put(field: str, value: Any) -> FieldChange:
    if value is None:
        return FieldChange(field=field, removed=True)
    return FieldChange(field=field, value=json.dumps(value, ensure_ascii=False))


def _whole(file: Path) -> list[FieldChange]:
    try:
        text = sys.stdin.read() if str(file) == _ASK else file.read_text()
    except (OSError, UnicodeDecodeError) as wrong:
        raise shown.Trouble(f"{file} cannot be read: {type(wrong).__name__}.", "name a file of JSON, or -.") from None
    data = _read(text)
    if not isinstance(data, dict) or not data:
        raise shown.Trouble("That is not one JSON object.", "give all that the message says, as its schema has it.")
    try:
        return [_put(_FIELD.validate_python(field), value) for field, value in _leaves(data, "")]
    except ValidationError:
        raise shown.Trouble("A name in it is no field's name.", "use the names of the event's schema.") from None


def _leaves(data: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Yield each field with its value, parts opened: no single value is longer than a text may be."""
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{name}.")
        elif value is not None:
            yield f"{path}{name}", value


def is_private(kind: str | None, field: str) -> bool:
    """Whether the field holds private text, by the newest contract of the event; what no contract knows may."""
    known = versions(kind or "")
    inside: type[BaseModel] | None = known[-1] if known else None
    private = True
    for name in field.split("."):
        if inside is None or name not in inside.model_fields:
            return True
        private = name in private_fields(inside)
        inside = _model_in(inside.model_fields[name].annotation)
    return private or inside is not None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in getattr(annotation, "__args__", ()) if (found := _model_in(one))), None)
