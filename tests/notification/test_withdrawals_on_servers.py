"""A person takes a consent back at any step of the carrier, and any process dies at any step: nothing goes after it.

On real PostgreSQL and Kafka, every pair of steps: at one the person's word comes, at the other a process is killed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator

import pytest

from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.consents.revocation_settled import RevocationSettled
from contracts.envelope import Fact
from contracts.event import AgencyEvent
from contracts.to_hub.consent_revoked import ConsentRevoked
from contracts.to_hub.person_declined import PersonDeclined
from services.plumbing.access import KafkaAccess
from services.plumbing.chains import Head, line_of, verified
from services.plumbing.ledger import PostgresLedger
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.standing import database_made
from tests.notification.examples import KEYS, accepted, granted, heard, offered, received
from tests.notification.servers import Ground, opened
from tests.notification.stepping import CARRYING, FOLDING, Lane, Process, Steps

SENT = ("sent", "settled", "settle committed")
"""Steps at which Kafka has the message."""
_numbers = itertools.count(1)


@pytest.fixture
async def ground(database: str, kafka: KafkaAccess) -> AsyncIterator[Ground]:
    async with opened(database, kafka) as ground:
        await ground.make(ground.police, ground.casework)
        yield ground


class Story:
    """One person, held by an agency that a consent lets know more; the word to it waits in the lane."""

    def __init__(self, ground: Ground, lane: Lane, word: AgencyEvent | None = None) -> None:
        """`word`: what the person says; without it, stop."""
        self.ground, self.lane, self.agency = ground, lane, ground.casework
        self.number = f"{next(_numbers):032x}"
        self.person, self.consent = f"per-{self.number}", f"con-{self.number}"
        lane.length = {}
        by = ground.casework
        self.word = heard(word or ConsentRevoked(how="verbal"), minutes=50, person=self.person, by=by)
        self.end = heard(ConsentWithdrawn(consent_id=self.consent, how="verbal"), minutes=50, person=self.person)
        self.settled = heard(RevocationSettled(agency=by, message_id=self.word.id), minutes=50, person=self.person)

    async def begins(self, process: Process) -> None:
        referral = f"ref-{self.number}"
        one = {"referral_id": referral, "offer_id": f"off-{self.number}", "agency": self.ground.casework}
        told = await self.ground.sealed(received(agency=self.ground.police, referral_id=referral, person=self.person))
        await process.hear(told, self._of_them(offered(**one)), self._of_them(accepted(**one)))
        await process.carry_all()
        await process.hear(self._of_them(granted(self.ground.casework, consent_id=self.consent)))

    async def takes_back(self, process: Process) -> None:
        """What notification hears of it: the word itself, and then what consent makes of it."""
        await process.hear(self.word)
        await process.hear(self.end, self.settled)

    async def ends(self, process: Process) -> int:
        """What died comes up again and goes on; return how many messages told under the consent."""
        await self.takes_back(process)
        await process.carry_all()
        return len(await self._judged())

    async def _judged(self) -> list[Fact]:
        mine = Pseudonyms(KEYS.pseudonym).of(self.person, self.agency)
        came = [one for one in await self.lane.read() if one[2].subject == mine]
        told = [one for one in came if getattr(one[2].event, "legal_name", None) is not None]
        late = [fact.event.name for place, offset, fact in told if offset >= self.lane.length[place]]
        assert late == [], "told after the person took it back"
        entries = await self._entries()
        made = [entry for entry in entries if entry["kind"] == "made"]
        under = [place for place, entry in enumerate(entries) if f"consent/{self.consent}" in entry.get("by", ())]
        recalls = [place for place in under if entries[place]["kind"] == "recalled"]
        recalled = {message for place in recalls for message in entries[place]["messages"]}
        assert {fact.id for _, _, fact in came} <= {one["message"] for one in made}, (
            "on the lane, and not in the ledger"
        )
        assert {fact.id for _, _, fact in told} <= recalled, "told, and not recalled"
        assert {entries[place]["message"] for place in under if place not in recalls} <= recalled
        certain = [place for place in under if entries[place].get("certain")]
        assert max(certain, default=-1) < min(recalls, default=len(entries)), "told with certainty after its recall"
        asked = [fact.event.disclosures for _, _, fact in came if fact.event.name == "information.recalled"]
        assert {message for one in asked for message in one} == recalled
        return [fact for _, _, fact in told]

    async def _entries(self) -> list[dict]:
        async with self.ground.database.connection() as conn:
            return [json.loads(entry) for entry in await PostgresLedger().of_subjects(conn, [self.person])]

    def _of_them(self, fact: Fact) -> Fact:
        return Fact(fact.event, fact.envelope._replace(subject=self.person))


async def the_ledger_holds(ground: Ground) -> None:
    async with ground.database.transaction() as conn:
        lines = [line_of(link).encode() + b"\n" async for link in PostgresLedger().all(conn)]
    said = [fact.event for fact in await ground.said() if fact.event.name == "ledger.extended"]
    assert verified(lines, {one.chain: Head(one.chain, one.length, one.head) for one in said}).broken is None
    assert lines


WAITS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"


async def waits_for_a_lock(ground: Ground, task: asyncio.Task[None]) -> None:
    """Until the task is done, or its process waits for another's lock."""
    async with ground.database.connection() as conn, asyncio.timeout(20):
        while not task.done() and not await conn.fetchval(WAITS):
            await asyncio.sleep(0.005)


async def over(*tasks: asyncio.Task[None]) -> list[BaseException | None]:
    """Wait for the ends of processes, however they end."""
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)


async def at_a_step(story: Story, word_at: str, carrier: Process, service: Process) -> None:
    """The carrier makes a pass; at this step of it the word comes."""
    carrier.steps.waits = word_at
    carrying = asyncio.create_task(carrier.carry())
    there = asyncio.create_task(carrier.steps.there.wait())
    await asyncio.wait([carrying, there], return_when="FIRST_COMPLETED")
    assert there.done(), carrier.steps.passed
    word = asyncio.create_task(story.takes_back(service))
    await waits_for_a_lock(story.ground, word)
    carrier.steps.go_on.set()
    await over(carrying, word)


@pytest.mark.parametrize("word_at", CARRYING)
async def test_whatever_the_carrier_does_and_wherever_it_dies_nothing_goes_after_the_word(ground, word_at):
    told = []
    async with Lane(ground) as lane, Process(ground, lane) as quiet:
        for dies_at in (*CARRYING[CARRYING.index(word_at) :], None):
            story = Story(ground, lane)
            await story.begins(quiet)
            async with Process(ground, lane, Steps(dies=dies_at)) as carrier:
                await at_a_step(story, word_at, carrier, quiet)
            if await story.ends(quiet):
                told.append(dies_at)
    # A word that comes before the dossier is locked comes first; any later one waits until it has gone.
    sent = [one for one in (*SENT, None) if one in (*CARRYING[CARRYING.index(word_at) :], None)]
    assert told == ([] if word_at == "begun" else sent)
    await the_ledger_holds(ground)


async def test_a_no_to_everything_waits_for_what_is_being_sent_and_nothing_goes_after_it(ground):
    async with Lane(ground) as lane, Process(ground, lane) as quiet:
        for word_at in CARRYING:
            story = Story(ground, lane, PersonDeclined())
            await story.begins(quiet)
            async with Process(ground, lane) as carrier:
                carrier.steps.waits = word_at
                await at_a_step(story, word_at, carrier, quiet)
            assert await story.ends(quiet) == (0 if word_at == "begun" else 1)
    await the_ledger_holds(ground)


@pytest.mark.parametrize("word", ["before the pass", "after the death"])
async def test_a_carrier_that_dies_anywhere_tells_nothing_more_when_it_is_back(ground, word):
    told = []
    async with Lane(ground) as lane, Process(ground, lane) as quiet:
        for dies_at in CARRYING:
            story = Story(ground, lane)
            await story.begins(quiet)
            if word == "before the pass":
                await story.takes_back(quiet)
            async with Process(ground, lane, Steps(dies=dies_at)) as carrier:
                await over(asyncio.create_task(carrier.carry()))
            if await story.ends(quiet):
                told.append(dies_at)
    assert told == ([] if word == "before the pass" else [*SENT])
    await the_ledger_holds(ground)


@pytest.mark.parametrize("folds", FOLDING)
async def test_a_service_that_dies_while_it_folds_the_word_folds_it_again_and_nothing_goes_after(ground, folds):
    async with Lane(ground) as lane, Process(ground, lane) as quiet:
        for word_at in CARRYING[: CARRYING.index("sent") + 1]:
            story = Story(ground, lane)
            await story.begins(quiet)
            async with (
                Process(ground, lane, Steps(dies="sent")) as carrier,
                Process(ground, lane, Steps(dies=folds)) as service,
            ):
                await at_a_step(story, word_at, carrier, service)
            await story.ends(quiet)
    await the_ledger_holds(ground)


@pytest.mark.parametrize(("away", "step"), [("kafka", "opened"), ("postgres", "sent")])
async def test_while_a_server_is_away_in_the_middle_of_a_pass_the_word_comes_and_nothing_goes_after_it(
    own_platform, away, step
):
    async with own_platform() as platform:
        dsn = await database_made(platform.postgres, "hub")
        async with opened(dsn, platform.hub_access) as ground:
            await ground.make(ground.police, ground.casework)
            async with Lane(ground) as lane, Process(ground, lane) as quiet:
                story = Story(ground, lane)
                await story.begins(quiet)
                async with Process(ground, lane, Steps(waits=step)) as carrier:
                    carrying = asyncio.create_task(carrier.carry())
                    await asyncio.wait_for(carrier.steps.there.wait(), 60)
                    await getattr(platform, f"kill_{away}")()
                    carrier.steps.go_on.set()
                    word = asyncio.create_task(story.takes_back(quiet))
                    await asyncio.sleep(2)
                    await getattr(platform, f"restart_{away}")()
                    await over(carrying, word)
                # A broker that is back in time still takes what was opened: the word has waited for that, too.
                assert await story.ends(quiet) in ({1} if away == "postgres" else {0, 1})
            await the_ledger_holds(ground)
