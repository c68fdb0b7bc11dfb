"""`hub replay`: what the hub said before, again: planned, approved by a second person, run, proved, taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.catalogue import ReplayEndorsed, ReplayRequested, ReplaySteered
from contracts.replaying import ReplayKind, ReplayReason, ReplayStage, ReplayStep
from services.commands import office, reach, replay_reports, replaying, shown
from services.commands.arguments import (
    ActingOption,
    PersonsOption,
    ReferralsOption,
    ReplayArgument,
    SlugArgument,
    moment,
)
from services.commands.confirming import followed_by
from services.commands.reach import JsonOption, StateOption
from services.commands.replay_reports import Format

group = typer.Typer(
    help="What the hub said before, again: planned, approved, run, proved.", no_args_is_help=True, **shown.STYLE
)
plan = typer.Typer(help="Plan a replay. Nothing is told by it.", no_args_is_help=True, **shown.STYLE)
group.add_typer(plan, name="plan")

RateOption = Annotated[
    int | None, typer.Option("--rate", min=1, max=100_000, help="Items a second at most (default: as the site says).")
]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended, and show how far it is.")]
ReasonOption = Annotated[ReplayReason, typer.Option("--reason", help="Why, in a word.")]
_ENDS = replaying.ENDS


@plan.command()
def lane(
    agency: SlugArgument,
    since: Annotated[str, typer.Option(help="From this day or moment on, by the site's clocks: 2026-03-01T08:00.")],
    until: Annotated[str | None, typer.Option(help="Up to this moment, not with it (default: now).")] = None,
    referral: ReferralsOption = None,
    person: PersonsOption = None,
    reason: ReasonOption = ReplayReason.DATA_LOST,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Plan to tell an agency again what it was told.

    It lost its data, say. Each message is judged anew, as of now: what consent or permission no longer allows is
    withheld. The plan says how many people and messages, what would be withheld and why, and whether a second person
    approves it.

    Example: hub replay plan lane opportunity-council --since 2026-03-01 --as juno-sample
    """
    found = reach.find(state)
    found.agency(agency)
    event = ReplayRequested(
        kind=ReplayKind.LANE, agency=agency, since=moment(since, found.site.timezone, "since"),
        until=moment(until, found.site.timezone, "until") if until else None, referrals=tuple(referral or ()),
        persons=tuple(person or ()), reason=reason, operator=operator,
    )  # fmt: skip
    replaying.require_a_range(event.since, event.until, datetime.now(UTC))
    planned = asyncio.run(replaying.planned(found, event))
    _show(found, planned, json_=json_)


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
    """Approve the plan of a replay, signed with your own key; never your own plan.

    Your signature over this very plan is kept as evidence. It holds for as many hours as the site says.

    Example: hub replay approve rpl-0123456789abcdef0123456789abcdef --as robin-sample
    """
    found = reach.find(state)
    whole = asyncio.run(replaying.found_of(found, replay))
    if whole.replay.plan is None:
        raise shown.Trouble("It has no plan to approve.", f"`hub replay show {replay}` tells where it stands.")
    event = ReplayEndorsed(replay_id=replay, plan_hash=whole.replay.plan.plan_hash, operator=operator)
    asyncio.run(replaying.endorsed(found, event))
    _show(found, replay, json_=json_)


def _steer(replay: str, step: ReplayStep, operator: str, state: Path | None, rate: int | None = None) -> Any:
    found = reach.find(state)
    asyncio.run(replaying.found_of(found, replay))
    event = ReplaySteered(replay_id=replay, step=step, per_second=rate, operator=operator)
    see = f"hub replay show {replay}"
    asyncio.run(office.said(found, event, shows=followed_by("replay.advanced"), see=see))
    return found


@group.command()
def rehearse(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Rehearse a replay: compose each message for a shadow of the lane.

    Nothing is told. What differs from what was told before is shown; the run is compared with it, item by item.

    Example: hub replay rehearse rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    found = _steer(replay, ReplayStep.REHEARSE, operator, state)
    if wait:
        asyncio.run(replaying.watched(found, replay, "rehearse", _ENDS | {ReplayStage.REHEARSED}))
    _show(found, replay, json_=json_)


@group.command()
def run(
    replay: ReplayArgument,
    rate: RateOption = None,
    operator: ActingOption = office.UNNAMED,
    wait: WaitOption = True,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Run a replay that is planned and, where it has to be, approved.

    Each item is judged again now. It can be paused, resumed and cancelled; ending this command ends nothing.

    Example: hub replay run rpl-0123456789abcdef0123456789abcdef --rate 20 --as juno-sample
    """
    found = _steer(replay, ReplayStep.RUN, operator, state, rate)
    if wait:
        asyncio.run(replaying.watched(found, replay, "send", _ENDS))
    _show(found, replay, json_=json_)


@group.command()
def pause(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Pause a replay: nothing more is asked for until it is resumed.

    Example: hub replay pause rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    _show(_steer(replay, ReplayStep.PAUSE, operator, state), replay, json_=json_)


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
    found = _steer(replay, ReplayStep.RESUME, operator, state, rate)
    if wait:
        asyncio.run(replaying.watched(found, replay, "send", _ENDS))
    _show(found, replay, json_=json_)


@group.command()
def cancel(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """End a replay: nothing more is asked for. What was told stays told; `compensate` takes it back.

    Example: hub replay cancel rpl-0123456789abcdef0123456789abcdef --as juno-sample
    """
    _show(_steer(replay, ReplayStep.CANCEL, operator, state), replay, json_=json_)


@group.command()
def withdraw(
    replay: ReplayArgument,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Withdraw the approval of a plan. A replay that runs is paused by it.

    Example: hub replay withdraw rpl-0123456789abcdef0123456789abcdef --as robin-sample
    """
    _show(_steer(replay, ReplayStep.WITHDRAW_APPROVAL, operator, state), replay, json_=json_)


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
    found = _steer(replay, ReplayStep.COMPENSATE, operator, state)
    if wait:
        asyncio.run(replaying.watched(found, replay, "recall", frozenset({ReplayStage.COMPENSATED})))
    _show(found, replay, json_=json_)


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


def _show(found: Any, replay: str, *, json_: bool) -> None:
    whole = asyncio.run(replaying.found_of(found, replay))
    if json_:
        shown.show_json(replay_reports.as_json(whole, items=False))
        return
    replay_reports.show_plan(whole, found.site)
