"""The person's yes and no count by way of their sender, the program office, and who has taken them on: nobody else."""

from __future__ import annotations

import pytest

from contracts.assignments.assignment_declined import AssignmentDeclined
from contracts.to_hub.person_agreed import PersonAgreed
from contracts.to_hub.person_declined import PersonDeclined
from contracts.words import Agreement, DeclineReason
from tests.journeys.agreements import CASES, MET
from tests.notification.examples import (
    CASEWORK,
    OFFICE,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    REFERRAL,
    accepted,
    corrected,
    enrolled,
    handed_off,
    heard,
    offered,
    received,
)
from tests.notification.told import Told

OTHER_OFFER = "off-" + "7" * 32
UNDECIDED = {"agreement": Agreement.UNDECIDED}
BLIND = ["offer.made"]
KNOWN = ["offer.made", "assignment.made"]


def yes(by, minutes=15.0):
    return heard(PersonAgreed(), minutes=minutes, by=by)


def no(by, minutes=15.0):
    return heard(PersonDeclined(), minutes=minutes, by=by)


def offered_to_another():
    return offered(offer_id=OTHER_OFFER, agency=OTHER_CASEWORK)


def declined_by_the_other():
    event = AssignmentDeclined(
        referral_id=REFERRAL, offer_id=OTHER_OFFER, agency=OTHER_CASEWORK, reason=DeclineReason.NO_ROOM
    )
    return heard(event, minutes=3.5)


@pytest.mark.parametrize("agency", [POLICE, OFFICE, CASEWORK])
def test_a_yes_by_way_of_the_sender_the_office_or_the_holder_opens_the_assignment(agency):
    told = Told(received(**UNDECIDED), offered(), accepted())
    told.hear(yes(agency))
    assert told.names(CASEWORK) == KNOWN


def test_a_yes_forged_with_a_blind_offer_opens_nothing():
    told = Told(received(**UNDECIDED), offered_to_another(), offered())
    told.hear(yes(OTHER_CASEWORK)).hear(yes(CASEWORK, minutes=3.9)).hear(accepted())
    assert told.names(CASEWORK) == BLIND


def test_a_no_forged_by_who_declined_the_offer_takes_nothing_from_the_next_holder():
    told = Told(received(), offered_to_another(), declined_by_the_other(), no(OTHER_CASEWORK, minutes=3.7))
    told.hear(offered()).hear(accepted()).hear(no(OTHER_CASEWORK))
    assert told.names(CASEWORK) == KNOWN


def test_a_no_by_way_of_the_holder_counts_and_a_forged_yes_does_not_undo_it():
    told = Told(received(**UNDECIDED), offered_to_another(), offered(), accepted())
    told.hear(no(CASEWORK)).hear(yes(OTHER_CASEWORK, minutes=16))
    assert told.names(CASEWORK) == BLIND


def test_the_holders_word_counts_although_it_is_read_before_the_acceptance_on_which_it_rests():
    told = Told(received(**UNDECIDED), offered(), yes(CASEWORK))
    told.hear(accepted())
    assert told.names(CASEWORK) == KNOWN


def test_an_amendment_to_declined_after_the_hand_off_takes_nothing_from_the_holder():
    told = Told(received(), offered(), accepted(), handed_off())
    told.hear(corrected(agreement=Agreement.DECLINED, minutes=30))
    assert told.names(CASEWORK) == [*KNOWN, "assignment.made"]
    assert ("assignment.made", "rows", "person-declined") not in told.withheld(CASEWORK)


def test_that_amendment_takes_nothing_either_when_it_is_read_before_the_hand_off():
    told = Told(received(), offered(), accepted(), corrected(agreement=Agreement.DECLINED, minutes=30))
    told.hear(handed_off()).hear(corrected(2, agreement=Agreement.DECLINED, minutes=31))
    assert told.names(CASEWORK)[-1] == "assignment.made"
    assert told.dossiers[PERSON].agreement(REFERRAL, OFFICE) is Agreement.AGREED


def test_an_amendment_to_declined_before_the_hand_off_counts():
    told = Told(received(), offered(), corrected(agreement=Agreement.DECLINED, minutes=3.5), accepted())
    assert told.names(CASEWORK) == BLIND


def test_an_amendment_after_the_hand_off_does_not_wash_out_what_the_person_told_the_holder():
    told = Told(received(**UNDECIDED), offered(), accepted(), handed_off(), no(CASEWORK, minutes=25))
    told.hear(corrected(agreement=Agreement.AGREED, minutes=30))
    assert told.names(CASEWORK) == BLIND


BY_WAY_OF = {
    "who referred them": POLICE, "the program office": OFFICE, "who has them": CASEWORK,
    "who lost them": OTHER_CASEWORK, "who was never given them": "northwest-youth-services",
}  # fmt: skip


@pytest.mark.parametrize("met", [handed_off, enrolled])
@pytest.mark.parametrize(("by_way_of", "counts"), MET)
def test_once_the_person_was_met_their_no_counts_by_way_of_who_has_them_and_the_office(by_way_of, counts, met):
    lost = AssignmentDeclined(
        referral_id=REFERRAL, offer_id=OTHER_OFFER, agency=OTHER_CASEWORK, reason=DeclineReason.NO_ROOM
    )
    taken = accepted(offer_id=OTHER_OFFER, agency=OTHER_CASEWORK)
    told = Told(received(), offered_to_another(), taken, heard(lost, minutes=3.9), offered(), accepted(), met())
    told.hear(no(BY_WAY_OF[by_way_of], minutes=70)).hear(corrected(minutes=80))
    assert (("assignment.made", "rows", "person-declined") in told.withheld(CASEWORK)) is counts
    assert told.names(CASEWORK) == (KNOWN if counts else [*KNOWN, "assignment.made"])


def test_a_no_by_way_of_who_referred_them_counts_if_it_was_said_before_the_person_was_met():
    told = Told(received(), offered(), accepted(), handed_off(), no(POLICE, minutes=15)).hear(corrected(minutes=80))
    assert ("assignment.made", "rows", "person-declined") in told.withheld(CASEWORK)


def test_after_a_no_a_yes_needs_a_new_referral():
    again = {"referral_id": "ref-" + "8" * 32, "offer_id": "off-" + "8" * 32}
    told = Told(received(), offered(), no(POLICE, minutes=3.5), yes(POLICE, minutes=3.7), accepted())
    assert told.names(CASEWORK) == BLIND
    told.hear(received(referral_id=again["referral_id"], minutes=5)).hear(offered(**again)).hear(accepted(**again))
    assert told.names(CASEWORK) == [*BLIND, *KNOWN]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_no_stands_and_else_the_newest_word_says_whether_the_person_agreed(case):
    told, amended = Told(), 0
    for minute, word in enumerate(case.words):
        if isinstance(word, bool):
            told.hear(yes(POLICE, minute) if word else no(POLICE, minute))
        elif minute == 0:
            told.hear(received(agreement=word))
        else:
            amended += 1
            told.hear(corrected(amended, agreement=word, minutes=minute))
    assert (told.dossiers[PERSON].agreement(REFERRAL, OFFICE) is Agreement.AGREED) is case.agreed
