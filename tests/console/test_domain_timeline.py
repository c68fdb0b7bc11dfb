"""What a line of the timeline shows, and in which order the lines stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import contracts as published
from contracts.envelope import readdressed
from contracts.event import brought_up, versions
from services.console.domain import HEARS, File, Step, decide, in_order, step_of
from services.console.domain.words import told
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
            found.append(step_of(outcome.content._asdict()))
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


EXAMPLES = Path(published.__file__ or "").parent / "examples"


def shipped(event: type[Event]) -> list[Event]:
    """Return every example of an event that was ever shipped, in its newest form."""
    found = sorted((EXAMPLES / event.name).glob("*.json"))
    return [
        brought_up(versions(event.name)[int(path.stem.partition("-")[0]) - 1].model_validate_json(path.read_text()))
        for path in found
    ]


@pytest.mark.parametrize("event", HEARS, ids=lambda event: event.name)
def test_every_event_is_told_in_a_sentence_of_its_own(event: type[Event]) -> None:
    """An operator reads words: no name of ours, no field that is not there, nothing that reads `None`."""
    for example in shipped(event):
        sentence = told(example)
        assert sentence.endswith(".")
        assert "None" not in sentence
