"""On a real hub: an order asks a person and tells nobody who takes part; what ran out is overridden for a reason."""

import json
from datetime import UTC, datetime

from tests.journeys.marked_day import POLICE, Day
from tests.journeys.messages import CASE_MANAGERS, new_id, until

COURT = "whatcom-therapeutic-courts"


def party(name, born):
    return {"legal_name": f"{name} Sample", "birth_date": born}


PROTECTED, NOBODY = party("Wren", "1979-09-09"), party("Unheard", "1978-08-08")
KEPT_AWAY, OTHER = party("Ash", "1977-07-07"), party("Elm", "1976-06-06")


def arrest(number, person, language):
    return {
        "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": datetime.now(UTC).isoformat(),
        "agreement": "agreed", "location": {"area": "bellingham"}, "person": person | {"language": language},
        "incident": {"number": number, "ori": "WASAMPL02", "officer_waiting": True},
        "offences": [{"nibrs": "35A", "activity": "P"}], "drugs": [{"kind": "E", "quantity": "1.5", "unit": "GM"}],
        "needs": ["meal"],
    }  # fmt: skip


def refers(day, number, person, language):
    police = day.outside(POLICE)
    police.say("referral.submitted", arrest(number, person, language), new_id())
    return police.hears_of("referral.acknowledged", "incident_number", number).data["referral_id"]


def order(court, number, respondent, protected):
    data = {"order_number": number, "kind": "no_contact", "respondent": respondent, "protected": [protected]}
    court.say("order.reported", data, new_id())
    # An order is answered by silence; what is no order is not, and comes after it.
    nothing = new_id()
    court.say("order.reported", {}, nothing)
    court.refusal(nothing)


def review_of(day, referral):
    return until(lambda: day._review_of(referral))


def checked(day, review):
    return json.loads(day.command("reviews", "check", review["review_id"], "--json").out)


def heard_about(police, number):
    return [one.type for one in police.lane if one.data.get("incident_number") == number]


def test_an_order_asks_a_person_and_a_verdict_of_the_clock_is_overridden(hub, outside):
    day, police, court = Day(hub, outside), outside(POLICE), outside(COURT)
    for slug in CASE_MANAGERS:
        outside(slug).say("capacity.reported", {"places": 1_000}, new_id())
    refers(day, "26T-1", PROTECTED, "qtp")
    holder, offer = until(lambda: day._offered("qtp", set()))
    accepted = {"offer_id": offer.data["offer_id"], "arrives_in_minutes": 12}
    holder.say("offer.accepted", accepted, new_id(), subject=offer.attributes["subject"])
    holder.hears_of("assignment.made", "offer_id", offer.data["offer_id"])

    order(court, "26-2-00001", KEPT_AWAY, PROTECTED)
    order(court, "26-2-00002", OTHER, NOBODY)
    reviews = {}
    for number, person, language in (("26T-2", KEPT_AWAY, "qtq"), ("26T-3", OTHER, "qtr")):
        referral = refers(day, number, person, language)
        reviews[number] = review_of(day, referral) | {"referral": referral}
        assert list(reviews[number]["because"]) == ["no-contact-check"]
    assert [checked(day, reviews[one])["result"] for one in ("26T-2", "26T-3")] == ["fail", "pass"]
    shown = day.command("reviews", "check", reviews["26T-2"]["review_id"]).out
    assert "fail" in shown
    assert "Wren" not in shown

    no = day.command(
        "reviews", "decide", reviews["26T-2"]["review_id"], "presumptively_ineligible", "--why", "Weighed."
    )
    assert "presumptively_ineligible" in no.out
    for number in ("26T-2", "26T-3"):
        # One was decided, the other runs out: police hear the same of both.
        police.hears_of("handoff.unavailable", "incident_number", number)
    assert heard_about(police, "26T-2") == heard_about(police, "26T-3")
    assert {one.data["divertible"] for one in police.lane if one.type == "screening.reported"} == {True}

    override = (
        "reviews",
        "override",
        reviews["26T-3"]["referral"],
        "--reason",
        "no_risk_today",
        "--why",
        "Vouched for.",
    )
    said = day.command(*override, "--operator", "sam-sample", "--json")
    followed = json.loads(said.out)["followed"]
    assert "review.decided" in [one["event"] for one in followed]
    _, offer = until(lambda: day._offered("qtr", set()))
    assert offer.data["officer_waiting"] is False
    again = day.command(*override)
    assert "overridden once" in again.err
    decided = day.command("reviews", "override", reviews["26T-2"]["referral"], *override[3:])
    assert "what a person decided" in decided.err
    court._listen()
    assert [one for one in court.lane if one.type != "message.refused"] == []
