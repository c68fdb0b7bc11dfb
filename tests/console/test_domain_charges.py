"""What operators see of held charges: how each stands, and what is for them to take up."""

from datetime import UTC, datetime, timedelta

import pytest

from services.console.domain import Step, charges_of

REFERRAL, OFFICE = "ref-" + "1" * 32, "bellingham-city-attorney"
BEGIN = datetime(2026, 3, 2, 20, tzinfo=UTC)


def steps(*events, office=OFFICE, referral=REFERRAL):
    """One step a day; an event alone, or with its details."""
    found = []
    for day, given in enumerate(events):
        event, details = given if isinstance(given, tuple) else (given, {})
        service = "/hub/notification" if event.startswith("disclosure") else "/hub/charges"
        if event in {"hold.started", "hold.unreported"}:
            details = {"due_on": "2026-04-01"} | details
        found.append(
            Step(at=BEGIN + timedelta(days=day), event=event, service=service, id=f"{office}-{referral}-{day}",
                 subject="per-1", agency=office, referral_id=referral, says="", details=details)
        )  # fmt: skip
    return found


TOLD = ("disclosure.made", {"message_type": "intake.reported"})


@pytest.mark.parametrize(
    ("events", "standing", "alarms"),
    [
        (["hold.started"], "held", 0),
        (["hold.started", "hold.unreported"], "held", 1),
        (["hold.started", "hold.unreported", ("hold.extended", {"due_on": "2026-05-01"})], "extended", 0),
        (["hold.started", "hold.satisfied", TOLD], "not_filed", 0),
        (["hold.started", "hold.satisfied", "hold.unreported"], "not_filed", 1),
        (["hold.started", "hold.satisfied", "hold.unreported", TOLD], "not_filed", 0),
        (["hold.started", "hold.satisfied", ("charge.contested", {"told": True})], "not_filed", 1),
        (["hold.started", "hold.lapsed"], "lapsed", 0),
        (["hold.started", "hold.lapsed", "hold.unanswered"], "lapsed", 1),
        (["hold.started", "hold.lapsed", "hold.unanswered", "charge.declined"], "declined", 0),
        (["hold.started", ("charge.filed", {"before_due": True})], "filed", 1),
        (["hold.started", "hold.lapsed", "charge.filed"], "filed", 0),
    ],
)
def test_each_charge_stands_where_its_steps_lead_and_says_what_is_to_be_taken_up(events, standing, alarms):
    [charge] = charges_of(steps(*events))
    assert (charge.standing, len(charge.alarms(last_word=False))) == (standing, alarms)


def test_where_the_attorney_has_the_last_word_an_early_filing_is_no_alarm():
    [charge] = charges_of(steps("hold.started", ("charge.filed", {"before_due": True})))
    assert charge.alarms(last_word=True) == ()


def test_charges_come_by_last_day_and_a_word_about_none_is_none():
    later = steps(("hold.started", {"due_on": "2026-06-01"}), referral="ref-" + "2" * 32)
    stranger = steps("charge.decided", office="whatcom-county-prosecutor")
    found = charges_of([*later, *steps("hold.started"), *stranger])
    assert [(one.referral_id, one.due_on) for one in found] == [
        (REFERRAL, "2026-04-01"),
        ("ref-" + "2" * 32, "2026-06-01"),
    ]
