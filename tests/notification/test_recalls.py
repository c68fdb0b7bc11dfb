"""What was told under a consent is taken back with it: from each agency that was told, once, and until it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.consents.consent_expired import ConsentExpired
from contracts.deadlines.deadline_reached import DeadlineReached
from contracts.envelope import Fact
from contracts.recalls import RecallEnd, RecallGround
from contracts.to_hub.recall_answered import RecallAnswered
from contracts.words import Category, Purpose
from services.notification.domain.rows import agency_key
from services.notification.domain.writing import read_dossier
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    NOON,
    PERSON,
    POLICE,
    PROVIDER,
    accepted,
    granted,
    heard,
    offered,
    onward_asked,
    received,
    whatcom,
    withdrawn,
)

OTHER_CONSENT = "con-" + "7" * 32
IDENTITY_AND_CONTACT = (Category.IDENTITY, Category.CONTACT)
KILLED = "The process was killed."


@pytest.fixture
async def bench() -> Bench:
    """A provider was asked for help under a consent, and told who it is."""
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())
    await bench.carry()
    return bench


def asked(bench: Bench, agency: str = PROVIDER) -> list:
    return [message.event for message in bench.lanes.of(agency) if message.event.name == "information.recalled"]


def recall_id(bench: Bench) -> str:
    [recall] = bench.said("disclosure.recalled")
    return recall.recall_id


def answered(bench: Bench, answer: str, *, by: str = PROVIDER, of: str | None = None) -> Fact:
    return heard(RecallAnswered(recall_id=of or recall_id(bench), answer=answer), by=by, minutes=55)


async def time_passes(bench: Bench) -> None:
    """The next deadline is reached."""
    deadline = bench.deadlines.pop(0)
    bench.now = deadline.due_at
    reached = DeadlineReached(
        service="notification", deadline=deadline.name, reference=deadline.reference, due_at=deadline.due_at
    )
    minutes = (deadline.due_at - NOON) / timedelta(minutes=1)
    await bench.hear(heard(reached, minutes=minutes))
    await bench.carry()


async def test_who_was_told_under_the_consent_is_asked_to_forget_exactly_that(bench):
    [told] = [message for message in bench.lanes.of(PROVIDER) if message.event.name == "onward.offered"]
    await bench.hear(withdrawn())
    await bench.carry()
    [recall] = asked(bench)
    assert recall.because is RecallGround.CONSENT_WITHDRAWN
    assert (recall.categories, recall.disclosures) == (IDENTITY_AND_CONTACT, (told.id,))
    assert recall.answer_by > NOON


async def test_who_was_told_by_a_permission_alone_is_not_asked(bench):
    await bench.hear(withdrawn())
    await bench.carry()
    assert asked(bench, CASEWORK) == asked(bench, POLICE) == []


async def test_a_consent_that_only_expired_recalls_nothing(bench):
    await bench.hear(heard(ConsentExpired(consent_id=CONSENT), minutes=50))
    await bench.carry()
    assert bench.said("disclosure.recalled") == []


async def test_what_another_consent_still_opens_is_not_recalled():
    bench = Bench()
    await bench.hear(received(), offered(), accepted())
    await bench.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    still = granted(
        PROVIDER, purpose=Purpose.SERVICE_PROVISION, categories=(Category.CONTACT,), consent_id=OTHER_CONSENT
    )
    await bench.hear(still, onward_asked())
    await bench.carry()
    await bench.hear(withdrawn())
    await bench.carry()
    assert [one.categories for one in asked(bench)] == [(Category.IDENTITY,)]


async def test_what_is_being_carried_at_that_moment_is_recalled_too():
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())

    def killed() -> None:
        raise RuntimeError(KILLED)

    bench.lanes.before_sending = killed
    with pytest.raises(RuntimeError):
        await bench.carrier.carry(PROVIDER)
    [row] = [one.row for one in bench.store.rows if one.row.agency == PROVIDER]
    await bench.hear(withdrawn())
    [recall] = bench.said("disclosure.recalled")
    assert recall.disclosures == (row.message_id,)


async def test_a_withdrawal_heard_again_recalls_nothing_again(bench):
    back = withdrawn()
    await bench.hear(back, back)
    await bench.carry()
    assert len(asked(bench)) == len(bench.said("disclosure.recalled")) == 1


@pytest.mark.parametrize("answer", ["recalled", "cannot"])
async def test_an_answer_settles_it_and_nobody_is_asked_again(bench, answer):
    await bench.hear(withdrawn())
    await bench.carry()
    await bench.hear(answered(bench, answer))
    await time_passes(bench)
    [end] = bench.said("recall.settled")
    assert (end.how, end.agency, end.asked) == (answer, PROVIDER, 1)
    assert len(asked(bench)) == 1
    assert bench.deadlines == []


async def test_who_never_answers_is_asked_as_often_as_the_site_says_and_then_an_operator_takes_it_up(bench):
    await bench.hear(withdrawn())
    await bench.carry()
    while bench.deadlines:
        await time_passes(bench)
    times = whatcom().clocks.recall_times
    assert [one.recall_id for one in asked(bench)] == [recall_id(bench)] * times
    assert len({message.id for message in bench.lanes.of(PROVIDER)}) == times + 1
    [end] = bench.said("recall.settled")
    assert (end.how, end.asked) == (RecallEnd.SILENT, times)


async def test_an_answer_after_the_silence_settles_it_once_more(bench):
    await bench.hear(withdrawn())
    while bench.deadlines:
        await time_passes(bench)
    await bench.hear(answered(bench, "recalled"))
    assert [one.how for one in bench.said("recall.settled")] == ["silent", "recalled"]


async def test_done_after_cannot_counts_and_cannot_after_done_is_refused(bench):
    await bench.hear(withdrawn())
    await bench.hear(answered(bench, "cannot"), answered(bench, "recalled"), answered(bench, "cannot"))
    await bench.carry()
    assert [one.how for one in bench.said("recall.settled")] == ["cannot", "recalled"]
    [no] = bench.said("recall.refused")
    assert no.refusal.reason == "already-recalled"
    assert bench.lanes.names(PROVIDER)[-1] == "message.refused"


@pytest.mark.parametrize("of", [None, "rec-" + "9" * 32], ids=["of another agency", "unknown"])
async def test_an_answer_to_a_recall_that_was_not_asked_of_its_sender_is_refused(bench, of):
    await bench.hear(withdrawn())
    await bench.hear(answered(bench, "recalled", by=CASEWORK, of=of))
    await bench.carry()
    [no] = bench.said("recall.refused")
    assert (no.refusal.agency, no.refusal.reason) == (CASEWORK, "unknown-recall")
    assert bench.said("recall.settled") == []
    assert "message.refused" in bench.lanes.names(CASEWORK)


async def test_a_recall_that_was_answered_while_it_waited_is_not_sent_again(bench):
    await bench.hear(withdrawn())
    await bench.carry()
    bench.lanes.troubles[PROVIDER] = "broker-away"
    await time_passes(bench)
    await bench.hear(answered(bench, "recalled"))
    bench.lanes.troubles.clear()
    bench.now += timedelta(days=1)
    await bench.carry()
    assert len(asked(bench)) == 1
    assert bench.said("disclosure.withheld")[-1].rule == "recall-settled"


async def test_the_recall_is_kept_with_the_person_and_every_step_of_it_is_in_the_ledger(bench):
    await bench.hear(withdrawn())
    await bench.carry()
    await bench.hear(answered(bench, "recalled"))
    kept = read_dossier(bench.store.tables.dossiers[PERSON]).recalls[recall_id(bench)]
    assert (kept.agency, kept.answer, kept.end) == (PROVIDER, RecallEnd.RECALLED, RecallEnd.RECALLED)
    about = [entry for entry in bench.store.ledger.entries() if entry["agency"] == PROVIDER]
    assert [entry["kind"] for entry in about] == ["made", "recalled", "made", "recall_settled"]
    assert agency_key(PROVIDER) not in bench.store.tables.dossiers
