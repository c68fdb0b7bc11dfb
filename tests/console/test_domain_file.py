"""What operators see as open, and that the order of arrival does not matter."""

from __future__ import annotations

import json
from functools import reduce
from itertools import permutations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from contracts.catalogue import ReferralErased
from services.console.domain import HEARS, File, evolve, read_file, written_file
from tests.console import examples as x

if TYPE_CHECKING:
    from contracts.envelope import Fact


def folded(*facts: Fact) -> File:
    """Fold the facts into a new file."""
    return reduce(evolve, facts, File())


def test_the_console_hears_every_fact_of_the_hub_and_nothing_from_a_lane() -> None:
    """So no step can be missing from a timeline."""
    names = {event.name for event in HEARS}
    assert {"referral.received", "offer.accepted", "disclosure.withheld", "deadline.reached"} <= names
    assert not names & {"offer.made", "assignment.made", "message.refused"}


def test_a_review_is_open_until_it_is_decided() -> None:
    """Whichever of the two is heard first."""
    assert folded(x.review_requested()).open_reviews == 1
    assert folded(x.review_requested(), x.review_decided()).open_reviews == 0
    assert folded(x.review_decided(), x.review_requested()).open_reviews == 0


def test_a_referral_waits_until_it_is_offered_again() -> None:
    """The waitlist is who waits now."""
    assert folded(x.referral_received(), x.waitlisted()).waiting == 1
    assert folded(x.referral_received(), x.waitlisted(), x.offered()).waiting == 0


def test_a_referral_stands_where_its_newest_fact_put_it() -> None:
    """And the file says with whom it is."""
    referral = folded(x.referral_received(), x.offered(), x.accepted()).referrals[x.REFERRAL]
    assert (referral.standing, referral.with_agency, referral.agency) == (
        "accepted",
        "compass-health",
        "opportunity-council",
    )


def test_a_proposed_link_is_open_until_somebody_answers() -> None:
    """Linked or parted, it is answered."""
    assert folded(x.link_proposed()).proposed_links == 1
    assert folded(x.link_proposed(), x.unlinked()).proposed_links == 0


@given(st.lists(st.sampled_from(x.everything()), max_size=12), st.permutations(x.everything()))
def test_any_order_and_any_repetition_give_the_same_file(again: list[Fact], order: list[Fact]) -> None:
    """Convergence: what is kept depends on the facts alone."""
    assert folded(*order, *again) == folded(*x.everything())


@given(st.permutations(x.everything()))
def test_a_file_survives_being_written_down(order: list[Fact]) -> None:
    """Nothing is lost between two batches."""
    file = folded(*order[:5])
    assert read_file(written_file(file)) == file


def test_a_file_that_was_written_by_the_first_version_is_read() -> None:
    """Rows already kept stay good."""
    kept = (
        '{"referrals":{"ref-1":{"agency":"blaine-police","door":"arrest_diversion","source_kind":"law_enforcement",'
        '"officer_waiting":true,"revision":0,"marks":{"referral.received":"2026-03-01T12:00:00Z",'
        '"review.requested":"2026-03-01T12:00:00Z"}}},"reviews":{"rev-1":{"referral_id":"ref-1","because":["weight"],'
        '"urgent":true,"requested_at":"2026-03-01T12:00:00Z"}},"links":{"per-2":{"basis":"name-and-birth-date",'
        '"proposed_at":"2026-03-01T12:00:00Z"}}}'
    )
    file = read_file(kept)
    assert (file.open_reviews, file.proposed_links, file.referrals["ref-1"].standing) == (1, 1, "in_review")
    assert file.referrals["ref-1"].officer_waiting
    assert json.loads(written_file(file)) == json.loads(kept)


def test_of_an_erased_referral_only_its_id_is_kept_in_any_order() -> None:
    """The person's links and other referrals stay."""
    erased = x.said(
        ReferralErased(referral_id=x.REFERRAL, ground="person_request", erased_at=x.BEGIN, by="juno-operator"), after=9
    )
    for order in permutations([x.referral_received(), x.review_requested(), x.review_decided(), x.offered(), erased]):
        file = reduce(evolve, [*order, x.link_proposed()], None)
        assert file is not None
        assert (file.referrals, file.reviews, file.erased) == ({}, {}, {x.REFERRAL})
        assert file.links.keys() == {x.OTHER}
