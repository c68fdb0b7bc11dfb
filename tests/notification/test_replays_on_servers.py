"""A lane is ordered again on real PostgreSQL and Kafka, and the person's word comes, and processes die, at any step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from contracts.envelope import Fact
from contracts.replaying import ReplayPass, ToldItem
from contracts.words import Purpose
from services.plumbing.access import KafkaAccess
from tests.notification.examples import accepted, granted, offered, onward_asked, received
from tests.notification.replays import REPLAY, items_of, ordered
from tests.notification.servers import Ground, opened
from tests.notification.stepping import CARRYING, Lane, Process, Steps
from tests.notification.test_withdrawals_on_servers import SENT, Story, at_a_step, over, the_ledger_holds


@pytest.fixture
async def ground(database: str, kafka: KafkaAccess) -> AsyncIterator[Ground]:
    async with opened(database, kafka) as ground:
        await ground.make(ground.police, ground.casework, ground.provider)
        yield ground


class Again(Story):
    """One person of whom a provider was told under a consent, and is to be told again."""

    items: tuple[ToldItem, ...] = ()

    async def begins(self, process: Process) -> None:
        self.agency = provider = self.ground.provider
        referral, onward = f"ref-{self.number}", f"onw-{self.number}"
        one = {"referral_id": referral, "offer_id": f"off-{self.number}", "agency": self.ground.casework}
        told = await self.ground.sealed(received(agency=self.ground.police, referral_id=referral, person=self.person))
        allows = granted(provider, purpose=Purpose.SERVICE_PROVISION, consent_id=self.consent)
        asks = onward_asked(provider, onward_id=onward)
        asks = Fact(asks.event.model_copy(update={"note": None, "asked_by": self.ground.casework}), asks.envelope)
        await process.hear(told, *map(self._of_them, (offered(**one), accepted(**one), allows, asks)))
        await process.carry_all()
        made = [fact.event for fact in await self.ground.said() if fact.subject == self.person]
        self.items = items_of([one for one in made if one.name == "disclosure.made" and one.agency == provider])
        assert len(self.items) == 1

    def order(self, mode: ReplayPass = ReplayPass.SEND) -> Fact:
        return ordered(self.agency, self.items, person=self.person, mode=mode, minutes=45)

    async def answered(self) -> list[str]:
        """How the replay's items ended, as the ledger has it; what only waited is no end."""
        return [
            entry["kind"] for entry in await self._entries()
            if entry.get("replay") == REPLAY and entry.get("layer") not in {"parked", "suspended"}
        ]  # fmt: skip


async def one_id_is_one_content(lane: Lane) -> None:
    said: dict[str, str] = {}
    for _, _, fact in await lane.read():
        assert said.setdefault(fact.id, fact.event.model_dump_json()) == fact.event.model_dump_json()


async def test_who_took_a_consent_back_is_not_told_of_again_and_everybody_else_is_under_the_same_ids(ground):
    async with Lane(ground, ground.provider) as lane, Process(ground, lane, agency=ground.provider) as process:
        stories = [Again(ground, lane) for _ in range(3)]
        for story in stories:
            await story.begins(process)
        await stories[1].takes_back(process)
        await process.carry_all()
        before = len(await lane.read())
        for story in stories:
            await process.hear(story.order())
        await process.carry_all()
        again = [fact for _, _, fact in (await lane.read())[before:]]
        assert sorted(fact.id for fact in again) == sorted(
            story.items[0].message_id for story in stories if story is not stories[1]
        )
        assert {fact.envelope.delivery for fact in again} == {REPLAY}
        assert [await story.answered() for story in stories] == [["made"], ["withheld"], ["made"]]
        await one_id_is_one_content(lane)
    await the_ledger_holds(ground)


@pytest.mark.parametrize("word_at", ["begun", "marked", "opened", "sent"])
async def test_wherever_a_replay_is_killed_and_the_word_comes_nothing_goes_after_it(ground, word_at):
    async with Lane(ground, ground.provider) as lane, Process(ground, lane, agency=ground.provider) as quiet:
        for dies_at in (*CARRYING[CARRYING.index(word_at) :], None):
            story = Again(ground, lane)
            await story.begins(quiet)
            await quiet.hear(story.order())
            async with Process(ground, lane, Steps(dies=dies_at), agency=ground.provider) as carrier:
                await at_a_step(story, word_at, carrier, quiet)
            told = await story.ends(quiet)
            assert told == (1 if word_at == "begun" or dies_at not in (*SENT, None) else 2), dies_at
            assert await story.answered() in (["made"], ["withheld"], ["made", "withheld"])
        await one_id_is_one_content(lane)
    await the_ledger_holds(ground)


async def test_a_replay_that_dies_anywhere_ends_as_if_it_had_not(ground):
    async with Lane(ground, ground.provider) as lane, Process(ground, lane, agency=ground.provider) as quiet:
        for dies_at in CARRYING:
            story = Again(ground, lane)
            await story.begins(quiet)
            before = len(await lane.read())
            await quiet.hear(story.order())
            async with Process(ground, lane, Steps(dies=dies_at), agency=ground.provider) as carrier:
                await over(asyncio.create_task(carrier.carry()))
            await quiet.hear(story.order())
            await quiet.carry_all()
            came = {fact.id for _, _, fact in (await lane.read())[before:]}
            assert came == {story.items[0].message_id}
            assert await story.answered() == ["made"]
        await one_id_is_one_content(lane)
    await the_ledger_holds(ground)


async def test_a_rehearsal_that_dies_anywhere_is_answered_and_tells_nobody(ground):
    async with Lane(ground, ground.provider) as lane, Process(ground, lane, agency=ground.provider) as quiet:
        for dies_at in ("taken", "marked", "mark committed", "settled", "settle committed"):
            story = Again(ground, lane)
            await story.begins(quiet)
            before = len(await lane.read())
            await quiet.hear(story.order(ReplayPass.REHEARSE))
            async with Process(ground, lane, Steps(dies=dies_at), agency=ground.provider) as carrier:
                await over(asyncio.create_task(carrier.carry()))
            await quiet.carry_all()
            assert len(await lane.read()) == before
            said = [fact for fact in await ground.said() if fact.subject == story.person]
            [one] = [fact.event for fact in said if fact.event.name == "disclosure.foreseen"]
            assert (one.outcome, one.content) == ("same", story.items[0].content)
            assert await story.answered() == []
            assert one.foreseen_at - story.items[0].reference.at > timedelta(0)
