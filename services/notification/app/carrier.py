"""The carrier: the only way to a lane. It asks with *now*, marks what it carries, opens, sends, and says what it told.

One lane, one pass: rows are taken in order and judged in one transaction; what is allowed is marked `carrying` and from
the commit on counts as told; only then is anything opened. Whoever takes a consent back waits until it has gone, so
that nothing goes after the end of a consent was folded. A row that was being carried when the process ended is asked
about again, and sent again with the same id only where the answer is still the same.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from contracts.envelope import Fact
from services.notification.app.planning import NOBODY, Plan, may_be_out, planned
from services.notification.domain.carrying import Carried, Means, refused, told, verdict_of
from services.notification.domain.rehearsing import not_told, rehearsed
from services.notification.domain.rows import agency_key
from services.notification.domain.telling import sealed_of
from services.notification.gateways import AWAY, Lanes, Sent
from services.notification.settings import CarrierSettings
from services.notification.store import CARRYING, LaneReport, LaneStore, Waiting
from services.plumbing.log import logger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from services.notification.domain.answers import Answers
    from services.notification.domain.carrying import Mark
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.telling import Open
    from services.plumbing.service import Connection

_HELD: Final = {
    "parked": ("parked", "person-parked"),
    "agency-parked": ("parked", "agency-parked"),
    "suspended": ("suspended", "lane-suspended"),
}
"""By reason why a row is held back: the layer and the rule that are said of it."""
_NOT_COMPOSABLE: Final = (KeyError, ValueError, TypeError, AttributeError)


class World(Protocol):
    """What the carrier needs of the pipes."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection inside a transaction."""
        ...

    def holding(self, persons: Collection[str]) -> AbstractAsyncContextManager[None]:
        """Let nobody fold, until the end of the block, that one of these people took a consent back."""
        ...

    def now(self) -> datetime:
        """Return what time it is: the one place where a disclosure asks the clock."""
        ...

    async def opener(self, conn: Connection, tokens: Iterable[str]) -> Open:
        """Return what opens these tokens: (token, place) → clear bytes, or None where the record was erased."""
        ...

    async def marker(self, conn: Connection, records: Iterable[str]) -> Mark:
        """Return what gives the keyed hash of a message's data, under the key of one of these records."""
        ...

    def pseudonym(self, person: str, agency: str, offer: str | None = None) -> str:
        """Return the name by which the agency knows the person; in a blind offer, the offer's own."""
        ...

    async def say(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Enter facts of disclosure into the ledger, and put them out, as the transaction ends."""
        ...

    def alarm(self, agency: str, reason: str | None) -> None:
        """Show that the agency's lane does not flow, and why; or that it flows again."""
        ...


class Carrier:
    """Carries what waits to its lanes."""

    def __init__(
        self, judge: Judge, store: LaneStore, lanes: Lanes, world: World, settings: CarrierSettings | None = None
    ) -> None:
        """Nothing is asked of anybody yet."""
        self._judge, self._store, self._lanes, self._world = judge, store, lanes, world
        self._settings = settings or CarrierSettings()
        self._policy = judge.site.policy_hash
        self._stuck: set[str] = set()
        self.cut_off = False
        """A server was away when a lane was tried: what people said meanwhile has to be read before anything goes."""
        self._log = logger(service="notification")

    async def busy(self, conn: Connection | None = None) -> list[str]:
        """Return the agencies for which something waits that can be tried now; asked on `conn` where there is one."""
        if conn is not None:
            return await self._store.busy(conn, self._world.now())
        async with self._world.transaction() as own:
            return await self._store.busy(own, self._world.now())

    async def not_flowing(self) -> list[str]:
        """Return the agencies whose lane did not flow when it was last tried."""
        async with self._world.transaction() as conn:
            return [alarm.agency for alarm in await self._store.alarms(conn)]

    async def carry(self, agency: str) -> bool:
        """Make one pass over the agency's lane; return whether there is more to carry at once."""
        async with AsyncExitStack() as until_sent:
            return await self._pass(agency, until_sent)

    async def _pass(self, agency: str, until_sent: AsyncExitStack) -> bool:
        trouble = await self._lanes.trouble(agency)
        async with self._world.transaction() as conn:
            taken = await self._store.take(conn, agency, self._settings.rows)
            rows, dossiers = taken.rows, taken.dossiers
            now = self._world.now()
            if taken.held:
                await self._say_held(conn, agency, "parked", now)
            if dossiers.get(agency_key(agency), NOBODY).standing.suspended:
                await self._stands_still(conn, agency, "suspended", now)
                return False
            if taken.closed:
                await self._stands_still(conn, agency, "agency-parked", now)
                return False
            plan = planned(rows, dossiers, self._judge, now)
            if trouble is not None:
                plan.carry.clear()
            await self._commit_to(conn, plan, now)
            if not rows and await self._store.anything_parked(conn, agency):
                await self._look_later(conn, agency, "people-parked", now)
            means = await self._means_for(conn, plan) if plan.carry or plan.rehearse else None
            told_by_consent = {one.row.key for one, answers, _ in plan.carry if answers.by_consent}
            await until_sent.enter_async_context(self._world.holding(told_by_consent))
        if means is not None and plan.carry:
            trouble = await self._send(agency, plan, means, now)
        if means is not None and plan.rehearse:
            await self._rehearse(plan, means, now)
        if trouble is not None:
            self.cut_off = self.cut_off or trouble == AWAY
            await self._alarm(agency, trouble)
            return False
        if rows and agency in self._stuck:
            await self._flows(agency)
        moved = bool(plan.carry or plan.settle or plan.rehearse)
        return bool(plan.anew) or (moved and len(rows) == self._settings.rows)

    async def _commit_to(self, conn: Connection, plan: Plan, now: datetime) -> None:
        """Write down what is going to be told, before anything is opened."""
        if plan.carry:
            await self._store.carry(conn, [(one.id, verdict_of(answers)) for one, answers, _ in plan.carry], now)
        if plan.anew:
            await self._store.say_anew(conn, plan.anew)
        if plan.settle:
            await self._store.settle(conn, plan.settle)
        if plan.facts:
            await self._world.say(conn, plan.facts)

    async def _means_for(self, conn: Connection, plan: Plan) -> Means:
        """Bring the keys of what is going to be told; nothing is opened yet."""
        opened = [*plan.carry, *plan.rehearse]
        tokens = {token for one, answers, dossier in opened for token in sealed_of(one.row, dossier, answers)}
        open_ = await self._world.opener(conn, tokens)
        records = {answers.referral_id for _, answers, _ in opened if answers.referral_id is not None}
        return Means(open_, self._world.pseudonym, await self._world.marker(conn, records))

    async def _send(self, agency: str, plan: Plan, means: Means, now: datetime) -> str | None:
        """Open, compose, send; settle what Kafka has, put back what it certainly has not; return the trouble."""
        made = [self._made(one, answers, dossier, now, means) for one, answers, dossier in plan.carry]
        messages = [carried.message for carried in made if carried.message is not None]
        outcomes = iter(await self._lanes.send(agency, messages) if messages else [])
        settle: list[int] = []
        back: list[int] = []
        facts: list[Fact] = []
        trouble: str | None = None
        for (one, _, _), carried in zip(plan.carry, made, strict=True):
            sent, reason = (Sent.SENT, None) if carried.message is None else next(outcomes)
            if sent is Sent.SENT:
                settle.append(one.id)
                if carried.message is None:
                    facts += may_be_out(one, self._judge, now)
                facts += carried.disclosures
            elif sent is Sent.NOT_SENT and one.state != CARRYING:
                back.append(one.id)
            trouble = trouble or reason
        async with self._world.transaction() as conn:
            if settle:
                await self._store.settle(conn, settle)
                await self._world.say(conn, facts)
            if back:
                await self._store.put_back(conn, back)
        self._log.info("lane carried", agency=agency, told=len(messages) - len(back), settled=len(settle))
        return trouble

    async def _rehearse(self, plan: Plan, means: Means, now: datetime) -> None:
        """Answer what would be told. Until that is entered the rows wait, and are composed again."""
        facts = [self._rehearsed(one, answers, dossier, now, means) for one, answers, dossier in plan.rehearse]
        async with self._world.transaction() as conn:
            await self._store.settle(conn, [one.id for one, _, _ in plan.rehearse])
            await self._world.say(conn, facts)

    def _rehearsed(self, one: Waiting, answers: Answers, dossier: Dossier, now: datetime, means: Means) -> Fact:
        try:
            return rehearsed(one.row, dossier, self._judge, answers, now, means)
        except _NOT_COMPOSABLE as error:
            self._not_composed(one, error)
            return not_told(one.row, self._judge, now, "fields", "not-composable", answers.referral_id)

    def _not_composed(self, one: Waiting, error: Exception) -> None:
        self._log.error("message not composed", agency=one.row.agency, message=one.row.message,
                        message_id=one.row.message_id, error=type(error).__name__)  # fmt: skip

    def _made(self, one: Waiting, answers: Answers, dossier: Dossier, now: datetime, means: Means) -> Carried:
        """Compose one message; what cannot be composed is withheld with its rule, and never stops the lane."""
        try:
            return told(one.row, dossier, self._judge, answers, now, means)
        except _NOT_COMPOSABLE as error:
            self._not_composed(one, error)
            facts = [
                refused(one.row, answer.purpose, "fields", "not-composable", now, self._policy, answers.referral_id)
                for answer in answers.allowed
            ]
            return Carried(None, tuple(facts))

    async def _stands_still(self, conn: Connection, agency: str, why: str, now: datetime) -> None:
        """A suspended agency's lane waits as it is, and loses nothing; so does one whose suspension may be parked."""
        await self._say_held(conn, agency, why, now)
        await self._look_later(conn, agency, why, now)

    async def _say_held(self, conn: Connection, agency: str, why: str, now: datetime) -> None:
        """Say once of each row that it is held back."""
        rows = await self._store.note(conn, agency, why)
        layer, rule = _HELD[why]
        facts = [
            refused(row, purpose, layer, rule, now, self._policy)
            for row in rows
            if not row.rehearsed
            for purpose in self._judge.purposes(agency, row.message)
        ]
        facts += [not_told(row, self._judge, now, layer, rule) for row in rows if row.rehearsed]
        if facts:
            await self._world.say(conn, facts)

    async def _look_later(self, conn: Connection, agency: str, why: str, now: datetime) -> None:
        """Nothing here can go until somebody has done something about it."""
        look = timedelta(milliseconds=self._settings.suspended_look_milliseconds)
        state = why if why == "suspended" else "waiting"
        await self._store.report(conn, LaneReport(agency, state, now, why, retry_at=now + look))
        self._stuck.add(agency)
        self._world.alarm(agency, why)

    async def _alarm(self, agency: str, reason: str) -> None:
        """This lane alone waits, longer each time, and everybody can see it and why."""
        self._stuck.add(agency)
        async with self._world.transaction() as conn:
            now = self._world.now()
            tries = await self._store.attempts(conn, agency) + 1
            pause = min(
                timedelta(milliseconds=self._settings.retry_first_milliseconds) * 2 ** min(tries - 1, 16),
                timedelta(seconds=self._settings.retry_most_seconds),
            )
            await self._store.report(conn, LaneReport(agency, "waiting", now, reason, tries, now + pause))
        self._world.alarm(agency, reason)
        self._log.error("lane waits", agency=agency, reason=reason, tries=tries)

    async def _flows(self, agency: str) -> None:
        async with self._world.transaction() as conn:
            await self._store.report(conn, LaneReport(agency, "open", self._world.now()))
        self._stuck.discard(agency)
        self._world.alarm(agency, None)
        self._log.info("lane flows again", agency=agency)

    def remember_stuck(self, agencies: Iterable[str]) -> None:
        """Take over from an earlier leader which lanes did not flow."""
        self._stuck.update(agencies)
