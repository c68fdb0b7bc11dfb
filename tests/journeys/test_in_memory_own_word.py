"""Over the whole hub: what people say of themselves reaches who has them, and stays."""

from __future__ import annotations

from tests.journeys.before_and_now import DOORS, NOW_TAG, Town
from tests.journeys.cast import OFFICE, POLICE


async def _held(door: str = DOORS[0]) -> tuple[Town, str]:
    town = Town(known=False)
    await town.places(town.room)
    await town.refer(NOW_TAG, door, 2)
    for step in ("accept", "handoff", "consent"):
        await town.step(step)
    holder = next(agency for agency, fact in town.heard if fact.event.name == "assignment.made")
    return town, holder


async def _tells(town: Town, agency: str, name: str, data: dict, subject: str | None = None) -> list:
    town.count += 1
    await town.say(agency, name, data, subject)
    came = await town.hub.settle()
    await town.hear(came)
    return came


def _made(town: Town, holder: str) -> list:
    return [fact for fact in town.lane(holder) if fact.event.name == "assignment.made"]


async def test_who_has_the_person_hears_it_under_the_same_permissions_as_before():
    town, holder = await _held()
    before = _made(town, holder)[-1]
    assert (before.event.legal_name, before.event.phones) == ("Sample 2", ())
    said = {"legal_name": "Blue Sample", "phones": ["360-555-0144"], "area": "lynden"}
    came = await _tells(town, holder, "person.corrected", said, before.subject)
    assert [(agency, fact.event.name) for agency, fact in came] == [(holder, "assignment.made")]
    after = came[0][1].event
    assert (after.legal_name, after.phones, after.area) == ("Blue Sample", ("360-555-0144",), "lynden")
    for name in ("birth_date", "allowed_by", "offer_id", "referral_id"):
        assert getattr(after, name) == getattr(before.event, name)
    assert town.hub.parked() == []


async def test_before_a_consent_they_hear_of_it_only_what_they_might_hear_of_anything():
    town = Town(known=False)
    await town.places(town.room)
    await town.refer(NOW_TAG, DOORS[0], 2)
    await town.step("accept")
    holder = next(agency for agency, fact in town.heard if fact.event.name == "assignment.made")
    said = {"legal_name": "Blue Sample", "preferred_name": "Blue"}
    await _tells(town, holder, "person.corrected", said, _made(town, holder)[-1].subject)
    last = _made(town, holder)[-1].event
    assert (last.preferred_name, last.legal_name) == ("Blue", None)


async def test_an_amendment_by_police_does_not_undo_it():
    town, holder = await _held()
    await _tells(town, holder, "person.corrected", {"legal_name": "Blue Sample"}, _made(town, holder)[-1].subject)
    person = {"legal_name": "Wrong Sample", "birth_date": "1970-01-01", "language": NOW_TAG}
    await _tells(town, POLICE, "referral.amended", {"of": {"incident_number": f"J-{NOW_TAG}"}, "person": person})
    last = _made(town, holder)[-1].event
    assert (last.legal_name, last.birth_date.isoformat()) == ("Blue Sample", "1970-01-01")


async def test_what_is_not_so_is_told_no_more():
    town, holder = await _held()
    assert _made(town, holder)[-1].event.birth_date is not None
    await _tells(town, holder, "person.corrected", {"not_so": ["birth_date"]}, _made(town, holder)[-1].subject)
    assert _made(town, holder)[-1].event.birth_date is None


async def test_a_correction_of_an_age_takes_no_help_away_and_leaves_a_consent_to_the_sites_rule_of_who_signs():
    town, _ = await _held(DOORS[1])
    await town.step("correct more")
    said = [fact.event.name for fact in town.hub.hub.facts("hub.assignments")]
    assert not {"assignment.cancelled", "assignment.closed", "assignment.ended"} & set(said)
    assert {fact.event.verdict for fact in town.hub.hub.facts("hub.screenings")} == {"eligible"}
    assert [fact.event.how for fact in town.hub.hub.facts("hub.consents") if "withdrawn" in fact.event.name] == [
        "deficient"
    ]


async def test_the_refusal_of_a_correction_goes_to_who_sent_it_alone():
    town, holder = await _held()
    came = await _tells(town, holder, "person.corrected", {"area": "atlantis"}, _made(town, holder)[-1].subject)
    assert [(agency, fact.event.name) for agency, fact in came] == [(holder, "message.refused")]
    assert town.lane(OFFICE) == []
