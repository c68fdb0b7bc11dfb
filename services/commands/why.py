"""`hub why`: whether something was sent to an agency because of an event; if not, what stood against it, or waits."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts import topics
from contracts.envelope import agency_source, service_source
from services.commands import reach, shown
from services.commands.arguments import EventArgument, SlugArgument
from services.commands.reach import JsonOption, StateOption
from services.console.domain import Consent, NotTold, Told, consents_of, entries_of
from services.notification.domain.explaining import CALLS_FOR, RELATIONS, RULES
from services.notification.domain.rows import agency_key
from services.notification.store.waiting import Waits, waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.commands.reach import Reach
    from services.console.domain import Entry, Step
    from services.console.store import Asking
    from services.sites import Site

CLOCK: Final = "clock"


@dataclass(frozen=True)
class Found:
    """What is known of an event: the fact and all that followed from it, and what it came to for one agency."""

    facts: list[str]
    """The names of the facts."""
    entries: list[Told | NotTold] = field(default_factory=list)
    waits: list[Waits] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)


def why(event: EventArgument, agency: SlugArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Say why an agency was sent something, or was not.

    Message by message: when it was sent and under what; or the layer, the rule and the consent that stood against it;
    or that it still waits, and for what. Where nothing was meant for the agency, it names the permission that is
    missing. The event is any fact of a timeline, what an agency sent, a message of a lane, or a whole referral.

    Example: hub why ref-0123456789abcdef0123456789abcdef compass-health
    """
    found = reach.find(state)
    found.agency(agency)
    known = asyncio.run(_found(found, event, agency))
    lines = [*(_entry(one, known.consents, agency) for one in known.entries), *map(_waits, known.waits)]
    permissions = [] if lines else _missing(known.facts, agency, found.site)
    if json_:
        shown.show_json({"event": event, "agency": agency, "messages": lines, "permissions": permissions})
        return
    if lines:
        rows = ((one["message"], shown.minute(one["at"]), one["what"], one["because"]) for one in lines)
        shown.show_table(f"{event}, to {agency}", ("message", "time (UTC)", "what", "because"), rows)
        return
    shown.screen.print(f"Nothing of {event} was meant for {agency}.", markup=False, soft_wrap=True)
    for one in permissions:
        shown.screen.print(f"  {one['message']}: {one['because']}", markup=False, soft_wrap=True)
    if not permissions:
        shown.screen.print("  No message follows from such an event.")


async def _found(found: Reach, event: str, agency: str) -> Found:
    async with found.asking() as asking:
        if event.startswith("ref-"):
            steps, subject, read = await _of_referral(asking, event)
        else:
            steps, subject, read = await _of_event(asking, event, agency, _sources(found.site))
        whole = await asking.steps_of(subject) if subject else []
    entries = [one for one in read if isinstance(one, Told | NotTold) and one.agency == agency]
    async with found.connected("notification") as conn:
        rows = await waiting(conn, agency, subject or agency_key(agency), event)
    waits = [one for one in rows if _is_of(one, event, steps)]
    if not (steps or entries or waits):
        raise shown.Trouble(f"No event {event} is known.", "copy its id from `hub timeline ref-… --json`.")
    return Found([step.event for step in steps], entries, waits, consents_of(whole, datetime.now(UTC)))


async def _of_referral(asking: Asking, referral: str) -> tuple[list[Step], str | None, list[Entry]]:
    """Return what is known of a referral. Of an erased one few steps are left; the ledger keeps what was told of it."""
    steps = await asking.steps_about(referral)
    subject = _person(steps)
    entries = entries_of(await asking.entries(subject)) if subject else []
    return steps, subject, [one for one in entries if isinstance(one, Told | NotTold) and one.referral_id == referral]


async def _of_event(
    asking: Asking, event: str, agency: str, sources: list[str]
) -> tuple[list[Step], str | None, list[Entry]]:
    """Return the fact, what followed from it, and its entries about this agency; or those of the message of that id."""
    steps = [*await asking.named(sources, event), *await asking.follows(event)]
    about = [step.id for step in steps if step.agency == agency and step.event.startswith("disclosure.")]
    entries = entries_of(await asking.entries_of(about, event))
    # Of a message alone no step is known; who it is about says the fact of its disclosure.
    told = steps or [step for one in entries[:1] for step in await asking.named(sources, one.event_id)]
    return steps, _person(told), entries


def _person(steps: Iterable[Step]) -> str | None:
    return next((step.subject for step in steps if step.subject.startswith("per-")), None)


def _sources(site: Site) -> list[str]:
    services = [*topics.SERVICES, CLOCK]
    return [*map(service_source, services), *map(agency_source, site.agencies)]


def _is_of(waits: Waits, event: str, steps: Iterable[Step]) -> bool:
    """Whether a row of the lane was called for by the event, or by what followed from it; or is about the referral."""
    row, ids = waits.row, {event, *(step.id for step in steps)}
    offers = {step.offer_id for step in steps if step.offer_id}
    return row.message_id == event or row.called_for_by in ids or row.referral_id == event or row.offer_id in offers


def _entry(one: Told | NotTold, consents: Sequence[Consent], agency: str) -> dict[str, Any]:
    line = {"message_id": one.message_id, "message": one.message, "at": one.at.isoformat(), "purpose": one.purpose}
    if isinstance(one, Told):
        under = ", ".join(part.replace("/", " ", 1) for part in one.by)
        sure = "" if one.certain else "; it may not have arrived, and counts as told"
        return line | {
            "what": "sent", "because": f"{under}, for {one.purpose}{sure}", "allowed_by": list(one.by),
            "categories": list(one.categories), "certain": one.certain,
        }  # fmt: skip
    against = _against(one, consents, agency) if one.layer == "consent" else []
    words = RULES.get(one.rule, one.rule)
    return line | {
        "what": "withheld", "layer": one.layer, "rule": one.rule, "consents": against,
        "because": " ".join([f"{one.layer}: {words} (for {one.purpose})", *(one["words"] for one in against)]),
    }  # fmt: skip


def _against(one: NotTold, consents: Sequence[Consent], agency: str) -> list[dict[str, str]]:
    """Return how each consent stands that names this agency for this purpose; or that none does."""
    named = [
        consent
        for consent in consents
        if agency in consent.terms.get("recipients", ()) and consent.terms.get("purpose") == one.purpose
    ]
    lines = [
        {
            "consent_id": consent.number or "",
            "standing": str(consent.standing),
            "words": f"{consent.number or 'A consent without a number'}: {consent.standing}"
            f" since {shown.minute(consent.since.isoformat())}.",
        }
        for consent in named
    ]
    return lines or [{"consent_id": "", "standing": "", "words": "No consent of this person names it for that."}]


def _waits(one: Waits) -> dict[str, Any]:
    return {
        "message_id": one.row.message_id,
        "message": one.row.message,
        "at": one.since.isoformat(),
        "what": "waits",
        "because": one.why,
    }


def _missing(facts: Iterable[str], agency: str, site: Site) -> list[dict[str, Any]]:
    """Return what may follow from such facts, and which permission stands between each message and this agency."""
    messages = dict.fromkeys(message for fact in facts for message in CALLS_FOR.get(fact, ()))
    return [{"message": message, "because": _permission(message, agency, site)} for message in messages]


def _permission(message: str, agency: str, site: Site) -> str:
    role = site.agencies[agency].role
    rows = site.permissions_for(message, agency)
    if message not in site.agencies[agency].may_hear:
        return f"the site lets no {role} hear it: its may_hear does not name it"
    if not rows:
        return f"no row of permissions.toml lets a {role} hear it"
    may = (f"{row.id} ({RELATIONS[row.relation]}{', with a consent' if row.consent_needed else ''})" for row in rows)
    return f"it may hear it by {'; '.join(may)}; and that is not so here, or nothing of it was due"
