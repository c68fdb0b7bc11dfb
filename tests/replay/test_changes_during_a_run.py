"""What changes while a replay runs: who approved, the hour, the policy, the pace, the agency."""

from datetime import timedelta

import pytest

from contracts.catalogue import ReplayCompleted, ReplayRefused
from contracts.replaying import ReplayStage, ReplayStep
from services.replay.settings import RunnerSettings
from tests.replay.examples import BEGIN, LANE, endorsed, later, site, steered
from tests.replay.ground import opened
from tests.replay.test_runs import COMPLETED, approved, lived, planned, said, stands

ONE_AT_A_TIME = RunnerSettings(lease_seconds=60, outstanding=1)
PAUSED = ReplayStage.PAUSED


@pytest.fixture
async def world(database):
    async with opened(database) as ground:
        yield ground


async def runs(world, runner):
    """Let a replay run; return it and what it has asked for by now: one person's items, and more are to come."""
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4)))
    await runner.round()
    await runner.round()
    orders = await world.orders()
    assert sum(len(one.items) for one in orders) == 2
    return replay, orders


async def refusals(world):
    return [one.refusal.reason for one in await said(world, ReplayRefused)]


async def test_without_its_approval_a_run_asks_for_nothing_and_another_one_lets_it_go_on(world):
    await lived(world)
    runner = world.runner(ONE_AT_A_TIME)
    replay, orders = await runs(world, runner)
    await world.hear(steered(replay.replay_id, ReplayStep.WITHDRAW_APPROVAL, later(5)))
    # What was asked for is answered all the same; nothing more is asked for.
    await world.answer(orders)
    for _ in range(3):
        await runner.round()
    assert await world.orders() == []
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(6)))
    assert (await world.replay()).stage is PAUSED
    assert await refusals(world) == ["not-approved"]
    await world.hear(endorsed(replay.replay_id, replay.plan.plan_hash, later(7)))
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(8)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert done.ended == done.planned


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=400)])
async def test_a_clock_that_jumps_during_a_run_neither_ends_nor_hurries_it(world, jump):
    await lived(world, people=5)
    runner = world.runner(ONE_AT_A_TIME)
    _, orders = await runs(world, runner)
    await world.at(BEGIN + jump)
    await runner.round()
    assert await world.orders() == []
    await world.answer(orders)
    done = await world.until(stands(COMPLETED), runner)
    (event,) = await said(world, ReplayCompleted)
    assert event.completed_at == done.end.at == BEGIN + jump
    assert event.ended == event.planned


async def test_what_another_policy_allows_no_more_ends_withheld_and_the_report_says_by_what(world):
    facts = await lived(world)
    runner = world.runner(ONE_AT_A_TIME)
    replay, orders = await runs(world, runner)
    await world.answer(orders)
    rest = {one.event.message_id for one in facts} - {item.message_id for order in orders for item in order.items}
    world.withheld |= rest
    world.because = ("permission", "no-permission")
    world.deployed(site().model_copy(update={"policy_hash": "b" * 64}))
    async with world.database.connection() as conn:
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 hour'")
    await world.until(stands(COMPLETED), world.runner(ONE_AT_A_TIME))
    (done,) = await said(world, ReplayCompleted)
    assert (done.planned.same, done.ended.same, done.ended.withheld) == (6, 2, 4)
    assert [(one.planned, one.ended, one.because, one.count) for one in done.differences] == [
        ("same", "withheld", "permission: no-permission", 4)
    ]
    assert done.plan_hash == replay.plan.plan_hash


async def test_a_run_goes_no_faster_than_the_site_allows_by_now(world):
    await lived(world, people=12, each=1)
    runner = world.runner()
    replay = await planned(world, runner)
    await approved(world, replay)
    await world.hear(steered(replay.replay_id, ReplayStep.RUN, later(4), per_second=500))
    slower = site().replay.model_copy(update={"most_per_second": 1})
    world.deployed(site().model_copy(update={"replay": slower}))
    async with world.database.connection() as conn:
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 hour'")
    runner = world.runner()
    asked = []
    for _ in range(5):
        await runner.round()
        asked += await world.orders()
    assert 0 < len(asked) < 12


async def test_of_an_agency_that_is_no_more_the_rest_is_withheld_and_a_paused_run_stays_so(world):
    facts = await lived(world)
    runner = world.runner(ONE_AT_A_TIME)
    replay, orders = await runs(world, runner)
    await world.hear(steered(replay.replay_id, ReplayStep.PAUSE, later(5)))
    await world.answer(orders)
    agencies = {slug: one for slug, one in site().agencies.items() if slug != LANE}
    world.deployed(site().model_copy(update={"agencies": agencies}))
    async with world.database.connection() as conn:
        await conn.execute("UPDATE replay.leases SET until = now() - interval '1 hour'")
    runner = world.runner(ONE_AT_A_TIME)
    await world.hear(steered(replay.replay_id, ReplayStep.RESUME, later(6)))
    assert await refusals(world) == ["no-permission"]
    await world.hear(steered(replay.replay_id, ReplayStep.CANCEL, later(7)))
    await world.until(stands(COMPLETED), runner)
    (done,) = await said(world, ReplayCompleted)
    assert (done.cancelled, done.ended.same, done.ended.not_asked) == (True, 2, len(facts) - 2)
