"""A diverted arrest's charge on a real hub: held, held longer, told of under consent; and a day that is over."""

import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.journeys.cast import THERE
from tests.journeys.messages import until
from tests.journeys.outside import SECONDS
from tests.journeys.running import ROOT

POLICE, HOLDER, CITY, COUNTY = (
    "bellingham-police", "opportunity-council", "bellingham-city-attorney", "whatcom-county-prosecutor",
)  # fmt: skip
OFFICE = "whatcom-lead-program-office"


@pytest.fixture
def charges(hub):
    """Asks `hub charges show`, or with more words another of its commands; None while nothing is held."""

    def show(*words: str):
        words = ("show", *words) if words[0].startswith("ref-") else words
        command = [sys.executable, "-m", "services.cli", "charges", *words, "--state", hub["state"], "--json"]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=SECONDS, check=False)
        found = json.loads(done.stdout) if done.returncode == 0 else None
        return found[0] if found and words[0] == "show" else found

    return show


@pytest.fixture
def diverted(outside):
    """Records a hand-off that was made by phone, so many days ago; gives its referral and what the holder hears."""

    def made(days: int):
        number, at = f"26H-{uuid.uuid4().hex[:12]}", datetime.now(UTC) - timedelta(days=days, minutes=5)
        outside(POLICE).say("referral.submitted", {
            "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": at.isoformat(),
            "incident": {"number": number, "ori": "WASAMPL02"}, "offences": [{"nibrs": "90C"}], "agreement": "agreed",
            "person": {"legal_name": f"Sample {number}", "birth_date": "1980-05-05"},
            "location": {"area": "bellingham"}, "needs": ["meal"],
            "after_the_fact": {"handed_off_at": at.isoformat(), "to_agency": HOLDER},
        }, f"id-{number}")  # fmt: skip
        receipt = outside(POLICE).hears_of("referral.acknowledged", "incident_number", number)
        referral = receipt.data["referral_id"]
        return number, referral, outside(HOLDER).hears_of("assignment.made", "referral_id", referral)

    return made


def of_the_hold(agency, referral, state):
    """The newest report of the hold, once there is one in this state."""
    agency.hears(
        lambda one: (one.type, one.data.get("referral_id"), one.data.get("state")) == ("hold.reported", referral, state)
    )
    return [one for one in agency.lane if one.type == "hold.reported" and one.data["referral_id"] == referral][-1]


def consents(holder, made, day: date):
    form = f"form-{uuid.uuid4().hex[:12]}"
    holder.say("consent.signed", {
        "form_reference": form, "kind": "criminal_justice_referral", "recipients": [CITY],
        "purpose": "prosecution_decision", "categories": ["intake_status"], "signed_on": day.isoformat(),
        "disclosers": [OFFICE], "signed_by": "person", "signature": "paper", "intermediary": OFFICE,
        "members_version": "2026-01", "statements": [{"text": "right-to-revoke", "version": "2026-01"}],
        "expires_at": (datetime.now(UTC) + timedelta(days=300)).isoformat(), "language": "en",
    }, form, subject=made.attributes["subject"])  # fmt: skip


def says(agency, kind, data, subject) -> str:
    identity = f"{kind}-{uuid.uuid4().hex[:12]}"
    agency.say(kind, data, identity, subject=subject)
    return identity


def test_a_charge_is_held_longer_and_not_filed_once_the_intake_is_done_and_told_of(outside, diverted, charges):
    city, holder = outside(CITY), outside(HOLDER)
    number, referral, made = diverted(0)
    report = city.hears_of("diversion.reported", "incident_number", number)
    subject = report.attributes["subject"]
    first = date.fromisoformat(of_the_hold(city, referral, "held").data["due_on"])

    later = {"referral_id": referral, "cause_number": f"CN-{number}", "hold_until": str(first + timedelta(days=10))}
    says(city, "charge.held", later, subject)
    longer = city.hears(
        lambda one: one.data.get("due_on") == later["hold_until"] and one.data["referral_id"] == referral
    )
    assert (longer.data["cause_number"], longer.data["incident_number"]) == (f"CN-{number}", number)
    sooner = says(city, "charge.held", {"referral_id": referral, "hold_until": str(first)}, subject)
    assert city.refusal(sooner)["reason"] == "only-forward"
    unknown = says(city, "charge.decided", {"referral_id": "ref-" + "0" * 32, "decision": "filed"}, subject)
    assert city.refusal(unknown)["reason"] == "unknown-charge"

    yesterday = datetime.now(THERE).date() - timedelta(days=1)
    consents(holder, made, yesterday)
    early = says(holder, "intake.completed", {"completed_on": str(yesterday)}, made.attributes["subject"])
    assert holder.refusal(early)["reason"] == "before-the-arrest"
    # By the site's calendar: the arrest was five minutes ago.
    today = (datetime.now(THERE) - timedelta(minutes=5)).date()
    says(holder, "intake.completed", {"completed_on": str(today)}, made.attributes["subject"])
    told = city.hears_of("intake.reported", "referral_id", referral)
    assert told.data["completed_on"] == str(today)
    until(lambda: (charges(referral) or {}).get("office_told"))

    says(city, "charge.decided", {"referral_id": referral, "decision": "filed"}, subject)
    contested = until(lambda: (found := charges(referral))["alarms"] and found)
    assert contested["standing"] == "not_filed"
    assert contested["alarms"] == ["says that it filed, though it was told of the intake."]
    listed = {one["referral_id"]: one for one in charges("list", "--standing", "not_filed")}
    assert listed[referral]["office"] == CITY
    assert not [one for one in outside(COUNTY).lane if one.data.get("referral_id") == referral]


def test_a_day_that_is_over_is_told_without_why_and_a_consent_signed_later_tells_the_true_day(
    outside, diverted, charges
):
    city, holder = outside(CITY), outside(HOLDER)
    number, referral, made = diverted(40)
    of_the_hold(city, referral, "lapsed")
    done = datetime.now(UTC).date() - timedelta(days=35)
    says(holder, "intake.completed", {"completed_on": str(done)}, made.attributes["subject"])
    met = until(lambda: (found := charges(referral)) and found["standing"] == "not_filed" and found)
    assert not met["office_told"]
    heard = [one for one in city.lane if one.data.get("referral_id") == referral]
    assert sorted(one.type for one in heard) == ["diversion.reported", "hold.reported", "hold.reported"]
    assert not any(str(done) in json.dumps(one.data) for one in heard)

    consents(holder, made, datetime.now(UTC).date() - timedelta(days=1))
    assert city.hears_of("intake.reported", "referral_id", referral).data["completed_on"] == str(done)
    assert number in json.dumps(heard[0].data)
