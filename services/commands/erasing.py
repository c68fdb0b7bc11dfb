"""`hub erase`: the key of a record is destroyed, on a ground of the site's list; and what was erased so far."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contracts.catalogue import ErasureRequested
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, SomeReferralArgument
from services.commands.asking import Question, answers, one_of, text
from services.commands.reach import JsonOption, StateOption
from services.intake.store import registered_operators
from services.local.settings import LocalSettings

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.intake.domain import Erasures
    from services.sites import Site


def erase(
    referral: SomeReferralArgument = None,
    ground: Annotated[
        str | None, typer.Option(help="The ground: one of the site's erasure.toml; --list names them.")
    ] = None,
    why: Annotated[str | None, typer.Option(help="The reason; it is sealed with the record, and goes with it.")] = None,
    operator: OperatorOption = office.UNNAMED,
    list_: Annotated[bool, typer.Option("--list", help="Show what was erased, what waits, and the grounds.")] = False,
    purge: Annotated[
        bool, typer.Option("--purge", help="Also rewrite the files of the database in which destroyed keys were.")
    ] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Erase a record for good, by destroying its key.

    Nothing of it opens any more, and there is no way back. Whoever was told of it is asked to forget it. The person's
    other records, the consents and the ledger stay. A ground that does not hold is refused, with the words of its law.
    It needs your signature (`hub operator add`). Without --ground and --why both are asked for.

    Examples: hub erase ref-0123456789abcdef0123456789abcdef --operator juno-sample  ·  hub erase --list
    """
    if referral is None and not (list_ or purge):
        raise shown.Trouble("Which record?", "name a referral; --list shows what was erased.")
    found = reach.find(state)
    facts: dict[str, Any] = {}
    if referral is not None:
        given = answers(_questions(found.site), {"ground": ground, "why": why})
        event = ErasureRequested(referral_id=referral, ground=given["ground"], why=given["why"], operator=operator)
        facts |= {"referral_id": referral} | asyncio.run(_erased(found, event))
    if purge:
        facts |= asyncio.run(_purged(found))
    known = asyncio.run(_erasures(found)) if list_ else None
    if known is not None:
        facts |= _facts(found.site, known)
    if json_:
        shown.show_json(facts)
    else:
        _tell(facts)
        if known is not None:
            _show(found.site, known)


def _tell(facts: dict[str, Any]) -> None:
    """Say what was done."""
    if "referral_id" in facts:
        shown.screen.print(f"{facts['referral_id']} is erased; nothing of it opens any more.")
        shown.say("Next: `hub erase --purge` takes the destroyed key out of the database's files, too.")
    if "purged" in facts:
        folder = facts["key_copy"]
        copy = f"nor does the key copy in {folder}" if folder else "no key copy is named: see to other copies yourself"
        shown.say(f"The files of the database hold no destroyed key any more; {copy}.")


async def _erased(found: Reach, event: ErasureRequested) -> dict[str, Any]:
    """Ask for it; it is erased once the door itself has noted that it is."""

    async def shows(found: Reach, _steps: Any) -> bool:
        return any(one.referral_id == event.referral_id for one in (await _erasures(found)).done)

    async with found.connected("intake") as conn:
        if not await registered_operators(conn):
            happened = "No operator is registered, and what is erased never comes back: an erasure is signed."
            raise shown.Trouble(happened, "register one with `hub operator add NAME`, then name them with --operator.")
    return await office.said(found, event, shows=shows, see="hub erase --list")


def _questions(site: Site) -> tuple[Question, ...]:
    names = [ground.id for ground in site.erasure]
    return (
        Question("ground", "ground", f"On which ground ({', '.join(names)})", one_of(names), needed=True),
        Question("why", "why", "Why (it is sealed with the record, and goes with it)", text, needed=True),
    )


def _facts(site: Site, known: Erasures) -> dict[str, Any]:
    done = [
        {"referral_id": one.referral_id, "erased_at": one.erased_at, "ground": one.ground, "by": one.by}
        for one in known.done
    ]
    return {
        "erased": done,
        "waiting": known.waiting,
        "next_at": known.next_at,
        "parked_at_the_door": known.parked,
        "grounds": [{"ground": one.id, "citation": one.citation, "text": one.text} for one in site.erasure],
    }


def _show(site: Site, known: Erasures) -> None:
    rows = ((one.referral_id, one.erased_at.date(), one.ground, one.by) for one in known.done)
    shown.show_table("Erased", ("record", "day", "ground", "by"), rows)
    shown.show_facts(
        "Waiting",
        [
            ("records with a day on which they may have to go", known.waiting),
            ("the first of these days", None if known.next_at is None else known.next_at.date()),
            ("messages put aside at the door: what is of a record goes no sooner than they are settled", known.parked),
        ],
    )
    grounds = ((one.id, one.citation, one.text) for one in site.erasure)
    shown.show_table("Grounds of this site", ("ground", "law", "what it says"), grounds)


async def _erasures(found: Reach) -> Erasures:
    from services.intake.store import erasures

    async with found.connected("intake") as conn:
        return await erasures(conn)


async def _purged(found: Reach) -> dict[str, Any]:
    """Also where nothing keeps it in step by itself, the key copy follows."""
    from services.backups.keeping import stepped
    from services.backups.keycopy import KeyCopy
    from services.plumbing.purging import purged

    await purged(found.postgres)
    folder = LocalSettings().key_copy
    if folder is not None:
        await stepped(found.postgres, KeyCopy.of(folder, found.keys()))
    return {"purged": True, "key_copy": None if folder is None else str(folder)}
