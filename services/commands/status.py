"""`hub status`: how the hub is, for whoever watches over it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts import topics
from services.commands import reach, shown
from services.commands.charges import alarms_of
from services.commands.ending import ENDING, TAKES_BACK
from services.commands.lanes import Lane, lanes
from services.commands.reach import JsonOption, StateOption
from services.console.domain import charges_of
from services.intake.store import unknown_fields
from services.local.inforce import problems_of
from services.plumbing.administration import Administration
from services.plumbing.roles import STATUS
from services.plumbing.standing import Standing, standing
from services.sites.oncall import FILE as ROTA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.commands.reach import Reach
    from services.console.store import Asking


def status(state: StateOption = None, json_: JsonOption = False) -> None:
    """Show how the hub is: its services, agencies and lanes.

    Of each service how far behind it is, what it has not sent yet, what is parked and how many people that holds back.
    A lane waits when its agency is suspended, its topic is gone, or Kafka refuses a row; the others go on.

    Example: hub status --json
    """
    found = reach.find(state)
    facts = asyncio.run(_facts(found))
    if json_:
        shown.show_json(facts)
        return
    columns = ("service", "state", "instances", "lag", "outbox", "parked", "people held", "trouble")
    shown.show_table("Services", columns, ([one[name] for name in _COLUMNS] for one in facts["services"]))
    lane_columns = ("agency", "last heard (UTC)", "unread", "oldest unread, days", "waits", "unknown fields")
    rows = (
        [
            one["slug"], shown.minute(one["last_heard"]), *(one[name] for name in _LANE_COLUMNS),
            sum(one["unknown_fields"].values()),
        ]
        for one in facts["agencies"]
    )  # fmt: skip
    shown.show_table("Agencies", lane_columns, rows)
    _show_work(facts["work"], facts["console"])
    for alarm in facts["alarms"]:
        shown.screen.print(alarm, style="bold red", markup=False)


def _show_work(work: dict[str, Any], console: str | None) -> None:
    """What waits for an operator."""
    shown.screen.print(
        f"open reviews: {work['open_reviews']} · proposed links: {work['proposed_links']} · waiting: {work['waiting']}"
    )
    if console:
        shown.screen.print(f"receipts by code: {console}", markup=False, soft_wrap=True)
    _show_overdue(work["overdue_intakes"], work["overdue_reports"])
    if work["undone_recalls"]:
        shown.screen.print(f"recalls that an operator takes up: {len(work['undone_recalls'])}")
    for one in work["undone_recalls"]:
        how = "says that it cannot forget" if one["how"] == "cannot" else "did not answer what it was asked to forget"
        shown.screen.print(
            f"{one['agency']} {how}; `hub consents recall-status {one['subject']}` shows it.", soft_wrap=True
        )
    for charge in work["charges"]:
        shown.screen.print(charge, markup=False, soft_wrap=True)


def _show_overdue(intakes: list[str], reports: list[str]) -> None:
    for referral in intakes:
        shown.screen.print(f"{referral}: its intake is overdue; `hub timeline {referral}` shows who has the person.")
    for referral in reports:
        alarm = f"{referral}: a report to the court is overdue; `hub pretrial show {referral}` shows which."
        shown.screen.print(alarm, style="bold red", markup=False, soft_wrap=True)


_COLUMNS = ("service", "state", "instances", "lag", "outbox", "parked_messages", "parked_people", "trouble")
_LANE_COLUMNS = ("unread", "oldest_unread_days", "waits")


async def _work(found: Reach, asking: Asking) -> dict[str, Any]:
    """What waits for an operator."""
    return {
        "open_reviews": len(await asking.open_reviews()),
        "proposed_links": len(await asking.proposed_links()),
        "waiting": len(await asking.waiting()),
        "overdue_intakes": await asking.overdue_intakes(),
        "overdue_reports": [one.referral_id for one in await asking.diversions() if one.overdue],
        "flagged_contacts": await asking.flagged_contacts(),
        "awaited_arrivals": await asking.awaited_arrivals(),
        "undone_recalls": await asking.undone_recalls(),
        "charges": alarms_of(found, charges_of(await asking.steps_of_charges())),
    }


async def _facts(found: Reach) -> dict[str, Any]:
    password = found.settings.database_password(STATUS.removeprefix("hub_"))
    standings = [await standing(found.postgres, name, password, realm=found.realm) for name in topics.SERVICES]
    async with found.asking() as asking:
        heard = await asking.last_heard()
        work = await _work(found, asking)
    async with found.connected(STATUS.removeprefix("hub_")) as conn:
        left_out = await unknown_fields(conn)
    suspended = await Administration(found.administering, found.passwords).suspended()
    parked = {lane.split(": ")[0]: lane for one in standings for beat in one.instances for lane in beat.parked_lanes}
    agencies = [
        _agency(lane, heard.get(slug), slug in suspended, parked.get(topics.from_hub(slug)), left_out.get(slug, {}))
        for slug, lane in sorted((await lanes(found)).items())
    ]
    services = [_service(one) for one in standings]
    return {
        "ready": all(one["state"] == "ready" for one in services),
        "at": datetime.now(UTC).isoformat(),
        "services": services,
        "agencies": agencies,
        "work": work,
        "console": found.facts.get("console"),
        "parked": [{"service": one.service} | _plain(row) for one in standings for row in one.parked],
        "alarms": [
            *_arrival_alarms(work["awaited_arrivals"]),
            *_word_alarms(standings),
            *_contact_alarms(work["flagged_contacts"]),
            *_service_alarms(services),
            *_lane_alarms(agencies),
            *_copy_alarms(found),
            *_site_alarms(found),
            *_rota_alarms(standings),
        ],
    }


def _service(one: Standing) -> dict[str, Any]:
    living = [beat for beat in one.instances if beat.fresh]
    return {
        "service": one.service,
        "state": one.state,
        "instances": len(living),
        "lag": sum(beat.lag for beat in living),
        "outbox": one.outbox,
        "deadlines": one.deadlines,
        "parked_messages": sum(row["letters"] for row in one.parked),
        "parked_people": sum(row["keys"] for row in one.parked),
        "trouble": next((beat.trouble for beat in living if beat.trouble), None),
    }


def _agency(
    lane: Lane, heard: datetime | None, suspended: bool, parked: str | None, left_out: dict[str, int]
) -> dict[str, Any]:
    return asdict(lane) | {
        "last_heard": heard.isoformat() if heard else None,
        "suspended": suspended,
        "near_retention": lane.near_retention,
        "waits": "suspended" if suspended else parked,
        "unknown_fields": left_out,
    }


def _arrival_alarms(awaited: list[dict[str, str]]) -> list[str]:
    """Come before all others: an officer stands there with a person, and the minutes run."""
    return [
        f"{one['referral_id']}: an officer waits; {one['agency']} has until {shown.minute(one['arrive_by'])} (UTC) to "
        f"arrive, and nobody says that it is there. `hub timeline {one['referral_id']}` shows what was said."
        for one in awaited
    ]


def _word_alarms(standings: Sequence[Standing]) -> list[str]:
    """Come next: somebody said stop, and nobody has dealt with it; then all else that ends something."""
    alarms = []
    for one in standings:
        words = _letters(one, TAKES_BACK)
        if words:
            what = "word that takes" if words == 1 else "words that take"
            alarms.append(
                f"{one.service}: {words} parked {what} something back; nothing is told of their people. "
                "`hub deadletters`."
            )
    for one in standings:
        others = _letters(one, ENDING - TAKES_BACK)
        if others:
            what = "letter that says" if others == 1 else "letters that say"
            alarms.append(
                f"{one.service}: {others} dead {what} that something ends or that a time is up; until then it goes on "
                "elsewhere as if nobody had said it. `hub deadletters`."
            )
    return alarms


def _contact_alarms(flagged: list[dict[str, str]]) -> list[str]:
    """Somebody may be in danger by a message; nobody knows it but who left it, until an operator asks."""
    return [
        f"{one['referral_id']}: {one['agency']} left a message where it is not safe to leave one. Have the person "
        f"asked how they are; `hub timeline {one['referral_id']}` shows when."
        for one in flagged
    ]


def _letters(one: Standing, kinds: frozenset[str]) -> int:
    return sum(row["letters"] for row in one.parked if row["type"] in kinds)


def _service_alarms(services: list[dict[str, Any]]) -> list[str]:
    alarms = []
    for one in services:
        if one["state"] not in {"ready", "joining"}:
            alarms.append(f"{one['service']} is {one['state']}.")
        if one["parked_messages"]:
            alarms.append(
                f"{one['service']}: {one['parked_messages']} parked, {one['parked_people']} people held back."
            )
    return alarms


def _lane_alarms(agencies: list[dict[str, Any]]) -> list[str]:
    alarms = []
    for one in agencies:
        if one["near_retention"]:
            alarms.append(
                f"{one['slug']} has not read for {one['oldest_unread_days']} days; its lane will lose messages."
            )
        if one["waits"]:
            alarms.append(f"The lane of {one['slug']} waits: {one['waits']}.")
    return alarms


def _copy_alarms(found: Reach) -> list[str]:
    trouble = found.facts.get("key_copy")
    return [f"{trouble} See `hub erase --purge`."] if trouble else []


def _site_alarms(found: Reach) -> list[str]:
    """What is wrong with the site's folder as it is now; the hub goes on with what it took of it."""
    if "site_source" not in found.facts:
        return []
    slug, since = found.site.slug, found.facts["site_taken_at"]
    problems = problems_of(slug, Path(found.facts["site_source"]))
    stays = f"What the hub took of it at {since} stays in force."
    return [f"The folder of the site {slug} is not sound: {' '.join(problems)} {stays}"] if problems else []


def _rota_alarms(standings: Sequence[Standing]) -> list[str]:
    """What is wrong with a rota that was put where the hub looks for it."""
    lanes = (lane for one in standings for beat in one.instances if beat.fresh for lane in beat.parked_lanes)
    return sorted({lane for lane in lanes if lane.startswith(ROTA)})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
