"""`hub contracts`: the published shelf, and whom a change of it would break."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contracts import publishing
from contracts.asyncapi import document
from contracts.difference import Audience, diff
from services.commands import shown
from services.commands.reach import JsonOption, SiteOption
from services.sites.settings import SiteSettings

group = typer.Typer(help="What is said: schemas, examples, what would break.", no_args_is_help=True, **shown.STYLE)


@group.command()
def export() -> None:
    """Write the schemas of what is not published yet.

    And the AsyncAPI document.

    Example: hub contracts export
    """
    try:
        changed = publishing.export()
    except publishing.ChangedAfterPublication as wrong:
        raise shown.Trouble(str(wrong), "put the class back, and add a version beside it.") from None
    for file in changed:
        shown.screen.print(str(file), markup=False)
    shown.say(f"{len(changed)} files written.")


@group.command()
def check(json_: JsonOption = False) -> None:
    """Check that what was published still stands.

    Every class is as it was published, and every example ever shipped still reads.

    Example: hub contracts check
    """
    wrong = publishing.check()
    if json_:
        shown.show_json(wrong)
    else:
        for sentence in wrong:
            shown.screen.print(sentence, markup=False, soft_wrap=True)
        shown.say("All is well." if not wrong else f"{len(wrong)} things are wrong.")
    if wrong:
        raise typer.Exit(1)


@group.command("diff")
def diff_(
    against: Annotated[Path, typer.Option(help="The `contracts` folder to compare with.")] = publishing.ROOM,
    site: SiteOption = "whatcom",
    json_: JsonOption = False,
) -> None:
    """Show what is not published yet, and whom it would break.

    The agencies are named. Ends with an error if anybody would be broken.

    Example: hub contracts diff --against ../before/contracts
    """
    if not publishing.is_room(against):
        raise shown.Trouble(
            f"{against} is no `contracts` folder: it has no `published` folder.",
            "name the `contracts` folder of another checkout, such as ../before/contracts.",
        )
    agencies = SiteSettings(site=site).load().agencies.values()
    names = {name for one in agencies for name in one.may_say | one.may_hear}
    audience = Audience(
        says={name: [one.slug for one in agencies if name in one.may_say] for name in names},
        hears={name: [one.slug for one in agencies if name in one.may_hear] for name in names},
    )
    changes = diff(publishing.published(against), publishing.current(), audience)
    if json_:
        shown.show_json([vars(change) for change in changes])
    else:
        rows = ((f"{one.event}/{one.version}", one.where, one.what, one.breaks or None) for one in changes)
        shown.show_table("Changes", ("event", "where", "what", "breaks"), rows)
    if any(change.breaks for change in changes):
        raise typer.Exit(1)


@group.command()
def asyncapi() -> None:
    """Write the AsyncAPI document to standard output.

    Example: hub contracts asyncapi
    """
    shown.show_json(document())
