"""`hub agency`: who the site's agencies are, and how each gets in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

import typer

from contracts import topics
from contracts.event import Event
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from services.commands import office, reach, shown
from services.commands.arguments import OperatorOption, SlugArgument
from services.commands.reach import JsonOption, OtherSiteOption, StateOption
from services.intake.store import suspended
from services.plumbing.administration import Administration
from services.sites.checks import HUB

if TYPE_CHECKING:
    from services.commands.reach import Reach
    from services.sites import Agency, Following, Site

Says = Callable[[Event], Awaitable[Any]]
"""Says something as the program office, and returns when the hub has taken it in."""


class Doorkeeper(Protocol):
    """Who opens and shuts the agencies' door at Kafka."""

    async def suspend(self, slug: str) -> None:
        """Shut the agency out."""
        ...

    async def resume(self, slug: str) -> None:
        """Let it in again."""
        ...


group = typer.Typer(help="The agencies: who they are, how each gets in.", no_args_is_help=True, **shown.STYLE)

_EXAMPLE = """\
# {name} reads its lane. Needs: pip install confluent-kafka
from confluent_kafka import Consumer
consumer = Consumer({{"bootstrap.servers": "{bootstrap}", "security.protocol": "{protocol}",
    "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "{user}", "sasl.password": "{password}",
    "group.id": "{group_prefix}casework", "auto.offset.reset": "earliest"}})
consumer.subscribe(["{from_hub}"])
while True:
    message = consumer.poll(1.0)
    if message:
        print(message.error() or dict(message.headers())["ce_type"].decode(), (message.value() or b"").decode())"""


@group.command("list")
def list_(site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False) -> None:
    """Name the agencies of the hub that runs, or of --site.

    Example: hub agency list
    """
    which = reach.served(site, state)
    agencies = sorted(which.agencies.values(), key=lambda one: (one.role, one.slug))
    if json_:
        shown.show_json([{"slug": one.slug, "name": one.name, "role": one.role.value} for one in agencies])
        return
    rows = ((one.slug, one.name, one.role.value) for one in agencies)
    shown.show_table(f"Agencies of {which.name}", ("slug", "name", "role"), rows)


@group.command()
def show(
    slug: SlugArgument, site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False
) -> None:
    """Show one agency, or the hub itself.

    What it is, may say and may hear, and what follows from its legal standing: which consents open its information,
    which notice goes with it, which lists it owes. The hub's own name here is `hub`.

    Example: hub agency show hub
    """
    which = reach.served(site, state)
    agencies = which.agencies
    if slug == HUB:
        name, facts, follows = f"The hub of {which.name}", _facts_of_the_hub(which), which.follows
    elif slug in agencies:
        name, facts, follows = (
            agencies[slug].name,
            _facts(agencies[slug], reach.realm_of(which, state)),
            agencies[slug].follows,
        )
    else:
        raise shown.Trouble(f"The site {which.slug} has no agency {slug}.", "`hub agency list` names them.")
    if json_:
        shown.show_json(facts | {"follows": _follows(follows)})
        return
    shown.show_table(name, ("", ""), facts.items())
    shown.screen.print()
    rules = ((one.about, one.says, one.citation) for one in follows.in_words())
    shown.show_table("What follows from its legal standing", ("", "", "source"), rules)


@group.command()
def credentials(slug: SlugArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show how an agency logs in; what it prints is secret.

    Whoever has it hears and speaks as that agency, and nothing shows the difference. With it comes a consumer of ten
    lines that needs nothing of ours, to copy and run.

    Example: hub agency credentials opportunity-council
    """
    found = reach.find(state)
    access = found.access(slug)
    facts = {
        "user": access.user,
        "password": access.password,
        "bootstrap": access.bootstrap,
        "protocol": access.protocol,
        "to_hub": found.hub.outside(topics.to_hub(slug)),
        "from_hub": found.hub.outside(topics.from_hub(slug)),
        "group_prefix": found.hub.outside(topics.agency_group_prefix(slug)),
    }
    consumer = _EXAMPLE.format(name=found.agency(slug).name, **facts)
    if json_:
        shown.show_json(facts | {"consumer": consumer})
        return
    shown.show_facts(f"{found.agency(slug).name}: keep this secret", facts.items())
    shown.screen.print()
    shown.screen.print(consumer, markup=False, soft_wrap=True)


@group.command()
def rotate(slug: SlugArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Give an agency a new password. What is connected stays until it connects again.

    `hub agency credentials` shows it; with --json it is printed here, so keep that output secret.

    Example: hub agency rotate opportunity-council
    """
    found = reach.find(state)
    found.agency(slug)
    password = asyncio.run(_administration(found).rotate(slug))
    if json_:
        shown.show_json({"user": slug, "password": password})
        return
    shown.screen.print(f"{slug} has a new password; `hub agency credentials {slug}` shows it.")


@group.command()
def suspend(
    slug: SlugArgument,
    state: StateOption = None,
    operator: OperatorOption = office.UNNAMED,
    json_: JsonOption = False,
) -> None:
    """Shut an agency out at once. What is meant for it waits, and nothing is lost; `resume` brings it back.

    Example: hub agency suspend opportunity-council --operator juno-sample
    """
    found = reach.find(state)
    found.agency(slug)
    if slug == found.site.program_office:
        raise shown.Trouble("The program office cannot suspend itself.", "suspend another agency.")
    event = AgencySuspended(agency=slug, operator=operator)
    asyncio.run(shut_out(event, _says(found), _administration(found)))
    if json_:
        shown.show_json({"slug": slug, "suspended": True})
        return
    shown.screen.print(f"{slug} is suspended; what is meant for it waits.")


@group.command()
def resume(
    slug: SlugArgument,
    state: StateOption = None,
    operator: OperatorOption = office.UNNAMED,
    json_: JsonOption = False,
) -> None:
    """Let a suspended agency in again. It has the password it had, and gets what was waiting.

    Example: hub agency resume opportunity-council --operator juno-sample
    """
    found = reach.find(state)
    found.agency(slug)
    event = AgencyResumed(agency=slug, operator=operator)
    asyncio.run(let_in(event, _says(found), _administration(found)))
    if json_:
        shown.show_json({"slug": slug, "suspended": False})
        return
    shown.screen.print(f"{slug} is back.")


async def shut_out(event: AgencySuspended, says: Says, administration: Doorkeeper) -> None:
    """The hub is told before the agency is shut out: nothing is sent to a closed door.

    Where the hub has not answered in time, the word is on its topic and will be read: the door is shut all the same.
    Where it has read it, and did not suspend the agency, the door stays open.
    """
    try:
        await says(event)
    except office.NotAnswered:
        await administration.suspend(event.agency)
        raise office.NotAnswered("look at `hub status`; the agency is shut out already.") from None
    await administration.suspend(event.agency)


async def let_in(event: AgencyResumed, says: Says, administration: Doorkeeper) -> None:
    """The hub knows that the agency is back before it is let in: what it says at once is not refused.

    Where Kafka does not let it in, the hub is told that it is suspended again.
    """
    try:
        await says(event)
    except office.NotAnswered:
        raise office.NotAnswered("look at `hub status`, then resume it again: it is not let in yet.") from None
    try:
        await administration.resume(event.agency)
    except BaseException:
        await says(AgencySuspended(agency=event.agency, operator=event.operator))
        raise


def _says(found: Reach) -> Says:
    """Speak, and see at the door itself what became of it: that it is silent would shut out whom it did not suspend."""

    def says(event: Event) -> Awaitable[Any]:
        async def shows(found: Reach, _steps: Any) -> bool:
            async with found.connected("intake") as conn:
                slugs = await suspended(conn)
            return (getattr(event, "agency", None) in slugs) == isinstance(event, AgencySuspended)

        return office.said(found, event, shows=shows)

    return says


def _administration(found: Reach) -> Administration:
    return Administration(found.administering, found.passwords)


def _follows(found: Following) -> dict[str, Any]:
    return {
        "part2": found.part2,
        "opened_by": [one.value for one in found.opened_by],
        "lists": [one._asdict() for one in found.lists],
        "criminal_justice": found.criminal_justice,
        "consumer_health": found.consumer_health,
        "in_words": [one._asdict() for one in found.in_words()],
    }


def _facts_of_the_hub(site: Site) -> dict[str, Any]:
    return {
        "site": site.slug,
        "program_office": site.program_office,
        "standing": [one.value for one in site.standing],
        "basis": site.basis["site.standing"],
    }


def _facts(agency: Agency, realm: str) -> dict[str, Any]:
    return {
        "slug": agency.slug,
        "name": agency.name,
        "role": agency.role.value,
        "standing": [one.value for one in agency.standing],
        "says": sorted(agency.may_say),
        "hears": sorted(agency.may_hear),
        "doors": sorted(door.value for door in agency.doors),
        "help_types": sorted(one.value for one in agency.help_types),
        "areas": sorted(agency.areas) or ["everywhere"],
        "languages": sorted(agency.languages),
        "min_age": agency.min_age,
        "max_age": agency.max_age,
        "oris": list(agency.oris),
        "jurisdiction": list(agency.jurisdiction),
        "to_hub": topics.outside(realm, topics.to_hub(agency.slug)),
        "from_hub": topics.outside(realm, topics.from_hub(agency.slug)),
        "lane_retention_days": agency.lane_retention_days,
    }
