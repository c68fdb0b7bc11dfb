"""On real servers: an agency passes somebody on, as they agreed; another takes them over; the first loses nothing."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from tests.journeys.test_an_independent_client import POLICE, offered, referral


def test_an_agency_passes_somebody_on_and_police_hear_no_more_than_of_the_hand_off(outside):
    number, today = f"26T-{uuid.uuid4().hex[:12]}", datetime.now(UTC).date().isoformat()
    police = outside(POLICE)
    police.say("referral.submitted", referral(number) | {"needs": ["medication_management"]}, f"id-{number}")
    holder, offer = offered(outside, "medication_management")
    named = {"offer_id": offer.data["offer_id"]}
    holder.say("offer.accepted", named, f"a-{number}", subject=offer.attributes["subject"])
    made = holder.hears_of("assignment.made", "offer_id", named["offer_id"])
    person = {"subject": made.attributes["subject"]}
    holder.say("handoff.completed", named, f"h-{number}", **person)
    police.hears_of("handoff.confirmed", "incident_number", number)
    holder.say("intake.completed", {"completed_on": today}, f"i-{number}", **person)
    holder.say("participation.paused", {"reason": "hospital"}, f"p-{number}", **person)
    holder.say("participation.resumed", {}, f"r-{number}", **person)
    to = next(one for one in ("lake-whatcom-center", "opportunity-council") if one != holder.slug)
    holder.say(
        "transfer.requested", {"reason": "persons_wish", "person_agreed": True, "to": to}, f"t-{number}", **person
    )
    other = outside(to)
    asked = other.hears(
        lambda one: (
            one.type == "offer.made"
            and one.data["needs"] == ["medication_management"]
            and one.data["offer_id"] != named["offer_id"]
        )
    )
    other.say(
        "offer.accepted", {"offer_id": asked.data["offer_id"]}, f"o-{number}", subject=asked.attributes["subject"]
    )
    assert holder.hears_of("transfer.reported", "offer_id", named["offer_id"]).data["accepted"] is True
    holder.hears_of("offer.cancelled", "offer_id", named["offer_id"])
    about = [one for one in police.lane if one.data.get("incident_number") == number]
    assert [one.type for one in about] == [
        "referral.acknowledged", "screening.reported", "case_manager.dispatched", "handoff.confirmed",
    ]  # fmt: skip
