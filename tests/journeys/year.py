"""A year of a whole hub, moved by hand: real servers and services, and a clock that shows what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from contracts import topics
from contracts.envelope import Fact, instant
from services.assignment.domain.evolving import ROUND
from services.assignment.domain.offering import ARRIVAL, ARRIVAL_ALARM, INTAKE, OFFER
from services.charges.domain.evolving import WEIGH
from services.charges.domain.hold import DUE, NEAR, WINDOW
from services.consent.domain.deciding import EXPIRY, RELATION
from services.consent.domain.register import REVOCABLE
from services.eligibility.domain.deciding import REVIEW
from services.intake.domain.erasing import DESTRUCTION
from services.local import laying
from services.local.ground import AGENCIES, DATABASE, Ground
from services.local.hub import pipes_settings
from services.local.platform import Platform
from services.local.roster import runner
from services.notification.domain.recalling import DEADLINE as RECALL
from services.plumbing.administration import Administration
from services.plumbing.clock import Clock
from services.plumbing.keystore import ensure_keys
from services.plumbing.passwords import Passwords
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.standing import database_made
from services.plumbing.turns import Turns
from services.pretrial.domain.asking import MONTH
from services.pretrial.domain.course import SILENCE
from services.pretrial.domain.deciding import RELATION as MET
from services.replay.domain.deciding import PLAN_EXPIRES
from services.sites import Site
from services.sites.settings import SiteSettings
from tests.journeys import cast
from tests.journeys.cast import HOSPITAL, OFFICE, POLICE, PROVIDER, VERSION, YOUTH, Case, Cast, Message, tag

KINDS = (
    ("assignment", OFFER), ("assignment", ARRIVAL), ("assignment", ARRIVAL_ALARM), ("assignment", INTAKE),
    ("assignment", ROUND),
    ("eligibility", REVIEW), ("consent", RELATION), ("consent", EXPIRY), ("consent", REVOCABLE),
    ("notification", RECALL), ("intake", DESTRUCTION), ("charges", NEAR), ("charges", DUE),
)  # fmt: skip
"""Every kind of deadline that this year moves through, by the service that sets it."""
NOT_IN_WHATCOM = {
    ("charges", WEIGH): "an office's word of a charge; tests/charges",
    ("charges", WINDOW): "no site has a filing window; tests/charges",
    ("pretrial", MONTH): "the site has no road of court pretrial diversion; tests/pretrial",
    ("pretrial", MET): "as above",
    ("pretrial", SILENCE): "as above",
    ("replay", PLAN_EXPIRES): "no replay is planned in it; tests/replay",
}
"""The kinds that do not come up in it, with why; a house test compares both with the code."""
FIRST = 300
"""The number of the first case."""
_UNTIL_ASKED_AGAIN = ("silence", "silence", "silence", "accept")
"""Nobody answers, and everybody is asked again a day later; then one does."""
PROSECUTOR = "whatcom-county-prosecutor"
_SCHEMAS = sorted({service for service, _ in KINDS})
_SET = "SELECT '{0}' AS service, name FROM {0}.deadlines"
_WAITING = "(SELECT count(*) FROM {0}.outbox)"


class Year:
    """The services and the clock of a hub, to be stopped and begun again; `ahead` is how far its clock is moved."""

    def __init__(self, platform: Platform, database: str, site: Site) -> None:
        self.platform, self.database = platform, database
        self.ahead = timedelta()
        self.keys = ensure_keys(platform.secrets)
        self._site = site
        self._settings = pipes_settings(Ground(site, SiteSettings(), "", platform.state, platform.kafka, database))
        self._runners: list[Any] = []
        self._clock: Clock | None = None
        self._ticking: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def begin(self) -> None:
        self._runners = [runner(name, self._site, self.keys, self._settings) for name in topics.SERVICES]
        turns = Turns()
        await asyncio.gather(*(one.start(turns) for one in self._runners))
        self._clock = Clock(self._settings, now=self.now)
        self._ticking = asyncio.create_task(self._clock.run())

    async def stop(self) -> None:
        if self._clock is not None and self._ticking is not None:
            await self._clock.stop()
            await self._ticking
        await asyncio.gather(*(one.stop() for one in self._runners))
        self._runners, self._clock = [], None

    async def asked(self, sql: str, *values: Any) -> list[Any]:
        conn = await asyncpg.connect(self.database)
        try:
            return [tuple(row) for row in await conn.fetch(sql, *values)]
        finally:
            await conn.close()

    async def kinds_set(self) -> set[tuple[str, str]]:
        """Of which kinds a deadline stands."""
        return set(await self.asked(" UNION ALL ".join(map(_SET.format, _SCHEMAS))))

    async def due(self) -> list[tuple[str, str]]:
        """What is due by now and not reached."""
        one_by_one = (_SET + " WHERE due_at <= $1").format
        return await self.asked(" UNION ALL ".join(map(one_by_one, _SCHEMAS)), self.now())

    async def waits(self) -> bool:
        """Whether anything said waits to be sent."""
        [(count,)] = await self.asked("SELECT " + " + ".join(map(_WAITING.format, topics.SERVICES)))
        return bool(count)


@asynccontextmanager
async def laid_out(folder: Path, site: Site):
    """The servers, with everything laid out; nothing of the hub runs yet."""
    async with Platform.started(folder) as platform:
        database = await database_made(platform.postgres, DATABASE)
        await laying.migrated(database, platform.secrets)
        await Administration(platform.hub_access, Passwords(platform.secrets / AGENCIES)).apply(laying.wanted(site))
        year = Year(platform, database, site)
        try:
            yield year
        finally:
            await year.stop()


def cases(now: datetime) -> list[Case]:
    """One person for every kind of deadline; of some, the answer comes in time, of others never."""
    named = [tag(FIRST + number) for number in range(7)]
    soon_of_age = (now - timedelta(days=int(17.5 * 365.25))).date().isoformat()
    child = {"person": cast._person(named[5], soon_of_age)}
    return [
        Case(named[0], "nobody answers", POLICE, cast._arrest(named[0], now), _UNTIL_ASKED_AGAIN, cast.MET),
        Case(named[1], "nobody comes", POLICE, cast._arrest(named[1], now),
             on=(("handoff.unavailable", "withdraw"),)),
        Case(named[2], "no intake", POLICE, cast._arrest(named[2], now), course=("contact", "handoff")),
        Case(named[3], "all in time", POLICE, cast._arrest(named[3], now), course=("contact", "handoff", "intake")),
        Case(named[4], "nobody decides", POLICE,
             cast._arrest(named[4], now, drugs=[{"kind": "E", "unit": "XX"}])),
        Case(named[5], "soon of age", POLICE, cast._arrest(named[5], now, **child),
             course=("contact", "handoff", "intake")),
        Case(named[6], "consents", HOSPITAL, cast._other(named[6], now, "community", "emergency_department"),
             course=("handoff", "expires", "monitored", "consent-to-provider")),
    ]  # fmt: skip


class Answering(Cast):
    """The agencies of a caseload; nobody answers a review or a recall."""

    def _answers(self, agency: str, fact: Fact) -> Iterator[Message]:
        if fact.event.name not in {"review.called", "information.recalled"}:
            yield from super()._answers(agency, fact)

    def _step(self, step: str, case: Case, agency: str, made: Any) -> tuple[str, dict[str, Any]]:
        if step not in {"expires", "monitored"}:
            return super()._step(step, case, agency, made)
        kind, form = super()._step("consent", case, agency, made)
        at = instant(self.now + timedelta(days=100))
        if step == "expires":
            form.pop("expires_with")
            return kind, form | {"form_reference": f"{case.tag}-expires", "expires_at": at}
        statements = [{"text": "revocable-later", "version": VERSION}]
        return kind, form | {
            "form_reference": f"{case.tag}-monitored", "kind": "criminal_justice_referral", "recipients": [PROSECUTOR],
            "categories": ["intake_status"], "purpose": "prosecution_decision", "statements": statements,
            "irrevocable_until_at": at, "intermediary": OFFICE, "members_version": VERSION, "language": "en",
        }  # fmt: skip


def strangers_consent(year: Year, case: Case, person: str, now: datetime) -> Message:
    """A consent by way of an agency that has nothing to do with the person, and never will."""
    day = (now - timedelta(days=1)).date().isoformat()
    data = {
        "form_reference": f"{case.tag}-stranger", "kind": "hub_handoff", "disclosers": [OFFICE], "recipients": [YOUTH],
        "categories": ["identity"], "purpose": "care_coordination", "signed_on": day, "signature": "paper",
        "signed_by": "person", "expires_with": "end_of_participation",
    }  # fmt: skip
    return Message(YOUTH, f"{case.tag}-stranger", "consent.signed", data, _as(year, person, YOUTH))


def taken_back(year: Year, case: Case, person: str, agency: str) -> Message:
    """The person takes back what a provider was told under."""
    data = {"form_reference": f"{case.tag}-consent-to-provider", "how": "written"}
    return Message(agency, f"{case.tag}-taken-back", "consent.revoked", data, _as(year, person, agency))


def _as(year: Year, person: str, agency: str) -> str:
    return Pseudonyms(year.keys.pseudonym).of(person, agency)


__all__ = ["KINDS", "PROVIDER"]
