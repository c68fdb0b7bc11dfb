"""`hub report`: a quarter in numbers, for the public, the funder and researchers; small numbers are kept back."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from services.commands import reach, shown
from services.commands.grouping import OptionsAnywhere
from services.commands.reach import JsonOption, OtherSiteOption, StateOption
from services.console.store.reporting import helped_between, journeys_between
from services.intake.store.counting import groups_told
from services.local.state import write_whole
from services.reporting import printed, research, sheets
from services.reporting.counting import report_of
from services.reporting.paper import written
from services.reporting.quarters import Quarter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.commands.reach import Reach
    from services.console.domain import Journey
    from services.console.domain.helped import Helped
    from services.reporting.paper import Report

_EXTRACT, _CODEBOOK = "referrals.csv", "codebook.csv"
_RESEARCH: Final = "research"


class Format(StrEnum):
    """How it is written."""

    TABLE = "table"
    CSV = "csv"
    HTML = "html"


class CountsWithoutSaying(OptionsAnywhere):
    """Takes the options of `quarter` without its name: `hub report --quarter 2026Q3`."""

    def command_first(self, ctx: Any, args: Sequence[str]) -> list[str]:
        """Put `quarter` before options that come without a command."""
        words = super().command_first(ctx, args)
        silent = words and words[0] not in self.commands and words[0] not in {"-h", "--help"}
        return ["quarter", *words] if silent else words


group = typer.Typer(
    help="A quarter in numbers; none of fewer than eleven.",
    no_args_is_help=True,
    **shown.STYLE | {"cls": CountsWithoutSaying},
)
QuarterOption = Annotated[
    str, typer.Option("--quarter", metavar="QUARTER", help="Such as 2026Q3, by the site's own clocks.")
]


@group.command()
def quarter(
    quarter: QuarterOption,
    site: OtherSiteOption = None,
    format_: Annotated[
        Format, typer.Option("--format", help="Tables to read here, CSV, or one HTML page that prints.")
    ] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Count a quarter's referrals.

    How far they came, by door, by who refers and by group; how long it took; how it ended; and what the law asks for,
    with what is missing named. A number from 1 to 10 is kept back, and whatever it could be worked out from. The name
    `quarter` may be left out.

    Example: hub report quarter --site whatcom --quarter 2026Q3 --format html --out 2026Q3.html
    """
    found, wanted, journeys, now = _journeys(quarter, site, state)
    report = report_of(found.site, wanted, journeys, now, asyncio.run(_helped(found, wanted)))
    if not json_ and format_ is Format.TABLE and out is None:
        _show(report)
        return
    if json_:
        text = shown.in_json(sheets.as_json(report))
    elif format_ is Format.HTML:
        text = printed.as_html(report)
    elif format_ is Format.CSV:
        text = sheets.as_csv(report)
    else:
        raise shown.Trouble("Tables are for the screen.", "write a file with --format csv or --format html.")
    if out is None:
        typer.echo(text, nl=False)
        return
    _write(out, text)
    shown.say(f"The report is in {out}.")


@group.command(_RESEARCH)
def extract(
    quarter: QuarterOption,
    out: Annotated[Path, typer.Option(help="The folder for the rows and their codebook; it is made.")],
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Write a research extract.

    One row a referral, in coarse codes, without ids, days and hours; each row is like at least ten others in all that
    others may know of a person. A codebook says what each column and code means. It is for researchers under an
    agreement, not for the public: beside the report, rows could be counted.

    Example: hub report research --site whatcom --quarter 2026Q3 --out extract
    """
    found, wanted, journeys, now = _journeys(quarter, site, state)
    here = [one for one in journeys if one.sent and wanted.holds(one.sent.referred_at, found.site.timezone)]
    records = research.records_of(found.site, here)
    if not records:
        happened = f"No extract of {wanted}: there are too few referrals in it, or they all ended alike."
        raise shown.Trouble(happened, "ask for another quarter.")
    secrets.SystemRandom().shuffle(records)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise shown.Trouble(f"{out} cannot be made: {reason.strerror}.", "name another folder.") from None
    _write(out / _EXTRACT, research.as_csv(records))
    _write(out / _CODEBOOK, research.codebook(found.site, str(wanted), now))
    if json_:
        shown.show_json({"rows": len(records), "extract": str(out / _EXTRACT), "codebook": str(out / _CODEBOOK)})
        return
    shown.screen.print(f"{out / _EXTRACT}: {len(records)} rows; {out / _CODEBOOK}.", soft_wrap=True, markup=False)
    shown.say("It is for researchers under an agreement: who has it beside the report can count its rows.")


def _journeys(
    written_quarter: str, site: str | None, state: Path | None
) -> tuple[Reach, Quarter, list[Journey], datetime]:
    wanted = Quarter.read(written_quarter)
    found = reach.find(state, site)
    if site is not None and site != found.site.slug:
        happened = f"This hub is that of {found.site.slug}, and has no referrals of another site."
        raise shown.Trouble(happened, "name the other hub's folder with --state.")
    now = datetime.now(UTC)
    begin, end = wanted.bounds(found.site.timezone)
    if begin > now:
        raise shown.Trouble(f"{wanted} has not begun.", "ask for a quarter that has.")
    return found, wanted, asyncio.run(_asked(found, begin, end)), now


async def _asked(found: Reach, begin: datetime, end: datetime) -> list[Journey]:
    async with found.connected("intake") as conn:
        groups = await groups_told(conn)
    async with found.connected("console") as conn:
        return await journeys_between(conn, begin, end, groups)


async def _helped(found: Reach, wanted: Quarter) -> list[Helped]:
    async with found.connected("console") as conn:
        return await helped_between(conn, *wanted.bounds(found.site.timezone))


def _show(report: Report) -> None:
    shown.screen.print(f"{report.name}: {report.quarter}", style="bold", markup=False)
    for table in report.tables:
        columns = [table.heading or "group", *(label for _, label in table.columns)]
        rows = [[row.label, *(written(cell, table.unit) for cell in row.cells)] for row in table.rows]
        shown.screen.print()
        shown.show_table(table.title, columns, rows)
    shown.screen.print()
    shown.show_table(
        "Asked for and missing",
        ["field", "asked by", "why"],
        [[one.what, one.source, one.why_missing] for one in report.missing],
    )
    for remark in report.remarks:
        shown.say(remark)


def _write(file: Path, text: str) -> None:
    try:
        write_whole(file, text)
    except OSError as reason:
        raise shown.Trouble(f"{file} cannot be written: {reason.strerror}.", "name a file in another folder.") from None
