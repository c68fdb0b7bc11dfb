"""From a referral to the end of its journey, over every service of the hub in memory, and who hears what on the way."""

import json
from dataclasses import replace

import pytest

from contracts import topics
from contracts.envelope import written
from services.plumbing.pseudonyms import Pseudonyms
from tests.intake.examples import KEYS, NOW, site
from tests.journeys.cast import (
    CASE_MANAGERS,
    LISTENING,
    OFFICE,
    POLICE,
    PROVIDER,
    YOUTH,
    Case,
    Cast,
    Message,
    caseload,
    places,
)
from tests.journeys.memory import WholeHub

ARREST = ["referral.acknowledged", "screening.reported", "case_manager.dispatched", "handoff.confirmed"]


def of_kind(kind: str) -> Case:
    return next(case for case in caseload(11, NOW) if case.kind == kind)


async def played(*cases: Case) -> tuple[WholeHub, Cast]:
    hub, cast = WholeHub(site(), KEYS, at=NOW), Cast(list(cases), NOW)
    await hub.play(cast)
    assert hub.parked() == []
    return hub, cast


def names(facts) -> list[str]:
    return [fact.event.name for fact in facts]


def on_lanes(hub: WholeHub) -> dict[str, list[str]]:
    return {agency: names(hub.lane(agency)) for agency in hub.site.agencies if hub.lane(agency)}


async def test_an_arrested_person_is_offered_blind_met_handed_over_and_taken_in():
    hub, _ = await played(of_kind("taken on"))

    assert names(hub.hub.facts(topics.ASSIGNMENTS)) == [
        "assignment.offered", "assignment.accepted", "assignment.handed_off", "assignment.enrolled",
    ]  # fmt: skip
    (holder,) = set(on_lanes(hub)) & set(CASE_MANAGERS)
    assert on_lanes(hub) == {
        POLICE: ARREST,
        holder: ["offer.made", "assignment.made"],
        "bellingham-city-attorney": ["diversion.reported", "hold.reported"],
    }
    blind, known = (written(fact)[0] for fact in hub.lane(holder))
    assert b"Qaa" not in blind
    assert b"36 Sample" not in blind
    assert json.loads(known)["preferred_name"] == "Qaa"
    assert "legal_name" not in json.loads(known)


async def test_a_social_contact_is_told_the_receipt_and_no_more():
    case = replace(of_kind("says no at the first visit"), course=("contact", "handoff", "intake"))
    hub, _ = await played(case)

    assert names(hub.lane(case.sender)) == ["referral.acknowledged"]
    assert names(hub.hub.facts(topics.ASSIGNMENTS))[-1] == "assignment.enrolled"


async def test_a_mothers_word_brings_a_child_to_those_who_serve_the_young_and_she_hears_the_receipt_alone():
    hub, _ = await played(of_kind("a mother refers a child"))

    assert on_lanes(hub) == {OFFICE: ["referral.acknowledged"], YOUTH: ["offer.made", "assignment.made"]}


async def test_who_declined_on_scene_is_offered_to_nobody():
    hub, _ = await played(of_kind("declined on scene"))

    assert on_lanes(hub) == {POLICE: ["referral.acknowledged", "screening.reported"]}


async def test_when_nobody_answers_the_officer_goes_on_as_usual_within_the_sites_minutes():
    hub, cast = WholeHub(site(), KEYS, at=NOW), Cast([of_kind("taken on")], NOW)
    await hub.say(*cast.opening(cast.cases[0]))
    await hub.settle()
    adults = [agency for agency in CASE_MANAGERS if agency != YOUTH]
    await hub.advance(len(adults) * site().clocks.offer_answer_minutes + 1)

    assert names(hub.lane(POLICE)) == ["referral.acknowledged", "screening.reported", "handoff.unavailable"]
    assert names(hub.hub.facts(topics.ASSIGNMENTS)).count("assignment.lapsed") == len(adults)
    assert hub.parked() == []


@pytest.mark.parametrize(
    ("course", "rota", "agencies"),
    [(("handoff",), False, 2), (("handoff",), True, 1), (("contact", "handoff", "intake"), False, 1)],
)
async def test_of_a_newcomer_and_of_an_enrolled_person_the_police_hear_the_same(course, rota, agencies):
    """Who is enrolled goes to their own case manager; who was met once, to who is on call, or has most room."""
    newcomer, enrolled = [arrested_with_the_same_number(case, course) for case in two_arrests()]
    whatcom = site() if rota else site().model_copy(update={"oncall": ()})
    hub, cast = WholeHub(whatcom, KEYS, at=NOW), Cast([newcomer, enrolled], NOW)
    await hub.play(cast, [newcomer])
    before = hub.lane(POLICE)
    await hub.play(cast, [enrolled])
    after = hub.lane(POLICE)[len(before) :]

    assert hub.parked() == []
    assert "person.linked" in names(hub.hub.facts(topics.REFERRALS))
    assert names(after) == names(before) == ARREST
    assert [size(fact) for fact in after] == [size(fact) for fact in before]
    assert [filled(fact) for fact in after] == [filled(fact) for fact in before]
    met_by = [fact.event.agency for fact in hub.hub.facts(topics.ASSIGNMENTS) if "handed_off" in fact.event.name]
    assert len(set(met_by)) == agencies


def two_arrests() -> list[Case]:
    return [case for case in caseload(12, NOW) if case.kind == "taken on"]


def arrested_with_the_same_number(case: Case, course: tuple[str, ...]) -> Case:
    person = case.referral["person"] | {"agency_person_number": "MNI-1"}
    return replace(case, course=course, referral=case.referral | {"person": person})


def size(fact) -> int:
    body, headers = written(fact)
    # A time without a fraction is shorter to write: that is the clock's chance, and tells nothing.
    return len(body) + sum(len(value) for name, value in headers if name != "ce_time")


def filled(fact) -> list[str]:
    return sorted(fact.event.model_dump(exclude_none=True, exclude_defaults=True))


async def test_no_agency_hears_a_field_that_no_permission_names():
    hub, _ = await played(*caseload(11, NOW))

    heard = [(agency, fact) for agency in hub.site.agencies for fact in hub.lane(agency)]
    assert {agency for agency, _ in heard} <= set(LISTENING)
    beyond = [
        (agency, fact.event.name, field)
        for agency, fact in heard
        for field in filled(fact)
        if not any(field in row.fields for row in hub.site.permissions_for(fact.event.name, agency))
    ]
    assert beyond == []


async def test_no_name_or_number_is_clear_anywhere_but_on_the_lane_of_who_took_the_person_on():
    cases = caseload(11, NOW)
    hub, cast = await played(*cases)

    for case in cases:
        words = [
            case.referral["person"]["legal_name"],
            *case.referral["reach"]["phones"],
            "In the morning.",
            "At the door.",
        ]
        taken = {
            agency
            for (agency, _), fact in cast.heard.items()
            if fact.event.name in {"assignment.made", "onward.offered"}
        }
        places = [*topics.HUB_TOPICS, *(topics.from_hub(slug) for slug in hub.site.agencies if slug not in taken)]
        text = b" ".join(record.body or b"" for place in places for record in hub.hub.records(place)).decode()
        assert [word for word in words if word in text] == []
    assert "360-555" not in hub.cases.everything()


async def test_whatever_an_agency_says_that_fits_nothing_is_answered_in_the_same_words():
    hub, cast = await played(*caseload(11, NOW))
    offers = {
        fact.event.offer_id: (agency, fact.subject)
        for (agency, _), fact in cast.heard.items()
        if fact.event.name == "offer.made"
    }
    (first, (agency, subject)), *others = offers.items()
    somebody_elses = next(one for one, (other, _) in others if other != agency)
    said = [
        Message(agency, f"x-{number}", "offer.accepted", {"offer_id": offer}, subject)
        for number, offer in enumerate([first, somebody_elses, "off-" + "0" * 32])
    ]
    known = len(hub.lane(agency))
    await hub.say(*said[1:])
    await hub.settle()

    refusals = [fact.event.refusal for fact in hub.lane(agency)[known:]]
    assert [one.message_id for one in refusals] == ["x-1", "x-2"]
    assert refusals[0].problems == refusals[1].problems
    assert refusals[0].reason == refusals[1].reason


async def test_an_amendment_beside_the_question_keeps_what_the_operator_decided():
    case = replace(of_kind("not weighed"), answers=("no", "accept"))
    hub, cast = WholeHub(site(), KEYS, at=NOW), Cast([case], NOW)
    await hub.say(*places(), *cast.opening(case))
    called = [answer for agency, fact in await hub.settle() for answer in cast.hear(agency, fact)]
    assert [one.type for one in called] == ["review.answered"]
    await hub.say(*called)
    declined = [answer for agency, fact in await hub.settle() for answer in cast.hear(agency, fact)]
    assert [one.type for one in declined] == ["offer.declined"]

    of = {"incident_number": case.referral["incident"]["number"]}
    await hub.say(Message(POLICE, "in-other-words", "referral.amended", {"of": of, "reason": "Said more clearly."}))
    await hub.settle()
    await hub.say(*declined)

    lanes = [(agency, fact.event.name) for agency, fact in await hub.settle()]
    assert [name for agency, name in lanes if agency in CASE_MANAGERS] == ["offer.made"]
    assert [fact.event.name for fact in hub.lane(OFFICE)].count("review.called") == 1
    assert [fact.event.name for fact in hub.hub.facts(topics.SCREENINGS)] == [
        "screening.determined", "review.requested", "review.decided", "screening.determined", "review.decided",
    ]  # fmt: skip


async def test_an_amendment_after_the_hand_off_undoes_nothing_whatever_the_operator_decides():
    case = replace(of_kind("taken on"), course=("handoff",))
    hub, _ = await played(case)
    heard = len(hub.lane(POLICE))
    of = {"incident_number": case.referral["incident"]["number"]}
    heavier = {"of": of, "drugs": [{"kind": "E", "quantity": "61", "unit": "GM"}]}
    await hub.say(Message(POLICE, "heavier", "referral.amended", heavier))
    (called,) = [fact for agency, fact in await hub.settle() if agency == OFFICE]
    no = {"review_id": called.event.review_id, "verdict": "presumptively_ineligible", "operator": "sam", "why": "Much."}
    await hub.say(Message(OFFICE, "no", "review.answered", no, called.subject))
    await hub.settle()

    assert hub.hub.facts(topics.SCREENINGS)[-1].event.name == "review.decided"
    assert hub.hub.facts(topics.ASSIGNMENTS)[-1].event.name == "assignment.handed_off"
    assert len(hub.lane(POLICE)) == heard


async def test_no_consent_that_was_made_up_lets_anybody_hear_more():
    hub, cast = await played(of_kind("from the hospital to a clinic"))
    pseudonyms = Pseudonyms(KEYS.pseudonym)
    (person,) = {fact.subject for fact in hub.hub.facts(topics.CONSENTS)}
    real = next(one for one in cast.said.values() if one.type == "consent.signed")
    stop = Message(real.agency, "stop", "consent.revoked", {"how": "verbal"}, real.subject)
    await hub.say(stop)
    await hub.settle()
    said, told = len(hub.hub.facts(topics.CONSENTS)), {agency: len(hub.lane(agency)) for agency in hub.site.agencies}

    form = real.data | {"form_reference": "F-forged"}
    itself = {"recipients": [PROVIDER], "purpose": "care_coordination"}
    forged = {
        "without-the-role": Message(POLICE, "f-1", real.type, form, pseudonyms.of(person, POLICE)),
        "without-a-relation": Message(YOUTH, "f-2", real.type, form, pseudonyms.of(person, YOUTH)),
        "naming-itself": Message(PROVIDER, "f-3", real.type, form | itself, pseudonyms.of(person, PROVIDER)),
        "anothers-pseudonym": Message(PROVIDER, "f-4", real.type, form, real.subject),
        "sent-again": Message(real.agency, real.id, real.type, real.data, real.subject),
        "sent-again-as-new": Message(real.agency, "f-5", real.type, real.data, real.subject),
        "without-an-element": Message(real.agency, "f-6", real.type, form | {"kind": "part2_tpo"}, real.subject),
    }
    await hub.say(*forged.values())
    await hub.advance(hub.site.clocks.consent_relation_wait_minutes + 1)

    assert hub.parked() == []
    assert {fact.event.name for fact in hub.hub.facts(topics.CONSENTS)[said:]} == {"consent.refused"}
    heard = {agency: hub.lane(agency)[count:] for agency, count in told.items()}
    # Who was told before the person said stop is asked again to forget it; nothing else is on any lane.
    news = [fact for facts in heard.values() for fact in facts if fact.event.name != "information.recalled"]
    refused = [fact for fact in news if fact.event.name == "message.refused"]
    assert news == refused
    assert {fact.event.refusal.message_id for fact in refused} == {one.id for one in forged.values()}
