"""What operators ask of the console's own tables."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import pytest

from contracts.catalogue import (
    ArrivalAwaited,
    AssignmentDeclined,
    AssignmentEnded,
    AssignmentEnrolled,
    AssignmentHandedOff,
    AssignmentLapsed,
    ConsentWithdrawn,
    ContactAttempted,
    ContactFlagged,
    IntakeOverdue,
    OfferAccepted,
    ReferralErased,
    ReviewAnswered,
)
from contracts.disclosures.recall_settled import RecallSettled
from contracts.envelope import agency_source
from contracts.recalls import RecallEnd
from contracts.relationship import ContactMode
from contracts.words import EndReason, Verdict
from services.console.app import service
from services.console.domain import File, Link, decide, evolve, key, step_of
from services.console.store import Asking, ConsoleStore
from services.plumbing.arrivals import Arrival
from services.plumbing.batch import work
from services.plumbing.memory import MemoryTables
from services.sites import load_site
from tests.console import examples as x

OVERDUE = x.said(
    IntakeOverdue(referral_id=x.REFERRAL, offer_id=x.OFFER, agency="opportunity-council", due_at=x.BEGIN), after=5
)
ENROLLED = AssignmentEnrolled(referral_id=x.REFERRAL, agency="opportunity-council", completed_on=x.BEGIN.date())
ENDED = AssignmentEnded(referral_id=x.REFERRAL, agency="opportunity-council", reason=EndReason.MOVED)


def lines(*facts):
    return [(fact, row.content) for fact in facts for row in decide(None, None, fact, None)]


async def overdue(conn, *facts) -> list[str]:
    await ConsoleStore().save(conn, {}, None, lines(*facts))
    return await Asking(conn).overdue_intakes()


async def test_an_overdue_intake_is_named_until_it_comes(conn):
    assert await overdue(conn, OVERDUE) == [x.REFERRAL]
    assert await overdue(conn, x.said(ENROLLED, after=6)) == []


async def test_an_overdue_intake_is_named_until_the_participation_ends(conn):
    assert await overdue(conn, OVERDUE, x.said(ENDED, after=6)) == []


AWAITED = ArrivalAwaited(
    referral_id=x.REFERRAL, offer_id=x.OFFER, agency="opportunity-council", arrive_by=x.BEGIN + timedelta(minutes=30)
)
THERE = {"referral_id": x.REFERRAL, "offer_id": x.OFFER, "agency": "opportunity-council"}


async def awaited(conn, *facts) -> list[str]:
    await ConsoleStore().save(conn, {}, None, lines(*facts))
    return [one["agency"] for one in await Asking(conn).awaited_arrivals()]


@pytest.mark.parametrize(
    "ends",
    [
        x.said(AssignmentHandedOff(**THERE, handed_off_at=x.BEGIN), after=25),
        x.said(AssignmentLapsed(**THERE, after_acceptance=True), after=30),
        x.said(AssignmentDeclined(**THERE, reason="no_room"), after=25),
        x.said(ContactAttempted(result="contacted"), after=25, by=agency_source("opportunity-council")),
    ],
    ids=lambda fact: fact.event.name,
)
async def test_an_arrival_is_awaited_until_somebody_is_there_or_it_is_over(conn, ends):
    assert await awaited(conn, x.said(AWAITED, after=20)) == ["opportunity-council"]
    assert await awaited(conn, ends) == []


FLAGGED = ContactFlagged(referral_id=x.REFERRAL, agency="opportunity-council", mode=ContactMode.PHONE)


@pytest.mark.parametrize(
    "spoken",
    [
        x.said(ContactAttempted(result="contacted"), after=25, by=agency_source("opportunity-council")),
        x.said(AssignmentHandedOff(**THERE, handed_off_at=x.BEGIN), after=25),
        x.said(ENDED, after=25),
    ],
    ids=lambda fact: fact.event.name,
)
async def test_an_unsafe_message_is_named_until_somebody_has_spoken_with_the_person_or_it_is_over(conn, spoken):
    vain = x.said(ContactAttempted(result="not_found"), after=22, by=agency_source("opportunity-council"))
    await ConsoleStore().save(conn, {}, None, lines(x.said(FLAGGED, after=20), vain))
    named = [{"referral_id": x.REFERRAL, "agency": "opportunity-council"}]
    assert await Asking(conn).flagged_contacts() == named
    await ConsoleStore().save(conn, {}, None, lines(spoken))
    assert await Asking(conn).flagged_contacts() == []


@pytest.mark.parametrize(
    "word",
    [
        x.said(ContactAttempted(result="contacted", mode="phone"), after=25, by=agency_source("opportunity-council")),
        x.said(ContactAttempted(result="not_found"), after=25, by=agency_source("opportunity-council")),
        x.said(ContactAttempted(result="contacted"), after=25, by=agency_source("sea-mar")),
        x.said(ContactAttempted(result="contacted"), after=5, by=agency_source("opportunity-council")),
    ],
)
async def test_a_call_a_vain_search_and_another_agency_are_no_arrival(conn, word):
    assert await awaited(conn, x.said(AWAITED, after=20), word) == ["opportunity-council"]


async def test_what_ended_before_is_another_story(conn):
    assert await overdue(conn, x.said(ENDED, after=4), OVERDUE) == [x.REFERRAL]


async def test_what_is_saved_is_what_is_shown(conn):
    facts, store, asking = x.everything(), ConsoleStore(), Asking(conn)
    file = reduce(evolve, facts, File())
    await store.save(conn, {x.PERSON: file}, None, lines(*facts))
    await store.save(conn, {}, None, lines(*facts))  # a redelivery is no second step

    assert (await store.load(conn, [x.PERSON, x.OTHER], facts)).states == {x.PERSON: file}
    assert await asking.file(x.PERSON) == file
    assert await asking.file(x.OTHER) == File()
    shown = await asking.timeline(x.REFERRAL)
    assert sorted(shown, key=str) == sorted((step_of(line._asdict()) for _, line in lines(*facts)), key=str)
    assert await asking.timeline("ref-" + "0" * 32) == []
    assert [step.event for step in await asking.caused_by("submission")] == ["referral.received"]
    assert len(await asking.since(0)) == len(facts)
    assert [step.event for _, step in await asking.since(0, most=2)] == ["referral.received", "review.requested"]
    assert await asking.last_heard() == {}


async def handled(conn, *facts):
    """Handle the facts as one batch, in the transaction of this connection."""
    arrivals = [Arrival(None, b"", fact, key(fact), (key(fact),)) for fact in facts]
    await work(service(load_site("whatcom")), MemoryTables(), conn, arrivals, condemned={})


async def test_a_fact_that_changes_no_file_makes_none(conn):
    await handled(conn, x.agency_said())
    assert await conn.fetchval("SELECT count(*) FROM files") == 0
    assert [step.event for _, step in await Asking(conn).since(0)] == ["contact.attempted"]


@pytest.mark.parametrize("later", [[x.agency_said()], [x.agency_said(), x.offered()], [x.offered(), x.agency_said()]])
async def test_a_file_is_never_lost_to_what_changes_none(conn, later):
    """Alone, before and after a fact of the same batch that does change the file."""
    await handled(conn, x.referral_received(), x.agency_said(after=1), x.waitlisted())
    await handled(conn, *later)
    everything = [x.referral_received(), x.waitlisted(), *later]
    assert await Asking(conn).file(x.PERSON) == reduce(evolve, everything, None)


async def test_what_waits_for_an_operator_is_listed_until_somebody_has_answered(conn):
    open_ = reduce(evolve, [x.referral_received(), x.review_requested(), x.waitlisted(), x.link_proposed()], File())
    done = reduce(evolve, x.everything(), File())
    store, asking = ConsoleStore(), Asking(conn)
    await store.save(conn, {x.PERSON: open_, x.OTHER: done}, None, [])
    assert [(one.subject, one.id) for one in await asking.open_reviews()] == [(x.PERSON, x.REVIEW)]
    assert [one.id for one in await asking.proposed_links()] == [x.OTHER]
    assert [one.id for one in await asking.waiting()] == [x.REFERRAL]

    await store.save(conn, {x.PERSON: done}, None, [])
    assert (await asking.open_reviews(), await asking.proposed_links(), await asking.waiting()) == ([], [], [])


async def test_an_agency_was_last_heard_when_it_last_said_something(conn):
    early, late = x.agency_said(after=1), x.agency_said(after=7)
    await ConsoleStore().save(conn, {}, None, lines(late, early, x.offered(after=9)))
    assert await Asking(conn).last_heard() == {"compass-health": late.at}


ERASED = x.said(
    ReferralErased(referral_id=x.REFERRAL, ground="person_request", erased_at=x.BEGIN, by="juno-operator"), after=20
)
OF_IT = [
    x.referral_received(), x.review_requested(), x.review_decided(), x.waitlisted(), x.offered(), x.accepted(),
    x.said(OfferAccepted(offer_id=x.OFFER), after=5, by=agency_source("compass-health")),
    x.said(
        ReviewAnswered(review_id=x.REVIEW, verdict=Verdict.ELIGIBLE, operator="juno-operator", why=x.SECRET),
        after=2, by=agency_source("whatcom-lead-program-office"),
    ),
]  # fmt: skip
OF_THE_PERSON = x.said(ConsentWithdrawn(consent_id="con-" + "4" * 32, how="verbal"), after=8)


@pytest.mark.parametrize("place", range(len(OF_IT) + 1))
async def test_of_an_erased_record_nothing_is_shown_but_that_it_was_erased_and_the_persons_other_steps_stay(
    conn, place
):
    """Whatever came before the erasure, and whatever comes after it under the referral's or an offer's id."""
    late = [fact for fact in OF_IT[place:] if "referral_id" in type(fact.event).model_fields]
    for fact in [*OF_IT[:place], OF_THE_PERSON, ERASED, *late]:
        await handled(conn, fact)
    shown = [step.event for step in await Asking(conn).timeline(x.REFERRAL)]
    assert sorted(shown) == ["consent.withdrawn", "referral.erased"]
    file = await Asking(conn).file(x.PERSON)
    assert (file.referrals, file.erased) == ({}, {x.REFERRAL})


def ended(how, recall="rec-" + "d" * 32, agency="compass-health", after=7):
    event = RecallSettled(recall_id=recall, agency=agency, how=how, asked=1, settled_at=x.BEGIN)
    return x.said(event, after=after)


async def test_a_recall_is_an_operators_until_the_agency_has_done_it(conn):
    store, asking, other = ConsoleStore(), Asking(conn), "rec-" + "e" * 32
    await store.save(conn, {}, None, lines(ended(RecallEnd.SILENT), ended(RecallEnd.CANNOT, other, after=8)))
    undone = await asking.undone_recalls()
    assert [(one["subject"], one["recall_id"][-1], one["how"]) for one in undone] == [
        (x.PERSON, "d", "silent"), (x.PERSON, "e", "cannot"),
    ]  # fmt: skip
    await store.save(conn, {}, None, lines(ended(RecallEnd.RECALLED, after=9), ended(RecallEnd.CANNOT, after=10)))
    assert [one["recall_id"] for one in await asking.undone_recalls()] == [other]


async def test_what_follows_from_an_event_is_found_over_any_number_of_causes(conn):
    first = x.referral_received()
    second = x.said(x.review_requested().event, after=1, cause=first.id)
    third = x.said(x.review_decided().event, after=2, cause=second.id)
    circle = x.said(x.waitlisted().event, after=3, cause=third.id)
    await ConsoleStore().save(conn, {}, None, lines(first, second, third, circle, x.offered()))
    asking = Asking(conn)
    assert [step.id for step in await asking.follows("submission")] == [first.id, second.id, third.id, circle.id]
    assert [step.id for step in await asking.follows(third.id)] == [circle.id]
    assert [step.id for step in await asking.named(["/hub/referrals"], first.id)] == [first.id]
    assert await asking.named(["/hub/intake"], first.id) == []
    assert len(await asking.steps_about(x.REFERRAL)) == 5


async def test_the_records_of_one_person_are_found_over_links_that_stand(conn):
    third = "per-" + "c" * 32
    linked = {other: Link(linked_at=x.BEGIN) for other in (x.OTHER,)}
    files = {
        x.PERSON: File(links=linked),
        x.OTHER: File(links={x.PERSON: Link(linked_at=x.BEGIN), third: Link(linked_at=x.BEGIN)}),
        third: File(links={x.OTHER: Link(linked_at=x.BEGIN), "per-" + "d" * 32: Link(unlinked_at=x.BEGIN)}),
    }
    await ConsoleStore().save(conn, files, None, lines(x.offered()))
    asking = Asking(conn)
    assert sorted(await asking.same_person(x.PERSON)) == sorted([x.PERSON, x.OTHER, third])
    assert await asking.knows(x.PERSON)
    assert not await asking.knows("per-" + "f" * 32)
