"""`hub send` and `hub listen`: an agency's own words, and its own lane."""

from __future__ import annotations

import asyncio
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from contracts.envelope import structured
from contracts.words import Slug
from services.commands import reach, shown
from services.commands.answers import answered, listening
from services.commands.arguments import fitting
from services.commands.lanes import TRYING_OUT
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from contracts.envelope import Envelope
    from services.partner import Heard

AsOption = Annotated[str, typer.Option("--as", help="The agency's slug; its own credentials are used.")]


_group = fitting(
    Slug, "That is no group's name: lower-case words joined by hyphens.", "name it such as casework, or leave it out."
)


class From(StrEnum):
    """Where to begin on the lane."""

    EARLIEST = "earliest"
    LATEST = "latest"


def send(
    file: Annotated[str, typer.Argument(help="A file of CloudEvents, one JSON object a line; - is standard input.")],
    agency: AsOption,
    state: StateOption = None,
    json_: JsonOption = False,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for each answer.")] = 30.0,
) -> None:
    """Send CloudEvents as an agency, and show each answer.

    They go on the agency's own topic with its own credentials, just as its own system would send them: a tool for
    trying things out, for on a real hub nobody speaks for an agency. A line is like
    {"specversion": "1.0", "id": "1", "source": "/agencies/bellingham-police", "type": "referral.submitted",
    "data": {…}}; contracts/README.md shows whole ones.

    The answer is one of these: acknowledged, with the referral's id; refused, with field, rule and fix; admitted, for
    what the hub takes in without a word (a service may still refuse it on the lane); already known, for an id that was
    handled before; parked, for what this hub cannot read yet. Ends with an error if anything was refused, parked or not
    answered in time.

    Example: hub send referrals.jsonl --as bellingham-police
    """
    found = reach.find(state)
    found.agency(agency)
    lines = [line for line in _lines(file) if line.strip()]
    if not lines:
        raise shown.Trouble(f"There is nothing to send in {file}.", "put CloudEvents in it, one JSON object a line.")
    results = asyncio.run(_send(found, agency, lines, wait))
    for result in results:
        shown.show_json(result) if json_ else shown.screen.print(answered(result), soft_wrap=True)
    if any(result["answer"] in {"refused", "parked", "no answer"} for result in results):
        raise typer.Exit(1)


def listen(
    agency: AsOption,
    state: StateOption = None,
    group: Annotated[
        str, typer.Option(help="The consumer group, after `agency.<slug>.`.", callback=_group)
    ] = TRYING_OUT,
    start: Annotated[From | None, typer.Option("--from", help="Where to begin; else where the group was.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many messages.")] = None,
    wait: Annotated[float | None, typer.Option(min=0, help="End when nothing has come for so many seconds.")] = None,
    json_: JsonOption = False,
) -> None:
    """Listen on an agency's lane as its own consumer would.

    It reads with the agency's own credentials, and what it shows is that agency's own mail: names and all. No reason is
    asked for, nothing is signed, and no entry of the ledger says that you looked. It is a tool for trying things out;
    on a real hub an agency reads its own lane, and `hub reveal` shows an operator who somebody is.

    Each line is the time, the event, the person (by the name that only this agency has for them) and the data. An
    answer names the same person as its subject; contracts/README.md shows one. What a replay brings again says so, and
    in place of which message it stands if it says something else today (`replayid`, `originalid`). With --json each
    message is one CloudEvents object on a line of its own. Ctrl-C ends it, or --count and --wait do; the next time it
    goes on after what was shown. The group `listen` is this command's own: for `hub status` the agency has read nothing
    by it.

    Example: hub listen --as opportunity-council --from earliest
    """
    found = reach.find(state)
    found.agency(agency)
    asyncio.run(_listen(found, agency, group, start, count, wait, json_))


async def _send(found: reach.Reach, agency: str, lines: list[bytes], wait: float) -> list[dict[str, Any]]:
    identities = [_identity(line) for line in lines]
    async with found.partner(agency) as partner, listening(found, partner) as answers:
        known = await answers.known(identities)
        sent = [await partner.send(line) for line in lines]
        results = []
        for number, (written, identity) in enumerate(zip(sent, identities, strict=True), start=1):
            named = identity.get("id")
            answer = await answers.to(written, identity, wait, known_before=named in known)
            known |= {named} if named is not None else set()
            results.append({"line": number, "id": named, "type": identity.get("type")} | answer)
        return results


async def _listen(
    found: reach.Reach,
    agency: str,
    group: str,
    start: From | None,
    count: int | None,
    wait: float | None,
    as_json: bool,
) -> None:
    seen, idle = 0, 0.0
    async with found.partner(agency) as partner, partner.listening(group, start=start) as ear:
        while (count is None or seen < count) and (wait is None or idle < wait):
            # What is taken from the lane counts as read: no more is taken than is shown.
            came = await ear.within(250, most=None if count is None else count - seen)
            idle = 0.0 if came else idle + 0.25
            for heard in came:
                _show(heard, as_json=as_json)
                seen += 1


def _show(heard: Heard, *, as_json: bool) -> None:
    if heard.fact is None:
        shown.say(f"A message at {heard.offset} is newer than this reader.")
        return
    if as_json:
        shown.show_json(structured(heard.fact))
        return
    envelope = heard.fact.envelope
    data = heard.fact.event.model_dump_json(exclude_none=True, exclude_defaults=True)
    about = f" {escape(envelope.subject)}" if envelope.subject else ""
    about += _again(envelope)
    shown.screen.print(f"[dim]{envelope.at:%H:%M:%S}[/] [bold]{envelope.type}[/]{about}", end=" ", soft_wrap=True)
    shown.screen.print(data, markup=False, soft_wrap=True)


def _again(envelope: Envelope) -> str:
    """Say that a replay brings it, and in whose place."""
    if not envelope.delivery:
        return ""
    instead = f" in place of {escape(envelope.original)}" if envelope.original else ""
    return f" [yellow]again{instead}, by {escape(envelope.delivery)}[/]"


def _lines(file: str) -> list[bytes]:
    try:
        whole = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as reason:
        raise shown.Trouble(
            f"{file} cannot be read: {reason.strerror}.", "name a file, or - for standard input."
        ) from None
    return [_one_event(file, whole)] if _is_one_object(whole) else whole.splitlines()


def _is_one_object(whole: bytes) -> bool:
    """Whether this is one JSON object laid out over several lines."""
    if len(whole.strip().splitlines()) < 2:  # noqa: PLR2004  # several lines
        return False
    try:
        return isinstance(json.loads(whole), dict)
    except ValueError:
        return False


def _one_event(file: str, whole: bytes) -> bytes:
    said = json.loads(whole)
    if "specversion" not in said:
        raise shown.Trouble(
            f"{file} is one JSON object, but no CloudEvent: it has no `specversion`.",
            "a file of contracts/examples is only the `data` of a message; contracts/README.md shows a whole one.",
        )
    return json.dumps(said, separators=(",", ":")).encode()


def _identity(line: bytes) -> dict[str, str]:
    """What the answer can be known by; nothing where the line is no JSON object."""
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    known = ("id", "type")
    return {name: said[name] for name in known if isinstance(said.get(name), str)} if isinstance(said, dict) else {}
