"""The demonstration on a terminal: a live table of the cases, and the report at the end. Nobody's name is shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from services.demo.runs import End

if TYPE_CHECKING:
    from services.demo.play import Play, Report

_RECENT: Final = 14


def live(play: Play) -> Group:
    """Return what is going on: how many cases stand where, and the latest steps."""
    runs = [run for run in play.runs.values() if run.started]
    standings = Counter(run.standing or "sent" for run in runs)
    head = Text(how_far(play), style="bold")
    counts = Text("  ".join(f"{name} {count}" for name, count in sorted(standings.items())), style="cyan")
    recent = sorted(((step.at, run, step) for run in runs for step in run.steps[-3:]), key=lambda one: one[0])[
        -_RECENT:
    ]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", min_width=8, no_wrap=True)
    table.add_column(style="bold", min_width=28, max_width=28, no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for at, run, step in recent:
        table.add_row(at.strftime("%H:%M:%S"), run.case.slug, step.says)
    return Group(head, counts, table)


def how_far(play: Play) -> str:
    """Return in one line how far the play is."""
    runs = [run for run in play.runs.values() if run.started]
    done = sum(not play.problems(run) for run in runs)
    return f"{len(runs)} of {len(play.runs)} cases referred, {done} as expected so far"


def ends(report: Report) -> Table:
    """Return the table of all cases with their ends; what is not as expected stands below its case."""
    table = Table(title="How the cases ended", title_justify="left", box=None, header_style="dim", pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("case, and what it shows")
    table.add_column("end, and with whom", no_wrap=True)
    chapter = ""
    for run in report.runs:
        if run.case.chapter != chapter:
            chapter = run.case.chapter
            table.add_row("", Text(chapter, style="bold cyan"))
        end = run.end or End(None, None, ["was not played"])
        mark = Text("✗", style="red") if end.problems else Text("✓", style="green")
        case = Text.assemble((run.case.slug, "bold"), "\n", run.case.title)
        for problem in end.problems:
            case.append(f"\n{problem}", style="red")
        table.add_row(mark, case, f"{end.standing or '-'}\n{end.holder or ''}")
    return table


def _of_the_ledger(report: Report) -> str:
    """Say whether the ledger holds, and every message on a lane is in it."""
    ledger = report.ledger
    if ledger.broken is not None:
        place = f"chain {ledger.broken.chain}, entry {ledger.broken.sequence}"
        return f"the ledger of disclosures does not hold ({place}): {ledger.broken.why}"
    missing = "every message on a lane is in it"
    if report.unentered:
        missing = f"{len(report.unentered)} messages on lanes are not in it"
    return f"the ledger of disclosures holds: {ledger.entries} entries in {len(ledger.heads)} chains; {missing}"


def sums(report: Report) -> Text:
    """Return the last line for a person."""
    counts = report.counts()
    text = Text(
        f"{counts['as_expected']} of {counts['cases']} cases as expected · {counts['lost']} lost · "
        f"{counts['doubled']} doubled · {counts['improper']} messages beyond a permission · {report.seconds:.0f} s",
        style="bold green" if report.well else "bold red",
    )
    text.append(f"\n{_of_the_ledger(report)}")
    for words in [*report.troubles, *report.improper][:20]:
        text.append(f"\n{words}", style="red")
    return text
