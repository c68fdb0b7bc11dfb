"""`hub operator`: operators sign what they decide, so that four eyes are four eyes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import office, reach, shown
from services.commands.arguments import OperatorArgument, OperatorOption
from services.commands.reach import JsonOption, StateOption
from services.intake.store import register_operator, registered_operators, remove_operator
from services.plumbing.signing import new_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.commands.reach import Reach

group = typer.Typer(help="Operators and their signing keys.", no_args_is_help=True, **shown.STYLE)


@group.command()
def add(
    name: OperatorArgument,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Make an operator's signing key (Ed25519).

    Its public half is registered with the hub. What they say from now on under this name is signed; and from the
    first operator on, every decision has to be. Whoever comes after the first is added by one of them, --operator,
    whose key is here; so is a key that takes the place of one that is registered.

    The private half is kept in the folder `operators` of the hub's secrets. Who may read that folder signs as everybody
    whose key is in it.

    Example: hub operator add robin-sample --operator juno-sample
    """
    found = reach.find(state)
    kept = office.keys(found)
    public = asyncio.run(_added(found, name, operator))
    if json_:
        shown.show_json({"operator": name, "public_key": public, "key_file": str(kept.file(name))})
        return
    shown.screen.print(f"{name} can sign now. Public key: {public}", soft_wrap=True)
    shown.say(f"The private key is in {kept.file(name)}; keep it to yourself.")
    shown.say(f"From now on every decision names its operator: --operator {name}, or HUB_OPERATOR={name}.")


@group.command()
def remove(
    name: OperatorArgument,
    operator: OperatorOption = office.UNNAMED,
    last: Annotated[
        bool, typer.Option("--last", help="Remove them though nobody is left who signs: decisions are unsigned then.")
    ] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Take an operator's key back.

    Nothing that is signed with it is admitted any more. An operator whose key is here says so, --operator; anybody may
    remove themselves. What was signed before stays as it is. The private key on this machine is deleted.

    Example: hub operator remove robin-sample --operator juno-sample
    """
    found = reach.find(state)
    asyncio.run(_removed(found, name, operator, last=last))
    if json_:
        shown.show_json({"operator": name, "removed": True})
        return
    shown.screen.print(f"{name} signs no more.")


@group.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """Name the operators who are registered, with their public keys.

    Example: hub operator list
    """
    rows = sorted(asyncio.run(_operators(reach.find(state))).items())
    if json_:
        shown.show_json([{"operator": name, "public_key": key} for name, key in rows])
        return
    shown.show_table("Operators", ("operator", "public key"), rows)


async def _added(found: Reach, name: str, operator: str) -> str:
    """Register a new key; return its public half.

    It is written down before it is registered: a registered key that nobody has could only be replaced by somebody
    else. If registering fails, what was written down signs nothing, and the next try replaces it.
    """
    async with found.connected("intake") as conn:
        registered = await registered_operators(conn)
        if office.holds_a_key(found, name, registered):
            raise shown.Trouble(f"{name} has a key already.", f"use it, or remove it: `hub operator remove {name}`.")
        if registered:
            _require_signer(found, operator, registered)
        private, public = new_key()
        office.keys(found).keep(name, private)
        await register_operator(conn, name, public)
    return public


async def _removed(found: Reach, name: str, operator: str, *, last: bool) -> None:
    async with found.connected("intake") as conn:
        registered = await registered_operators(conn)
        if name not in registered:
            raise shown.Trouble(f"No operator {name} is registered.", "`hub operator list` names the operators.")
        _require_signer(found, operator, registered)
        if len(registered) == 1 and not last:
            happened = f"{name} is the last operator: without one, whoever reaches the hub decides unsigned."
            raise shown.Trouble(happened, "add another one first; or say --last.")
        await remove_operator(conn, name)
    office.keys(found).forget(name)


def _require_signer(found: Reach, operator: str, registered: Mapping[str, str]) -> None:
    """See that one of the operators asks for it: that the key here is the one that is registered.

    Raises:
        Trouble: it is not.
    """
    if not office.holds_a_key(found, operator, registered):
        happened = "Only an operator whose registered key is here may add or remove one."
        raise shown.Trouble(happened, "name yourself with --operator, or HUB_OPERATOR; `hub operator list` names all.")


async def _operators(found: Reach) -> dict[str, str]:
    async with found.connected("intake") as conn:
        return await registered_operators(conn)
