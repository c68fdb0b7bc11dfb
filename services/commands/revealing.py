"""`hub reveal`: who somebody is, shown once to an operator with a reason and a signature; else it is masked."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from contracts.words import Category
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, PersonArgument, RecordOption
from services.commands.asking import Question, answers, text
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.notification.app.revealing import Shown
    from services.notification.domain.revealing import RevealAsked

_WHY: Final = Question("why", "why", "Why do you need to know (it is sealed, and kept)", text, needed=True)
_WARNING: Final = "This identifies a person. It is shown once and is in the ledger under your name: do not copy it."
_NEXT: Final = {
    "unsigned": "name an operator who has a key on this machine: --operator, or `hub operator add`.",
    "person-parked": "settle what is put aside first: `hub status` shows it.",
    "word-not-settled": "wait until consent has dealt with what the person took back: `hub timeline` shows it.",
    "erased": "nothing brings back what was erased.",
}


def reveal(
    person: PersonArgument,
    why: Annotated[str | None, typer.Option(help="The reason; it is sealed. Better left out: it is asked for.")] = None,
    record: RecordOption = None,
    only: Annotated[str | None, typer.Option(metavar="CATEGORIES", help="Only these, as identity,contact.")] = None,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show who somebody is, once.

    It needs a reason and your signature, and is an entry of the ledger before anything is opened. Only what the site
    lets an operator see is shown, and nothing of an erased record. Without --why the reason is asked for.

    Example: hub reveal per-0123456789abcdef0123456789abcdef --only identity --operator juno-sample
    """
    categories = _categories(only)
    known = answers([_WHY], {"why": why})
    found = reach.find(state)
    from services.notification.domain.revealing import RevealAsked

    asked = RevealAsked(
        person=person, records=tuple(record or ()), categories=categories, operator=operator, why=known["why"]
    )
    result = asyncio.run(_revealed(found, asked))
    if not result.events:
        _, layer, rule = result.withheld[0]
        raise shown.Trouble(
            f"Nothing is shown ({layer}: {rule}).", _NEXT.get(rule, "`hub person show` shows the rest.")
        )
    _show(result, asyncio.run(_non_conviction(found, person)), json_=json_)


def _show(result: Shown, restricted: frozenset[str], *, json_: bool) -> None:
    shown.say(_WARNING)
    facts = [event.model_dump(mode="json", exclude_defaults=True) for event in result.events]
    told = [one["referral_id"] for one in facts if one["referral_id"] in restricted]
    noes = [{"referral_id": record, "layer": layer, "rule": rule} for record, layer, rule in result.withheld]
    if json_:
        shown.show_json({"shown": facts, "withheld": noes, "non_conviction": told})
        return
    for one in facts:
        shown.show_facts(f"Record {one.pop('referral_id')}", one.items() or [("shown", "nothing")])
    for record in told:
        shown.say(f"{record}: {shown.NON_CONVICTION}")
    for no in noes:
        shown.say(f"Not shown: {no['referral_id']} ({no['layer']}: {no['rule']}).")


def _categories(only: str | None) -> tuple[Category, ...]:
    words = [word.strip() for word in (only or "").split(",") if word.strip()]
    if set(words) - set(Category):
        raise shown.Trouble("--only names a category that there is not.", f"use any of: {', '.join(Category)}.")
    return tuple(map(Category, words))


async def _revealed(found: Reach, asked: RevealAsked) -> Shown:
    from services.notification.app.revealing import Revealing
    from services.plumbing.signing import sign

    identity = uuid.uuid4().hex
    private = office.keys(found).known(asked.operator)
    signature = None if private is None else sign(private, identity, asked)
    keys = found.keys()
    async with found.connected("notification") as conn:
        revealing = Revealing(found.site, keys, conn, now=_now)
        return await revealing.reveal(asked, identity, signature)


async def _non_conviction(found: Reach, person: str) -> frozenset[str]:
    """Return the referrals of the person whose police data are restricted."""
    async with found.asking() as asking:
        file = await asking.file(person)
    return frozenset(name for name, one in file.referrals.items() if one.non_conviction)


def _now() -> Any:
    return datetime.now(UTC)
