"""What a line of the timeline shows, and in which order the lines stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import contracts as published
from contracts.catalogue import ScreeningDetermined
from contracts.envelope import readdressed
from contracts.event import brought_up, versions
from services.console.domain import HEARS, File, Step, decide, in_order, step_of, worded
from services.console.domain.words import told
from services.plumbing.service import Row
from services.sites import load_site
from tests.console import examples as x

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from contracts.event import Event

WHATCOM = load_site("whatcom")


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


def screening(digest: str) -> Step:
    """Return the line of a screening under Whatcom's newest policy, with that hash."""
    policy = WHATCOM.policies[-1]
    found = ({"clause": "drug-amount", "result": "unknown"}, {"clause": "policy-in-force", "result": "unknown"})
    event = ScreeningDetermined(
        referral_id=x.REFERRAL, verdict="needs_review", police_verdict="needs_review", rules=found, policy=policy.id,
        policy_version=policy.version, policy_hash=digest, inputs={},
    )  # fmt: skip
    (step,) = steps(x.said(event))
    return step


def test_a_screening_reads_in_the_words_of_the_policy_that_decided() -> None:
    """Words and source come from the site, for what stands in place of a clause, too."""
    rules = worded(screening(WHATCOM.policies[-1].hash), WHATCOM).details["rules"]
    assert [(rule["clause"], rule["result"]) for rule in rules] == [
        ("drug-amount", "unknown"),
        ("policy-in-force", "unknown"),
    ]
    assert all(rule["text"] and rule["citation"] for rule in rules)


def test_where_the_policy_is_not_at_hand_as_it_was_the_clauses_stand_alone() -> None:
    """Other words would be a lie."""
    step = screening("0" * 64)
    assert worded(step, WHATCOM) == step


def test_a_screening_that_brought_its_words_along_keeps_them() -> None:
    """Lines that were written before are shown as they were."""
    step = screening("0" * 64)
    brought = {"clause": "drug-amount", "result": "unknown", "text": "Sample words.", "citation": "Sample source"}
    older = step.model_copy(update={"details": step.details | {"rules": [brought]}})
    assert worded(older, WHATCOM).details["rules"] == [brought]


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
