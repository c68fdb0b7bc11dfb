"""Police data of a charge that is not filed leave the criminal justice agencies no more; everything else goes on."""

import pytest

from contracts.categories import CATEGORY_OF
from contracts.words import Category, Door, Purpose
from services.notification.domain.answers import Allowed, Question, Withheld
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from services.notification.domain.restricting import is_non_conviction
from tests.notification.examples import (
    CASEWORK,
    OFFER,
    OFFICE,
    POLICE,
    PROSECUTOR,
    REFERRAL,
    accepted,
    corrected,
    enrolled,
    granted,
    handed_off,
    judge,
    offered,
    received,
)
from tests.notification.told import Told

MET = (received(), offered(), accepted(), handed_off())
EVERYTHING = (Category.IDENTITY, Category.CONTACT, Category.INCIDENT, Category.NEEDS)
POLICE_DATA = {name for name, category in CATEGORY_OF.items() if category is Category.INCIDENT}


def dossier(*facts):
    known = Dossier()
    for fact in facts:
        known = evolve(known, fact)
    return known


def may(agency, message, purpose, *facts, **more):
    question = Question(agency, message, purpose, more.pop("referral_id", REFERRAL), **more)
    return judge().may(question, dossier(*facts), facts[-1].at)


def to_casework(*facts, categories=EVERYTHING):
    consent = granted(CASEWORK, categories=categories)
    return may(
        CASEWORK, "assignment.made", Purpose.CARE_COORDINATION, *facts, consent, offer_id=OFFER, referral_id=None
    )


def test_before_the_intake_a_consent_opens_the_place_and_after_it_no_more():
    before, after = to_casework(*MET), to_casework(*MET, enrolled())
    assert isinstance(before, Allowed)
    assert isinstance(after, Allowed)
    assert before.fields & POLICE_DATA
    assert before.fields - after.fields == before.fields & POLICE_DATA
    assert before.categories - after.categories == {Category.INCIDENT}


def test_where_nothing_is_left_the_rule_has_a_name_of_its_own():
    answer = to_casework(*MET, enrolled(), categories=[Category.INCIDENT])
    assert isinstance(answer, Withheld)
    assert (answer.layer, answer.rule) == ("fields", "non-conviction-data")


def test_the_prosecutor_hears_what_a_criminal_justice_agency_hears():
    told = Told(*MET, enrolled(), corrected())
    assert [one.amended for one in told.to(PROSECUTOR, "diversion.reported")] == [False, True]
    assert told.to(PROSECUTOR, "diversion.reported")[-1].offences


def test_police_hear_their_own_notices_as_before():
    plain, restricted = Told(*MET), Told(*MET, enrolled())
    assert plain.names(POLICE) == restricted.names(POLICE)


def test_the_office_is_shown_it():
    asked = {"operator": "sam-sample", "categories": frozenset({Category.INCIDENT})}
    assert isinstance(may(OFFICE, "person.revealed", Purpose.OPERATION, *MET, enrolled(), **asked), Allowed)


@pytest.mark.parametrize(
    ("facts", "is_one"),
    [
        (MET, False),
        ((*MET, enrolled()), True),
        ((received(), offered(), accepted(), enrolled()), False),
        ((received(door=Door.SOCIAL_CONTACT, officer_waiting=False), *MET[1:], enrolled()), False),
    ],
    ids=["no intake yet", "diverted, and the intake done", "never diverted", "no arrest"],
)
def test_it_is_one_where_an_arrest_was_diverted_and_the_intake_done(facts, is_one):
    assert is_non_conviction(dossier(*facts), REFERRAL) is is_one
    assert is_non_conviction(dossier(*facts[::-1]), REFERRAL) is is_one


def test_of_nothing_it_is_none():
    assert not is_non_conviction(Dossier(), REFERRAL)
    assert not is_non_conviction(Dossier(), None)
