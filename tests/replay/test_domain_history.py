"""Given a request that says what screening history again found: plan and end at once, or why it does not count."""

from datetime import timedelta
from itertools import permutations

import pytest

from contracts.catalogue import ReplayRefused
from contracts.replaying import HistoryFound, ReplayKind, ReplayReason, ReplayStage, ReplayStep
from services.plumbing.identity import stated
from services.replay.domain import Tally, evolve
from tests.replay.examples import BEGIN, ROBIN, Told, endorsed, later, requested, site, steered

POLICY = site().policies[-1]
FOUND = HistoryFound(
    policy_hash=POLICY.hash, judgements_hash="b" * 64, persons=2, screened=3, alike=2, newly_eligible=1, newly_open=0,
    newly_ineligible=0, otherwise=0, left_out=0, not_reproduced=0,
)  # fmt: skip
NOTHING = FOUND.model_copy(update={"screened": 0})
OTHER = FOUND.model_copy(update={"policy_hash": "c" * 64})


def asked(**changes):
    usual = {
        "kind": ReplayKind.HISTORY, "agency": None, "policy": POLICY.id, "policy_version": POLICY.version,
        "reason": ReplayReason.POLICY_CHANGED, "history": FOUND,
    }  # fmt: skip
    return requested(**usual | changes)


def test_what_was_found_is_planned_and_completed_at_once_and_nothing_is_for_the_runner():
    told = Told()
    planned, completed = told.hear(asked())
    assert (planned.event.history, completed.event.history) == (FOUND, FOUND)
    assert (planned.event.events, planned.event.persons, planned.event.counts.all) == (3, 2, 0)
    assert (planned.event.policy, planned.event.policy_version) == (POLICY.id, POLICY.version)
    assert planned.event.plan_hash == completed.event.plan_hash == Tally.of(told.state.request).plan_hash
    assert told.state.stage is ReplayStage.COMPLETED
    assert not told.state.works


def test_other_numbers_are_another_plan():
    one, other = Told(), Told()
    first, _ = one.hear(asked())
    second, _ = other.hear(asked(history=FOUND.model_copy(update={"judgements_hash": "d" * 64})))
    assert first.event.plan_hash != second.event.plan_hash


def test_before_its_end_is_read_the_runner_leaves_it_alone():
    heard = asked()
    replay = evolve(None, heard)
    assert replay.stage is ReplayStage.PLANNING
    assert not replay.works


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"policy_version": "2999-01"}, "unknown-policy-version", "policy_version"),
        ({"policy": "sample"}, "unknown-policy-version", "policy_version"),
        ({"history": None}, "not-judged", "history"),
        ({"history": OTHER}, "not-judged", "history"),
        ({"history": NOTHING}, "nothing-to-replay", "since"),
        ({"since": BEGIN + timedelta(days=1)}, "time-in-the-future", "since"),
        ({"until": BEGIN - timedelta(days=60)}, "empty-range", "until"),
    ],
)
def test_what_was_not_judged_here_is_refused(changes, reason, field):
    told = Told()
    (said,) = told.hear(asked(**changes))
    assert isinstance(said.event, ReplayRefused)
    assert (said.event.refusal.reason, said.event.refusal.problems[0].field) == (reason, field)
    assert told.state.stage is ReplayStage.REFUSED


@pytest.mark.parametrize("step", [ReplayStep.RUN, ReplayStep.REHEARSE, ReplayStep.CANCEL, ReplayStep.COMPENSATE])
def test_nothing_of_it_is_run_or_taken_back_or_approved(step):
    told = Told()
    planned, _ = told.hear(asked())
    replay_id = told.state.replay_id
    words = (steered(replay_id, step, later(1)), endorsed(replay_id, planned.event.plan_hash, later(1), operator=ROBIN))
    for word in words:
        (said,) = told.hear(word)
        assert said.event.refusal.reason == "nothing-told"
    assert told.state.stage is ReplayStage.COMPLETED


def test_in_whatever_order_its_facts_are_read_the_end_is_the_same():
    heard, told = asked(), Told()
    facts = [heard, *(stated("replay", heard, one, number) for number, one in enumerate(told.hear(heard)))]
    for order in permutations(facts):
        state = None
        for one in (*order, *order):
            state = evolve(state, one)
        assert state == told.state
