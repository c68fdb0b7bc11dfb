"""`hub replay plan`: each kind of replay is asked for in the words of what it is about, and shown as a plan."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.catalogue import ReplayRequested
from contracts.replaying import ReplayKind, ReplayReason
from services.commands import history, office, reach, replay_reports, replaying, shown
from services.commands.arguments import ActingOption, PersonsOption, ReferralsOption, SlugArgument, moment
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from services.commands.reach import Reach

plan = typer.Typer(help="Plan a replay. Nothing is told by it.", no_args_is_help=True, **shown.STYLE)
plan.command()(history.history)
ReasonOption = Annotated[ReplayReason, typer.Option("--reason", help="Why, in a word.")]


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
    show(found, planned, json_=json_)


def show(found: Reach, replay: str, *, json_: bool) -> None:
    """Show a replay as it stands."""
    whole = asyncio.run(replaying.found_of(found, replay))
    if json_:
        shown.show_json(replay_reports.as_json(whole, items=False))
        return
    replay_reports.show_plan(whole, found.site)
