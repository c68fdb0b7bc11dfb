"""`hub topics` and `hub migrate`: what Kafka and PostgreSQL have to hold before anything runs on them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import asking, reach, shown
from services.commands.lanes import unread_on
from services.commands.reach import JsonOption, StateOption
from services.local.laying import migrated, wanted
from services.plumbing.administration import Administration
from services.plumbing.layout import Kind, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.commands.reach import Reach
    from services.plumbing.layout import Change, Layout

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

    Example: hub topics diff
    """
    found = reach.find(state)
    changes = asyncio.run(_administration(found).differences(_wanted(found)))
    _show(changes, "All is as it should be.", json_=json_)


@topics.command()
def apply(
    state: StateOption = None,
    remove_extra: Annotated[bool, typer.Option("--remove-extra", help="Also remove what is not wanted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it unasked, unread messages and all.")] = False,
    json_: JsonOption = False,
) -> None:
    """Make topics, users, passwords and permissions what the site says.

    Again changes nothing. What the site does not name stays, unless --remove-extra says otherwise; then it is listed
    and asked about first, for a topic that is deleted takes its messages along. One that holds what an agency, or the
    hub, has not read yet is deleted with --yes alone. Ends with an error where a difference needs a person (!).

    Example: hub topics apply
    """
    found = reach.find(state)
    if remove_extra and not yes:
        _ask(found, asyncio.run(_extra(found)))
    changes = asyncio.run(_administration(found).apply(_wanted(found), remove_extra=remove_extra))
    _show(changes, "All was as it should be.", json_=json_)
    if any(change.kind is Kind.BEYOND_REPAIR for change in changes):
        raise typer.Exit(1)


def migrate(state: StateOption = None, json_: JsonOption = False) -> None:
    """Make the services' tables, or bring them up to date.

    Roles and schemas, too. Again changes nothing.

    Example: hub migrate
    """
    found = reach.find(state)
    applied = asyncio.run(migrated(found.postgres, found.passwords.folder.parent, found.realm))
    if json_:
        shown.show_json(applied)
        return
    rows = ((service, name) for service, names in applied.items() for name in names)
    shown.show_table("Applied", ("service", "migration"), rows, nothing="nothing, all is up to date")


async def _extra(found: Reach) -> list[Change]:
    """Return what would be removed.

    Raises:
        Trouble: messages would go that nobody has read.
    """
    changes = await _administration(found).differences(_wanted(found))
    extra = [change for change in changes if change.extra]
    unread = await unread_on(found, [one.what for one in extra if isinstance(one.what, Topic)])
    if unread:
        named = ", ".join(f"{name} ({number})" for name, number in unread.items())
        raise shown.Trouble(f"Messages that nobody has read would be lost: {named}.", "see to them; or say --yes.")
    return extra


def _ask(found: Reach, extra: Sequence[Change]) -> None:
    """Have somebody agree to what would be removed.

    Raises:
        Trouble: nobody does.
    """
    if not extra:
        return
    for change in extra:
        shown.say(str(change))
    if not asking.somebody_is_there():
        raise shown.Trouble(f"{len(extra)} things would be removed, and nobody is there to ask.", "say --yes.")
    if not typer.confirm(f"Remove this from the Kafka of {found.site.name}?", err=True):
        raise shown.Trouble("Nothing is changed.", "without --remove-extra, what is not wanted stays.")


def _administration(found: Reach) -> Administration:
    return Administration(found.administering, found.passwords)


def _wanted(found: Reach) -> Layout:
    return wanted(found.site, found.realm)


def _show(changes: list[Change], nothing: str, *, json_: bool) -> None:
    if json_:
        shown.show_json([{"kind": one.kind.value, "words": one.words, "extra": one.extra} for one in changes])
        return
    for change in changes:
        shown.screen.print(str(change), markup=False, soft_wrap=True)
    if not changes:
        shown.screen.print(nothing)
