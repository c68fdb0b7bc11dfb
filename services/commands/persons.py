"""`hub person`: people by keyed search, links, and what they say themselves. Nobody's identity is ever shown."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from contracts.catalogue import LinkAnswered
from contracts.words import Reference
from services.commands import asking, office, own_word, reach, shown
from services.commands.arguments import NumberOption, OperatorOption, OtherArgument, PersonArgument
from services.commands.asking import Question, day_until, fitting, text
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.console.domain import File
    from services.sites import Site

group = typer.Typer(
    help="People: found, shown masked, linked; their own word.",
    no_args_is_help=True,
    **shown.STYLE,
)

for _command in (own_word.correct, own_word.stop, own_word.no):
    group.command()(_command)


@group.command()
def find(
    name: Annotated[str | None, typer.Option(help="Legal name.")] = None,
    birth_date: Annotated[str | None, typer.Option(metavar="DAY", help="Birth date, as 1990-12-31.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency whose own number of the person it is.")] = None,
    number: NumberOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Find people by name and birth date, or by a number.

    On a terminal it asks for what is not given. That is the better way: what stands on the command line stays in the
    shell's history, and everybody on the machine sees it in the list of processes.

    The hub compares keyed hashes: it can say whether it knows somebody, and not who else is like them.

    Examples: hub person find  ·  hub person find --agency bellingham-police
    """
    from services.commands.searching import search

    by_number = bool(agency or number)
    given = {"agency": agency, "number": number} if by_number else {"name": name, "birth_date": birth_date}
    if (by_number and (name or birth_date)) or not (asking.somebody_is_there() or all(given.values())):
        raise shown.Trouble(
            "That is not enough to find somebody, or too much.",
            "give --name and --birth-date, or --agency and --number; on a terminal, neither, and it asks.",
        )
    found = reach.find(state)
    known = asking.answers(_questions(found.site)[by_number], given)
    if by_number:
        found.agency(known["agency"])
    people = asyncio.run(search(found, **dict.fromkeys(("name", "birth_date", "agency", "number")) | known))
    if json_:
        shown.show_json([{"person": person} for person in people])
        return
    shown.show_table("People", ("person",), ([person] for person in people), nothing="nobody is known by that")


@group.command()
def show(person: PersonArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show a person's referrals, reviews and links, masked.

    Example: hub person show per-0123456789abcdef0123456789abcdef
    """
    file = asyncio.run(_file(reach.find(state), person))
    if json_:
        shown.show_json({"person": person} | _facts(file))
        return
    referrals = (
        (name, one.standing, one.agency, one.door, one.with_agency, one.retracted, one.non_conviction)
        for name, one in file.referrals.items()
    )
    columns = ("referral", "stands", "from", "door", "with", "withdrawn", "non-conviction data")
    shown.show_table(f"Person {person}", columns, referrals, nothing="no referrals")
    shown.show_table("Links", ("other", "stands", "basis"), ((o, k.standing, k.basis) for o, k in file.links.items()))


@group.command()
def links(state: StateOption = None, json_: JsonOption = False) -> None:
    """List the links that wait for an operator. In each, two records may be one person.

    Example: hub person links
    """
    waiting = asyncio.run(_links(reach.find(state)))
    if json_:
        shown.show_json(waiting)
        return
    shown.show_table("Proposed links", ("person", "other", "basis"), (list(one.values()) for one in waiting))


@group.command()
def link(
    person: PersonArgument,
    other: OtherArgument,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Say that two records are one person. It steers what comes later; consents do not travel over a link.

    Example: hub person link per-0123456789abcdef0123456789abcdef per-fedcba9876543210fedcba9876543210
    """
    _answer(state, LinkAnswered(person=person, other=other, same=True, operator=operator), json_=json_)


@group.command()
def unlink(
    person: PersonArgument,
    other: OtherArgument,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Say that two records are not one person. It answers a proposed link, or parts a wrong one.

    Example: hub person unlink per-0123456789abcdef0123456789abcdef per-fedcba9876543210fedcba9876543210
    """
    _answer(state, LinkAnswered(person=person, other=other, same=False, operator=operator), json_=json_)


def _questions(site: Site) -> tuple[tuple[Question, ...], ...]:
    """What has to be known of somebody: name and birth date, or an agency and its number of them."""
    today = datetime.now(ZoneInfo(site.timezone)).date()
    rule, fix = "It has at most 60 characters, none of them a tab.", "Type it as the agency shows it."
    return (
        (
            Question("name", "legal name", "Legal name", text, needed=True),
            Question("birth_date", "birth date", "Birth date, as 1990-12-31", day_until(today), needed=True),
        ),
        (
            Question("agency", "agency", "Whose number is it (an agency's slug)", text, needed=True),
            Question(
                "number", "number", "The agency's number of the person", fitting(Reference, rule, fix), needed=True
            ),
        ),
    )


def _answer(state: Any, event: LinkAnswered, *, json_: bool) -> None:
    answer = asyncio.run(office.said(reach.find(state), event, see=f"hub person show {event.person}"))
    word = "one person" if event.same else "not one person"
    shown.show_json(answer) if json_ else shown.screen.print(f"{event.person} and {event.other} are {word}.")


async def _file(found: Reach, person: str) -> File:
    async with found.asking() as asking:
        await reach.known(asking, person)
        return await asking.file(person)


async def _links(found: Reach) -> list[dict[str, Any]]:
    async with found.asking() as asking:
        proposed = await asking.proposed_links()
    return [{"person": one.subject, "other": one.id, "basis": getattr(one.item, "basis", None)} for one in proposed]


def _facts(file: File) -> dict[str, Any]:
    from services.console.domain import shown as told

    facts = told(file)
    for name, one in file.referrals.items():
        facts["referrals"][name]["standing"] = one.standing
        facts["referrals"][name]["non_conviction"] = one.non_conviction
    for other, one_link in file.links.items():
        facts["links"][other]["standing"] = one_link.standing
    return facts
