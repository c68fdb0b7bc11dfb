"""`hub operator`: operators sign what they decide, so that four eyes are four eyes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from services.commands import office, reach, shown
from services.commands.arguments import OperatorArgument
from services.commands.reach import JsonOption, StateOption
from services.intake.store import register_operator, registered_operators
from services.plumbing.signing import new_key

if TYPE_CHECKING:
    from services.commands.reach import Reach

group = typer.Typer(help="Operators and their signing keys.", no_args_is_help=True, **shown.STYLE)


@group.command()
def add(
    name: OperatorArgument,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Make an operator's signing key (Ed25519).

    Its public half is registered with the hub. What they say from now on under this name is signed; and from the
    first operator on, every decision has to be.
    """
    found = reach.find(state)
    kept = office.keys(found)
    if kept.known(name) is not None:
        raise shown.Trouble(f"{name} has a key already.", f"use it, or remove {kept.file(name)} to make another.")
    private, public = new_key()
    kept.keep(name, private)
    asyncio.run(_registered(found, name, public))
    if json_:
        shown.show_json({"operator": name, "public_key": public, "key_file": str(kept.file(name))})
        return
    shown.screen.print(f"{name} can sign now. Public key: {public}", soft_wrap=True)
    shown.say(f"The private key is in {kept.file(name)}; keep it to yourself.")
    shown.say(f"From now on every decision names its operator: --operator {name}, or HUB_OPERATOR={name}.")


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """Name the operators who are registered, with their public keys."""
    rows = sorted(asyncio.run(_operators(reach.find(state))).items())
    if json_:
        shown.show_json([{"operator": name, "public_key": key} for name, key in rows])
        return
    shown.show_table("Operators", ("operator", "public key"), rows)


async def _registered(found: Reach, name: str, public: str) -> None:
    async with found.connected("intake") as conn:
        await register_operator(conn, name, public)


async def _operators(found: Reach) -> dict[str, str]:
    async with found.connected("intake") as conn:
        return await registered_operators(conn)
