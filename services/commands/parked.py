"""`hub parked`: what a service could not handle, by cause; tried again in order, or settled by an operator's word."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import Field

from contracts import catalogue, topics
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, fitting
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from contracts.event import Event
    from services.commands.reach import Reach
    from services.plumbing.deadletters import Group, Kept

group = typer.Typer(
    help="What could not be handled: tried again, or settled.", invoke_without_command=True, **shown.STYLE
)

ENDS: Final[tuple[type[Event], ...]] = (
    catalogue.ConsentRevoked, catalogue.ConsentWithdrawn, catalogue.ConsentExpired, catalogue.RevocationSettled,
    catalogue.RevocationParked, catalogue.RevocationRead, catalogue.PersonDeclined,
    catalogue.ReferralWithdrawn, catalogue.ReferralRetracted, catalogue.ReferralErased,
    catalogue.ParticipationEnded, catalogue.AssignmentEnded, catalogue.AssignmentCancelled, catalogue.OnwardClosed,
    catalogue.AgencySuspended, catalogue.DeadlineReached,
)  # fmt: skip
"""What says, or brings it about, that somebody is told no more: left out, the hub would go on as if nobody had said it.

With what settles a revocation, or says that it was read, it is the other way round: left out, nothing is told of that
person again.
"""
_ENDS: Final = frozenset(event.name for event in ENDS)
_DOOR: Final = "intake"
_REFUSAL: Final = "message.unadmitted"
"""What the door makes of a message that it refuses; it may be a word that takes back, and holds its person then."""
_MOST: Final = 2**63 - 1
"""The database's largest number."""


def _known(typed: str) -> str:
    if typed not in topics.SERVICES:
        raise shown.Trouble("There is no service of that name.", f"name one of {', '.join(topics.SERVICES)}.")
    return typed


ServiceArgument = Annotated[
    str,
    typer.Argument(metavar="SERVICE", help="The service that parked it, as `hub parked` names it.", callback=_known),
]
LetterArgument = Annotated[
    int, typer.Argument(metavar="ID", help="The message's number there, as `hub parked` names it.", min=1, max=_MOST)
]
CodeOption = Annotated[
    str,
    typer.Option(
        "--why",
        metavar="CODE",
        help="Why, as a code of lower-case words joined by hyphens, such as entered-again; never about a person.",
        callback=fitting(
            Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)],
            "That is no code: at most 40 characters, lower-case words joined by hyphens.",
            "use a code such as entered-again; nothing about a person belongs here.",
        ),
    ),
]


@group.callback()
def by_cause(context: typer.Context, state: StateOption = None, json_: JsonOption = False) -> None:
    """List what is parked, by cause; `retry` has it tried again, `settle` settles it."""
    if context.invoked_subcommand is None:
        list_(state, json_)


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """List what is parked, by service and cause, most first.

    The reason is a class of error, the cause a place in the code: no content, no value. Nothing parked expires.

    Example: hub parked list
    """
    found = asyncio.run(_groups(reach.find(state)))
    if json_:
        shown.show_json([{"service": service} | asdict(one) for service, one in found])
        return
    columns = ("service", "reason", "cause", "message", "messages", "people held", "since (UTC)", "first ID")
    rows = (
        (service, one.reason, one.cause, one.type, one.letters, one.keys, shown.minute(one.oldest.isoformat()),
         one.first_id)
        for service, one in found
    )  # fmt: skip
    shown.show_table("Parked", columns, rows, nothing="nothing")
    if found:
        shown.say("Next: mend the cause, then `hub parked retry SERVICE ID`; deploy/runbooks/parked-messages.md.")


@group.command()
def show(
    service: ServiceArgument, letter: LetterArgument, state: StateOption = None, json_: JsonOption = False
) -> None:
    """Show what is known of one message beside its content.

    Also of one that was settled: by whom, when, and with which code.

    Example: hub parked show intake 12
    """
    kept = asyncio.run(_kept(reach.find(state), service, letter))
    if json_:
        shown.show_json({"service": service} | asdict(kept))
        return
    shown.show_facts(
        f"{service} {letter}",
        [
            ("message", kept.type), ("topic", kept.topic), ("reason", kept.reason), ("cause", kept.cause),
            ("holds back", kept.key), ("parked behind it", kept.behind), ("attempts", kept.attempts),
            ("parked", kept.parked_at.isoformat()), ("to be tried again since", _at(kept.retry_asked_at)),
            ("settled", _at(kept.settled_at)), ("settled as", kept.settled_as),
        ],
    )  # fmt: skip


@group.command()
def retry(
    service: ServiceArgument,
    letter: LetterArgument,
    alike: Annotated[bool, typer.Option("--alike", help="Also all others that have the same cause.")] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Have a parked message tried again.

    The running service does it within seconds, with what is parked of the same person before it and behind it, in
    order. What fails again is parked again.

    Examples: hub parked retry consent 12  ·  hub parked retry consent 12 --alike
    """
    asked = asyncio.run(_asked(reach.find(state), service, letter, alike=alike))
    if json_:
        shown.show_json({"service": service, "id": letter, "asked": asked})
        return
    shown.screen.print(f"{service} tries {asked} of them again." if alike else f"{service} tries {letter} again.")
    shown.say("Next: `hub parked` shows what fails again.")


@group.command()
def settle(
    service: ServiceArgument,
    letter: LetterArgument,
    why: CodeOption,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Settle a parked message without handling it.

    It never takes effect then, and what is parked behind it goes on. What says that telling ends, or that a time is
    up, cannot be settled, and neither can what nobody could read: it can only be tried again. Where such a message
    stands at the door (intake parked it), intake answers its sender with a refusal instead, and whatever it held goes
    on: ask the agency first what it says. Operator, code and time stay beside the message; `hub parked show` shows
    them. From the first `hub operator add` on, the operator's key has to be at
    hand: that is checked here and now. The entry itself is not signed, so that it proves nothing against somebody who
    can write to the service's tables.

    Example: hub parked settle intake 12 --why entered-again
    """
    word = f"{operator}: {why}"
    refused = asyncio.run(_settled(reach.find(state), service, letter, operator, word))
    if json_:
        shown.show_json({"service": service, "id": letter, "settled_as": word, "refused": refused})
        return
    if refused:
        shown.screen.print(f"{service} refuses {letter} within seconds: its sender hears so, and what it held goes on.")
        return
    shown.screen.print(f"{letter} of {service} is settled; what was parked behind it goes on.")


def _at(moment: Any) -> str | None:
    return None if moment is None else str(moment.isoformat())


async def _groups(found: Reach) -> list[tuple[str, Group]]:
    from services.plumbing.deadletters import groups

    result = []
    for service in topics.SERVICES:
        async with found.connected(service, watching=True) as conn:
            result += [(service, one) for one in await groups(conn)]
    return result


async def _kept(found: Reach, service: str, letter: int) -> Kept:
    from services.plumbing.deadletters import known

    async with found.connected(service, watching=True) as conn:
        kept = await known(conn, letter)
    if kept is None:
        raise shown.Trouble(f"{service} parked no message {letter}.", "`hub parked` names what is parked.")
    return kept


async def _open(found: Reach, service: str, letter: int) -> Kept:
    kept = await _kept(found, service, letter)
    if kept.settled_at is not None:
        raise _closed(service, letter)
    return kept


def _closed(service: str, letter: int) -> shown.Trouble:
    return shown.Trouble(
        f"Message {letter} of {service} is not parked any more.", f"`hub parked show {service} {letter}` says why."
    )


async def _asked(found: Reach, service: str, letter: int, *, alike: bool) -> int:
    from services.plumbing.deadletters import ask_alike, ask_retry

    await _open(found, service, letter)
    async with found.connected(service) as conn:
        asked = await ask_alike(conn, letter) if alike else int(await ask_retry(conn, letter))
    if not asked:
        raise _closed(service, letter)
    return asked


async def _settled(found: Reach, service: str, letter: int, operator: str, word: str) -> bool:
    """Settle the letter, or have it refused where it stands at the door; return whether it is refused."""
    from services.plumbing import deadletters

    await office.vouched(found, operator)
    kept = await _open(found, service, letter)
    refused = False
    if kept.type is None or kept.type in {*_ENDS, _REFUSAL}:
        refused = service == _DOOR and topics.agency_of(kept.topic) is not None
    if not refused and (kept.type is None or kept.type in _ENDS):
        what = "Nobody could read what it says, and it may end" if kept.type is None else f"A {kept.type} may end"
        raise shown.Trouble(
            f"{what} what is told of somebody: settled by hand it would never take effect.",
            f"mend the cause, then have it tried again: `hub parked retry {service} {letter}`.",
        )
    async with found.connected(service) as conn:
        done = deadletters.put_away(conn, letter, word) if refused else deadletters.settle(conn, letter, word)
        if not await done:
            raise _closed(service, letter)
    return refused
