"""What is wrong is told in our own words: field, rule and fix, and never what was sent."""

import json
from datetime import UTC, datetime

import pytest

from contracts import topics
from contracts.complaints import LOOKS
from contracts.envelope import Envelope
from contracts.event import shelf
from contracts.reading import InvalidData, read_data

REFERRAL = {"door": "community", "source_kind": "business", "referred_at": "2026-03-04T08:30:00-08:00"}
INCIDENT = {"number": "26B1", "ori": "WASAMPL02"}
MARK = "zzmarked-zz"
PYDANTICS = ("Input should", "String should", "pattern", "Value error", "Field required", "valid ", "published schema")


def read(data, name="referral.submitted"):
    return read_data(
        Envelope("m", "/agencies/sea-mar", name, datetime(2026, 3, 4, tzinfo=UTC)), json.dumps(data).encode()
    )


def wrong(data, name="referral.submitted"):
    with pytest.raises(InvalidData) as caught:
        read(data, name)
    return caught.value.problems


WRONG = {
    "missing": ({"door": "community", "source_kind": "self"}, "referred_at", "It is required."),
    "a code of no list": (
        REFERRAL | {"door": MARK},
        "door",
        "It is one of: arrest_diversion, social_contact, community.",
    ),
    "a code of a short list": (
        REFERRAL | {"person": {"housing": MARK}},
        "person.housing",
        "It is one of: housed, sheltered, unsheltered, unstable, unknown.",
    ),
    "a long list of codes": (
        REFERRAL | {"source_kind": MARK},
        "source_kind",
        "It is one of: law_enforcement, prosecutor",
    ),
    "text where an object is": (REFERRAL | {"person": MARK}, "person", "It is an object."),
    "text where a list is": (REFERRAL | {"needs": MARK}, "needs", "It is a list."),
    "too many in a list": (REFERRAL | {"needs": ["meal"] * 13}, "needs", "It has at most 12 entries."),
    "a number where text is": (REFERRAL | {"reason": 7}, "reason", "It is text."),
    "empty text": (REFERRAL | {"reason": ""}, "reason", "It has at least 1 characters."),
    "long text": (REFERRAL | {"source_reference": "9" * 61}, "source_reference", "It has at most 60 characters."),
    "a line break": (REFERRAL | {"source_reference": f"{MARK}\n"}, "source_reference", "It is text on one line"),
    "a capital in a slug": (REFERRAL | {"residence_area": MARK.upper()}, "residence_area", "It is lower-case words"),
    "an ORI of eight": (REFERRAL | {"incident": INCIDENT | {"ori": "WASAMPL0"}}, "incident.ori", "It is an ORI: nine"),
    "a statute with a space": (
        REFERRAL | {"offences": [{"nibrs": "35A", "statute": f"{MARK} {MARK}"}]},
        "offences.0.statute",
        "It is a code: ",
    ),
    "an offence of two digits": (
        REFERRAL | {"offences": [{"nibrs": "35"}]},
        "offences.0.nibrs",
        "It is an offence code",
    ),
    "a drug in words": (REFERRAL | {"drugs": [{"kind": MARK}]}, "drugs.0.kind", "It is one capital letter."),
    "a language in words": (REFERRAL | {"person": {"language": MARK}}, "person.language", "It is a language code"),
    "person nought": (
        REFERRAL | {"incident": INCIDENT | {"subject_sequence": 0}},
        "incident.subject_sequence",
        "It is at least 1.",
    ),
    "person hundred": (
        REFERRAL | {"incident": INCIDENT | {"subject_sequence": 100}},
        "incident.subject_sequence",
        "It is at most 99.",
    ),
    "a fraction of a person": (
        REFERRAL | {"incident": INCIDENT | {"subject_sequence": 1.5}},
        "incident.subject_sequence",
        "It is a whole number.",
    ),
    "a person's number as text": (
        REFERRAL | {"incident": INCIDENT | {"subject_sequence": "2"}},
        "incident.subject_sequence",
        "It is a whole number.",
    ),
    "a yes that is no true": (REFERRAL | {"test": "yes"}, "test", "It is true or false."),
    "a one that is no true": (REFERRAL | {"test": 1}, "test", "It is true or false."),
    "a quantity in words": (
        REFERRAL | {"drugs": [{"kind": "E", "quantity": MARK}]},
        "drugs.0.quantity",
        "It is a number.",
    ),
    "a quantity too fine": (
        REFERRAL | {"drugs": [{"kind": "E", "quantity": "0.00001"}]},
        "drugs.0.quantity",
        "It has at most 4 decimal places.",
    ),
    "less than nothing": (
        REFERRAL | {"drugs": [{"kind": "E", "quantity": -1}]},
        "drugs.0.quantity",
        "It is at least 0.",
    ),
    "a birthday that is a number": (REFERRAL | {"person": {"birth_date": 0}}, "person.birth_date", "It is a day."),
    "a birthday that is a number as text": (
        REFERRAL | {"person": {"birth_date": "0"}},
        "person.birth_date",
        "It is a day.",
    ),
    "a birthday with an hour": (
        REFERRAL | {"person": {"birth_date": "1990-05-05T00:00:00"}},
        "person.birth_date",
        "It is a day.",
    ),
    "a birthday in words": (REFERRAL | {"person": {"birth_date": MARK}}, "person.birth_date", "It is a day."),
    "the thirtieth of February": (
        REFERRAL | {"person": {"birth_date": "1990-02-30"}},
        "person.birth_date",
        "It is a day.",
    ),
    "a time that is a number": (REFERRAL | {"referred_at": 1_772_520_000}, "referred_at", "It is a time"),
    "a time that is a number as text": (REFERRAL | {"referred_at": "1772520000"}, "referred_at", "It is a time"),
    "a time without an offset": (REFERRAL | {"referred_at": "2026-03-04T08:30:00"}, "referred_at", "It is a time"),
    "a time of a week": (REFERRAL | {"referred_at": "2026-W09-1T08:30:00Z"}, "referred_at", "It is a time"),
    "an arrest without an incident": (
        REFERRAL | {"door": "arrest_diversion"},
        "incident",
        "An arrest diversion names its incident; other doors need none.",
    ),
    "ages upside down": (
        REFERRAL | {"person": {"estimated_age": {"from_years": 50, "to_years": 40}}},
        "person.estimated_age.from_years",
        "It is not above to_years.",
    ),
    "no object at all": ([1], "data", "It is an object."),
}


@pytest.mark.parametrize(("data", "field", "rule"), WRONG.values(), ids=WRONG)
def test_each_mistake_is_told_by_field_rule_and_fix(data, field, rule):
    (problem,) = wrong(data)
    assert problem.field == field
    assert problem.rule.startswith(rule)
    assert problem.fix
    told = f"{problem.rule} {problem.fix}"
    assert not [words for words in PYDANTICS if words in told]
    assert MARK not in problem.model_dump_json().lower()


def test_what_a_name_of_a_referral_lacks_is_told_of_the_whole_name():
    (problem,) = wrong({"of": {}}, "referral.amended")
    assert (problem.field, problem.rule[:14]) == ("of", "Exactly one of")


@pytest.mark.parametrize("text", ["2026-03-04T08:30:00-08:00", "2026-03-04t08:30:00z", "2026-03-04T08:30:00.5+00:00"])
def test_a_time_of_rfc_3339_is_read_however_it_is_written(text):
    assert read(REFERRAL | {"referred_at": text}).referred_at.date().isoformat() == "2026-03-04"


def patterns(schema):
    """Every pattern in a schema, at any depth."""
    if isinstance(schema, list):
        return {found for item in schema for found in patterns(item)}
    if not isinstance(schema, dict):
        return set()
    own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    return own | {found for inner in schema.values() for found in patterns(inner)}


@pytest.mark.parametrize("cls", [cls for cls in shelf() if cls.topic == topics.TO_HUB], ids=lambda cls: cls.dataschema)
def test_every_pattern_that_an_agency_may_break_has_its_sentences(cls):
    choices = {pattern for pattern in patterns(cls.model_json_schema()) if pattern.startswith("^(")}
    assert patterns(cls.model_json_schema()) - choices - {r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"} <= set(LOOKS)
