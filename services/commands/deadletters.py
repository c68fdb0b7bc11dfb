"""`hub deadletters`: what a service could not handle, by cause; tried again in order, corrected, or discarded."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from services.commands import correcting, office, reach, shown
from services.commands.arguments import OperatorOption
from services.commands.ending import ENDING, at_the_door, ends, step_for, step_for_group
from services.commands.letters import (
    CodeOption,
    LetterArgument,
    NoteOption,
    ServiceArgument,
    SomeLetterArgument,
    as_json,
    closed,
    facts_of,
    group_of,
    groups_of,
    kept_of,
    minute,
    open_one,
    show_group,
)
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from services.commands.reach import Reach

group = typer.Typer(
    help="What could not be handled, until it is dealt with.", invoke_without_command=True, **shown.STYLE
)

_REFUSAL: Final = "message.unadmitted"
"""What the door makes of a message that it refuses; it may be a word that takes back, and holds its person then."""


@group.callback()
def by_cause(context: typer.Context, state: StateOption = None, json_: JsonOption = False) -> None:
    """List dead letters by cause; `show` tells of one, `retry`, `correct` and `discard` deal with it.

    Nothing of it expires. A person's later messages wait behind it, and nothing about them is disclosed meanwhile.
    """
    if context.invoked_subcommand is None:
        list_(state, json_)


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """List dead letters by cause.

    First comes a person's stop or no, then what else may end telling, marked; then the rest, most first.
    The reason is a class of error, the cause a place in the code: no content, no value.

    Example: hub deadletters list
    """
    found = asyncio.run(groups_of(reach.find(state)))
    if json_:
        shown.show_json([
            {"service": service} | asdict(one) | {"ends": ends(one.type), "next": step_for_group(service, one)}
            for service, one in found
        ])  # fmt: skip
        return
    columns = ("service", "reason", "cause", "message", "letters", "people held", "tries", "first seen (UTC)",
               "last seen (UTC)", "first ID", "ends")  # fmt: skip
    rows = (
        (service, one.reason, one.cause, one.type, one.letters, one.keys, one.attempts, minute(one.first_seen),
         minute(one.last_seen), one.first_id, "may end telling" if ends(one.type) else "")
        for service, one in found
    )  # fmt: skip
    shown.show_table("Dead letters", columns, rows, nothing="nothing")
    if found:
        service, one = found[0]
        shown.say(f"Next: `hub deadletters show {service} {one.first_id} --group`; deploy/runbooks/dead-letters.md.")


@group.command()
def show(
    service: ServiceArgument,
    letter: LetterArgument,
    group_: Annotated[bool, typer.Option("--group", help="The whole group that it is of, with examples.")] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show one letter, or its group, and a next step.

    What is known of it beside its content: of its headers the names, and such values alone as cannot be personal. Also
    of one that was settled: how, when, by whom and with which code.

    Examples: hub deadletters show intake 12  ·  hub deadletters show intake 12 --group
    """
    found = reach.find(state)
    if group_:
        of = asyncio.run(group_of(found, service, letter))
        shown.show_json(of) if json_ else show_group(service, of)
        return
    kept = asyncio.run(kept_of(found, service, letter))
    if json_:
        shown.show_json(as_json(service, kept))
        return
    shown.show_facts(f"{service} {letter}", facts_of(kept))
    if kept.settled_at is None:
        shown.say(f"Next: {step_for(service, kept)}")


@group.command()
def retry(
    service: ServiceArgument,
    letter: SomeLetterArgument = None,
    alike: Annotated[bool, typer.Option("--alike", help="Also all others of its group.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="All that this service has.")] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Have a letter tried again, its group, or all.

    The running service does it within seconds, with what waits of the same person before it and behind it, in order.
    What fails again is a dead letter again.

    Examples: hub deadletters retry consent 12  ·  hub deadletters retry consent 12 --alike  ·  hub deadletters retry
    consent --all
    """
    if all_ == (letter is not None):
        raise shown.Trouble("Which letter is to be tried again?", "give its ID, or --all for all of the service.")
    asked = asyncio.run(_asked(reach.find(state), service, letter, alike=alike))
    if json_:
        shown.show_json({"service": service, "id": letter, "asked": asked})
        return
    many = alike or all_
    shown.screen.print(f"{service} tries {asked} of them again." if many else f"{service} tries {letter} again.")
    shown.say("Next: `hub deadletters list` shows what fails again.")


group.command()(correcting.correct)


@group.command()
def note(
    service: ServiceArgument,
    letter: LetterArgument,
    code: NoteOption,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Note a code beside a letter.

    For whoever looks next, with your name and the time.

    Example: hub deadletters note intake 12 --code asked-the-agency
    """
    word = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ} {operator}: {code}"
    asyncio.run(_noted(reach.find(state), service, letter, word))
    if json_:
        shown.show_json({"service": service, "id": letter, "note": word})
        return
    shown.screen.print(f"Noted beside {letter} of {service}.")


@group.command()
def discard(
    service: ServiceArgument,
    letter: LetterArgument,
    why: CodeOption,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Discard a letter, with a reason.

    It never takes effect, and what waits behind it goes on. What says that telling ends, or that a time is up, cannot
    be discarded, and neither can what nobody could read: it can only be tried again. Where such a message stands at the
    door (intake has it), intake answers its sender with a refusal instead, and whatever it held goes on: ask the agency
    first what it says. Operator, code and time stay beside it; `hub deadletters show` shows them. From the first `hub
    operator add` on, the operator's key has to be at hand: that is checked here and now. The entry itself is not
    signed, so that it proves nothing against somebody who can write to the service's tables.

    Example: hub deadletters discard intake 12 --why entered-again
    """
    word = f"{operator}: {why}"
    refused = asyncio.run(_discarded(reach.find(state), service, letter, operator, word))
    if json_:
        shown.show_json({"service": service, "id": letter, "settled_as": word, "refused": refused})
        return
    if refused:
        shown.screen.print(f"{service} refuses {letter} within seconds: its sender hears so, and what it held goes on.")
        return
    shown.screen.print(f"{letter} of {service} is discarded; what waited behind it goes on.")


async def _asked(found: Reach, service: str, letter: int | None, *, alike: bool) -> int:
    from services.plumbing.deadletters import ask_each, ask_retry, ids_alike, open_ids

    if letter is not None:
        await open_one(found, service, letter)
    async with found.connected(service) as conn:
        if letter is None:
            return await ask_each(conn, await open_ids(conn))
        asked = await ask_each(conn, await ids_alike(conn, letter)) if alike else int(await ask_retry(conn, letter))
    if not asked:
        raise closed(service, letter)
    return asked


async def _noted(found: Reach, service: str, letter: int, word: str) -> None:
    from services.plumbing.deadletters import note as noted

    await kept_of(found, service, letter)
    async with found.connected(service) as conn:
        await noted(conn, letter, word)


async def _discarded(found: Reach, service: str, letter: int, operator: str, word: str) -> bool:
    """Discard the letter, or have it refused where it stands at the door; return whether it is refused."""
    from services.plumbing import deadletters

    await office.vouched(found, operator)
    kept = await open_one(found, service, letter)
    if kept.corrected_as is not None:
        next_step = f"`hub deadletters show {service} {letter}` tells what becomes of it."
        raise shown.Trouble("A correction of it waits to be handled.", next_step)
    refused = (kept.type is None or kept.type in {*ENDING, _REFUSAL}) and at_the_door(service, kept.topic)
    if not refused and ends(kept.type):
        what = "Nobody could read what it says, and it may end" if kept.type is None else f"A {kept.type} may end"
        raise shown.Trouble(
            f"{what} what is told of somebody: discarded by hand it would never take effect.",
            f"mend the cause, then have it tried again: `hub deadletters retry {service} {letter}`.",
        )
    async with found.connected(service) as conn:
        done = deadletters.put_away(conn, letter, word) if refused else deadletters.settle(conn, letter, word)
        if not await done:
            raise closed(service, letter)
    return refused
