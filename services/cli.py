"""The `hub` command: one program for operators, agencies and whoever runs it. Each group of commands has its file."""

from __future__ import annotations

import asyncio
import logging
import sys
from importlib import import_module
from inspect import cleandoc
from typing import Any, Final, NoReturn

import typer
from typer.exceptions import TyperException

from services.commands.grouping import OptionsAnywhere
from services.commands.shown import STYLE, Trouble, aside, misfit, show_json

INTERRUPTED: Final = 130

_HELP: Final = """The referral hub: from a police records system to a provider's own consumer.

First steps:

\b
  hub demo                             a day of referrals, played and checked
  hub up                               runs the hub until Ctrl-C; beside it:
  hub status                           how it is
  hub refer                            enters a referral, field by field
  hub timeline ref-…                   what became of it, and why
  hub receipt per-…                    who was told what of a person, for them
  hub agency list                      who takes part
  hub listen --as opportunity-council  what one of them hears

A hub on this machine is found by its state folder (--state, or HUB_STATE); servers of your own by HUB_KAFKA,
HUB_POSTGRES and HUB_SECRETS. Where a hub serves several sites, HUB_SITE says which one is spoken with.

Exit codes: 0 all is well; 1 it went wrong, or found something wrong; 2 no such command, option or argument; 130 ended
by Ctrl-C. With --json what went wrong is one object on standard output: error, next, and problems where there are
several.
"""

_WHERE: Final = {
    "up": "running.up",
    "demo": "demonstrating.demo",
    "status": "status.status",
    "parked": "parked.group",
    "replay": "replays.group",
    "send": "sending.send",
    "listen": "sending.listen",
    "refer": "referring.refer",
    "timeline": "watching.timeline",
    "policy": "policies.group",
    "sites": "sites.group",
    "oncall": "oncall.group",
    "reviews": "watching.reviews",
    "assign": "watching.assign",
    "pretrial": "pretrials.group",
    "person": "persons.group",
    "consents": "consents.group",
    "charges": "charges.group",
    "why": "why.why",
    "ledger": "ledger.group",
    "receipt": "receipts.group",
    "report": "reports.group",
    "reveal": "revealing.reveal",
    "erase": "erasing.erase",
    "texts": "texts.group",
    "agency": "agencies.group",
    "operator": "operators.group",
    "keys": "keys.group",
    "backup": "backups.backup",
    "restore": "backups.restore",
    "topics": "laying.topics",
    "migrate": "laying.migrate",
    "contracts": "contracting.group",
}
"""Each command and where it is, below `services.commands`: a function, or a group of its own."""


class Commands(OptionsAnywhere):
    """Loads the file of a command when that command is asked for, so that each starts at once."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name all commands, in the order in which a newcomer meets them."""
        del ctx
        return list(_WHERE)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of that name, or None."""
        del ctx
        if cmd_name not in _WHERE:
            return None
        module, _, attribute = _WHERE[cmd_name].partition(".")
        found = getattr(import_module(f"services.commands.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(**STYLE)
            alone.command(cmd_name)(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


hub = typer.Typer(name="hub", help=_HELP, no_args_is_help=True, **STYLE | {"cls": Commands})


@hub.callback()
def _hub() -> None:
    """Stand for all commands: without it Typer takes a program without commands for a mistake."""


_SERVERS: Final = {"aiokafka": "Kafka", "cimpl": "Kafka", "confluent_kafka": "Kafka", "asyncpg": "PostgreSQL"}


_REACHED: Final = "see that the hub is up; where its servers are your own, that HUB_KAFKA and HUB_POSTGRES name them."


def main() -> None:
    """Run the command; whatever goes wrong is one clear line, a next step, and an exit code that is not 0.

    With --json it is one JSON object on standard output instead: error, next, and the problems where there are several.
    """
    # aiokafka tells of each failed knock at length; what matters is said once, below.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        ended = hub(standalone_mode=False)
    except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
        sys.exit(INTERRUPTED)
    except TyperException as misused:
        _misused(misused)
    except Exception as trouble:
        told = trouble if isinstance(trouble, Trouble) else _told(trouble)
        if told is None:
            raise
        _ended(told)
    else:
        sys.exit(ended if isinstance(ended, int) else 0)


def _told(trouble: Exception) -> Trouble | None:
    """Return what a person should read of an error: our own say it themselves, a server's only which server it is.

    Of what does not fit a contract, the field, the rule and the fix: what was typed may be private, and is left out.
    """
    package = type(trouble).__module__.partition(".")[0]
    if package in {"services", "contracts"}:
        meant, said = cleandoc(type(trouble).__doc__ or ""), str(trouble)
        whole = said if "Next:" in said or not meant else f"{meant} ({said})" if said not in meant else meant
        happened, _, next_step = whole.partition("Next:")
        return Trouble(happened.strip(), next_step.strip())
    if package == "pydantic_core":
        return misfit(trouble)
    if package in _SERVERS or isinstance(trouble, OSError):
        server = _SERVERS.get(package, "Kafka or PostgreSQL")
        return Trouble(f"{server} does not answer as it should: {_kind(trouble)}.", _REACHED)
    return None


def _ended(trouble: Trouble) -> NoReturn:
    if _json_is_asked_for():
        show_json(trouble.as_json())
    else:
        aside.print(trouble.happened, style="bold red", markup=False, soft_wrap=True)
        if trouble.next_step:
            aside.print(f"Next: {trouble.next_step}", markup=False, soft_wrap=True)
    sys.exit(1)


def _misused(misused: Any) -> NoReturn:
    """What was typed is no command of this program."""
    context = misused.ctx
    if _json_is_asked_for() and context is not None:
        show_json(Trouble(misused.format_message(), f"`{context.command_path} --help` says how it is used.").as_json())
    else:
        misused.show()
    sys.exit(misused.exit_code)


def _json_is_asked_for() -> bool:
    words = sys.argv[1:]
    return "--json" in (words[: words.index("--")] if "--" in words else words)


def _kind(trouble: Exception) -> str:
    """The kind of error alone: its text could name what a message held."""
    first = trouble.args[0] if trouble.args else None
    name = getattr(first, "name", None)
    return str(name()) if callable(name) else type(trouble).__name__


if __name__ == "__main__":
    main()
