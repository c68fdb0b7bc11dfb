"""`hub consents`: a person's consents and how each stands, and what became of what was taken back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import typer

from services.commands import reach, shown
from services.commands.arguments import PersonArgument
from services.commands.reach import JsonOption, StateOption
from services.console.domain import consents_of, in_vain, recalls_of

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.console.domain import Consent, Recall, Step

group = typer.Typer(help="Consents of a person, and recalls.", no_args_is_help=True, **shown.STYLE)

_TERMS: Final = (
    "kind", "disclosers", "recipients", "recipient_class", "categories", "purpose", "signed_on", "signature",
    "signed_by", "expires_at", "expires_with", "irrevocable_until", "irrevocable_until_at", "intermediary",
    "members_version", "statements", "language",
)  # fmt: skip
_ALWAYS: Final = frozenset({"kind", "witness", "who may tell", "recipients", "categories", "purpose", "signed on"})
"""Shown also where the form did not say it."""


@group.command()
def show(person: PersonArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show a person's consents and how each stands.

    Who may tell whom, of what, for what, from when until when, who signed and how, which statements stood on the form;
    whether it counts, was taken back and how, has expired, or was refused and why. Nobody is identified: the number
    is the hub's own.

    Example: hub consents show per-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    steps = asyncio.run(_steps(found, person))
    consents, vain = consents_of(steps, datetime.now(UTC)), in_vain(steps)
    if json_:
        shown.show_json({
            "person": person, "consents": [_facts(one) for one in consents],
            "taken_back_in_vain": [{"at": one.at.isoformat()} | one.details["refusal"] for one in vain],
        })  # fmt: skip
        return
    if not consents:
        shown.screen.print(f"Consents of {person}: none")
    for one in consents:
        shown.show_facts(one.number or "without a number", _pairs(one))
        shown.screen.print()
    for step in vain:
        refusal = step.details["refusal"]
        shown.screen.print(
            f"{shown.minute(step.at.isoformat())}  {refusal['agency']} meant to take a consent back, in vain: "
            f"{_why(refusal['problems'])}", markup=False, soft_wrap=True,
        )  # fmt: skip


@group.command("recall-status")
def recall_status(person: PersonArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show what became of recalls, open ones first.

    Whom the hub has asked to forget what it told of a person, how often, and what each answered. An agency that says
    nothing to the end is for an operator to call. Of a "cannot" its reason is sealed: only that one was given is
    shown.

    Example: hub consents recall-status per-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    recalls = recalls_of(asyncio.run(_steps(found, person)))
    if json_:
        shown.show_json([_recall(one) for one in recalls])
        return
    rows = (
        (one.agency, list(one.categories), one.because, one.basis.partition("/")[2], _times(one), _answered(one))
        for one in recalls
    )
    columns = ("agency", "to forget", "because", "of", "asked (UTC)", "answer (UTC)")
    shown.show_table(f"Recalls of {person}", columns, rows)


async def _steps(found: Reach, person: str) -> list[Step]:
    async with found.asking() as asking:
        await reach.known(asking, person)
        return await asking.steps_of(person)


def _facts(one: Consent) -> dict[str, Any]:
    return {
        "consent_id": one.number,
        "witness": one.witness,
        **{name: one.terms.get(name) for name in _TERMS},
        "standing": one.standing,
        "since": one.since.isoformat(),
        "how": one.how,
        "refused_because": list(one.why),
    }


def _pairs(one: Consent) -> list[tuple[str, object]]:
    terms = one.terms
    stands = f"{one.standing} since {shown.minute(one.since.isoformat())} (UTC)"
    members = terms.get("members_version")
    pairs: list[tuple[str, object]] = [
        ("stands", f"{stands}, {one.how}" if one.how else stands),
        ("kind", terms.get("kind")),
        ("witness", one.witness),
        ("who may tell", terms.get("disclosers", [])),
        ("recipients", terms.get("recipients", [])),
        ("named as the class", terms.get("recipient_class")),
        ("through", terms.get("intermediary")),
        ("its list of members", members),
        ("categories", terms.get("categories", [])),
        ("purpose", terms.get("purpose")),
        ("signed on", terms.get("signed_on")),
        ("signed by", _word(terms.get("signed_by"))),
        ("signature", terms.get("signature")),
        ("until (UTC)", shown.minute(terms.get("expires_at")) or _word(terms.get("expires_with")) or "none"),
        ("irrevocable until", shown.minute(terms.get("irrevocable_until_at")) or _word(terms.get("irrevocable_until"))),
        ("statements", [f"{text['text']} {text['version']}" for text in terms.get("statements", [])]),
        ("language", terms.get("language")),
    ]
    told = [(name, value) for name, value in pairs if value or name in _ALWAYS]
    return [*told, ("refused because", _why(one.why))] if one.why else told


def _word(code: str | None) -> str | None:
    return None if code is None else code.replace("_", " ")


def _why(problems: Any) -> str:
    return "; ".join(f"{one['field']}: {one['rule']} {one['fix']}" for one in problems)


def _recall(one: Recall) -> dict[str, Any]:
    facts = asdict(one) | {"end": one.end, "open": one.open}
    facts["begun_at"] = one.begun_at.isoformat()
    facts["asked"] = [at.isoformat() for at in one.asked]
    facts["answers"] = [asdict(answer) | {"at": answer.at.isoformat()} for answer in one.answers]
    return facts


def _times(one: Recall) -> str:
    if not one.asked:
        return f"not yet; begun {shown.minute(one.begun_at.isoformat())}"
    last = shown.minute(one.asked[-1].isoformat())
    return f"once, {last}" if len(one.asked) == 1 else f"{len(one.asked)} times, last {last}"


def _answered(one: Recall) -> str:
    if one.end is None:
        return "none yet"
    words = {
        "recalled": "has forgotten it",
        "cannot": "cannot; an operator takes it up",
        "silent": "silent: an operator should call",
    }
    told = [
        f"{words[answer.how]}{' (a reason was given)' if answer.reason_given else ''}, "
        f"{shown.minute(answer.at.isoformat())}"
        for answer in one.answers
    ]
    return "; then ".join(told)
