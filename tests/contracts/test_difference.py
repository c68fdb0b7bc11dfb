"""A change of the shelf names the agencies that it would break, and only those."""

import copy

import pytest

from contracts import publishing
from contracts.difference import Audience, diff, misfits

AUDIENCE = Audience(
    says={"offer.declined": ["northwest-youth-services", "opportunity-council"]},
    hears={"offer.made": ["opportunity-council"]},
)


@pytest.fixture
def before():
    return publishing.published()


@pytest.fixture
def after(before):
    return copy.deepcopy(before)


def breaking(before, after):
    return [(change.event, change.where, change.breaks) for change in diff(before, after, AUDIENCE) if change.breaks]


def test_nothing_changed_breaks_nobody(before, after):
    assert diff(before, after, AUDIENCE) == []


def test_a_field_that_becomes_required_breaks_those_who_say_it(before, after):
    after["offer.declined"][1]["required"].append("remark")

    assert breaking(before, after) == [
        ("offer.declined", "data.remark", ("northwest-youth-services", "opportunity-council"))
    ]


def test_a_version_that_is_no_longer_read_breaks_those_who_say_it(before, after):
    after["offer.declined"][2] = after["offer.declined"].pop(1)

    assert [where for _, where, _ in breaking(before, after)] == ["data"]


def test_a_new_version_beside_the_old_one_breaks_nobody_who_says_it(before, after):
    after["offer.declined"][2] = copy.deepcopy(after["offer.declined"][1])
    after["offer.declined"][2]["required"].append("remark")

    assert breaking(before, after) == []


def test_a_field_that_is_gone_breaks_those_who_hear_it(before, after):
    newer = after["offer.made"][2] = copy.deepcopy(after["offer.made"][1])
    del newer["properties"]["answer_by"]
    newer["required"].remove("answer_by")

    assert breaking(before, after) == [("offer.made", "data.answer_by", ("opportunity-council",))]


def test_a_field_that_is_added_breaks_nobody_who_hears_it(before, after):
    newer = after["offer.made"][2] = copy.deepcopy(after["offer.made"][1])
    newer["properties"]["weather"] = {"type": "string"}
    newer["required"].append("weather")

    assert breaking(before, after) == []


def test_a_new_code_value_breaks_those_who_hear_it(before, after):
    newer = after["offer.made"][2] = copy.deepcopy(after["offer.made"][1])
    newer["$defs"]["Door"]["enum"].append("court_pretrial")

    assert breaking(before, after) == [("offer.made", "data.door", ("opportunity-council",))]


def test_an_event_that_is_said_no_more_breaks_those_who_hear_it(before, after):
    del after["offer.made"]

    assert breaking(before, after) == [("offer.made", "data", ("opportunity-council",))]


def test_a_change_among_the_hubs_own_facts_breaks_no_agency(before, after):
    after["consent.expired"][1]["required"] = []

    assert breaking(before, after) == []


@pytest.mark.parametrize(
    ("writer", "reader", "fits"),
    [
        ({"type": "integer"}, {"type": "number"}, True),
        ({"type": "number"}, {"type": "integer"}, False),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}, False),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            False,
        ),
        ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 8}, False),
        ({"type": "string"}, {"type": "string", "maxLength": 8}, False),
        ({"type": "string", "maxLength": 7}, {"type": "string", "maxLength": 8}, True),
        ({"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 1}, False),
        ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "^b$"}, False),
        ({"type": "string", "enum": ["a"]}, {"type": "string"}, True),
        ({"type": "string"}, {"type": "string", "enum": ["a"]}, False),
        ({"const": "a"}, {"enum": ["a", "b"]}, True),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}, False),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "object", "additionalProperties": {"type": "integer"}},
            False,
        ),
        ({"type": "object", "properties": {"a": {}}}, {"type": "object", "required": ["a"]}, False),
        ({"type": "string"}, {}, True),
    ],
)
def test_what_a_writer_may_say_fits_its_reader_or_not(writer, reader, fits):
    assert (not list(misfits(writer, reader))) is fits
