"""What a line of the timeline shows, and in which order the lines stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contracts.envelope import readdressed
from services.console.domain import HEARS, File, Step, decide, in_order
from services.console.domain.words import SENTENCES
from services.plumbing.service import Row
from tests.console import examples as x

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from contracts.event import Event


def steps(*facts: Fact) -> list[Step]:
    """Return the lines that the facts become."""
    found: list[Step] = []
    for fact in facts:
        for outcome in decide(None, File(), fact, None):
            assert isinstance(outcome, Row)
            found.append(outcome.content)
    return found


def test_each_fact_is_one_line_with_its_time_its_service_and_its_cause() -> None:
    """The line names what it is about."""
    (step,) = steps(x.referral_received())
    assert (step.at, step.service, step.cause, step.referral_id, step.agency) == (
        x.BEGIN,
        "/hub/referrals",
        "submission",
        x.REFERRAL,
        "opportunity-council",
    )


def test_nothing_sealed_is_on_the_timeline() -> None:
    """Not in the details, not in the sentence."""
    assert x.SECRET not in "".join(step.model_dump_json() for step in steps(*x.everything()))


def test_causes_stand_before_their_effects_within_one_moment() -> None:
    """Facts of one cause share their time."""
    first = x.referral_received()
    second = readdressed(x.offered(after=0), causation_id=first.id)
    third = readdressed(x.accepted(after=0), causation_id=second.id)
    assert [step.event for step in in_order(steps(third, second, first))] == [
        "referral.received",
        "assignment.offered",
        "assignment.accepted",
    ]


@pytest.mark.parametrize("event", HEARS, ids=lambda event: event.name)
def test_every_event_has_a_sentence_of_its_own(event: type[Event]) -> None:
    """An operator reads words, not codes."""
    fields = {"refusal", *event.model_fields}
    assert event.name in SENTENCES or event.name.startswith("referral."), event.name
    named = [part.split("}")[0].split(":")[0].split(".")[0] for part in SENTENCES.get(event.name, "").split("{")[1:]]
    assert set(named) <= fields
