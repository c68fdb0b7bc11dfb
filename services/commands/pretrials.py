"""`hub pretrial`: where court pretrial diversions stand, what the court waits for, and the person's printed copy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands import reach, shown
from services.commands.arguments import ReferralArgument
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.commands.reach import Reach
    from services.console.domain import Diversion
    from services.sites import Pretrial, Site

group = typer.Typer(
    help="Court pretrial diversions, under seal: stages, reports.",
    no_args_is_help=True,
    **shown.STYLE,
)


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """List where each stands, and what the court waits for.

    It shows as well whom the newest report could not reach.

    It is under seal. Nobody outside the program office sees this list, and no police agency hears of any of it.

    Example: hub pretrial list
    """
    found = asyncio.run(_diversions(reach.find(state)))
    if json_:
        shown.show_json([one.model_dump(mode="json") for one in found])
        return
    columns = ("referral", "stands", "since", "reports", "owed", "overdue", "not told")
    rows = (
        (one.referral_id, one.stage, one.since, len(one.reports), ", ".join(_owed(one)), one.overdue,
         ", ".join(one.not_told))
        for one in found
    )  # fmt: skip
    shown.show_table("Court pretrial diversions, under seal", columns, rows, nothing="no pretrial diversions")


@group.command()
def show(
    referral: ReferralArgument,
    for_the_person: Annotated[
        bool, typer.Option("--for-the-person", help="The printed copy that the statute gives the person.")
    ] = False,
    language: Annotated[str, typer.Option(help="Of the printed copy: en or es.")] = "en",
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show one, with every report; or the person's printed copy.

    With --for-the-person it is the copy that the person gets: what was reported, and the statements that stand on every
    copy. Print it and hand it over; the hub sends it nowhere.

    Examples: hub pretrial show ref-0123456789abcdef0123456789abcdef  ·
    hub pretrial show ref-0123456789abcdef0123456789abcdef --for-the-person --language es
    """
    found = reach.find(state)
    diversion = next((one for one in asyncio.run(_diversions(found)) if one.referral_id == referral), None)
    if diversion is None:
        raise shown.Trouble(
            "There is no pretrial diversion of this referral.", "`hub pretrial list` shows those that there are."
        )
    if for_the_person:
        lines = list(printed(diversion, found.site, language))
        shown.show_json({"language": language, "lines": lines}) if json_ else _print(lines)
        return
    if json_:
        shown.show_json(diversion.model_dump(mode="json"))
        return
    _show(diversion)


def printed(diversion: Diversion, site: Site, language: str) -> Iterator[str]:
    """Yield the lines of the person's copy.

    Raises:
        Trouble: the site has no such road, or no words in that language.
    """
    words = {} if site.pretrial is None else site.pretrial.words.get(language, {})
    if site.pretrial is None or not words:
        there = "" if site.pretrial is None else ", ".join(sorted(site.pretrial.words))
        raise shown.Trouble("There are no words for this copy in that language.", f"--language is one of: {there}.")
    yield words["title"]
    yield f"{words['stage']}: {diversion.stage} ({words['date']}: {diversion.since})"
    yield ""
    yield f"{words['report']}:"
    yield from _reported(diversion, words)
    yield ""
    yield words["who_is_told"]
    yield from _marked(site.pretrial, diversion)


def _reported(diversion: Diversion, words: Mapping[str, str]) -> Iterator[str]:
    if not diversion.reports:
        yield f"  {words['nothing_reported']}"
    for one in diversion.reports:
        told: list[str] = []
        if one.month is not None:
            told.append(f"{words['month']} {one.month}")
        if one.substantial_compliance is not None:
            told.append(words["complies"] if one.substantial_compliance else words["complies_not"])
        if one.report == "assessment":
            services = f"{words['services']}: {', '.join(one.services)}"
            told.append(services if one.services else words["nothing_recommended"])
        if one.completed_by is not None:
            told.append(f"{words['completed_by']} {one.completed_by}")
        if one.hours is not None:
            told.append(f"{one.hours} {words['hours']}")
        yield f"  {one.reported_on}  {'; '.join(told)}. {words['to']}: {', '.join(one.to)}"


def _marked(pretrial: Pretrial, diversion: Diversion) -> Iterator[str]:
    day = max((one.reported_on for one in diversion.reports), default=diversion.since)
    for one in () if day is None else pretrial.markings_on(day):
        yield f"{one.text} ({one.citation})"


def _print(lines: list[str]) -> None:
    for line in lines:
        shown.screen.print(line, markup=False, soft_wrap=True)


def _show(one: Diversion) -> None:
    facts: list[tuple[str, Any]] = [
        ("stands", one.stage), ("since", one.since), ("person", one.person), ("court", one.court),
        ("prosecutor", one.prosecutor), ("counsel", one.counsel), ("owed", ", ".join(_owed(one)) or None),
        ("not told", ", ".join(one.not_told) or None),
    ]  # fmt: skip
    shown.show_facts(f"Pretrial diversion of {one.referral_id}, under seal", facts)
    columns = ("day", "report", "month", "complies", "services", "completed by", "hours", "from", "to")
    rows = (
        (each.reported_on, each.report, each.month, each.substantial_compliance, ", ".join(each.services),
         each.completed_by, each.hours, each.program, ", ".join(each.to))
        for each in one.reports
    )  # fmt: skip
    shown.show_table("Reports to the court", columns, rows, nothing="none yet")


def _owed(one: Diversion) -> list[str]:
    return [
        f"{owed.asked_for}{f' of month {owed.month}' if owed.month else ''} by {owed.due_on}"
        f"{' (overdue)' if owed.overdue else ''}"
        for owed in one.owed
    ]


async def _diversions(found: Reach) -> list[Diversion]:
    async with found.asking() as asking:
        return await asking.diversions()
