"""Any duplication and any interleaving of the same facts leaves the same docket; nothing after the intake files."""

from hypothesis import given, settings
from hypothesis import strategies as some

from contracts.words import Door
from services.charges.domain import Docket, Hold, evolve
from services.charges.domain.evolving import NOTHING
from tests.charges.examples import (
    CITY,
    COUNTY,
    OTHER,
    REFERRAL,
    SITE,
    Stage,
    accepted,
    arrested,
    consent_withdrawn,
    decides,
    diverted,
    ended,
    erased,
    holds,
    met,
    nobody_comes,
    offered,
    on,
    retracted,
    taken_in,
    told,
)

FOURTH = "ref-" + "6" * 32
NO_ARREST = "off-" + "8" * 32
ANOTHER, THIRD = "off-" + "5" * 32, "ref-" + "7" * 32


def a_whole_life():
    """All that may happen to one person's charges, with what the service itself said of it."""
    stage = Stage(SITE.model_copy(update={"clocks": SITE.clocks.model_copy(update={"filing_days": 5})}))
    stage.given(*diverted(), holds(2, by=COUNTY), holds(3, until=35), holds(4, until=32))
    stage.given(nobody_comes(on(0, 12.05), referral=OTHER), arrested(on(0, 12), referral=OTHER))
    stage.given(offered(on(1), referral=OTHER, offer=ANOTHER), accepted(on(1, 13), referral=OTHER, offer=ANOTHER))
    stage.given(met(on(1, 14), referral=OTHER, offer=ANOTHER), arrested(on(2), referral=THIRD, door=Door.COMMUNITY))
    stage.given(
        met(on(2, 13), referral=THIRD, offer=NO_ARREST), retracted(5, referral=THIRD), erased(6, referral=OTHER)
    )
    stage.given(arrested(on(6), referral=FOURTH), met(on(6, 13), referral=FOURTH, offer="off-" + "9" * 32))
    stage.given(retracted(7, referral=FOURTH), holds(8, referral=OTHER)).until(38)
    stage.given(decides("still_reviewing", 38, name="a"), holds(39, until=44)).until(50)
    stage.given(decides("filed", 51), taken_in(52, done=30), told(53), decides("filed", 54), decides("declined", 55))
    return stage.given(retracted(56), consent_withdrawn(57), ended(58))


LIFE = a_whole_life()
PLACES = range(len(LIFE.facts))


@settings(max_examples=80, deadline=None)
@given(some.permutations(PLACES), some.lists(some.sampled_from(PLACES), max_size=6))
def test_the_same_facts_in_any_order_and_number_leave_the_same_docket(order, again):
    docket = None
    for place in [*order, *again]:
        docket = evolve(docket, LIFE.facts[place])
    assert docket == LIFE.docket


def test_that_life_has_all_that_can_happen_in_it():
    assert {*LIFE.names} == {
        "hold.started", "hold.extended", "hold.satisfied", "hold.withdrawn", "hold.unreported", "hold.lapsed",
        "hold.kept", "hold.unanswered", "charge.filed", "charge.contested", "charge.refused",
    }  # fmt: skip


def test_a_docket_survives_being_written_down():
    assert Docket.model_validate_json(LIFE.docket.model_dump_json(exclude_defaults=True)) == LIFE.docket


DONE = 10
LATER = some.one_of(
    some.builds(decides, some.sampled_from(("filed", "declined", "still_reviewing")), some.integers(DONE + 1, 80)),
    some.builds(
        lambda days, more: holds(days, until=None if more is None else days + more),
        some.integers(DONE + 1, 80), some.none() | some.integers(-5, 60),
    ),
    some.builds(ended, some.integers(DONE + 1, 80)),
    some.builds(retracted, some.integers(DONE + 1, 80)),
    some.builds(consent_withdrawn, some.integers(DONE + 1, 80)),
    some.builds(lambda days: nobody_comes(on(days)), some.integers(DONE + 1, 80)),
    some.builds(lambda days, done: taken_in(days, done=done), some.integers(DONE + 1, 80), some.integers(DONE + 1, 80)),
    some.builds(told, some.integers(DONE + 1, 80)),
)  # fmt: skip


def heard(facts):
    """Let the service hear the facts in this order, whatever their times; then let every clock run out."""
    stage = Stage()
    for fact in facts:
        stage._hear(fact)
    return stage.until(200)


@settings(max_examples=80, deadline=None)
@given(some.lists(LATER, max_size=8), some.lists(LATER, max_size=3), some.randoms(use_true_random=False))
def test_no_event_after_the_intake_was_done_in_time_leads_to_a_filed_charge(later, again, chance):
    facts = [*diverted(), taken_in(DONE), *later, *again, *again]
    in_time = Stage().given(*sorted(facts, key=lambda fact: fact.at)).until(200)
    chance.shuffle(facts)
    stage = heard(facts)
    assert stage.standing() == "not_filed"
    assert stage.names.count("hold.satisfied") == 1
    assert in_time.standing() == "not_filed"
    assert not {"charge.filed", "hold.lapsed", "hold.kept", "charge.declined"} & {*in_time.names}


@settings(max_examples=80, deadline=None)
@given(some.lists(LATER, max_size=6), some.randoms(use_true_random=False))
def test_any_interleaving_leaves_the_hold_where_it_stands_in_the_order_of_time(later, chance):
    facts = [*diverted(), *later]
    plain = Stage().given(*sorted(facts, key=lambda fact: fact.at)).until(200)
    chance.shuffle(facts)
    assert heard(facts).standing() == plain.standing()


@settings(max_examples=60, deadline=None)
@given(some.lists(LATER, max_size=6), some.booleans())
def test_what_the_office_hears_of_the_days_is_the_same_with_an_intake_that_it_may_not_be_told_of(later, early):
    """Of the facts that call for its notices: the same days begin, and the same days are over at the same time."""
    words = [fact for fact in later if fact.agency == CITY or fact.event.name == "referral.retracted"]
    done = [taken_in(5 if early else DONE)]
    with_it, without = (
        Stage().given(*sorted([*diverted(), *words, *intake], key=lambda fact: fact.at)).until(200)
        for intake in (done, [])
    )
    assert days_of(with_it) == days_of(without)


def days_of(stage):
    told_of = {"hold.started": "held", "hold.extended": "held", "hold.lapsed": "over", "hold.untold": "over"}
    return [
        (told_of[fact.event.name], fact.event.due_on, fact.at) for fact in stage.facts if fact.event.name in told_of
    ]


def test_a_broken_rule_would_be_seen():
    lapsed = Stage().given(*diverted(), decides("filed")).until(200)
    assert Hold(lapsed.docket or NOTHING, SITE, REFERRAL, CITY).standing == "filed"


def test_where_the_officer_was_told_that_nobody_comes_a_later_meeting_under_a_new_offer_holds_nothing():
    """As after a transfer, or where an agency has the person anew: charges knows that offer by its hand-off alone."""
    gone = [arrested(), nobody_comes()]
    stage = Stage().given(*gone, met(on(9), offer=ANOTHER)).until(60)
    assert stage.names == []
    assert Stage().given(*gone, offered(on(8), officer_waiting=False, offer=ANOTHER), accepted(on(8.5), offer=ANOTHER),
                         met(on(9), offer=ANOTHER)).until(60).names == []  # fmt: skip
