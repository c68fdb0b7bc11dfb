"""`hub charges`: which charges are held until when, and what became of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import reach, shown
from services.commands.arguments import ReferralArgument
from services.commands.reach import JsonOption, StateOption
from services.console.domain import STATES, charges_of

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.console.domain import Charge

group = typer.Typer(help="Charges that prosecutors hold until the intake.", no_args_is_help=True,
                    **shown.STYLE)  # fmt: skip

StandingOption = Annotated[
    str | None, typer.Option("--standing", help=f"Only those that stand so: {', '.join(STATES)}.")
]


@group.command("list")
def list_(standing: StandingOption = None, state: StateOption = None, json_: JsonOption = False) -> None:
    """List the held charges, the nearest last day first.

    Which office holds it, until which day by the site's calendar, how it stands, and whether the office was told of an
    intake. Why it was not told stands in `hub timeline`: no intake, or no consent. The office hears the same of both.

    Example: hub charges list --standing held
    """
    if standing is not None and standing not in STATES:
        raise shown.Trouble(f"No charge stands as {standing}.", f"name one of {', '.join(STATES)}.")
    found = reach.find(state)
    charges = [one for one in asyncio.run(_charges(found)) if standing in {None, one.standing}]
    last_word = found.site.prosecutor_has_last_word
    if json_:
        shown.show_json([one.shown(last_word=last_word) for one in charges])
        return
    rows = (
        (one.referral_id, one.office, one.standing, one.due_on, one.told, list(one.alarms(last_word=last_word)))
        for one in charges
    )
    columns = ("referral", "office", "stands", "last day", "office told", "to take up")
    shown.show_table("Held charges", columns, rows)


@group.command()
def show(referral: ReferralArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show the hold of one arrest's charge.

    Each office that holds it, until when, how it stands, and every step. What the office says counts always: it owns
    the charge. An intake by the last day is the one condition, and nothing after it brings the charge back.

    Example: hub charges show ref-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    charges = asyncio.run(_charges(found, referral))
    if not charges:
        raise shown.Trouble(f"No charge is held for {referral}.", "`hub charges list` names those that are.")
    last_word = found.site.prosecutor_has_last_word
    if json_:
        steps = {one.office: [step.model_dump(mode="json", exclude_none=True) for step in one.steps] for one in charges}
        shown.show_json([one.shown(last_word=last_word) | {"steps": steps[one.office]} for one in charges])
        return
    for one in charges:
        shown.show_facts(one.office, [
            ("stands", one.standing),
            ("since (UTC)", None if one.since is None else shown.minute(one.since.isoformat())),
            ("last day", one.due_on),
            ("office told", one.told),
            ("to take up", list(one.alarms(last_word=last_word))),
        ])  # fmt: skip
        rows = ((step.at, step.event, step.says) for step in one.steps)
        shown.show_table(f"The charge of {referral}", ("time (UTC)", "event", "what"), rows)


async def _charges(found: Reach, referral: str | None = None) -> list[Charge]:
    async with found.asking() as asking:
        return charges_of(await asking.steps_of_charges(referral))


def alarms_of(found: Reach, charges: list[Charge]) -> list[str]:
    """Return what operators should take up, one line each."""
    last_word = found.site.prosecutor_has_last_word
    return [
        f"{one.referral_id}: {one.office} {alarm} `hub charges show {one.referral_id}` shows it."
        for one in charges
        for alarm in one.alarms(last_word=last_word)
    ]
