"""`hub demo`: a hub, and a day of referrals played through it by the agencies' own credentials."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import asyncpg
import typer
from rich.live import Live

from services.commands import running, shown
from services.commands.office import OPERATORS
from services.commands.reach import JsonOption, SiteOption
from services.console.store import Asking
from services.demo import screen
from services.demo.answering import OPERATOR
from services.demo.cases import load_caseload
from services.demo.play import Play, Report
from services.intake.store import register_operator
from services.local import hub as local
from services.partner import Partner
from services.plumbing.passwords import Passwords
from services.plumbing.roles import role_of
from services.plumbing.signing import new_key

if TYPE_CHECKING:
    from services.local.hub import Hub

_SHORTEST_MINUTE: Final = 2.0
_LONGEST_MINUTE: Final = 12.0
_TOLD_EVERY_SECONDS: Final = 15.0


def demo(
    site: SiteOption = "whatcom",
    state: Annotated[
        Path | None, typer.Option(help="Where the hub's state is kept; else in a folder that goes away.")
    ] = None,
    exit_: Annotated[bool, typer.Option("--exit", help="End when all is played and checked.")] = False,
    processes: running.ProcessesOption = False,
    minute_seconds: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            max=60,
            help="How many seconds one of the site's minutes lasts; else two, and more on a busy machine.",
        ),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Play a day of referrals, and check how each of them ends.

    It is the site's sample caseload: police, hospitals and families refer, agencies answer. Runs a hub of its own,
    in a folder that goes away afterwards unless --state names one. Clocks are shortened. Ends with an error unless
    every case ended as expected, nothing was lost or doubled, and every lane saw only what it may. On a terminal
    the hub stays up afterwards, to look around; --exit ends it. With --json the last line is one object.

    Example: hub demo --exit
    """
    load_caseload(site)
    with ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-demo-")))
        running.quiet_logs(folder)
        stays = not exit_ and shown.screen.is_terminal and not json_
        reports: list[Report] = []
        minute = minute_seconds or _minute()
        running.until_told(_demo(site, folder, minute, reports, processes=processes, stays=stays, json_=json_))
    if not reports:
        shown.say("Stopped before the end: nothing is said of the cases.")
    if not (reports and reports[0].well):
        raise typer.Exit(1)


def _minute() -> float:
    """Return how long one of the site's minutes lasts: on a busy machine longer, for there answers take longer."""
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    minute = round(min(_SHORTEST_MINUTE * max(1.0, busy), _LONGEST_MINUTE), 1)
    if minute > _SHORTEST_MINUTE:
        shown.say(f"This machine is busy: one of the site's minutes lasts {minute} seconds here.")
    return minute


async def _demo(
    site: str, folder: Path, minute: float, reports: list[Report], *, processes: bool, stays: bool, json_: bool
) -> None:
    """Play, tell, and leave the report in `reports` before anything else can end the command."""
    async with AsyncExitStack() as stack:
        with running.bars() as progress:
            hub = await stack.enter_async_context(
                local.started(folder, site=site, processes=processes, minute_seconds=minute, progress=progress)
            )
        report = await played(hub)
        reports.append(report)
        told = shown.aside if json_ else shown.screen
        told.print(screen.ends(report))
        told.print(screen.sums(report))
        if json_:
            shown.show_json(report.counts())
        if stays:
            running.show(hub, json_=False)
            shown.say(f"Clocks stay shortened here: one of the site's minutes lasts {minute:g} seconds.")
            shown.say(f"What operators decide is signed here: export HUB_OPERATOR={OPERATOR}")
            await asyncio.Event().wait()


async def played(hub: Hub) -> Report:
    """Play the caseload against a hub that is up, live on a terminal, and return what came of it."""
    async with AsyncExitStack() as stack:
        partners = {
            slug: await stack.enter_async_context(Partner(slug, hub.agency_access(slug))) for slug in hub.site.agencies
        }
        conn = await asyncpg.connect(hub.database, user=role_of("console"))
        stack.push_async_callback(conn.close)
        watched = shown.aside.is_terminal
        live = stack.enter_context(Live(console=shown.aside, refresh_per_second=4, transient=True)) if watched else None
        play = Play(
            hub.site,
            load_caseload(hub.site.slug),
            partners,
            Asking(conn),
            hub.platform.hub_access,
            operator_key=await _operator(hub),
            shown=lambda: live.update(screen.live(play)) if live else None,
        )
        telling = None if live else asyncio.create_task(_told_now_and_then(play))
        try:
            return await play.play()
        finally:
            if telling is not None:
                telling.cancel()


async def _operator(hub: Hub) -> str:
    """Give the demonstration's operator a signing key, kept where `hub operator add` keeps them; return it."""
    private, public = new_key()
    conn = await asyncpg.connect(hub.database, user=role_of("intake"))
    try:
        await register_operator(conn, OPERATOR, public)
    finally:
        await conn.close()
    Passwords(hub.platform.secrets / OPERATORS).keep(OPERATOR, private)
    return private


async def _told_now_and_then(play: Play) -> None:
    """Say how far it is where nobody watches a live screen."""
    while True:
        await asyncio.sleep(_TOLD_EVERY_SECONDS)
        shown.say(screen.how_far(play))
