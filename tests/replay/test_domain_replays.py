"""Given facts, when an operator speaks, then exactly these: what follows, or why it does not count."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import (
    DeadlineReached,
    ReplayAdvanced,
    ReplayApproved,
    ReplayCompleted,
    ReplayPlanned,
    ReplayRefused,
)
from contracts.replaying import Foreseen, ReplayCounts, ReplayKind, ReplayReason, ReplayStage, ReplayStep
from services.plumbing.service import Deadline, Said
from services.replay.domain import Answer, Bucket, Ground, Item, Tally, counts_of, differences_of, end_of, evolve
from tests.replay.examples import (
    BEGIN,
    JUNO,
    LANE,
    POLICY,
    ROBIN,
    Told,
    endorsed,
    fact,
    later,
    requested,
    steered,
)

HASH = "c" * 64


def planned(replay_id, *, second=True, policy=POLICY, at=BEGIN):
    plan = ReplayPlanned(
        replay_id=replay_id, plan_hash=HASH, kind=ReplayKind.LANE, agency=LANE, reason=ReplayReason.DATA_LOST,
        operator=JUNO, persons=2, events=6, agencies=1, counts=ReplayCounts(same=6), second_person=second,
        per_second=50, estimated_seconds=1, policy_hash=policy, planned_at=at, expires_at=at + timedelta(hours=24),
    )  # fmt: skip
    return fact(plan, at)


def a_plan(ground=None, **how):
    """A replay that was asked for and planned."""
    told = Told(ground)
    told.hear(requested())
    told.hear(planned(told.state.replay_id, **how))
    return told


def outcomes(said):
    return [
        (one.event.refusal.reason if isinstance(one.event, ReplayRefused) else one.event.name)
        for one in said
        if isinstance(one, Said)
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agency": "nobody-here"}, "unknown-agency"),
        ({"agency": None}, "unknown-agency"),
        ({"since": None}, "no-beginning"),
        ({"since": BEGIN + timedelta(days=1)}, "time-in-the-future"),
        ({"until": BEGIN + timedelta(days=1)}, "time-in-the-future"),
        ({"until": BEGIN - timedelta(days=60)}, "empty-range"),
        ({"kind": ReplayKind.REDELIVERY, "service": "consent"}, "kind-not-planned"),
        ({"kind": ReplayKind.DEAD_LETTERS, "service": "consent", "group": "sample"}, "kind-not-planned"),
    ],
)
def test_a_request_that_cannot_be_planned_says_why_and_is_the_end_of_it(changes, reason):
    told = Told()
    assert outcomes(told.hear(requested(**changes))) == [reason]
    assert told.state.stage is ReplayStage.REFUSED
    assert not told.state.works


def test_the_lane_of_a_suspended_agency_is_not_planned():
    assert outcomes(Told(Ground(suspended=frozenset({LANE}))).hear(requested())) == ["no-permission"]


def test_a_second_persons_approval_keeps_their_signature_and_lasts_for_the_sites_hours():
    told = a_plan()
    approved, deadline = told.hear(endorsed(told.state.replay_id, HASH, later(1)))
    assert isinstance(approved.event, ReplayApproved)
    assert (approved.event.operator, approved.event.signature) == (ROBIN, "c2FtcGxl")
    assert isinstance(deadline, Deadline)
    assert deadline.due_at == approved.event.expires_at == later(1) + timedelta(hours=24)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (lambda one: endorsed(one, HASH, operator=JUNO), "own-plan"),
        (lambda one: endorsed(one, HASH, signed=False), "unsigned"),
        (lambda one: endorsed(one, "d" * 64), "another-plan"),
        (lambda one: endorsed(one, HASH, later(60 * 25)), "plan-expired"),
        (lambda one: endorsed("rpl-" + "9" * 32, HASH) if not one else steered(one, ReplayStep.RUN), "not-approved"),
        (lambda one: steered(one, ReplayStep.RESUME), "not-now"),
        (lambda one: steered(one, ReplayStep.COMPENSATE), "not-now"),
        (lambda one: steered(one, ReplayStep.RUN, per_second=100_000), "too-fast"),
    ],
)
def test_a_word_that_does_not_fit_is_refused_and_changes_nothing(word, reason):
    told = a_plan()
    before = told.state
    assert outcomes(told.hear(word(before.replay_id))) == [reason]
    assert told.state == before


def test_of_a_replay_that_nobody_asked_for_every_word_is_refused():
    for word in (endorsed("rpl-" + "9" * 32, HASH), steered("rpl-" + "9" * 32, ReplayStep.RUN)):
        assert outcomes(Told().hear(word)) == ["unknown-replay"]


def test_a_small_plan_runs_without_a_second_person():
    told = a_plan(second=False)
    assert outcomes(told.hear(steered(told.state.replay_id, ReplayStep.RUN))) == ["replay.advanced"]
    assert told.state.stage is ReplayStage.RUNNING


def test_an_approval_that_has_expired_approves_nothing():
    told = a_plan()
    told.hear(endorsed(told.state.replay_id, HASH, later(1)))
    assert outcomes(told.hear(steered(told.state.replay_id, ReplayStep.RUN, later(60 * 25)))) == ["not-approved"]


@pytest.mark.parametrize("how", [{"policy": "b" * 64}, {"ground": True}])
def test_a_plan_whose_ground_has_moved_is_not_begun(how):
    ground = Ground(moved=_Everything()) if how.pop("ground", False) else None
    told = a_plan(ground, second=False, **how)
    assert outcomes(told.hear(steered(told.state.replay_id, ReplayStep.RUN))) == ["ground-moved"]


class _Everything(dict):
    def get(self, _key, _default=None):
        return 1


def test_the_hours_of_a_plan_run_out_but_not_of_one_that_runs():
    for begun in (False, True):
        told = a_plan(second=False)
        if begun:
            told.hear(steered(told.state.replay_id, ReplayStep.RUN))
        reached = DeadlineReached(
            service="replay", deadline="plan", reference=told.state.replay_id, due_at=later(60 * 24)
        )
        told.hear(fact(reached, later(60 * 24)))
        assert told.state.stage is (ReplayStage.RUNNING if begun else ReplayStage.EXPIRED)


def a_whole_replay():
    """All facts of a replay from the request to the end, its own among them."""
    heard = [requested()]
    told = Told()
    facts = []

    def hear(one):
        from services.plumbing.identity import stated  # noqa: PLC0415

        facts.append(one)
        for number, outcome in enumerate(told.hear(one)):
            if isinstance(outcome, Said):
                facts.append(stated("replay", one, outcome, number))

    hear(heard[0])
    replay_id = told.state.replay_id
    hear(planned(replay_id))
    hear(endorsed(replay_id, HASH, later(1)))
    hear(steered(replay_id, ReplayStep.REHEARSE, later(2)))
    rehearsed = ReplayAdvanced(replay_id=replay_id, number=told.state.number + 1, stage=ReplayStage.REHEARSED)
    hear(fact(rehearsed, later(3)))
    for minute, step in enumerate((ReplayStep.RUN, ReplayStep.PAUSE, ReplayStep.RESUME), 4):
        hear(steered(replay_id, step, later(minute)))
    done = ReplayCompleted(
        replay_id=replay_id, plan_hash=HASH, kind=ReplayKind.LANE, planned=ReplayCounts(same=6),
        ended=ReplayCounts(same=6), completed_at=later(9),
    )  # fmt: skip
    hear(fact(done, later(9)))
    hear(steered(replay_id, ReplayStep.COMPENSATE, later(10)))
    return facts, told.state


@given(st.data())
def test_the_same_facts_in_any_order_and_number_come_to_the_same(data):
    facts, whole = a_whole_replay()
    order = data.draw(st.permutations(facts))
    more = data.draw(st.lists(st.sampled_from(facts), max_size=5))
    state = None
    for one in (*order, *more):
        state = evolve(state, one)
    assert state == whole
    assert state.stage is ReplayStage.COMPENSATING


ANSWERS = st.builds(
    Answer,
    outcome=st.sampled_from(Foreseen),
    message_id=st.sampled_from(["msg-1", "msg-2"]),
    layer=st.sampled_from([None, "consent", "permission"]),
    rule=st.sampled_from([None, "consent-ended", "no-permission"]),
    categories=st.lists(st.sampled_from(["contact", "needs"]), max_size=2, unique=True).map(tuple),
    by=st.just(("permission/sample",)),
    part2=st.booleans(),
    mark=st.sampled_from(["", "m"]),
    content=st.sampled_from([None, "a" * 64, "b" * 64]),
    at=st.just(BEGIN),
)


@given(st.lists(ANSWERS, min_size=1, max_size=6), st.data())
def test_an_item_ends_the_same_whatever_the_order_and_number_of_its_answers(answers, data):
    end = end_of(answers)
    again = data.draw(st.permutations([*answers, *data.draw(st.lists(st.sampled_from(answers), max_size=3))]))
    assert end_of(again) == end
    assert end.outcome is min((one.outcome for one in answers), key=list(Foreseen).index)


@given(st.lists(st.tuples(st.none() | ANSWERS, st.none() | ANSWERS, st.booleans()), max_size=12))
def test_every_planned_item_ends_exactly_once_and_each_difference_is_explained(items):
    told = Told()
    told.hear(requested())
    tally = Tally.of(told.state.request)
    for number, (seen, sent, tellable) in enumerate(items):
        tally.add(
            Item(
                number,
                f"msg-{number}",
                f"per-{number // 3}",
                "intake.reported",
                None,
                BEGIN,
                tellable,
                seen,
                None,
                sent,
            )
        )
    planned_, ended = counts_of(tally.planned), counts_of(tally.ended)
    assert planned_.all == ended.all == len(items)
    differing = sum(
        item_planned != item_ended
        for item_planned, item_ended in (
            (
                "failed" if not tellable or seen is None else seen.outcome.value,
                "failed" if not tellable else "not_asked" if sent is None else sent.outcome.value,
            )
            for seen, sent, tellable in items
        )
    )
    assert sum(one.count for one in differences_of(tally.differences)) >= differing
    assert all(one.because for one in differences_of(tally.differences))


def test_a_pace_is_kept_whatever_happens_to_the_clock():
    bucket = Bucket(10, 100.0, tokens=1.0)
    bucket.take(50)
    bucket.fill(100.5, 10)
    assert not bucket.open
    bucket.fill(0.0, 10)
    assert not bucket.open
    bucket.fill(10_000.0, 10)
    bucket.fill(10_001.0, 10)
    bucket.fill(10_002.0, 10)
    bucket.fill(10_003.0, 10)
    bucket.fill(10_004.0, 10)
    assert 0 < bucket.tokens <= 10
