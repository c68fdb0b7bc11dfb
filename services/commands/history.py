"""`hub replay plan history`: who would be judged otherwise under another version of the policy, for a human to see."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from contracts.catalogue import ReplayRequested
from contracts.replaying import ReplayKind, ReplayReason
from services.commands import office, reach, replay_reports, replaying, shown
from services.commands.arguments import ActingOption, moment
from services.commands.reach import JsonOption, StateOption
from services.commands.screenings import past_of
from services.eligibility.domain import Judged, found_of, judged

if TYPE_CHECKING:
    from services.sites import Policy, Site

_COLUMNS: Final = ("person", "referral", "screened by", "stood", "decided by", "would be")


def history(
    version: Annotated[str, typer.Option(help="The version to screen by; `hub policy list` names them.")],
    policy: Annotated[str | None, typer.Option(help="The policy's id (default: the one of that version).")] = None,
    since: Annotated[
        str | None, typer.Option(help="Screened from this day or moment on, by the site's clocks.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Screened up to this moment, not with it (default: now).")] = None,
    reason: Annotated[ReplayReason, typer.Option("--reason", help="Why, in a word.")] = ReplayReason.POLICY_CHANGED,
    out: Annotated[Path | None, typer.Option(help="Write the people to this file, as CSV.")] = None,
    operator: ActingOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Screen history again under another policy version.

    Nobody is told, and nothing is undone. Who stood as ineligible and would be eligible is listed, for a human to
    offer again: `hub reviews override` where the policy or the clock said no, `hub assign` where a person did. The
    numbers are kept as a replay, with the hash of all judgements.

    Example: hub replay plan history --version 2026-01 --since 2025-07-01 --as juno-sample
    """
    found = reach.find(state)
    other, now = _approved(found.site, policy, version), datetime.now(UTC)
    begin = moment(since, found.site.timezone, "since") if since else None
    end = moment(until, found.site.timezone, "until") if until else now
    replaying.require_a_range(begin, end, now)
    past = asyncio.run(past_of(found.hub, begin, end))
    every = judged(past, found.site.policies, other)
    if not every:
        raise shown.Trouble("since: Nobody was screened in that time; nothing is planned.", "say a longer time.")
    counted = found_of(every, other)
    event = ReplayRequested(
        kind=ReplayKind.HISTORY, since=begin, until=end, policy=other.id, policy_version=version, reason=reason,
        operator=operator, history=counted,
    )  # fmt: skip
    replay = asyncio.run(replaying.planned(found, event))
    whole = asyncio.run(replaying.found_of(found, replay))
    chances = [one for one in every if one.is_a_second_chance]
    if out is not None:
        replay_reports.write(out, _csv(chances))
    if json_:
        people = {"people": [_line(one) for one in chances], "not_reproduced": _not_reproduced(every)}
        shown.show_json(replay_reports.as_json(whole, items=False) | people)
        return
    replay_reports.show_plan(whole, found.site)
    shown.show_table("A second chance", _COLUMNS, (list(_line(one).values()) for one in chances))
    if wrong := _not_reproduced(every):
        rows = (list(one.values()) for one in wrong)
        shown.show_table("Not found again as recorded", ("referral", "screened by", "what differs"), rows)


def _approved(site: Site, policy: str | None, version: str) -> Policy:
    """Return the version, which somebody has approved: by a draft nobody is offered anything."""
    there = [one for one in site.policies if one.version == version and policy in {None, one.id}]
    if not there:
        named = ", ".join(f"{one.id} {one.version}" for one in site.policies)
        raise shown.Trouble(
            f"version: {site.name} has no approved policy of that id and version.",
            f"name one of these: {named}. A draft is compared by `hub policy diff --history`.",
        )
    return there[0]


def _line(one: Judged) -> dict[str, Any]:
    return {
        "person": one.person, "referral_id": one.referral_id, "own_version": one.own_version, "stood": one.stood.value,
        "decided_by": one.decided_by, "would_be": one.under.value,
    }  # fmt: skip


def _not_reproduced(every: tuple[Judged, ...]) -> list[dict[str, str]]:
    return [
        {"referral_id": one.referral_id, "own_version": one.own_version, "differs": one.not_reproduced}
        for one in every
        if one.not_reproduced
    ]


def _csv(chances: list[Judged]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_line(one).values() for one in chances)
    return text.getvalue()
