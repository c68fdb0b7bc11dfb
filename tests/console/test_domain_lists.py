"""Lists of disclosures as the law asks for them: how far back, whom, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.words import Category, Purpose
from services.console.domain import YEARS, Listing, disclosed, entries_of
from services.plumbing.chains import Entry
from services.sites import load_site
from tests.console import entries as x

SITE = load_site("whatcom")
NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


def listed(listing: Listing, *entries: Entry, now: datetime = NOW, years: int | None = None):
    return disclosed(entries_of([one.text for one in entries]), listing, SITE, now, years or YEARS[listing])


def test_a_line_has_recipient_date_and_description():
    (line,) = listed(Listing.INTERMEDIARY, x.made(at=datetime(2026, 3, 2, 7, 30, tzinfo=UTC)))
    # At the site it is still the day before.
    assert (line.recipient, line.on.isoformat()) == ("Opportunity Council", "2026-03-01")
    assert line.description == "a message about who to meet: who you are (name, birth date, pronouns)"
    assert line.shown()["purpose"] == "so that a case manager can help you"


@pytest.mark.parametrize(("listing", "years"), [(Listing.INTERMEDIARY, 3), (Listing.HIPAA, 6)])
def test_a_list_goes_back_as_many_years_as_its_law_asks(listing, years):
    inside = datetime(2026 - years, 3, 2, 9, tzinfo=UTC)
    before = datetime(2026 - years, 3, 2, 7, tzinfo=UTC)  # the day before, at the site
    assert [line.at for line in listed(listing, x.made(at=inside), x.made(at=before, after=1))] == [inside]
    assert len(listed(listing, x.made(at=inside), x.made(at=before, after=1), years=years + 1)) == 2


def test_years_back_from_the_29_of_february_lose_no_day():
    leap = datetime(2028, 2, 29, 20, tzinfo=UTC)
    inside = datetime(2025, 2, 28, 9, tzinfo=UTC)
    assert len(listed(Listing.INTERMEDIARY, x.made(at=inside), now=leap)) == 1


def test_only_what_was_told_is_listed():
    rest = [x.withheld(), x.recalled(), x.settled(), x.unknown()]
    assert listed(Listing.HIPAA, *rest) == []


def test_the_list_of_dissemination_names_what_police_got_and_who_was_told_of_an_incident():
    to_police = x.made(agency=x.POLICE, message="referral.acknowledged", purpose=Purpose.ACKNOWLEDGEMENT,
                       categories=(Category.REFERRAL_STATUS,))  # fmt: skip
    of_police = x.made(agency="bellingham-city-attorney", message="diversion.reported", after=1,
                       categories=(Category.INCIDENT,), purpose=Purpose.PROSECUTION_DECISION)  # fmt: skip
    neither = x.made(after=2)
    own_number_back = x.made(agency=x.OFFICE, message="referral.acknowledged", purpose=Purpose.ACKNOWLEDGEMENT,
                             categories=(Category.REFERRAL_STATUS, Category.INCIDENT), after=3)  # fmt: skip
    found = listed(Listing.POLICE, to_police, of_police, neither, own_number_back)
    assert [line.agency for line in found] == [x.POLICE, "bellingham-city-attorney"]


def test_what_may_not_have_arrived_is_listed_and_says_so():
    (line,) = listed(Listing.HIPAA, x.made(certain=False))
    assert not line.certain


def test_what_comes_after_the_moment_of_the_list_is_not_on_it():
    assert listed(Listing.HIPAA, x.made(at=NOW + timedelta(minutes=1))) == []
