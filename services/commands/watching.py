"""`hub timeline`, `hub reviews` and `hub assign`: what happened, what waits for an operator, and an operator's word."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from contracts.catalogue import (
    AssignmentDirected,
    AssignmentEnrolled,
    DeadlineReached,
    ReviewAnswered,
    ScreeningOverridden,
)
from contracts.to_hub.screening_overridden import OverrideReason
from contracts.words import Door, Verdict
from services.commands import keeping_away, office, reach, shown
from services.commands.arguments import OperatorOption, ReferralArgument, ReviewArgument
from services.commands.asking import Question, answers, text
from services.commands.confirming import LOOK_SECONDS, require_no_refusal
from services.commands.reach import JsonOption, StateOption
from services.console.domain import conditions_of, handoff_minutes, numbered, worded
from services.console.domain import shown as told

if TYPE_CHECKING:
    from contracts.event import Event
    from services.commands.reach import Reach
    from services.console.domain import Moment, Step
    from services.console.store.asking import Open

_WHY: Final = Question("why", "why", "Why do you decide so (it is sealed)", text, needed=True)
_FOLLOWS_SECONDS: Final = 5.0
_MINUTE_SECONDS: Final = 60.0

reviews = typer.Typer(help="Referrals that need an operator's decision.", invoke_without_command=True, **shown.STYLE)


def timeline(
    referral: ReferralArgument,
    minutes: Annotated[bool, typer.Option("--minutes", help="Only the minutes of the hand-off.")] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show everything that happened to a referral.

    When, which service says so, after which other step, and on which grounds. Nobody is identified: names and all else
    that is private stay sealed. The id is in the answer of `hub send` and `hub refer`. What the site itself asks of
    people after their intake stands below. Where an officer waited, the minutes between the steps of the hand-off do,
    too; --minutes shows these alone.

    Example: hub timeline ref-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    steps = asyncio.run(_timeline(found, referral))
    if not steps:
        raise shown.Trouble(f"No referral {referral} is known.", "look at the id, or wait a moment if it is new.")
    measured = handoff_minutes(steps, timedelta(seconds=found.facts.get("minute_seconds") or _MINUTE_SECONDS))
    if minutes:
        _show_minutes(measured, json_=json_)
        return
    if json_:
        shown.show_json([step.model_dump(mode="json", exclude_none=True) for step in steps])
        return
    news = [step for step in steps if not _passed_over(step, steps)]
    rows = (
        (number, step.at, _who(step.service), cause, step.event, f"{step.says}{_reasons(step)}")
        for number, cause, step in numbered(news)
    )
    columns = ("no.", "time (UTC)", "who says so", "after", "event", "what")
    shown.show_table(f"Referral {referral}", columns, rows)
    if any(step.event == AssignmentEnrolled.name for step in steps) and _is_arrest(steps):
        shown.screen.print(shown.NON_CONVICTION)
    for asked in conditions_of(steps, found.site):
        shown.screen.print(asked, soft_wrap=True, markup=False)
    if measured:
        shown.screen.print()
        _show_minutes(measured, json_=False)


@reviews.callback()
def open_reviews(context: typer.Context, state: StateOption = None, json_: JsonOption = False) -> None:
    """List the reviews that nobody has decided, urgent ones first; `decide` decides one."""
    if context.invoked_subcommand is None:
        list_(state, json_)


@reviews.command("list")
def list_(state: StateOption = None, json_: JsonOption = False) -> None:
    """List the reviews that nobody has decided, urgent ones first.

    Example: hub reviews list
    """
    found = asyncio.run(_open_reviews(reach.find(state)))
    if json_:
        shown.show_json([{"review_id": one.id, "person": one.subject} | _facts(one) for one in found])
        return
    rows = (
        [one.id, facts["referral_id"], facts["urgent"], shown.minute(facts["decide_by"]), facts["because"]]
        for one in found
        for facts in (_facts(one),)
    )
    shown.show_table("Open reviews", ("review", "referral", "urgent", "decide by (UTC)", "because"), rows)


@reviews.command()
def decide(
    review: ReviewArgument,
    verdict: Annotated[
        Verdict,
        typer.Argument(metavar="VERDICT", help=f"{Verdict.ELIGIBLE}, or {Verdict.PRESUMPTIVELY_INELIGIBLE}."),
    ],
    why: Annotated[str | None, typer.Option(help="The reason; it is sealed. Better left out: it is asked for.")] = None,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Decide a review. The decision is published under your name, the reason sealed.

    Without --why the reason is asked for, so that it stands in no shell's history.

    Example: hub reviews decide rev-0123456789abcdef0123456789abcdef eligible --operator juno-sample
    """
    if verdict is Verdict.NEEDS_REVIEW:
        raise shown.Trouble("That decides nothing.", "say eligible, or presumptively_ineligible.")
    reason = answers([_WHY], {"why": why})["why"]
    found = reach.find(state)
    event = ReviewAnswered(review_id=review, verdict=verdict, operator=operator, why=reason)
    answer = asyncio.run(_with_person(found, event, review))
    _show_what_followed(review, answer, json_=json_)


@reviews.command()
def check(review: ReviewArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Look whether an order is in the way, as of now.

    It fails where one keeps the person of the review away from somebody who takes part; else it passes.

    Whom an order protects is shown to nobody. Decide by it, and tell nobody why: whoever asked must not learn who takes
    part. It changes by itself as people come and go; a decision that was made stays.

    Example: hub reviews check rev-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    orders = asyncio.run(keeping_away.orders_in(found, review))
    if json_:
        shown.show_json(keeping_away.as_json(orders))
        return
    shown.screen.print(f"{review}: {keeping_away.result(orders)}")
    columns = ("reported by", "kind", "until (UTC)", "in force", "the protected one takes part")
    shown.show_table(
        "Orders", columns, keeping_away.rows(orders), nothing="no order keeps this person away from anybody"
    )


@reviews.command()
def override(
    referral: ReferralArgument,
    reason: Annotated[OverrideReason, typer.Option(help="Why, in a word.")],
    why: Annotated[str | None, typer.Option(help="Why, in words; sealed. Better left out: it is asked for.")] = None,
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Override a presumptive verdict.

    A referral that is presumptively ineligible is eligible after all.

    What a policy found, or the clock: not what a person decided, and no approval that was refused. Where the site asks
    somebody else for approval, they are asked, and have the last word. Without --why the words are asked for.

    Example: hub reviews override ref-0123456789abcdef0123456789abcdef --reason agreed_by_partners
    """
    words = answers([_WHY], {"why": why})["why"]
    found = reach.find(state)
    steps = asyncio.run(_timeline(found, referral))
    if not steps:
        raise shown.Trouble(f"No referral {referral} is known.", "look at the id.")
    event = ScreeningOverridden(referral_id=referral, reason=reason, why=words, operator=operator)
    answer = asyncio.run(_said(found, event, f"hub timeline {referral}", subject=steps[0].subject))
    _show_what_followed(referral, answer, json_=json_)


def assign(
    referral: ReferralArgument,
    agency: Annotated[str, typer.Option("--to", help="The agency's slug.")],
    operator: OperatorOption = office.UNNAMED,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Offer a referral to an agency by hand. It stays a blind offer: the agency still says yes or no.

    Example: hub assign ref-0123456789abcdef0123456789abcdef --to opportunity-council
    """
    found = reach.find(state)
    found.agency(agency)
    steps = asyncio.run(_timeline(found, referral))
    if not steps:
        raise shown.Trouble(f"No referral {referral} is known.", "look at the id.")
    event = AssignmentDirected(referral_id=referral, person=steps[0].subject, agency=agency, operator=operator)
    answer = asyncio.run(_said(found, event, f"hub timeline {referral}"))
    _show_what_followed(referral, answer, json_=json_)


async def _timeline(found: Reach, referral: str) -> list[Step]:
    async with found.asking() as asking:
        return [worded(step, found.site) for step in await asking.timeline(referral)]


async def _open_reviews(found: Reach) -> list[Open]:
    async with found.asking() as asking:
        return await asking.open_reviews()


async def _with_person(found: Reach, event: ReviewAnswered, review: str) -> dict[str, Any]:
    person = {one.id: one.subject for one in await _open_reviews(found)}.get(review)
    if person is None:
        raise shown.Trouble(f"No open review {review}.", "`hub reviews` lists those that are open.")
    return await _said(found, event, "hub reviews", subject=person)


async def _said(found: Reach, event: Event, see: str, *, subject: str | None = None) -> dict[str, Any]:
    """Say it, and wait a moment for what the services make of it. That nothing follows is no error: it is admitted.

    Raises:
        Trouble: it was refused, or it is not known to be admitted.
    """
    answer = await office.said(found, event, subject=subject, see=see)
    until = asyncio.get_running_loop().time() + _FOLLOWS_SECONDS
    async with found.asking() as asking:
        while not (steps := [one for one in await asking.caused_by(answer["id"]) if one.id != answer["id"]]):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(LOOK_SECONDS)
    require_no_refusal(found.site, answer["id"], steps)
    return answer | {"followed": [{"event": one.event, "says": one.says} for one in steps]}


def _show_what_followed(what: str, answer: dict[str, Any], *, json_: bool) -> None:
    if json_:
        shown.show_json(answer)
        return
    for one in answer["followed"]:
        shown.screen.print(f"{what}: {one['says']}", markup=False)
    if not answer["followed"]:
        shown.screen.print(f"{what}: your word is in; nothing has followed from it yet.")
        shown.say("Next: `hub timeline ref-…` of the referral shows what follows.")


def _facts(one: Open) -> dict[str, Any]:
    kept = ("referral_id", "urgent", "decide_by", "because", "default", "requested_at")
    item = told(one.item)
    return {name: item.get(name) for name in kept}


def _passed_over(step: Step, steps: list[Step]) -> bool:
    """A deadline that changed nothing is no news; with --json it is shown."""
    return step.event == DeadlineReached.name and not any(other.cause == step.id for other in steps)


def _show_minutes(measured: list[Moment], *, json_: bool) -> None:
    """Show how long each step of the hand-off took, in the site's minutes."""
    if json_:
        shown.show_json([one._asdict() | {"at": one.at.isoformat()} for one in measured])
        return
    rows = ((one.what, one.agency, one.at, f"{one.minutes:.1f}", f"{one.in_all:.1f}") for one in measured)
    columns = ("what", "agency", "time (UTC)", "minutes", "in all")
    shown.show_table("Minutes of the hand-off", columns, rows, nothing="no officer waited")


def _is_arrest(steps: list[Step]) -> bool:
    return any(step.details.get("door") == Door.ARREST_DIVERSION for step in steps)


def _who(source: str) -> str:
    """A service of the hub, or an agency, by its name alone."""
    return source.removeprefix("/hub/").removeprefix("/agencies/")


def _reasons(step: Step) -> str:
    """The grounds of a verdict: each clause that did not simply pass."""
    rules = step.details.get("rules", [])
    found = [rule for rule in rules if rule["result"] not in {"pass", "not_applicable"}]
    lines = [f"\n  {rule['result']}: {_words(rule)}" for rule in found]
    because = step.details.get("because") or []
    reasons = [because] if isinstance(because, str) else because
    return "".join(lines) + (f"\n  because: {', '.join(reasons)}" if reasons else "")


def _words(rule: dict[str, Any]) -> str:
    """What the clause says; its name alone where the policy that decided is not at hand."""
    return f"{rule['text']} ({rule['citation']})" if "text" in rule else str(rule["clause"])
