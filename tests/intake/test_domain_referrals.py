"""A referral at the door: submitted, repeated, amended, withdrawn."""

import hashlib
import json

import pytest

from services.plumbing.identity import mark_of
from services.plumbing.tokens import NotSealed, Place
from tests.intake.examples import (
    HOSPITAL,
    OFFICE,
    PERSON,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    SHERIFF,
    House,
    arrest,
    community,
    incident,
    names,
    record,
    refusal,
)

FULL = arrest(
    incident=incident(
        officer={"badge": "B-77", "name": "Officer Sample"},
        officer_waiting=True,
        occurred_at="2026-03-02T09:00:00-08:00",
    ),
    person={
        "legal_name": "Juniper Sample",
        "aliases": ["June"],
        "birth_date": "1990-05-05",
        "agency_person_number": "MNI-1",
        "demographics": {"race": "declined"},
        "veteran": "yes",
        "language": "es",
        "housing": "unsheltered",
        "under_supervision": "no",
    },
    reach={"phones": ["360-555-0100"], "message_is_safe": "no"},
    location={"area": "bellingham", "place": "the library steps"},
    residence_area="ferndale",
    offences=[{"nibrs": "35A", "severity": "felony", "activity": "P"}],
    drugs=[{"kind": "L", "quantity": "0.4", "unit": "GM"}],
    attestations=[{"rule": "history-violent", "result": "pass"}],
    needs=["meal", "shelter"],
    reason="asked for help",
    safety_notes="a dog",
    safety_code="blue",
    referrer_contact="360-555-0199",
)
HANDED_OFF = {"handed_off_at": "2026-03-02T09:30:00-08:00", "to_agency": PROVIDER}


def amended(**sections):
    of = {"incident_number": "26B01234"}
    return record({"of": of} | sections, name="referral.amended")


def withdrawn(**of):
    return record({"of": of or {"incident_number": "26B01234"}, "why": "report_deleted"}, name="referral.withdrawn")


async def received(data=None, **more):
    house = House()
    return house, (await house.hear(record(data or FULL, **more)))[0]


async def test_a_submission_becomes_a_referral_of_a_person():
    _, fact = await received()
    assert names([fact]) == ["referral.received"]
    assert fact.subject.startswith("per-")
    assert fact.event.referral_id.startswith("ref-")
    assert (fact.event.agency, fact.event.door, fact.event.officer_waiting) == (POLICE, "arrest_diversion", True)


async def test_what_is_private_is_sealed_by_category():
    house, fact = await received()
    assert await house.opened(fact) == {
        "identity": {
            "legal_name": "Juniper Sample", "aliases": ["June"], "birth_date": "1990-05-05",
            "agency_person_number": "MNI-1",
        },
        "demographics": {"race": "declined", "veteran": "yes"},
        "contact": {"phones": ["360-555-0100"], "message_is_safe": "no", "referrer_contact": "360-555-0199"},
        "incident": {
            "number": "26B01234", "ori": "WASAMPL02", "subject_sequence": 1, "place": "the library steps",
            "occurred_at": "2026-03-02T09:00:00-08:00", "officer": {"badge": "B-77", "name": "Officer Sample"},
        },
        "narrative": {"reason": "asked for help"},
        "safety": {"safety_notes": "a dog", "safety_code": "blue"},
    }  # fmt: skip


async def test_what_decides_is_in_the_clear_without_identity():
    _, fact = await received()
    particulars = fact.event.particulars
    assert (particulars.age.from_years, particulars.age.to_years) == (35, 35)
    assert (particulars.area, particulars.residence_area) == ("bellingham", "ferndale")
    assert (particulars.language, particulars.housing, particulars.under_supervision) == ("es", "unsheltered", "no")
    assert [offence.nibrs for offence in particulars.offences] == ["35A"]
    assert particulars.needs == ("meal", "shelter")


async def test_a_community_referral_needs_no_number_and_no_name():
    house, fact = await received(
        community(person={"preferred_name": "Blue", "estimated_age": {"from_years": 30, "to_years": 40}})
    )
    assert (fact.event.particulars.age.from_years, fact.event.particulars.age.to_years) == (30, 40)
    assert await house.opened(fact) == {"identity": {"preferred_name": "Blue"}}


async def test_the_age_is_that_of_the_day_of_the_referral_at_the_site():
    eve = community(referred_at="2026-03-02T07:59:00Z", person={"birth_date": "2008-03-02"})
    _, fact = await received(eve)
    assert fact.event.particulars.age.from_years == 17


async def test_a_hospital_is_a_source_that_reveals_health():
    _, fact = await received(community(source_kind="outreach"), agency=HOSPITAL)
    assert fact.event.restricted_source


async def test_an_emergency_department_reveals_health_whoever_sends_it():
    _, fact = await received(community(source_kind="emergency_department"), agency=OFFICE)
    assert fact.event.restricted_source
    _, fact = await received(community(source_kind="family"), agency=OFFICE)
    assert not fact.event.restricted_source


async def test_the_same_incident_under_a_new_id_begins_nothing_new():
    house, first = await received()
    (again,) = await house.hear(record(FULL, identity="other"))
    assert names([again]) == ["referral.repeated"]
    assert (again.event.referral_id, again.subject) == (first.event.referral_id, first.subject)
    assert again.event.message_id == "other"


@pytest.mark.parametrize(
    "other",
    [
        {"agency_person_number": "MNI-2", "birth_date": "1990-05-05"},
        {"legal_name": "Rowan Sample", "birth_date": "1971-01-01"},
    ],
)
async def test_a_second_arrested_person_without_a_number_of_their_own_does_not_vanish(other):
    house, _ = await received()
    answer = refusal(await house.hear(record(FULL | {"person": other})))
    assert (answer.reason, answer.problems[0].field) == ("contradiction", "incident.subject_sequence")
    assert answer.problems[0].fix.startswith("Number each arrested person 1, 2, ...")
    assert "Rowan" not in str(answer)
    second = await house.hear(record(FULL | {"person": other, "incident": FULL["incident"] | {"subject_sequence": 2}}))
    assert names(second)[0] == "referral.received"


async def test_another_person_under_a_used_reference_does_not_vanish():
    reference = {"source_reference": "T-1"}
    house, _ = await received(community(**reference, person={"birth_date": "1990-05-05"}))
    answer = refusal(await house.hear(record(community(**reference, person={"birth_date": "1971-01-01"}))))
    assert (answer.reason, answer.problems[0].field) == ("contradiction", "source_reference")


@pytest.mark.parametrize(
    "facts",
    [
        {"agreement": "declined"},
        {"drugs": [{"kind": "L", "quantity": "4", "unit": "GM"}]},
        {"incident": FULL["incident"] | {"officer_waiting": False}},
        {"person": FULL["person"] | {"language": "en"}},
        {"person": FULL["person"] | {"legal_name": "Juniper Other"}},
        {"reach": {"phones": ["360-555-0111"]}},
        {"reason": "asked again"},
        {"location": {"area": "lynden", "place": "the library steps"}},
    ],
)
async def test_what_a_known_incident_says_otherwise_under_a_new_id_is_not_dropped_silently(facts):
    house, first = await received()
    answer = refusal(await house.hear(record(FULL | facts)))
    assert (answer.reason, answer.message_type) == ("known-referral", "referral.submitted")
    assert answer.problems[0].fix.startswith("Send referral.amended")
    assert house.store.people == {first.subject: first.event.referral_id}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"test": True}, "test"),
        ({"door": "social_contact"}, "door"),
        ({"after_the_fact": HANDED_OFF}, "after_the_fact"),
        ({"prior_involvement": {"verified_by": "records"}}, "prior_involvement"),
        ({"safety_notes": "two dogs"}, "safety_notes"),
        ({"safety_notes": None}, "safety_notes"),
        ({"safety_code": "red"}, "safety_code"),
        ({"incident": FULL["incident"] | {"officer": {"badge": "B-78"}}}, "incident.officer"),
        ({"incident": FULL["incident"] | {"reported_at": "2026-03-02T09:20:00-08:00"}}, "incident.reported_at"),
        ({"location": {"area": "bellingham", "place": "the bus station"}}, "location.place"),
        ({"referrer_contact": "360-555-0198"}, "referrer_contact"),
        ({"reason": None}, "reason"),
        ({"location": {"place": "the library steps"}}, "location.area"),
        ({"residence_area": None}, "residence_area"),
        ({"safety_code": "red", "agreement": "declined"}, "safety_code"),
    ],
)
async def test_what_no_amendment_can_say_is_not_dropped_silently_either(facts, field):
    house, first = await received()
    answer = refusal(await house.hear(record(FULL | facts)))
    assert (answer.reason, answer.problems[0].field) == ("known-referral", field)
    assert answer.problems[0].fix.startswith("Withdraw this referral and submit it anew under a new id.")
    assert "referral.amended" not in answer.problems[0].fix
    (gone,) = await house.hear(withdrawn())
    anew = (await house.hear(record(FULL | facts)))[0]
    assert (gone.event.name, anew.event.name, anew.subject) == (
        "referral.retracted",
        "referral.received",
        first.subject,
    )


async def test_another_kind_of_source_is_not_dropped_silently():
    house, _ = await received(community(source_reference="T-1", source_kind="family"), agency=OFFICE)
    other = record(community(source_reference="T-1", source_kind="emergency_department"), agency=OFFICE)
    answer = refusal(await house.hear(other))
    assert (answer.reason, answer.problems[0].field) == ("known-referral", "source_kind")


async def test_a_person_sent_as_a_test_and_then_for_real_does_not_stay_a_test():
    house, first = await received(FULL | {"test": True})
    answer = refusal(await house.hear(record(FULL)))
    assert (answer.reason, answer.problems[0].field) == ("known-referral", "test")
    await house.hear(withdrawn())
    live = (await house.hear(record(FULL)))[0]
    assert (first.event.test, live.event.name, live.event.test) == (True, "referral.received", False)


async def test_the_same_in_another_spelling_is_the_same_again():
    house, _ = await received(FULL | {"source_reference": "T-9"})
    spelled = FULL["incident"] | {"number": "26b 01234", "occurred_at": "2026-03-02T17:00:00Z"}
    again = await house.hear(record(FULL | {"incident": spelled, "source_reference": "t-9"}))
    assert names(again) == ["referral.repeated"]


async def test_a_ticket_numbered_anew_for_the_same_incident_is_the_same_referral_again():
    house, _ = await received(FULL | {"source_reference": "T-9"})
    again = await house.hear(record(FULL | {"source_reference": "T-10"}))
    assert names(again) == ["referral.repeated"]


async def test_a_safety_note_that_comes_later_is_not_lost():
    house, _ = await received(arrest())
    answer = refusal(await house.hear(record(arrest(safety_notes="a dog"))))
    assert (answer.reason, answer.problems[0].field) == ("known-referral", "safety_notes")
    assert "dog" not in str(answer)


async def test_what_an_amendment_said_may_be_sent_again_as_a_whole():
    house, first = await received()
    await house.hear(amended(reach={"phones": ["360-555-0111"]}, agreement="undecided"))
    whole = FULL | {"reach": {"phones": ["360-555-0111"]}, "agreement": "undecided"}
    (again,) = await house.hear(record(whole))
    assert (again.event.name, again.event.referral_id) == ("referral.repeated", first.event.referral_id)
    assert refusal(await house.hear(record(FULL))).reason == "known-referral"


async def test_of_an_erased_record_only_what_is_in_the_clear_is_compared():
    house, first = await received()
    await house.store.keys.destroy(None, first.event.referral_id)
    assert names(await house.hear(record(FULL | {"reason": "asked again"}))) == ["referral.repeated"]
    assert refusal(await house.hear(record(FULL | {"agreement": "declined"}))).reason == "known-referral"


async def test_a_persons_reference_does_not_follow_from_what_agencies_know():
    _, fact = await received()
    case = fact.event.referral_id.removeprefix("ref-")[:28]
    guesses = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in (f"bk-{case}", case, fact.event.referral_id)]
    assert fact.subject.removeprefix("per-") not in guesses


async def test_a_known_case_keeps_its_person_however_persons_were_named_when_it_began():
    house, first = await received()
    (key,) = house.store.cases
    known = "per-" + "7" * 32
    house.store.cases[key] = house.store.cases[key].replace(first.subject, known)
    (gone,) = await house.hear(withdrawn())
    assert gone.subject == known
    again = await house.hear(record(FULL))
    assert (again[0].event.name, again[0].subject) == ("referral.received", known)


async def test_a_case_that_was_written_down_as_a_correction_from_the_start_is_read():
    house, first = await received()
    (key,) = house.store.cases
    whole = json.loads(first.event.model_dump_json()) | {"revision": 0, "changed": []}
    one = {"agency": POLICE, "person": first.subject, "whole": whole, "retracted": False}
    house.store.cases[key] = json.dumps({"referrals": {first.event.referral_id: one}})
    assert names(await house.hear(record(FULL))) == ["referral.repeated"]
    (fact,) = await house.hear(amended(area="lynden"))
    assert (fact.event.name, fact.event.revision) == ("referral.corrected", 1)
    assert await house.opened(fact) == await house.opened(first)


async def test_a_case_that_was_written_down_without_what_goes_without_saying_is_read():
    house, first = await received()
    (key,) = house.store.cases
    one = {
        "agency": POLICE,
        "person": first.subject,
        "whole": first.event.model_dump(mode="json", exclude_defaults=True),
    }
    house.store.cases[key] = json.dumps({"referrals": {first.event.referral_id: one}})
    assert names(await house.hear(record(FULL))) == ["referral.repeated"]
    (fact,) = await house.hear(amended(area="lynden"))
    assert (fact.event.name, fact.event.revision) == ("referral.corrected", 1)


async def test_a_case_keeps_its_referral_as_it_went_out():
    house, first = await received()
    (text,) = house.store.cases.values()
    (kept,) = json.loads(text)["referrals"].values()
    assert kept["whole"] == json.loads(first.event.model_dump_json(exclude_none=True))


async def test_an_amended_age_is_judged_on_the_day_of_the_referral():
    house, _ = await received(arrest(referred_at="2024-03-02T09:40:00-08:00"))
    then = {"birth_date": "2000-01-01", "estimated_age": {"from_years": 24, "to_years": 24}}
    (fact,) = await house.hear(amended(person=then))
    assert fact.event.particulars.age.from_years == 24
    now = then | {"estimated_age": {"from_years": 26, "to_years": 26}}
    answer = refusal(await house.hear(amended(person=now)))
    assert (answer.reason, answer.problems[0].field) == ("contradiction", "person.estimated_age")
    answer = refusal(await house.hear(amended(person={"birth_date": "2025-01-01"})))
    assert (answer.reason, answer.problems[0].field) == ("contradiction", "person.birth_date")


async def test_two_arrested_in_one_incident_are_two_referrals():
    house, first = await received()
    other = await house.hear(record(arrest(incident=incident(subject_sequence=2), person={})))
    assert names(other) == ["referral.received"]
    assert other[0].event.referral_id != first.event.referral_id
    assert other[0].subject != first.subject


async def test_the_same_number_of_two_agencies_is_two_incidents():
    house, first = await received(arrest(person={}))
    (other,) = await house.hear(record(arrest(incident=incident(ori="WASAMPL01"), person={}), agency=SHERIFF))
    assert other.event.referral_id != first.event.referral_id


async def test_the_same_reference_of_a_sender_is_the_same_referral():
    house, first = await received(community(source_reference="T 1"))
    (again,) = await house.hear(record(community(source_reference="t1")))
    assert (again.event.name, again.event.referral_id) == ("referral.repeated", first.event.referral_id)


async def test_two_referrals_without_any_number_are_two():
    house, _ = await received(community())
    assert names(await house.hear(record(community()))) == ["referral.received"]


async def test_a_known_person_keeps_their_reference():
    _, fact = await received(subject=PSEUDONYMS.of(PERSON, POLICE))
    assert fact.subject == PERSON


async def test_an_amendment_gives_the_whole_as_it_now_stands():
    house, first = await received()
    (fact,) = await house.hear(amended(drugs=[{"kind": "L", "quantity": "4"}], agreement="undecided", area="lynden"))
    assert fact.event.name == "referral.corrected"
    assert (fact.event.revision, fact.event.changed) == (1, ("area", "drugs", "agreement"))
    assert await house.opened(fact) == await house.opened(first)
    assert (fact.event.agreement, fact.event.particulars.area) == ("undecided", "lynden")
    assert fact.event.particulars.offences == first.event.particulars.offences


async def test_what_an_amendment_carries_over_is_sealed_for_it_and_opens_in_it_alone():
    house, first = await received()
    (fact,) = await house.hear(amended(area="lynden"))
    token = fact.event.sealed["identity"]
    place = Place(fact.subject, "identity", fact.event.referral_id, mark_of(fact.source, fact.id))
    opened = await house.store.sealer.open(None, token, place)
    assert opened == await house.store.sealer.open(None, first.event.sealed["identity"], Place(first.subject))
    with pytest.raises(NotSealed):
        await house.store.sealer.open(None, token, place._replace(event=mark_of(first.source, first.id)))


async def test_amendments_add_up():
    house, _ = await received()
    await house.hear(amended(agreement="declined"))
    (fact,) = await house.hear(amended(officer_waiting=False, reason="another"))
    assert (fact.event.revision, fact.event.agreement, fact.event.officer_waiting) == (2, "declined", False)
    assert (await house.opened(fact))["narrative"] == {"reason": "another"}


async def test_a_section_is_replaced_as_a_whole():
    house, first = await received()
    (fact,) = await house.hear(amended(person={"legal_name": "June Sample", "birth_date": "1991-05-05"}))
    opened = await house.opened(fact)
    assert opened["identity"] == {"legal_name": "June Sample", "birth_date": "1991-05-05"}
    assert "demographics" not in opened
    assert fact.event.particulars.age.from_years == 34
    assert opened["contact"] == (await house.opened(first))["contact"]


async def test_a_new_way_to_reach_the_person_keeps_the_referrers_own_contact():
    house, _ = await received()
    (fact, _) = await house.hear(amended(reach={"usual_places": ["the ferry dock"]}))
    assert (await house.opened(fact))["contact"] == {
        "usual_places": ["the ferry dock"],
        "referrer_contact": "360-555-0199",
    }


async def test_a_referral_is_named_by_the_id_in_the_acknowledgement_too():
    house, first = await received()
    of = {"referral_id": first.event.referral_id}
    assert names(await house.hear(record({"of": of, "area": "lynden"}, name="referral.amended"))) == [
        "referral.corrected"
    ]
    assert names(await house.hear(withdrawn(**of))) == ["referral.retracted"]


async def test_another_agencys_referral_is_as_unknown_as_none():
    house, first = await received()
    of = {"referral_id": first.event.referral_id}
    known = refusal(await house.hear(record({"of": of}, name="referral.amended", agency=SHERIFF)))
    none = {"referral_id": "ref-" + "0" * 32}
    unknown = refusal(await house.hear(record({"of": none}, name="referral.amended", agency=SHERIFF)))
    assert (known.reason, known.problems) == (unknown.reason, unknown.problems)


async def test_a_withdrawn_referral_is_amended_no_more():
    house, first = await received()
    (gone,) = await house.hear(withdrawn())
    assert (gone.event.name, gone.event.why, gone.subject) == ("referral.retracted", "report_deleted", first.subject)
    answer = refusal(await house.hear(amended(area="lynden")))
    assert (answer.reason, answer.problems[0].field) == ("withdrawn-referral", "of.incident_number")
    assert refusal(await house.hear(withdrawn())).reason == "withdrawn-referral"


async def test_what_was_withdrawn_may_be_submitted_again():
    house, first = await received()
    await house.hear(withdrawn())
    (again,) = await house.hear(record(arrest(person={})))
    assert again.event.name == "referral.received"
    assert again.event.referral_id != first.event.referral_id
    assert again.subject == first.subject
    assert names(await house.hear(amended(area="lynden"))) == ["referral.corrected"]


async def test_all_of_it_in_one_batch():
    house = House()
    said = await house.hear(
        record(FULL), amended(area="lynden"), withdrawn(), record(FULL), amended(agreement="agreed")
    )
    assert names(said) == [
        "referral.received", "reach.stated", "referral.corrected", "referral.retracted", "referral.received",
        "reach.stated", "referral.corrected",
    ]  # fmt: skip
    assert said[4].event.referral_id == said[6].event.referral_id != said[0].event.referral_id
    assert (await house.opened(said[6]))["identity"]["legal_name"] == "Juniper Sample"


async def test_a_record_that_was_erased_keeps_nothing_of_an_amendment():
    house, first = await received()
    await house.store.keys.destroy(None, first.event.referral_id)
    (fact, _) = await house.hear(amended(reach={"phones": ["360-555-0111"]}, area="lynden"))
    mark = mark_of(fact.source, fact.id)
    assert fact.event.sealed["contact"] == f"hs2.{first.event.referral_id}.contact.{mark}."
    assert fact.event.sealed["identity"] == f"hs2.{first.event.referral_id}.identity.{mark}."
    assert house.hub.parked("intake") == []


async def test_the_description_of_an_offence_is_kept_out_and_counted_and_changes_nothing():
    described = [{"nibrs": "35A", "severity": "felony", "activity": "P", "description": "Sample words"}]
    house, fact = await received(FULL | {"offences": described})
    [offence] = fact.event.particulars.offences
    assert (offence.nibrs, offence.description) == ("35A", None)
    assert house.store.left_out[POLICE, "referral.submitted"] == 1
    assert names(await house.hear(record(FULL))) == ["referral.repeated"]
    [corrected] = await house.hear(amended(offences=described))
    assert corrected.event.particulars.offences[0].description is None
