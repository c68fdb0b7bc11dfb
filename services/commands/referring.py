"""`hub refer`: an operator enters a phoned referral. It goes through the same door as every other one."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from contracts.catalogue import ReferralSubmitted
from contracts.parts import EstimatedAge, PersonDetails
from contracts.words import Agreement, Answer, Door, HelpType, Reference, SourceKind
from services.commands import office, reach, shown
from services.commands.asking import Question, answers, day_until, fitting, one_of, text
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.sites import Site

KINDS: Final = [kind.value for kind in SourceKind if kind is not SourceKind.LAW_ENFORCEMENT]
DOORS: Final = [door.value for door in Door if door is not Door.ARREST_DIVERSION]
"""Police and arrests are not phoned in: an arrest names an incident under the agency's own ORI, and the program office
has none."""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def refer(
    state: StateOption = None,
    source_kind: Annotated[str | None, typer.Option(metavar="WHO", help=f"Who refers: {_listed(KINDS)}.")] = None,
    door: Annotated[
        str | None, typer.Option(metavar="DOOR", help=f"Through which door: {_listed(DOORS)} (else community).")
    ] = None,
    agreement: Annotated[
        str | None,
        typer.Option(metavar="WORD", help=f"Did the person agree to be met? {_listed(Agreement)} (else not_asked)."),
    ] = None,
    legal_name: Annotated[str | None, typer.Option(help="Legal name, if known.")] = None,
    preferred_name: Annotated[str | None, typer.Option(help="What the person is called.")] = None,
    birth_date: Annotated[str | None, typer.Option(metavar="DAY", help="Birth date, as 1990-12-31.")] = None,
    age: Annotated[str | None, typer.Option(metavar="YEARS", help="Estimated age: 30, or 30-45.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language, as a code of two letters (else en).")
    ] = None,
    area: Annotated[str | None, typer.Option(metavar="AREA", help="Where the person is, an area of the site.")] = None,
    usual_place: Annotated[
        list[str] | None, typer.Option(help="Where the person is usually found; may be repeated.")
    ] = None,
    phone: Annotated[list[str] | None, typer.Option(help="The person's telephone; may be repeated.")] = None,
    message_is_safe: Annotated[
        str | None, typer.Option(metavar="WORD", help="May a message be left there? yes, no, unknown (else unknown).")
    ] = None,
    need: Annotated[
        list[str] | None, typer.Option(metavar="HELP", help=f"Help with, may be repeated: {_listed(HelpType)}.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, in the caller's words.")] = None,
    referrer_contact: Annotated[str | None, typer.Option(help="How to reach who refers.")] = None,
    reference: Annotated[
        str | None,
        typer.Option(help="Your own number for this call (else one is made); the same number is the same referral."),
    ] = None,
    test: Annotated[bool, typer.Option("--test", help="Only a test.")] = False,
    json_: JsonOption = False,
) -> None:
    """Enter a referral that was phoned in.

    By family, a business, EMS, the person themself. On a terminal it asks field by field for all that no option
    gives, and checks each answer at once; without one it asks nothing. Only who refers is needed. Asked for, names
    stay out of the shell's history and the list of processes.

    Arrests and referrals by police are not entered here: they name an incident under the agency's own ORI, and come on
    that agency's own topic (`hub send`).

    Example: hub refer --source-kind business --preferred-name Blue --area bellingham --agreement not_asked
    """
    given: dict[str, Any] = {
        "source_kind": source_kind, "door": door, "agreement": agreement, "legal_name": legal_name,
        "preferred_name": preferred_name, "birth_date": birth_date, "age": age, "language": language, "area": area,
        "usual_place": usual_place, "phone": phone, "message_is_safe": message_is_safe, "need": need,
        "reason": reason, "referrer_contact": referrer_contact, "reference": reference,
    }  # fmt: skip
    found = reach.find(state)
    today = datetime.now(ZoneInfo(found.site.timezone)).date()
    known = answers(questions(found.site, today), given)
    known["reference"] = known["reference"] or f"phoned-{today:%Y%m%d}-{secrets.token_hex(4)}"
    answer = asyncio.run(_entered(found, referral(known, test=test), known["reference"]))
    if json_:
        shown.show_json(answer | {"reference": known["reference"]})
        return
    shown.screen.print(f"Referral [bold]{answer['referral_id']}[/] is in; this call is {known['reference']}.")
    shown.say(f"Next: `hub timeline {answer['referral_id']}` shows what becomes of it.")


def questions(site: Site, today: date) -> tuple[Question, ...]:
    """Return what is asked, in the order of a conversation on the telephone."""
    areas = sorted(site.area_codes)
    return (
        Question("source_kind", "source_kind", f"Who refers ({_listed(KINDS)})", one_of(KINDS), needed=True),
        Question("door", "door", f"Which door ({_listed(DOORS)})", one_of(DOORS), Door.COMMUNITY),
        Question("agreement", "agreement", f"Did the person agree to be met ({_listed(Agreement)})",
                 one_of(list(Agreement)), Agreement.NOT_ASKED),
        Question("preferred_name", "person.preferred_name", "What is the person called", text),
        Question("legal_name", "person.legal_name", "Legal name", text),
        Question("birth_date", "person.birth_date", "Birth date, as 1990-12-31", day_until(today)),
        Question("age", "person.estimated_age", "Age, estimated: 30, or 30-45", _years,
                 only_if=lambda known: not known["birth_date"]),
        Question("language", "person.language", "Language, as a code of two letters",
                 fitting(PersonDetails.model_fields["language"].rebuild_annotation(),
                         "It is a code of two or three small letters.", "Type en, es, ru, or another code."), "en"),
        Question("area", "location.area", f"Where is the person ({_listed(areas)})", one_of(areas)),
        Question("usual_place", "reach.usual_places", "Where is the person usually found", text, several=True),
        Question("phone", "reach.phones", "The person's telephone", text, several=True),
        Question("message_is_safe", "reach.message_is_safe", f"May a message be left there ({_listed(Answer)})",
                 one_of(list(Answer)), Answer.UNKNOWN, only_if=lambda known: known["phone"]),
        Question("need", "needs", f"Help with ({_listed(HelpType)})", one_of(list(HelpType)), several=True),
        Question("reason", "reason", "Why, in the caller's words", text),
        Question("referrer_contact", "referrer_contact", "How to reach who refers", text),
        Question("reference", "source_reference", "Your own number for this call (else one is made)",
                 fitting(Reference, "It has at most 60 characters, none of them a tab.", "Shorten it.")),
    )  # fmt: skip


def referral(known: dict[str, Any], *, test: bool = False) -> ReferralSubmitted:
    """Return the event of what is known."""
    person = {name: known[name] for name in ("legal_name", "preferred_name", "birth_date", "language")}
    return ReferralSubmitted.model_validate(
        {
            "door": known["door"],
            "source_kind": known["source_kind"],
            "referred_at": datetime.now(UTC),
            "agreement": known["agreement"],
            "person": person | {"estimated_age": known["age"]},
            "reach": {
                "phones": known["phone"],
                "usual_places": known["usual_place"],
                "message_is_safe": known["message_is_safe"],
            },
            "location": {"area": known["area"]},
            "needs": known["need"],
            "reason": known["reason"],
            "referrer_contact": known["referrer_contact"],
            "source_reference": known["reference"],
            "test": test,
        }
    )


async def _entered(found: reach.Reach, event: ReferralSubmitted, reference: str) -> dict[str, Any]:
    try:
        return await office.said(found, event)
    except office.NotAnswered as silence:
        fix = f"look at `hub status`; entered again with --reference {reference} it stays one and the same referral."
        raise shown.Trouble(silence.happened, fix) from None


def _years(typed: str) -> EstimatedAge:
    first, _, last = typed.partition("-")
    rule = "It is one age or two, in whole years from 0 to 125, the smaller one first."
    read = fitting(EstimatedAge, rule, "Type 30, or 30-45.")
    years: Any = {"from_years": first.strip(), "to_years": last.strip() or first.strip()}
    found: EstimatedAge = read(years)
    return found
