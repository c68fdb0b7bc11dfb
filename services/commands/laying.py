"""`hub topics` and `hub migrate`: what Kafka and PostgreSQL have to hold before anything runs on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import reach, shown
from services.commands.reach import JsonOption, StateOption
from services.local.laying import migrated, wanted
from services.plumbing.administration import Administration

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.plumbing.layout import Change

topics = typer.Typer(
    help="Topics, users, passwords and permissions on Kafka.", invoke_without_command=True, **shown.STYLE
)


@topics.callback()
def differences(context: typer.Context, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show how Kafka differs from what the site says; `apply` mends it."""
    if context.invoked_subcommand is None:
        diff(state, json_)


@topics.command()
def diff(state: StateOption = None, json_: JsonOption = False) -> None:
    """Show how Kafka differs from what the site says.

    + is missing, ~ is different, - is extra, ! needs a person.
    """
    found = reach.find(state)
    changes = asyncio.run(_administration(found).differences(wanted(found.site)))
    _show(changes, "All is as it should be.", json_=json_)


@topics.command()
def apply(
    state: StateOption = None,
    remove_extra: Annotated[bool, typer.Option("--remove-extra", help="Also remove what is not wanted.")] = False,
    json_: JsonOption = False,
) -> None:
    """Make topics, users, passwords and permissions what the site says. Again changes nothing."""
    found = reach.find(state)
    changes = asyncio.run(_administration(found).apply(wanted(found.site), remove_extra=remove_extra))
    _show(changes, "All was as it should be.", json_=json_)


def migrate(state: StateOption = None, json_: JsonOption = False) -> None:
    """Make the services' tables, or bring them up to date.

    Roles and schemas, too. Again changes nothing.
    """
    found = reach.find(state)
    applied = asyncio.run(migrated(found.postgres, found.passwords.folder.parent))
    if json_:
        shown.show_json(applied)
        return
    rows = ((service, name) for service, names in applied.items() for name in names)
    shown.show_table("Applied", ("service", "migration"), rows, nothing="nothing, all is up to date")


def _administration(found: Reach) -> Administration:
    return Administration(found.hub, found.passwords)


def _show(changes: list[Change], nothing: str, *, json_: bool) -> None:
    if json_:
        shown.show_json([{"kind": one.kind.value, "words": one.words, "extra": one.extra} for one in changes])
        return
    for change in changes:
        shown.screen.print(str(change), markup=False, soft_wrap=True)
    if not changes:
        shown.screen.print(nothing)
