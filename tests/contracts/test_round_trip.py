"""Whatever the hub may say, in whichever mode, is read back as it was said."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.asyncapi import document
from contracts.envelope import Envelope, Fact, structured, written
from contracts.event import newest, shelf
from contracts.reading import read

NAMES = sorted({cls.name for cls in shelf()})
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=60)
ATTRIBUTE = TEXT.filter(str.isprintable)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds


def values(schema, definitions):
    """A strategy of what fits a JSON Schema of ours."""
    if "$ref" in schema:
        return values(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if "anyOf" in schema:
        return st.one_of([values(one, definitions) for one in schema["anyOf"]])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z").filter(
            lambda text: schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10_000)
        )
    return PLAIN[schema.get("type")](schema, definitions)


def texts(schema, _):
    return FORMATS.get(schema.get("format"), TEXT)


def objects(schema, definitions):
    if "properties" not in schema:
        inner = schema.get("additionalProperties")
        inner = values(inner, definitions) if isinstance(inner, dict) and inner else st.integers(0, 9)
        keys = values(schema["propertyNames"], definitions) if "propertyNames" in schema else ATTRIBUTE
        return st.dictionaries(keys, inner, max_size=3)
    fields = {name: values(field, definitions) for name, field in schema["properties"].items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in required},
        optional={name: value for name, value in fields.items() if name not in required},
    )


PLAIN = {
    None: lambda *_: st.integers(0, 9),
    "null": lambda *_: st.none(),
    "boolean": lambda *_: st.booleans(),
    "integer": lambda schema, _: st.integers(schema.get("minimum", 0), schema.get("maximum", 10_000)),
    "number": lambda *_: st.decimals(0, 1000, places=2).map(float),
    "string": texts,
    "array": lambda schema, definitions: st.lists(
        values(schema["items"], definitions),
        min_size=schema.get("minItems", 0),
        max_size=min(3, schema.get("maxItems", 3)),
    ),
    "object": objects,
}
FORMATS = {"date-time": TIMES.map(datetime.isoformat), "date": TIMES.map(lambda at: at.date().isoformat())}


@st.composite
def facts(draw, cls, fitting):
    data = draw(fitting)
    try:
        event = cls.model_validate_json(json.dumps(data))
    except ValidationError:  # a rule over several fields, which no schema states
        event = None
    return event and Fact(
        event,
        Envelope(
            id=draw(ATTRIBUTE),
            source=draw(ATTRIBUTE),
            type=cls.name,
            at=draw(TIMES),
            subject=draw(st.none() | ATTRIBUTE),
            dataschema=cls.dataschema,
            correlation_id=draw(st.none() | ATTRIBUTE),
            causation_id=draw(st.none() | ATTRIBUTE),
            admitted_at=draw(st.none() | TIMES),
            delivery=draw(st.just("") | ATTRIBUTE),
        ),
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_is_read_back_as_it_was_said(name):
    cls = newest(name)
    schema = cls.model_json_schema()
    fitting = values(schema, schema.get("$defs", {}))

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(facts(cls, fitting).filter(bool))
    def holds(fact):
        body, headers = written(fact)
        whole = json.dumps(structured(fact)).encode()

        assert read(headers, body) == fact
        assert read([("content-type", b"application/cloudevents+json")], whole) == fact

    holds()


def test_an_amount_keeps_its_decimals_on_the_wire():
    cls = newest("referral.submitted")
    event = cls(
        door="community",
        source_kind="other",
        referred_at="2026-03-04T08:30:00-08:00",
        drugs=({"kind": "H", "quantity": Decimal("0.1000"), "unit": "GM"},),
    )

    fact = Fact(event, Envelope("1", "/agencies/a", cls.name, datetime(2026, 1, 1, tzinfo=UTC)))

    assert str(read(*reversed(written(fact))).event.drugs[0].quantity) == "0.1000"


def test_the_asyncapi_document_points_at_what_exists():
    whole = document()

    for channel in whole["channels"].values():
        assert {message["$ref"].rsplit("/", 1)[-1] for message in channel["messages"].values()} <= set(
            whole["components"]["messages"]
        )
    assert sum(len(channel["messages"]) for channel in whole["channels"].values()) == len(list(shelf()))
