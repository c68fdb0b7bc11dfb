"""`hub replay`: what happened, again: a service rebuilt from the log."""

from __future__ import annotations

import typer

from services.commands import shown
from services.commands.rebuilding import rebuild

group = typer.Typer(help="What happened, again: a service rebuilt from the log.", no_args_is_help=True, **shown.STYLE)
group.command()(rebuild)


@group.callback()
def _replay() -> None:
    """Stand for its commands: Typer takes a group of one for that one."""
