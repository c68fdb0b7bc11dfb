"""What people say at the program office: something is not so, no, or stop. It is written down in their own name."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from contracts.catalogue import ConsentRevoked, PersonCorrected, PersonDeclined, ReferralCorrected, RevocationSettled
from contracts.corrections import OwnFact
from contracts.parts import PersonDetails
from contracts.words import Answer, HelpType, ReferralId
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, PersonArgument, fitting
from services.commands.asking import Question, answers, day_until, one_of, text
from services.commands.asking import fitting as reader
from services.commands.confirming import Shows, followed_by, in_the_log
from services.commands.reach import JsonOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from contracts.event import Event
    from services.sites import Site

_SEVERAL: Final = {"alias": "aliases", "phone": "phones", "usual_place": "usual_places", "need": "needs"}
"""What is asked for one by one, and the field that holds them all."""

_WHY: Final = Question("why", "why", "Why, in the person's words (nobody has to say)", text)

WhoOption = Annotated[
    str | None,
    typer.Option(
        "--operator",
        help="Who writes it down; named, it is signed with their key. A no or a stop waits for no name.",
        envvar="HUB_OPERATOR",
    ),
]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def correct(
    person: PersonArgument,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    legal_name: Annotated[str | None, typer.Option(help="Legal name.")] = None,
    preferred_name: Annotated[str | None, typer.Option(help="What the person is called.")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Another name; may be repeated, and is then all.")] = None,
    pronouns: Annotated[str | None, typer.Option(help="Pronouns.")] = None,
    birth_date: Annotated[str | None, typer.Option(metavar="DAY", help="Birth date, as 1990-12-31.")] = None,
    phone: Annotated[list[str] | None, typer.Option(help="Telephone; may be repeated, and is then all.")] = None,
    usual_place: Annotated[
        list[str] | None, typer.Option(help="Where the person is usually found; may be repeated, and is then all.")
    ] = None,
    through: Annotated[str | None, typer.Option(help="Through whom the person is reached.")] = None,
    message_is_safe: Annotated[
        str | None, typer.Option(metavar="WORD", help=f"May a message be left there? {_listed(Answer)}.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="CODE", help="Language, as a code of two letters.")] = None,
    interpreter: Annotated[
        str | None, typer.Option(metavar="WORD", help=f"Is an interpreter needed? {_listed(Answer)}.")
    ] = None,
    area: Annotated[str | None, typer.Option(metavar="AREA", help="Where the person is, an area of the site.")] = None,
    residence_area: Annotated[str | None, typer.Option(metavar="AREA", help="Where the person lives.")] = None,
    need: Annotated[
        list[str] | None, typer.Option(metavar="HELP", help=f"Help with, all of it: {_listed(HelpType)}.")
    ] = None,
    not_so: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help=f"What is not so, with nothing better known: {_listed(OwnFact)}."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """Write down what a person says is not so.

    It goes before what the sender of a referral told, in every referral of theirs that stands, and stays so when the
    sender amends. On a terminal it asks field by field for all that no option gives. Police data cannot be corrected
    here: police amend them, and police are told nothing of this.

    Example: hub person correct per-0123456789abcdef0123456789abcdef --language es --not-so birth_date
    """
    given: dict[str, Any] = {
        "legal_name": legal_name, "preferred_name": preferred_name, "alias": alias, "pronouns": pronouns,
        "birth_date": birth_date, "phone": phone, "usual_place": usual_place, "through": through,
        "message_is_safe": message_is_safe, "language": language, "interpreter": interpreter, "area": area,
        "residence_area": residence_area, "need": need, "not_so": not_so,
    }  # fmt: skip
    found = reach.find(state)
    today = datetime.now(ZoneInfo(found.site.timezone)).date()
    known = answers(questions(found.site, today), given)
    if not any(known.values()):
        raise shown.Trouble("Nothing is corrected.", "say what is so, or with --not-so what is not.")
    event = correction(known, operator)
    words = f"What the person says of themselves stands: {_listed(event.corrects)}."
    _say(found, event, person, words, followed_by(ReferralCorrected.name), json_=json_)


def stop(
    person: PersonArgument,
    why: Annotated[
        str | None, typer.Option(help="In the person's words; nobody has to say why. Better left out: it is asked for.")
    ] = None,
    operator: WhoOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Pass on that a person says stop.

    Every consent that can be taken back counts no more, and who was told is asked to forget it. The spoken word is
    enough. On a terminal the reason is asked for; an empty answer will do.

    Example: hub person stop per-0123456789abcdef0123456789abcdef
    """
    reason = answers([_WHY], {"why": why})["why"]
    event = ConsentRevoked(how="verbal", why=reason, operator=operator)
    words = "Stopped: nothing more is told under what they signed."
    _say(reach.find(state), event, person, words, followed_by(RevocationSettled.name), json_=json_)


def no(
    person: PersonArgument,
    referral: Annotated[
        str | None,
        typer.Option(
            metavar="REFERRAL",
            help="Of this referral alone, `ref-…`; else of everything.",
            callback=fitting(ReferralId, "That is no referral's id.", "`hub person show` names their referrals."),
        ),
    ] = None,
    operator: WhoOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Pass on that a person says no.

    What seeks a case manager for them ends; nothing else follows from it.

    Example: hub person no per-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    if referral is not None:
        asyncio.run(_require_theirs(found, person, referral))
    event = PersonDeclined(referral_id=referral, operator=operator)
    _say(found, event, person, "Their no is passed on.", in_the_log, json_=json_)


def questions(site: Site, today: date) -> tuple[Question, ...]:
    """Return what is asked; an empty answer leaves a thing as it is."""
    areas = sorted(site.area_codes)
    language = reader(
        PersonDetails.model_fields["language"].rebuild_annotation(),
        "It is a code of two or three small letters.", "Type en, es, ru, or another code.",
    )  # fmt: skip
    return (
        Question("preferred_name", "preferred_name", "What is the person called", text),
        Question("legal_name", "legal_name", "Legal name", text),
        Question("alias", "aliases", "All other names", text, several=True),
        Question("pronouns", "pronouns", "Pronouns", text),
        Question("birth_date", "birth_date", "Birth date, as 1990-12-31", day_until(today)),
        Question("language", "language", "Language, as a code of two letters", language),
        Question("interpreter", "interpreter", f"Is an interpreter needed ({_listed(Answer)})", one_of(list(Answer))),
        Question("phone", "phones", "All telephones of the person", text, several=True),
        Question("usual_place", "usual_places", "All places where the person is usually found", text, several=True),
        Question("through", "through", "Through whom the person is reached", text),
        Question("message_is_safe", "message_is_safe", f"May a message be left there ({_listed(Answer)})",
                 one_of(list(Answer))),
        Question("area", "area", f"Where is the person ({_listed(areas)})", one_of(areas)),
        Question("residence_area", "residence_area", f"Where does the person live ({_listed(areas)})", one_of(areas)),
        Question("need", "needs", f"All that help is needed with ({_listed(HelpType)})", one_of(list(HelpType)),
                 several=True),
        Question("not_so", "not_so", f"What is not so, with nothing better known ({_listed(OwnFact)})",
                 one_of(list(OwnFact)), several=True),
    )  # fmt: skip


def correction(known: dict[str, Any], operator: str) -> PersonCorrected:
    """Return the event of what is known."""
    said = {_SEVERAL.get(name, name): value for name, value in known.items() if value}
    return PersonCorrected.model_validate(said | {"operator": operator})


async def _require_theirs(found: reach.Reach, person: str, referral: str) -> None:
    """See that the referral is the person's: a no to somebody else's would come to nothing, and nobody would notice.

    Raises:
        Trouble: it is not.
    """
    async with found.asking() as asking:
        if referral not in (await asking.file(person)).referrals:
            happened = f"{referral} is no referral of {person}."
            raise shown.Trouble(
                happened, f"`hub person show {person}` names theirs; without --referral it is of everything."
            )


def _say(found: reach.Reach, event: Event, person: str, words: str, shows: Shows, *, json_: bool) -> None:
    see = f"hub person show {person}"
    answer = asyncio.run(office.said(found, event, subject=person, shows=shows, see=see))
    shown.show_json(answer) if json_ else shown.screen.print(words, markup=False, soft_wrap=True)
