"""A point on the map becomes an area's code at the door; the point itself is sealed and decides nothing else."""

import json

import pytest

from services.intake.app import service
from services.plumbing.memory import MemoryHub
from services.sites.places import shapes_of
from tests.intake.examples import KEYS, NOW, House, arrest, names, record, refusal, site
from tests.sites.sample_map import feature, in_file, square


def drawn(*codes, **more):
    """The site with these areas on the map, each a square of its own beside the last."""
    known = {area.code: area.name for area in site().areas}
    text = in_file(*(feature(code, square(10 + n, 50), name=known[code], **more) for n, code in enumerate(codes)))
    return site().model_copy(update={"shapes": shapes_of(text)})


EVERYWHERE = [area.code for area in site().areas]


class Mapped(House):
    """The door of a site that is on the map."""

    def __init__(self, place):
        super().__init__()
        self.hub = MemoryHub([service(place, KEYS, self.store)], at=NOW)


def point(longitude, latitude=50.5):
    return {"longitude": longitude, "latitude": latitude}


async def received(place, **told):
    (fact,) = await Mapped(place).hear(record(arrest(**told)))
    assert fact.event.name == "referral.received", fact.event
    return fact.event.particulars


async def test_a_point_becomes_the_code_of_its_area_and_home_has_a_point_of_its_own():
    told = await received(drawn(*EVERYWHERE), location={"point": point(10.5)}, residence_point=point(11.5))
    assert (told.area, told.residence_area) == (EVERYWHERE[0], EVERYWHERE[1])


async def test_a_point_in_no_area_is_outside_and_no_point_is_not_known():
    assert (await received(drawn(*EVERYWHERE), location={"point": point(100)})).area == "outside"
    assert (await received(drawn(*EVERYWHERE))).area is None


async def test_where_nobody_published_a_map_a_point_says_nothing():
    assert (await received(site(), location={"point": point(10.5)})).area is None
    own = drawn(*EVERYWHERE, published=False, citation="not published: drawn for a sample")
    assert (await received(own, location={"point": point(10.5)})).area is None
    assert (await received(drawn(EVERYWHERE[0]), location={"point": point(100)})).area is None


async def test_a_code_that_agrees_with_its_point_stands():
    told = await received(drawn(*EVERYWHERE), location={"area": EVERYWHERE[1], "point": point(11)})
    assert told.area == EVERYWHERE[1]


@pytest.mark.parametrize("field", ["location.area", "residence_area"])
async def test_a_code_and_a_point_that_are_two_places_are_refused_and_neither_is_repeated(field):
    both = {"location": {"area": "lynden", "point": point(10.5)}}
    if field == "residence_area":
        both = {"residence_area": "lynden", "residence_point": point(10.5)}
    said = refusal(await Mapped(drawn(*EVERYWHERE)).hear(record(arrest(**both))))
    (problem,) = said.problems
    assert (said.reason, problem.field) == ("contradiction", field)
    assert "10.5" not in said.model_dump_json()


async def test_the_point_itself_is_sealed():
    house = Mapped(drawn(*EVERYWHERE))
    here, home = point(10.523456), point(11.523456)
    (fact,) = await house.hear(record(arrest(location={"point": here}, residence_point=home)))
    assert "523456" not in json.dumps(fact.event.model_dump(mode="json", exclude={"sealed"}))
    opened = await house.opened(fact)
    assert (opened["incident"]["point"], opened["incident"]["residence_point"]) == (here, home)


async def test_the_same_referral_again_is_the_same_and_with_another_point_it_is_not():
    house = Mapped(drawn(*EVERYWHERE))
    await house.hear(record(arrest(location={"point": point(10.5)})))
    assert names(await house.hear(record(arrest(location={"point": point(10.5)})))) == ["referral.repeated"]
    said = refusal(await house.hear(record(arrest(location={"point": point(10.6)}))))
    assert (said.reason, said.problems[0].field) == ("known-referral", "location.point")


@pytest.mark.parametrize("wrong", [point(181), point(0, 91), {"longitude": 1}, {"longitude": "1", "latitude": 2}])
async def test_a_point_that_is_none_is_refused_by_its_field(wrong):
    said = refusal(await House().hear(record(arrest(location={"point": wrong}))))
    assert said.problems[0].field.startswith("location.point")
