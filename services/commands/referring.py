"""`hub refer`: an operator enters a phoned referral. It goes through the same door as every other one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from contracts.catalogue import ReferralSubmitted
from contracts.words import Agreement, Answer, Door, HelpType, SourceKind
from services.commands import office, reach, shown
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from enum import StrEnum

_PHONED = [kind for kind in SourceKind if kind is not SourceKind.LAW_ENFORCEMENT]


def refer(
    state: StateOption = None,
    source_kind: Annotated[SourceKind | None, typer.Option(help="Who refers.")] = None,
    door: Annotated[Door, typer.Option(help="Through which door.")] = Door.COMMUNITY,
    agreement: Annotated[Agreement | None, typer.Option(help="Did the person agree to be met?")] = None,
    legal_name: Annotated[str | None, typer.Option(help="Legal name, if known.")] = None,
    preferred_name: Annotated[str | None, typer.Option(help="What the person is called.")] = None,
    birth_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Birth date, if known.")] = None,
    age: Annotated[str | None, typer.Option(help="Estimated age: 30, or 30-45.")] = None,
    language: Annotated[str, typer.Option(help="Language, as a code of two letters.")] = "en",
    area: Annotated[str | None, typer.Option(help="Where the person is, as an area of the site.")] = None,
    usual_place: Annotated[
        list[str] | None, typer.Option(help="Where the person is usually found; may be repeated.")
    ] = None,
    phone: Annotated[list[str] | None, typer.Option(help="The person's telephone; may be repeated.")] = None,
    message_is_safe: Annotated[Answer, typer.Option(help="May a message be left there?")] = Answer.UNKNOWN,
    need: Annotated[list[HelpType] | None, typer.Option(help="What help is asked for; may be repeated.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, in the caller's words.")] = None,
    referrer_contact: Annotated[str | None, typer.Option(help="How to reach who refers.")] = None,
    reference: Annotated[str | None, typer.Option(help="Your own number for this call.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Only a test.")] = False,
    json_: JsonOption = False,
) -> None:
    """Enter a referral that was phoned in: by family, a business, EMS, the person themself.

    Asks field by field for what is not given, unless there is no terminal; nothing but who refers is required, and
    an empty answer means "not known".

    Example: hub refer --source-kind business --preferred-name Blue --area bellingham --agreement not_asked
    """
    given: dict[str, Any] = {
        "source_kind": source_kind, "door": door, "agreement": agreement, "legal_name": legal_name,
        "preferred_name": preferred_name, "birth_date": birth_date.date() if birth_date else None, "age": age,
        "language": language, "area": area, "usual_places": usual_place or [], "phones": phone or [],
        "message_is_safe": message_is_safe, "needs": need or [], "reason": reason, "referrer_contact": referrer_contact,
        "reference": reference, "test": test,
    }  # fmt: skip
    found = reach.find(state)
    if source_kind is None:
        if not shown.screen.is_terminal:
            raise shown.Trouble("It is not said who refers.", "give --source-kind; `hub refer --help` lists the kinds.")
        given = _asked(given, sorted(found.site.area_codes))
    answer = asyncio.run(office.said(found, referral(given)))
    if json_:
        shown.show_json(answer)
        return
    shown.screen.print(f"Referral [bold]{answer['referral_id']}[/] is in.")
    shown.say(f"Next: `hub timeline {answer['referral_id']}` shows what becomes of it.")


def referral(given: dict[str, Any]) -> ReferralSubmitted:
    """Return the event of what was given.

    Raises:
        Trouble: a value breaks its rule; it is not repeated.
    """
    person = {name: given[name] for name in ("legal_name", "preferred_name", "birth_date", "language") if given[name]}
    if given["age"]:
        first, _, last = str(given["age"]).partition("-")
        person["estimated_age"] = {"from_years": first, "to_years": last or first}
    try:
        return ReferralSubmitted.model_validate(
            {
                "door": given["door"],
                "source_kind": given["source_kind"],
                "referred_at": datetime.now(UTC),
                "agreement": given["agreement"] or Agreement.NOT_ASKED,
                "person": person,
                "reach": {name: given[name] for name in ("phones", "usual_places", "message_is_safe")},
                "location": {"area": given["area"]},
                "needs": given["needs"],
                "reason": given["reason"],
                "referrer_contact": given["referrer_contact"],
                "source_reference": given["reference"],
                "test": given["test"],
            }
        )
    except ValidationError as wrong:
        first_wrong = wrong.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first_wrong["loc"])
        raise shown.Trouble(f"{field}: {first_wrong['msg']}.", "correct it and enter the referral again.") from None


def _asked(given: dict[str, Any], areas: Sequence[str]) -> dict[str, Any]:
    """Ask for what was not given; nothing is sent before the last question is answered."""
    shown.say("An empty answer means: not known.")
    given["source_kind"] = SourceKind(_choice("Who refers", _PHONED, SourceKind.FAMILY))
    given["agreement"] = Agreement(_choice("Did the person agree to be met", Agreement, Agreement.NOT_ASKED))
    given["preferred_name"] = given["preferred_name"] or _open("What is the person called")
    given["legal_name"] = given["legal_name"] or _open("Legal name")
    born = None if given["birth_date"] else _open("Birth date, as 1990-12-31")
    given["birth_date"] = given["birth_date"] or born
    if not given["birth_date"]:
        given["age"] = given["age"] or _open("Age, estimated: 30, or 30-45")
    given["area"] = given["area"] or _open(f"Area ({', '.join(areas)})")
    given["usual_places"] = given["usual_places"] or _several("Where is the person usually found")
    given["phones"] = given["phones"] or _several("The person's telephone")
    given["needs"] = given["needs"] or _several(f"Help with ({', '.join(HelpType)})")
    given["reason"] = given["reason"] or _open("Why, in the caller's words")
    given["referrer_contact"] = given["referrer_contact"] or _open("How to reach who refers")
    return given


def _choice(question: str, options: Iterable[StrEnum], usual: StrEnum) -> str:
    names = [option.value for option in options]
    while True:
        answer = str(typer.prompt(f"{question} ({', '.join(names)})", default=usual.value, err=True))
        if answer in names:
            return answer
        shown.say("One of the listed words, please.")


def _open(question: str) -> str | None:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip() or None


def _several(question: str) -> list[str]:
    answer = _open(f"{question}; several by commas")
    return [part.strip() for part in answer.split(",")] if answer else []
