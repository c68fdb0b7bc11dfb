"""`hub replay rebuild`: a service built anew from the log beside the live one, compared, and swapped."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from pydantic import Field
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from contracts import topics
from services.commands import asking, office, reach, shown
from services.commands.arguments import OperatorOption, fitting
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.commands.reach import Reach
    from services.plumbing.rebuilding import Alike, Comparison, Plan, Rebuilding, Standing

_SHOWN: Final = 40


def _known(typed: str) -> str:
    if typed not in topics.SERVICES:
        raise shown.Trouble("There is no service of that name.", f"name one of {', '.join(topics.SERVICES)}.")
    return typed


def rebuild(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service.", callback=_known)],
    status: Annotated[bool, typer.Option("--status", help="Show how far it is, and which former one is kept.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Compare what is built with the live one.")] = False,
    swap: Annotated[bool, typer.Option("--swap", help="Let what is built take the place of the live one.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Drop the former one, which a swap keeps.")] = False,
    give_up: Annotated[bool, typer.Option("--give-up", help="Drop what is built and was not swapped.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Begin again, whatever is built already.")] = False,
    despite: Annotated[
        str | None,
        typer.Option(
            "--despite",
            metavar="CODE",
            help="Why to swap although something differs, as a code such as row-damaged; never about a person.",
            callback=fitting(
                Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)],
                "That is no code: at most 40 characters, lower-case words joined by hyphens.",
                "use a code such as row-damaged; nothing about a person belongs here.",
            ),
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nobody.")] = False,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Build a service anew from the log, beside the live one.

    The live one goes on working; in the end the two are compared. What the service heard and said is folded again.
    Nothing is decided: what was decided then stays as it was. Nothing is said: nothing of it can reach an agency.
    Stopped, it goes on where it was. What is work under way (what is not sent yet, deadlines, what is parked, what
    waits for a lane) is not built, but moves over with --swap, which takes one transaction while the service waits; the
    former tables are kept until --drop. --swap and --drop need your registered key (`hub operator add`). It ends with
    code 1 where something differs.

    Examples: hub replay rebuild consent  ·  hub replay rebuild consent --swap --operator juno-sample
    """
    chosen = {"--status": status, "--compare": compare, "--swap": swap, "--drop": drop, "--give-up": give_up}
    what = [name for name, on in chosen.items() if on]
    _require_one(what, anew=anew, despite=despite)
    found = reach.find(state)
    work = _work(found, service)
    if what == ["--status"]:
        _show_standing(work.plan, asyncio.run(work.standing()), json_=json_)
    elif what == ["--compare"]:
        _show_comparison(work.plan, asyncio.run(work.compared()), {}, json_=json_)
    elif what == ["--swap"]:
        _agreed(yes, f"Let what was built take the place of {service} in the hub of {found.site.name}?")
        _swap(found, work, operator, despite, json_=json_)
    elif what == ["--drop"]:
        _agreed(yes, f"Drop the former {service} for good?")
        _drop(found, work, operator, json_=json_)
    elif what == ["--give-up"]:
        _agreed(yes, f"Drop what was built beside {service}?")
        asyncio.run(work.given_up())
        _said({"service": service, "given_up": True}, f"What was built beside {service} is gone.", json_=json_)
    else:
        _build(work, anew=anew, json_=json_)


def _require_one(what: list[str], *, anew: bool, despite: str | None) -> None:
    """See that what is asked for goes together.

    Raises:
        Trouble: it does not.
    """
    if len(what) > 1:
        raise shown.Trouble(f"{' and '.join(what)} do not go together.", "say one of them at a time.")
    if anew and what:
        raise shown.Trouble(f"--anew builds, {what[0]} does not.", "build first, without the other.")
    if despite is not None and what != ["--swap"]:
        raise shown.Trouble("--despite is for --swap alone.", "add --swap, or leave it out.")


def _work(found: Reach, service: str) -> Rebuilding:
    from services.local import rebuilds
    from services.plumbing.rebuilding import Rebuilding

    plan = rebuilds.plan(service, found.site, found.keys())
    return Rebuilding(plan, found.hub, found.postgres, found.settings.database_password(service))


def _build(work: Rebuilding, *, anew: bool, json_: bool) -> None:
    with _bar(work.plan.name) as told:
        went_on, done, comparison = asyncio.run(work.built(told, anew=anew))
    facts = {"went_on": went_on, "read": done.read, "folded": done.folded, "left": done.left}
    if not json_:
        again = "Went on: " if went_on else ""
        shown.screen.print(
            f"{again}{done.read} records read, {done.folded} facts folded beside the live {work.plan.name}."
        )
    _show_comparison(work.plan, comparison, facts, json_=json_)


def _swap(found: Reach, work: Rebuilding, operator: str, despite: str | None, *, json_: bool) -> None:
    async def swapped() -> tuple[Comparison, str]:
        await office.vouched(found, operator)
        return await work.swapped(operator=operator, despite=despite)

    comparison, former = asyncio.run(swapped())
    facts = {"swapped": True, "former": former, "despite": despite, "comparison": _as_json(comparison)}
    name = work.plan.name
    _said(
        {"service": name} | facts,
        f"What was built is {name} now; it goes on by itself. What it was before is kept as {former}.",
        json_=json_,
    )
    if not json_:
        shown.say(
            f"Next: see with `hub status` that it reads; `hub replay rebuild {name} --drop` drops the former one."
        )


def _drop(found: Reach, work: Rebuilding, operator: str, *, json_: bool) -> None:
    async def dropped() -> list[str]:
        await office.vouched(found, operator)
        return await work.dropped()

    names = asyncio.run(dropped())
    _said({"service": work.plan.name, "dropped": names}, f"Dropped: {', '.join(names)}.", json_=json_)


def _agreed(yes: bool, question: str) -> None:
    """Have somebody agree.

    Raises:
        Trouble: nobody does, or nobody is there.
    """
    if yes:
        return
    if not asking.somebody_is_there():
        raise shown.Trouble("This changes the live hub, and nobody is there to ask.", "say --yes.")
    if not typer.confirm(question, err=True):
        raise shown.Trouble("Nothing is changed.", "`hub replay rebuild SERVICE --status` shows what is there.")


def _said(facts: dict[str, Any], words: str, *, json_: bool) -> None:
    if json_:
        shown.show_json(facts)
    else:
        shown.screen.print(words, soft_wrap=True)


def _show_standing(plan: Plan, stands: Standing, *, json_: bool) -> None:
    if json_:
        shown.show_json(asdict(stands) | {"tables": dict(_kinds(plan))})
        return
    built = "nothing" if stands.schema is None else "whole" if stands.filled_at else "under way"
    facts: list[tuple[str, object]] = [("built beside it", built)]
    if stands.schema is not None:
        facts += [
            ("begun", shown.minute(str(stands.begun_at))), ("records read", f"{stands.read} of {stands.ends}"),
            ("facts folded", stands.folded), ("not handled by it yet", stands.left),
            ("could not be folded", stands.troubles),
        ]  # fmt: skip
    facts += [
        (f"kept: {one.schema}", f"until {shown.minute(str(one.swapped_at))} UTC, by {one.swapped_by}" + (
            f", despite {one.despite}" if one.despite else "")) for one in stands.old
    ]  # fmt: skip
    shown.show_facts(plan.name, facts)
    shown.show_table("Tables", ("table", "what a rebuild does with it"), _kinds(plan))


def _kinds(plan: Plan) -> list[tuple[str, str]]:
    from services.local.rebuilds import PIPES

    rebuilt = [(table, "rebuilt from the log") for table in plan.kept]
    moved = [(table, f"carried over: {why}") for table, why in (PIPES | dict(plan.moved)).items()]
    return [*rebuilt, *moved]


def _show_comparison(plan: Plan, comparison: Comparison, facts: dict[str, Any], *, json_: bool) -> None:
    if json_:
        shown.show_json({"service": plan.name} | facts | {"comparison": _as_json(comparison)})
    else:
        _show_tables(comparison)
    if comparison.unexplained:
        if not json_:
            shown.say(
                f"Next: where the log is right, `hub replay rebuild {plan.name} --swap --despite CODE` takes over."
            )
        raise typer.Exit(1)
    if not json_:
        shown.say(f"Next: `hub replay rebuild {plan.name} --swap`, or --give-up.")


def _show_tables(found: Comparison) -> None:
    columns = ("table", "rows live", "rows rebuilt", "written otherwise, meaning the same", "different")
    shown.show_table(
        "Live and rebuilt", columns,
        ((one.table, one.live, one.rebuilt, one.written_otherwise, one.different) for one in found.tables),
    )  # fmt: skip
    for one in found.tables:
        _show_named(one)
    others = [
        (found.waiting, "facts it has not read yet: they come when it goes on"),
        (found.parked, "messages are parked there, and stay so"),
        (found.not_in_the_log, "facts were handled and are not in the log"),
        (found.never_handled, "facts were read past, and neither handled nor parked"),
        (len(found.not_folded), "facts were handled once and fail now"),
    ]
    for count, words in others:
        if count:
            shown.screen.print(f"{count} {words}")
    for topic, partition, offset, cause in found.not_folded[:_SHOWN]:
        shown.screen.print(f"  {topic} {partition} {offset}: {cause}", markup=False, soft_wrap=True)
    shown.screen.print(f"Unexplained: {found.words}.", soft_wrap=True)


def _show_named(one: Alike) -> None:
    rows = [(each.row, each.how, list(each.columns)) for each in one.named]
    if rows:
        more = f", the first {len(rows)}" if one.different > len(rows) else ""
        shown.show_table(f"Different in {one.table}{more}", ("row", "how", "columns"), rows)


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return asdict(comparison) | {"unexplained": comparison.unexplained}


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far it is and how long it will take, on standard error; nothing where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown.aside, transient=True, disable=not shown.aside.is_terminal) as progress:
        task = progress.add_task(f"folding {name}", total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)
