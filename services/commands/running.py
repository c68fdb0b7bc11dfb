"""`hub up`: the whole hub on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.commands import shown
from services.commands.reach import JsonOption, StateOption
from services.local import hub as local
from services.local.settings import LocalSettings
from services.local.state import State
from services.plumbing.loop import run

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from services.local.hub import Hub
    from services.local.progress import Progress as Steps

ProcessesOption = Annotated[
    bool, typer.Option("--processes", help="Run each service in a process of its own, started again when it ends.")
]


SitesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--site", help="The site, a folder of deploy/sites; may be repeated (default: whatcom).", envvar="HUB_SITE"
    ),
]


def up(
    site: SitesOption = None,
    state: StateOption = None,
    processes: ProcessesOption = False,
    json_: JsonOption = False,
) -> None:
    """Run the hub on this machine until Ctrl-C.

    That is PostgreSQL, Kafka and every service. The first time Kafka is fetched (about 50 MB); later starts take
    seconds and need no network. With --json the first line on standard output, once all is ready, is one JSON
    object: ready, state, kafka, agency_kafka, postgres, console, pids.

    With several sites each has people, agencies, policies, operators and keys of its own, on the same servers; none
    can see another's. The first one begun keeps plain names, the others have their own before theirs. HUB_SITE tells
    the other commands which site they speak with.

    Examples: hub up  ·  hub up --site whatcom --site santa-fe
    """
    quiet_logs(state)
    until_told(_up(site or ["whatcom"], state, processes=processes, json_=json_))


async def _up(sites: list[str], state: Path | None, *, processes: bool, json_: bool) -> None:
    with bars() as progress:
        starting = local.started(state, site=sites, processes=processes, progress=progress)
        hub = await starting.__aenter__()
    try:
        show(hub, json_=json_)
        await asyncio.Event().wait()
    finally:
        shown.say("Stopping…")
        await asyncio.shield(starting.__aexit__(None, None, None))


def show(hub: Hub, *, json_: bool) -> None:
    """Say where everything is."""
    facts = hub.facts()
    if json_:
        shown.show_json(facts)
        return
    rows = [
        ("Kafka, for the hub", facts["kafka"]),
        ("Kafka, for agencies", facts["agency_kafka"]),
        ("PostgreSQL", facts["postgres"]),
        ("receipts by code", facts["console"]),
        ("state", facts["state"]),
    ]
    shown.show_facts(f"{hub.site.name} is up", rows)
    for other in hub.further:
        more = other.facts()
        shown.show_facts(other.site.name, [(name, more[name]) for name in ("postgres", "console", "state")])
        shown.say(f"  export HUB_SITE={other.site.slug}  # for the commands below, to speak with this site")
    shown.say("Next, in another terminal (Ctrl-C in this one stops everything):")
    if facts["state"] != str(State(LocalSettings().state).folder):
        shown.say(f"  export HUB_STATE={facts['state']}")
    command = Path(sys.argv[0]).with_name("hub")
    hub_ = os.path.relpath(command) if command.exists() else "hub"
    for words in ("status", "refer", "agency list", "reviews"):
        shown.say(f"  {hub_} {words}")


def until_told(work: Coroutine[Any, Any, Any]) -> Any:
    """Run until it ends, or until Ctrl-C or SIGTERM ask it to; either way it stops what it started."""

    async def told() -> Any:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        asked = False

        def ask() -> None:
            nonlocal asked
            # A second Ctrl-C changes nothing: servers are never left half stopped.
            if not asked:
                asked = True
                task.cancel()

        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, ask)
        try:
            return await task
        except asyncio.CancelledError:
            if not asked:
                raise
            return None

    return run(told())


@contextmanager
def bars() -> Iterator[Steps]:
    """Show each step of a start with a bar, on standard error; nothing where there is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=shown.aside, transient=True, disable=not shown.aside.is_terminal) as progress:
        tasks: dict[str, Any] = {}

        def show_step(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=of)
                if not shown.aside.is_terminal:
                    shown.say(f"{step}…")
            progress.update(tasks[step], completed=done, total=of)

        yield show_step


def quiet_logs(state: Path | None) -> None:
    """Send the services' log lines to a file of the state folder: the terminal is for the person."""
    from services.local.logging import to_file

    with suppress(OSError):
        to_file(state)
