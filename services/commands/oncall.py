"""`hub oncall`: who is on call where an officer waits, and whether a new rota leaves no hour without an answer."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from services.commands import reach, shown
from services.commands.reach import JsonOption, OtherSiteOption, StateOption
from services.local.inforce import with_rota
from services.sites import Rota, SiteUnreadable
from services.sites.oncall import FILE, shifts_of
from services.sites.oncall_checks import problems_of_oncall

if TYPE_CHECKING:
    from services.sites import OnCall, Site, Span

group = typer.Typer(help="Who is on call where an officer waits.", no_args_is_help=True, **shown.STYLE)

_AHEAD: Final = timedelta(days=15)
"""How far ahead it is looked for who comes next: each shift of a week comes again within it."""
_WEEK: Final = timedelta(days=7)
AreaOption = Annotated[str | None, typer.Option("--area", help="Only this area; `hub sites show` names them.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", help="At this instant instead of now; without an offset it is the site's own time."),
]
FileArgument = Annotated[
    Path | None, typer.Argument(help="A rota as a site keeps it; without one, the site's own.", show_default=False)
]
NewFileArgument = Annotated[Path, typer.Argument(help="A rota as a site keeps it.", show_default=False)]


@group.command()
def show(
    site: OtherSiteOption = None,
    at: AtOption = None,
    area: AreaOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show who is on call, now and next.

    Area by area: who, until when, who is next, and the week ahead. The first is asked first, then its backup; those who
    are not on call are asked after them. Times are the site's own.

    Example: hub oncall show --area bellingham --at 2026-03-02T22:30
    """
    which = reach.served(site, state)
    rota, moment = Rota(which), _moment(at, which)
    if area is not None and area not in which.area_codes:
        raise shown.Trouble(f"{which.slug} has no area {area}.", f"`hub sites show {which.slug}` names them.")
    areas = sorted(which.area_codes) if area is None else [area]
    facts = _facts(which, rota, areas, moment)
    if json_:
        shown.show_json(facts)
        return
    if facts["in_force_from"] is None:
        always = ", ".join(facts["always"])
        shown.screen.print(f"{which.name} has no rota then: all are on call always: {always}.", soft_wrap=True)
        return
    _show_now(which, moment, facts)
    shown.screen.print()
    rows = (
        (_named(one["areas"], which), _local(one["since"], which), _local(one["until"], which), _who(one))
        for one in facts["week"]
    )
    shown.show_table("The week ahead", ("areas", "from", "until", "on call"), rows)


@group.command()
def lint(
    file: FileArgument = None, site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False
) -> None:
    """Say what is wrong with a rota.

    A hole, a clash, an unknown name: each with its hours. Nothing is changed. The exit code is 1 where there is
    anything.

    Example: hub oncall lint rota.toml
    """
    which = reach.site_of(site, state)
    problems = list(problems_of_oncall(which)) if file is None else _read(file, which)[1]
    if json_:
        shown.show_json({"site": which.slug, "problems": problems})
    elif problems:
        shown.show_table(f"The rota of {which.name}", ("problem",), ((one,) for one in problems))
    else:
        shown.screen.print(f"The rota of {which.name}: every area has one answer at every hour.")
    if problems:
        raise typer.Exit(1)


@group.command()
def load(
    file: NewFileArgument, site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False
) -> None:
    """Make a sound file the site's rota.

    Any other is refused, and what is in force stays as it is. The hub on this machine takes it up within seconds,
    without a restart. To change who is on call from a day on, add entries with that day.

    Example: hub oncall load rota.toml
    """
    which = reach.served(site, state)
    text, problems = _read(file, which)
    if problems:
        happened = f"{file} is not loaded, and what is in force stays in force. " + " ".join(problems)
        raise shown.Trouble(happened, f"mend it; `hub oncall lint {file}` says the same without loading.")
    kept = reach.sites_folder() / which.slug / FILE
    beside = kept.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(kept)
    with_rota(reach.folder_of(state), which.slug, FILE, text)
    if json_:
        shown.show_json({"site": which.slug, "loaded": str(kept)})
    else:
        shown.screen.print(f"{which.name} has this rota now; a hub that runs here takes it up.", soft_wrap=True)


def _read(file: Path, which: Site) -> tuple[str, list[str]]:
    """Return a rota's text, and what is wrong with it for this site."""
    try:
        text = file.read_text(encoding="utf-8")
        shifts = shifts_of(tomllib.loads(text))
    except FileNotFoundError:
        raise shown.Trouble(f"There is no file {file}.", "name one that is there.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return "", [f"{FILE}: file: It is TOML. {error}"]
    except SiteUnreadable as wrong:
        return "", list(wrong.problems)
    return text, list(problems_of_oncall(which.model_copy(update={"oncall": shifts})))


def _moment(at: str | None, which: Site) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise shown.Trouble(f"{at} is no instant.", "write it like 2026-03-02T22:30, or with its offset.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(which.timezone))


def _facts(which: Site, rota: Rota, areas: list[str], moment: datetime) -> dict[str, Any]:
    in_force = rota.in_force(moment)
    ahead = {area: list(rota.spans(area, moment.astimezone(UTC), moment + _AHEAD)) for area in areas}
    return {
        "site": which.slug,
        "timezone": which.timezone,
        "at": moment.astimezone(ZoneInfo(which.timezone)).isoformat(),
        "in_force_from": None if in_force is None else in_force.isoformat(),
        "always": [agency.slug for agency in which.case_management] if in_force is None else [],
        "areas": [_now(area, spans) for area, spans in ahead.items() if in_force is not None],
        "week": [] if in_force is None else _week(which, rota, areas, moment),
    }


def _now(area: str, spans: list[Span]) -> dict[str, Any]:
    first, following = spans[0], spans[1:2]
    return {
        "area": area,
        **_on_call(first.on_call),
        "shift": first.on_call.shift,
        "basis": first.on_call.basis,
        "until": first.until.isoformat() if following else None,
        "next": _on_call(following[0].on_call) if following else None,
    }


def _week(which: Site, rota: Rota, areas: list[str], moment: datetime) -> list[dict[str, Any]]:
    """Return who is on call for seven days from the beginning of that day; areas that are alike together."""
    zone = ZoneInfo(which.timezone)
    today = moment.astimezone(zone).date()
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (today, today + _WEEK))
    alike: dict[tuple[Any, ...], list[str]] = {}
    for area in areas:
        spans = tuple((one.since, one.until, one.on_call[:2]) for one in rota.spans(area, begins, ends))
        alike.setdefault(spans, []).append(area)
    return [
        {"areas": them, "since": since.isoformat(), "until": until.isoformat(), "on_call": agencies, "nobody": nobody}
        for spans, them in alike.items()
        for since, until, (agencies, nobody) in spans
    ]


def _on_call(found: OnCall) -> dict[str, Any]:
    return {"on_call": list(found.agencies), "nobody": found.nobody}


def _show_now(which: Site, moment: datetime, facts: dict[str, Any]) -> None:
    alike: dict[tuple[Any, ...], list[str]] = {}
    for one in facts["areas"]:
        row = (_who(one), _local(one["until"], which), _who(one["next"]) if one["next"] else None, one["basis"])
        alike.setdefault(row, []).append(one["area"])
    rows = ((_named(areas, which), *row) for row, areas in alike.items())
    title = f"On call in {which.name}, {_local(moment.isoformat(), which)}"
    shown.show_table(title, ("areas", "on call", "until", "next", "source"), rows)


def _named(areas: list[str], which: Site) -> str:
    return "every area" if len(areas) == len(which.areas) else ", ".join(areas)


def _who(one: dict[str, Any]) -> str:
    return f"nobody: {one['nobody']}" if one["nobody"] else ", then ".join(one["on_call"])


def _local(at: str | None, which: Site) -> str | None:
    if at is None:
        return None
    return datetime.fromisoformat(at).astimezone(ZoneInfo(which.timezone)).strftime("%a %Y-%m-%d %H:%M %Z")
