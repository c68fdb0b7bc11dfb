import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plumbing.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(bytes(range(64)))
PERSON = "per-" + "0123456789abcdef" * 2
references = st.binary(min_size=16, max_size=16).map(lambda raw: f"per-{raw.hex()}")


@given(references)
def test_an_agency_sends_back_the_pseudonym_it_got_and_the_hub_knows_who_is_meant(person):
    pseudonym = PSEUDONYMS.of(person, "compass-health")
    assert len(pseudonym) == len("psn-") + 52
    assert PSEUDONYMS.person(pseudonym, "compass-health") == person


def test_the_same_agency_knows_the_same_person_by_the_same_pseudonym():
    assert PSEUDONYMS.of(PERSON, "compass-health") == PSEUDONYMS.of(PERSON, "compass-health")


def test_two_agencies_cannot_join_their_lists():
    assert PSEUDONYMS.of(PERSON, "compass-health") != PSEUDONYMS.of(PERSON, "unity-care-nw")


def test_the_pseudonym_of_another_agency_means_nobody():
    assert PSEUDONYMS.person(PSEUDONYMS.of(PERSON, "compass-health"), "unity-care-nw") is None


@given(references, st.text(max_size=40))
def test_a_blind_offer_has_a_pseudonym_of_its_own_that_the_hub_reads_back_as_easily(person, offer):
    blind = PSEUDONYMS.of(person, "compass-health", offer)
    assert blind != PSEUDONYMS.of(person, "compass-health", offer + "2")
    assert blind[:20] != PSEUDONYMS.of(person, "compass-health")[:20]
    assert PSEUDONYMS.person(blind, "compass-health") == person
    assert PSEUDONYMS.person(blind, "unity-care-nw") is None


def test_a_reference_is_not_a_pseudonym():
    assert PSEUDONYMS.person(PERSON, "compass-health") is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=52, max_size=77))
def test_nobody_can_make_up_a_pseudonym(letters):
    assert PSEUDONYMS.person(f"psn-{letters}", "compass-health") is None


@pytest.mark.parametrize("offer", [None, "off-1"])
def test_a_pseudonym_has_one_spelling(offer):
    pseudonym = PSEUDONYMS.of(PERSON, "compass-health", offer)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    meant = [last for last in letters if PSEUDONYMS.person(pseudonym[:-1] + last, "compass-health") is not None]
    assert meant == [pseudonym[-1]]
