"""A lane is planned, rehearsed, approved, run and taken back, on a real PostgreSQL; notification is played."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from contracts.catalogue import ConsentWithdrawn, ReplayCompleted, ReplayPlanned, ReplayRefused
from contracts.replaying import ReplayStage, ReplayStep
from services.replay.settings import RunnerSettings
from services.replay.store import Fenced, Leases
from tests.replay.examples import BEGIN, OTHER_LANE, endorsed, fact, held, later, person, requested, steered, told
from tests.replay.ground import opened

PLANNED, REHEARSED, COMPLETED = ReplayStage.PLANNED, ReplayStage.REHEARSED, ReplayStage.COMPLETED


@pytest.fixture
async def world(database):
    async with opened(database) as ground:
        yield ground


async def lived(world, people=3, each=2):
    """Each of these people was told of to the agency so many times; and somebody to another agency."""
    facts = [
        told(of * 1000 + nth, of, BEGIN - timedelta(days=3) + timedelta(minutes=nth))
        for nth in range(each)
        for of in range(1, people + 1)
    ]
    await world.hear(*facts, told(9_000_001, 99, BEGIN - timedelta(days=1), OTHER_LANE))
    return facts


def stands(*stages):
    return lambda replay: replay.stage in stages


async def planned(world, runner, **asked):
    await world.hear(requested(**asked))
    return await world.until(stands(PLANNED, ReplayStage.REFUSED), runner)


async def approved(world, replay):
    await world.hear(endorsed(replay.replay_id, replay.plan.plan_hash, later(3)))


async def said(world, event):
    return [one.event for _, one in await world.said() if isinstance(one.event, event)]


async def test_a_lane_is_planned_approved_and_run_and_its_totals_are_those_of_the_plan(world):
    facts = await lived(world)
    gone = facts[0].event.message_id
    world.withheld.add(gone)
    runner = world.runner()
    replay = await planned(world, runner)
    plan = replay.plan
    assert (plan.persons, plan.events, plan.counts.same, plan.counts.withheld) == (3, 6, 5, 1)
    assert plan.second_person
    assert plan.because == ("size",)
    assert [(one.layer, one.rule, one.count) for one in plan.withheld] == [("consent", "consent-ended", 1)]

    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(2)))
    assert (await world.replay()).stage is PLANNED
    assert [one.refusal.reason for one in await said(world, ReplayRefused)] == ["not-approved"]

    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended == done.planned == plan.counts
    assert done.differences == ()
    assert done.plan_hash == plan.plan_hash
    ended = {one.original_id: one.ended for one in await world.items()}
    assert ended == {one.event.message_id: "withheld" if one.event.message_id == gone else "same" for one in facts}


async def test_each_persons_items_are_asked_for_in_the_order_in_which_they_were_told(world):
    await lived(world, people=4, each=5)
    runner = world.runner()
    await world.hear(requested())
    asked: dict[str, list[str]] = {}
    for _ in range(20):
        await runner.round()
        orders = await world.orders()
        for order in orders:
            asked.setdefault(order.items[0].reference.referral_id, []).extend(one.message_id for one in order.items)
        await world.answer(orders)
    assert len(asked) == 4
    assert all(items == sorted(items) and len(items) == 5 for items in asked.values())


async def test_what_ends_otherwise_than_planned_says_why(world):
    facts = await lived(world)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.REHEARSE, later(4)))
    await world.until(stands(REHEARSED), runner)
    world.withheld.add(facts[1].event.message_id)
    world.other_words.add(facts[2].event.message_id)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(5)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert (done.ended.same, done.ended.changed, done.ended.withheld) == (4, 1, 1)
    assert {(one.planned, one.ended, one.because, one.count) for one in done.differences} == {
        ("same", "withheld", "consent: consent-ended", 1),
        ("same", "changed", "content: what is known of it has changed", 1),
    }
    assert done.ended.all == done.planned.all == 6


async def test_answers_that_come_again_change_nothing(world):
    await lived(world)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await runner.round()
    await world.answer(await world.orders(), twice=True)
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended.all == 6


async def test_a_runner_that_was_killed_goes_on_where_it_was(world):
    await lived(world, people=6, each=3)
    runner = world.runner(holder="first")
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4), per_second=3))
    slow = world.runner(RunnerSettings(lease_seconds=0.01, outstanding=3), holder="killed")
    async with world.database.connection() as conn:
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 hour'")
    await slow.round()
    await slow.round()
    out = await world.orders()
    assert 0 < sum(len(one.items) for one in out) < 18
    async with world.database.connection() as conn:
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 hour'")
    await world.answer(out)
    again = world.runner(holder="next")
    seen = Counter(item.message_id for order in out for item in order.items)
    for _ in range(400):
        await again.round()
        orders = await world.orders()
        seen.update(item.message_id for order in orders for item in order.items)
        await world.answer(orders)
        if (await world.replay()).stage is COMPLETED:
            break
        await asyncio.sleep(0.05)
    assert len(seen) == 18
    assert set(seen.values()) == {1}
    assert [one.ended.same for one in await said(world, ReplayCompleted)] == [18]


async def test_two_runners_at_once_ask_for_each_item_once(world):
    await lived(world, people=5, each=4)
    one, other = world.runner(holder="one"), world.runner(holder="other")
    replay = await planned(world, one)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    seen: Counter[str] = Counter()
    for _ in range(100):
        await asyncio.gather(one.round(), other.round())
        orders = await world.orders()
        seen.update(item.message_id for order in orders for item in order.items)
        await world.answer(orders)
        if (await world.replay()).stage is COMPLETED:
            break
    assert len(seen) == 20
    assert set(seen.values()) == {1}
    assert len(await said(world, ReplayCompleted)) == 1


async def test_a_runner_paused_past_its_lease_puts_out_nothing_more(world):
    await lived(world)
    runner = world.runner(holder="paused")
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    async with world.database.transaction() as conn:
        fence = await Leases("paused", 60).take(conn, replay.replay_id)
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 second'")
    async with world.database.transaction() as conn:
        taken = await Leases("other", 60).take(conn, replay.replay_id)
    assert taken == fence + 1
    before = await world.said()
    with pytest.raises(Fenced):
        await runner.advance(replay.replay_id, fence)
    assert await world.said() == before


async def test_a_replay_that_is_paused_asks_for_nothing_until_it_is_resumed(world):
    await lived(world)
    runner = world.runner(RunnerSettings(lease_seconds=60, outstanding=1))
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await runner.round()
    await runner.round()
    await world.hear(steered(replay.replay_id, ReplayStep.PAUSE, later(5)))
    await world.answer(await world.orders())
    for _ in range(3):
        await runner.round()
    assert await world.orders() == []
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(6)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended.same == 6


async def test_an_approval_withdrawn_during_a_run_pauses_it_and_a_new_one_lets_it_go_on(world):
    await lived(world)
    runner = world.runner(RunnerSettings(lease_seconds=60, outstanding=1))
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await runner.round()
    await world.hear(steered(replay.replay_id, ReplayStep.WITHDRAW_APPROVAL, later(5)))
    assert (await world.replay()).stage is ReplayStage.PAUSED
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(6)))
    assert (await world.replay()).stage is ReplayStage.PAUSED
    await world.hear(endorsed(replay.replay_id, replay.plan.plan_hash, later(7)))
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(8)))
    await world.until(stands(COMPLETED), runner)


async def test_a_replay_that_is_cancelled_counts_what_it_did_not_ask_for(world):
    await lived(world)
    runner = world.runner(RunnerSettings(lease_seconds=60, outstanding=1))
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await runner.round()
    await runner.round()
    await world.hear(steered(replay.replay_id, ReplayStep.CANCEL, later(5)))
    await runner.round()
    assert await said(world, ReplayCompleted) == []
    await world.answer(await world.orders())
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.cancelled
    assert 0 < done.ended.same < 6
    assert done.ended.same + done.ended.not_asked == 6


async def test_a_plan_whose_ground_has_moved_is_planned_again(world):
    await lived(world)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    withdrawn = ConsentWithdrawn.model_construct()
    await world.hear(fact(withdrawn, later(3), about=person(1)))
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    assert (await world.replay()).stage is PLANNED
    assert [one.refusal.reason for one in await said(world, ReplayRefused)] == ["ground-moved"]


async def test_what_a_replay_told_is_taken_back_and_nothing_else(world):
    facts = await lived(world)
    world.withheld.add(facts[0].event.message_id)
    world.other_words.add(facts[1].event.message_id)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await world.until(stands(COMPLETED), runner)
    await world.hear(steered(replay.replay_id, ReplayStep.COMPENSATE, later(8)))
    for _ in range(3):
        await runner.round()
    orders = await world.orders()
    named = sorted(item.message_id for order in orders for item in order.items if order.mode == "recall")
    changed = facts[1].event.message_id
    assert named == sorted([*(one.event.message_id for one in facts[2:]), f"{changed}-new"])
    await world.answer(orders)
    await world.until(stands(ReplayStage.COMPENSATED), runner)
    recalled = {one.original_id for one in await world.items() if one.recalled is not None}
    assert recalled == {one.event.message_id for one in facts[1:]}


async def test_a_plan_over_nothing_is_refused_and_nothing_begins(world):
    await lived(world)
    runner = world.runner()
    replay = await planned(world, runner, referrals=("ref-" + "f" * 32,))
    assert replay.stage is ReplayStage.REFUSED
    assert [one.refusal.reason for one in await said(world, ReplayRefused)] == ["nothing-to-replay"]
    assert await said(world, ReplayPlanned) == []


async def test_what_an_earlier_version_told_fails_and_is_not_asked_for(world):
    await world.hear(told(1, 1, BEGIN - timedelta(days=1), reference=False), told(2, 1, BEGIN - timedelta(days=1)))
    runner = world.runner()
    replay = await planned(world, runner)
    assert (replay.plan.counts.same, replay.plan.counts.failed) == (1, 1)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended == replay.plan.counts


async def test_an_item_that_only_waits_has_not_ended(world):
    (first, *_) = await lived(world, people=1, each=1)
    runner = world.runner()
    replay = await planned(world, runner)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    for _ in range(2):
        await runner.round()
    orders, message = await world.orders(), first.event.message_id
    assert [item.message_id for order in orders for item in order.items] == [message]
    await world.hear(held(replay.replay_id, message, later(5), person(1), "lane-suspended", "suspended"))
    await runner.round()
    assert await said(world, ReplayCompleted) == []
    await world.answer(orders)
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended.same == 1


async def test_a_clock_on_the_wall_that_jumps_changes_nothing(world):
    await lived(world)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await world.at(BEGIN - timedelta(days=400))
    await runner.round()
    await world.at(BEGIN + timedelta(days=400))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended == done.planned
