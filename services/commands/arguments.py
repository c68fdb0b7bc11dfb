"""What is typed is checked where it is typed, by the contract's own rule; what did not fit is never repeated."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from pydantic import Field, TypeAdapter, ValidationError

from contracts.envelope import LONGEST
from contracts.replaying import ReplayId
from contracts.words import PersonRef, Reference, ReferralId, ReviewId, Slug
from services.commands.shown import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME: Final = "lower-case words joined by hyphens"
_THIRTY_TWO: Final = "and 32 digits from 0-9 and a-f"


def fitting(kind: Any, happened: str, next_step: str) -> Callable[[str | None], str | None]:
    """Return a check of one argument by a contract's type; what is not given is not checked."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(typed: str | None) -> str | None:
        try:
            return None if typed is None else adapter.validate_python(typed)
        except ValidationError:
            raise Trouble(happened, next_step) from None

    return check


_referral = fitting(
    ReferralId,
    f"That is no referral's id: `ref-` {_THIRTY_TWO}.",
    "copy it from the acknowledgement, or from `hub person show per-…`.",
)
_REFERRAL: Final[Any] = typer.Argument(
    metavar="REFERRAL", help="The referral's id, `ref-…`, as in the hub's acknowledgement.", callback=_referral
)
ReferralArgument = Annotated[str, _REFERRAL]
SomeReferralArgument = Annotated[str | None, _REFERRAL]


def _each(typed: list[str] | None) -> list[str] | None:
    return None if typed is None else [one for one in map(_referral, typed) if one is not None]


RecordOption = Annotated[
    list[str] | None, typer.Option("--record", help="Only this referral's record; may be repeated.", callback=_each)
]


def _each_person(typed: list[str] | None) -> list[str] | None:
    return None if typed is None else [one for one in map(_person, typed) if one is not None]


def moment(typed: str, timezone: str, field: str) -> datetime:
    """Return the day or moment that was typed; without an offset it is by the site's clocks.

    Raises:
        Trouble: it is none.
    """
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise Trouble(f"{field}: That is no day or moment.", "write it as 2026-03-01, or 2026-03-01T08:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))


ReviewArgument = Annotated[
    str,
    typer.Argument(
        metavar="REVIEW",
        help="The review's id, `rev-…`; `hub reviews` lists those that are open.",
        callback=fitting(
            ReviewId, f"That is no review's id: `rev-` {_THIRTY_TWO}.", "copy it from the list of `hub reviews`."
        ),
    ),
]
_person = fitting(
    PersonRef,
    f"That is no person's reference: `per-` {_THIRTY_TWO}.",
    "`hub person find` and `hub person links` show references.",
)
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="The person's reference, `per-…`.", callback=_person)
]
OtherArgument = Annotated[str, typer.Argument(metavar="OTHER", help="The other record, `per-…`.", callback=_person)]
OperatorOption = Annotated[
    str,
    typer.Option(
        "--operator",
        help="Who says it, as lower-case words joined by hyphens; `hub operator add` makes their key.",
        envvar="HUB_OPERATOR",
        callback=fitting(
            Slug,
            f"That is no operator's name: --operator, or HUB_OPERATOR, is {_NAME}.",
            "`hub operator list` names the operators.",
        ),
    ),
]
ActingOption = Annotated[
    str,
    typer.Option(
        "--as",
        "--operator",
        help="Who says it, as lower-case words joined by hyphens; `hub operator add` makes their key.",
        envvar="HUB_OPERATOR",
        callback=fitting(
            Slug,
            f"That is no operator's name: --as, or HUB_OPERATOR, is {_NAME}.",
            "`hub operator list` names the operators.",
        ),
    ),
]
ReplayArgument = Annotated[
    str,
    typer.Argument(
        metavar="REPLAY",
        help="The replay's id, `rpl-…`; `hub replay list` names them.",
        callback=fitting(ReplayId, f"That is no replay's id: `rpl-` {_THIRTY_TWO}.", "`hub replay list` names them."),
    ),
]
ReferralsOption = Annotated[
    list[str] | None,
    typer.Option("--referral", help="Only what is about this referral; may be repeated.", callback=_each),
]
PersonsOption = Annotated[
    list[str] | None,
    typer.Option("--person", help="Only what is about this person, `per-…`; may be repeated.", callback=_each_person),
]
OperatorArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help=f"The operator: {_NAME}.",
        callback=fitting(Slug, "That is no operator's name.", f"use {_NAME}, such as juno-sample."),
    ),
]
SlugArgument = Annotated[
    str,
    typer.Argument(
        metavar="SLUG",
        help="The agency's slug; `hub agency list` names them.",
        callback=fitting(Slug, f"That is no agency's slug: {_NAME}.", "`hub agency list` names them."),
    ),
]
EventArgument = Annotated[
    str,
    typer.Argument(
        metavar="EVENT",
        help="A referral's id, `ref-…`; a message's, `msg-…`; or that of any fact, as in `hub timeline --json`.",
        callback=fitting(
            Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]+$")],
            "That is no id of an event.",
            "copy it from `hub timeline ref-… --json`.",
        ),
    ),
]
NumberOption = Annotated[
    str | None,
    typer.Option(
        "--number",
        help="That number.",
        callback=fitting(
            Reference,
            "That is no agency's number of a person: 1 to 60 characters, no tabs or other control characters.",
            "type it as the agency shows it.",
        ),
    ),
]
