"""The `hub` command: one program for operators, agencies and whoever runs it. Each group of commands has its file."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final

import asyncpg
import typer
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from services.commands import (
    agencies,
    contracting,
    demonstrating,
    laying,
    operators,
    persons,
    referring,
    running,
    sending,
    status,
    watching,
)
from services.commands.shown import Trouble, aside
from services.demo.cases import CaseloadUnreadable
from services.local.errors import LocalTrouble
from services.partner import NotLetIn
from services.plumbing.administration import NotInEffect, UnknownAgency
from services.plumbing.migrations import MigrationChanged, MigrationMisnamed
from services.plumbing.settings import NoAddress
from services.sites.errors import SiteUnreadable

INTERRUPTED: Final = 130

_HELP: Final = """The referral hub: from a police records system to a provider's own consumer.

First steps:  hub demo  plays a day of referrals and checks how each ends  ·  hub up  runs the hub until Ctrl-C.
While it is up:  hub status  ·  hub agency list  ·  hub refer  ·  hub timeline ref-…  ·  hub listen --as SLUG

A hub on this machine is found by its state folder (--state, or HUB_STATE); servers of your own by HUB_KAFKA,
HUB_POSTGRES and HUB_SECRETS.
"""

hub = typer.Typer(
    name="hub", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    add_completion=False, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for command in (
    running.up, demonstrating.demo, status.status, sending.send, sending.listen, referring.refer, watching.timeline,
    watching.assign, laying.migrate,
):  # fmt: skip
    hub.command()(command)
hub.add_typer(agencies.group, name="agency")
hub.add_typer(persons.group, name="person")
hub.add_typer(watching.reviews, name="reviews")
hub.add_typer(laying.topics, name="topics")
hub.add_typer(contracting.group, name="contracts")
hub.add_typer(operators.group, name="operator")

_TOLD: Final = (
    LocalTrouble, SiteUnreadable, CaseloadUnreadable, NoAddress, NotInEffect, UnknownAgency, MigrationChanged,
    MigrationMisnamed, NotLetIn,
)  # fmt: skip
"""Errors whose message already says what happened and what to do next."""


def main() -> None:
    """Run the command; whatever goes wrong is one clear line, a next step, and an exit code that is not 0."""
    # aiokafka tells of each failed knock at length; what matters is said once, below.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        hub()
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)
    except Trouble as trouble:
        _ended(trouble.happened, f"Next: {trouble.next_step}")
    except _TOLD as trouble:
        first, *rest = str(trouble).splitlines()
        _ended(first, *rest)
    except (KafkaError, KafkaException, asyncpg.PostgresError, OSError) as trouble:
        _ended(f"{_server(trouble)} does not answer as it should: {_kind(trouble)}.", "Next: look at `hub status`.")


def _ended(happened: str, *more: str) -> None:
    aside.print(happened, style="bold red", markup=False, soft_wrap=True)
    for line in more:
        aside.print(line, markup=False, soft_wrap=True)
    sys.exit(1)


def _server(trouble: Exception) -> str:
    return "PostgreSQL" if isinstance(trouble, asyncpg.PostgresError) else "Kafka or PostgreSQL"


def _kind(trouble: Exception) -> str:
    """The kind of error alone: its text could name what a message held."""
    if isinstance(trouble, KafkaException) and trouble.args:
        return str(trouble.args[0].name())
    return type(trouble).__name__


if __name__ == "__main__":
    main()
