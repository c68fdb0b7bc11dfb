"""`hub replay`: what the hub said before, again: planned, approved by a second person, run, proved, taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from contracts.catalogue import ReplayEndorsed, ReplaySteered
from contracts.replaying import ReplayStage, ReplayStep
from services.commands import office, reach, replay_plans, replay_reports, replaying, shown
from services.commands.arguments import (
    ActingOption,
    ReplayArgument,
)
from services.commands.confirming import followed_by
from services.commands.reach import JsonOption, StateOption
from services.commands.rebuilding import rebuild
from services.commands.replay_reports import Format

group = typer.Typer(help="What was told, told again: planned, run, proved.", no_args_is_help=True, **shown.STYLE)
group.add_typer(replay_plans.plan, name="plan")
group.command()(rebuild)

RateOption = Annotated[
    int | None, typer.Option("--rate", min=1, max=100_000, help="Items a second at most (default: as the site says).")
]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended, and show how far it is.")]
_ENDS = replaying.ENDS
_MODES: Final = {
    ReplayStep.REHEARSE: "rehearse", ReplayStep.RUN: "send", ReplayStep.RESUME: "send", ReplayStep.COMPENSATE: "recall",
}  # fmt: skip
"""What a step that takes a while does with the items."""


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """List the replays, the newest first.

    Example: hub replay list
    """
    rows = [replay_reports.line_of(one) for one in asyncio.run(replaying.all_of(reach.find(state)))]
    if json_:
        shown.show_json(rows)
        return
    columns = ("replay", "kind", "of", "stage", "items", "asked by", "asked (UTC)")
    shown.show_table("Replays", columns, ([*one.values()] for one in rows))


@group.command()
def show(
    replay: ReplayArgument,
    items: Annotated[bool, typer.Option("--items", help="Each item, too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the items to this file, as CSV.")] = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show a replay: its plan, who approved it, how far it is.

    With --items each message with what was foreseen of it and how it ended; --out writes these to a file.

    Example: hub replay show rpl-0123456789abcdef0123456789abcdef --items
    """
    found = reach.find(state)
    whole = asyncio.run(replaying.found_of(found, replay, items=items or out is not None))
    if out is not None:
        replay_reports.write(out, replay_reports.as_csv(whole))
    if json_:
        shown.show_json(replay_reports.as_json(whole, items=items))
        return
    replay_reports.show_plan(whole, found.site)
    if items:
        replay_reports.show_items(whole)
    if out is not None:
        shown.say(f"The items are in {out}.")


@group.command()
def approve(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Approve a plan, signed with your own key.

    Never your own plan. Your signature over this very plan is kept as evidence. It holds for as many hours as the
    site says.

    Example: hub replay approve rpl-0123456789abcdef0123456789abcdef --as robin-sample
    """
    found = reach.find(state)
    whole = asyncio.run(replaying.found_of(found, replay))
    if whole.replay.plan is None:
        raise shown.Trouble("It has no plan to approve.", f"`hub replay show {replay}` tells where it stands.")
    event = ReplayEndorsed(replay_id=replay, plan_hash=whole.replay.plan.plan_hash, operator=operator)
    asyncio.run(replaying.endorsed(found, event))
    replay_plans.show(found, replay, json_=json_)


def _steer(
    replay: str,
    step: ReplayStep,
    operator: str,
    state: Path | None,
    *,
    json_: bool,
    rate: int | None = None,
    until: frozenset[ReplayStage] | None = None,
) -> None:
    """Say the step, stay until the replay stands at one of `until`, and show it."""
    found = reach.find(state)
    asyncio.run(replaying.found_of(found, replay))
    event = ReplaySteered(replay_id=replay, step=step, per_second=rate, operator=operator)
    see = f"hub replay show {replay}"
    asyncio.run(office.said(found, event, shows=followed_by("replay.advanced"), see=see))
    if until is not None:
        asyncio.run(replaying.watched(found, replay, _MODES[step], until))
    replay_plans.show(found, replay, json_=json_)


@group.command()
def rehearse(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Rehearse a replay: nothing is told.

    Each message is composed for a shadow of the lane. What differs from what was told before is shown; the run is
    compared with it, item by item.

    Example: hub replay rehearse rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    until = _ENDS | {ReplayStage.REHEARSED} if wait else None
    _steer(replay, ReplayStep.REHEARSE, operator, state, json_=json_, until=until)


@group.command()
def run(
    replay: ReplayArgument,
    rate: RateOption = None,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Run a replay that is planned.

    Where it has to be, it was approved before. Each item is judged again now. It can be paused, resumed and
    cancelled; ending this command ends nothing.

    Example: hub replay run rpl-0123456789abcdef0123456789abcdef --rate 20 --as juno-sample
    """
    until = _ENDS if wait else None
    _steer(replay, ReplayStep.RUN, operator, state, json_=json_, rate=rate, until=until)


@group.command()
def pause(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Pause a replay until it is resumed.

    Example: hub replay pause rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    _steer(replay, ReplayStep.PAUSE, operator, state, json_=json_)


@group.command()
def resume(
    replay: ReplayArgument,
    rate: RateOption = None,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Let a paused replay go on where it was.

    Example: hub replay resume rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    until = _ENDS if wait else None
    _steer(replay, ReplayStep.RESUME, operator, state, json_=json_, rate=rate, until=until)


@group.command()
def cancel(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """End a replay: nothing more is asked for.

    What was told stays told; `compensate` takes it back.

    Example: hub replay cancel rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    _steer(replay, ReplayStep.CANCEL, operator, state, json_=json_)


@group.command()
def withdraw(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Withdraw the approval of a plan.

    A replay that runs is paused by it.

    Example: hub replay withdraw rpl-0123456789abcdef0123456789abcdef --as robin-sample
    """
    _steer(replay, ReplayStep.WITHDRAW_APPROVAL, operator, state, json_=json_)


@group.command()
def compensate(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Take back what a replay told, and nothing else.

    The agency is asked to forget exactly these messages, and answers as to any recall.

    Example: hub replay compensate rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    until = frozenset({ReplayStage.COMPENSATED}) if wait else None
    _steer(replay, ReplayStep.COMPENSATE, operator, state, json_=json_, until=until)


@group.command()
def report(
    replay: ReplayArgument,
    format_: Annotated[
        Format, typer.Option("--format", help="Text, JSON, or one HTML page that prints.")
    ] = Format.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Prove how a replay ended: each item against the plan.

    Its totals are those of the plan, or each difference is explained; each item names its original and what was told.

    Example: hub replay report rpl-0123456789abcdef0123456789abcdef --format html --out replay.html
    """
    found = reach.find(state)
    whole = asyncio.run(replaying.found_of(found, replay, items=True))
    text = replay_reports.written(whole, found.site, Format.JSON if json_ else format_)
    if out is None:
        typer.echo(text, nl=False)
        return
    replay_reports.write(out, text)
    shown.say(f"The report is in {out}.")
