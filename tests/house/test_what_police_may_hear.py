"""What police hear cannot hold treatment, enrolment or attendance: no field of any class has the room for it.

The walk begins at the permissions of every site and goes through everything that a class of a notice is made of. What
it lets pass is a closed list of kinds; a field of any other kind, a text, a code list, a number, is a breach.
"""

import datetime as dt
import re
import types
import typing

import pytest
from pydantic import BaseModel

from contracts.event import Event, Part, versions
from contracts.parts import Part2Notice
from contracts.words import (
    Answer,
    Category,
    Code,
    Day,
    HelpType,
    Instant,
    Minutes,
    Private,
    Problem,
    Reference,
    ReferralId,
    Role,
    ShortText,
    Slug,
)
from services.sites import load_site
from services.sites.loading import SITES
from tests.house import written_words
from tests.house.rules import ROOT

HARMLESS = (ReferralId, Instant, Minutes, bool)
"""Ids, instants, minutes, yes or no."""
NAMES = {
    "referral_id", "received_at", "divertible", "arrives_in_minutes", "dispatched_at", "confirmed_at", "said_at",
    "appointment_follows",
}  # fmt: skip
"""A yes or no can tell of enrolment, too, and so can a time: the name of each such field has been looked at."""
ECHOED = {"incident_number": Reference, "source_reference": Reference, "subject_sequence": int}
"""The sender's own values, told back: notification takes them from the sender's own record, and nowhere else."""
OF_THE_POLICY = {
    "screening.reported policy": Slug,
    "screening.reported policy_version": Code,
    "screening.reported clauses": Slug,
}
"""Names out of the site's own policies, a closed list; the tests of notification show that nothing else is told."""
OF_A_REFUSAL = {
    "message.refused refusal.agency": "the sender itself",
    "message.refused refusal.message_id": "the sender's own id",
    "message.refused refusal.message_type": "the name of the sender's own event",
    "message.refused refusal.reason": "a word of the code",
    "message.refused refusal.problems.field": "words that are written in the code, as shown below",
    "message.refused refusal.problems.rule": "as above",
    "message.refused refusal.problems.fix": "as above",
}
"""A refusal answers what the sender itself sent, in the hub's own words."""
ENROLMENT = re.compile(r"enrol|treat|particip|attend|relaps|sober|diagnos|clinic|patient|intake", re.IGNORECASE)


def sites():
    return [load_site(file.parent.name) for file in sorted(SITES.glob("*/site.toml"))]


def heard_by_police():
    """Every event that a permission of any site opens to police, or that any police agency may hear."""
    for site in sites():
        yield from (row.event for row in site.permissions if Role.LAW_ENFORCEMENT in row.roles)
        police = {slug for slug, one in site.agencies.items() if one.role is Role.LAW_ENFORCEMENT}
        yield from (row.event for row in site.permissions if not police.isdisjoint(row.agencies))
        yield from (event for slug in police for event in site.agencies[slug].may_hear)


EVENTS = sorted(set(heard_by_police()))


def leaves(annotation, *way):
    """Every kind of value at the end of what an annotation is made of, with the fields on the way to it."""
    if annotation in HARMLESS or annotation in (Reference, Slug, Code):
        yield ".".join(way), annotation
        return
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *_ = typing.get_args(annotation)
        pieces = typing.get_origin(inner) is not None or (isinstance(inner, type) and issubclass(inner, BaseModel))
        yield from leaves(inner, *way) if pieces else [(".".join(way), annotation)]
    elif origin in {types.UnionType, typing.Union, tuple}:
        for part in typing.get_args(annotation):
            if part not in {type(None), ...}:
                yield from leaves(part, *way)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        hints = typing.get_type_hints(annotation, include_extras=True)
        for field in annotation.model_fields:
            yield from leaves(hints[field], *way, field)
    else:
        yield ".".join(way), annotation


def breaches(cls, name="a sample"):
    """The fields of a class in which more could be said to police than they may hear."""
    for field, kind in leaves(cls):
        place = f"{name} {field}"
        closed = kind in HARMLESS or ECHOED.get(field, ...) == kind or OF_THE_POLICY.get(place, ...) == kind
        if not closed and place not in OF_A_REFUSAL:
            yield field


def unseen(cls):
    """The fields of harmless kinds whose names nobody has looked at."""
    return [field for field, kind in leaves(cls) if kind in HARMLESS and field not in NAMES]


def test_every_site_is_looked_at_and_its_police_hear_something():
    assert {site.slug for site in sites()} == {file.parent.name for file in SITES.glob("*/site.toml")}
    assert len(EVENTS) >= 6


@pytest.mark.parametrize("name", EVENTS)
def test_no_class_that_police_may_hear_has_room_for_treatment_enrolment_or_attendance(name):
    assert versions(name)
    for cls in versions(name):
        assert list(breaches(cls, name)) == []
        assert unseen(cls) == []


class _Inner(Part):
    remark: ShortText | None = None


class _Innocent(Event):
    referral_id: ReferralId
    said_at: Instant
    divertible: tuple[bool, ...] = ()
    incident_number: Reference | None = None


SAMPLES = {
    "a free text": ShortText,
    "a private text": Private | None,
    "an open string": str,
    "a name": Slug,
    "a code": Code,
    "a text of the sender's kind in a field that echoes nothing": Reference,
    "a code list": HelpType,
    "yes, no or unknown, which is a code list, too": Answer,
    "a list of codes": tuple[Category, ...],
    "a day": Day,
    "a plain date": dt.date,
    "a number": int,
    "anything": typing.Any,
    "a dictionary": dict[str, bool],
    "a piece with a text inside": _Inner,
    "pieces with a text inside": tuple[_Inner, ...] | None,
    "a notice of Part 2": Part2Notice | None,
    "a problem in something else than a refusal": Problem,
    "one of two, of which one is a text": Instant | str,
    "words of which one is chosen": typing.Literal["enrolled", "unknown"],
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_field_of_any_other_kind_is_caught(kind):
    sample = type("Sample", (_Innocent,), {"__annotations__": {"more": SAMPLES[kind]}, "__module__": __name__})
    found = list(breaches(sample))
    assert found
    assert all(field.split(".")[0] == "more" for field in found)


@pytest.mark.parametrize(("name", "kind"), [("enrolled", bool), ("seen_at", Instant | None), ("waits", Minutes)])
def test_a_yes_or_no_or_a_time_of_another_name_is_caught(name, kind):
    sample = type("Sample", (_Innocent,), {"__annotations__": {name: kind}, "__module__": __name__})
    assert list(breaches(sample)) == []
    assert unseen(sample) == [name]


def test_a_class_of_ids_times_and_echoes_is_let_pass():
    assert list(breaches(_Innocent)) == []
    assert unseen(_Innocent) == []


def test_every_word_of_a_refusal_is_written_in_the_code():
    assert list(written_words.every_word_of_a_refusal_is_written_in_the_code(ROOT)) == []


def test_every_expression_that_was_looked_at_still_stands_somewhere():
    met = set()
    assert list(written_words.every_word_of_a_refusal_is_written_in_the_code(ROOT, met)) == []
    assert met == written_words.KNOWN


def test_no_sentence_of_a_refusal_speaks_of_enrolment_treatment_or_attendance():
    found = dict(written_words.sentences(ROOT))
    assert len(found) > 60
    assert [place for place, text in found.items() if ENROLMENT.search(text)] == []


BEFORE = "from contracts.words import Problem\n"
WRITTEN = {
    "what is kept of a person": 'def f(state):\n    return Problem(field="data", rule=state.standing, fix="Wait.")\n',
    "inside a sentence": 'def f(state):\n    return Problem(field="x", rule=f"At {state.agency}.", fix="Wait.")\n',
    "by a name": 'def f(s):\n    why = f"{s.holder} has them."\n    return Problem(field="x", rule=why, fix="Wait.")\n',
    "by an argument": 'def g(s):\n    f(s.holder)\ndef f(who):\n    return Problem(field="x", rule=who, fix="Wait.")\n',
    "by one of two": 'def f(s):\n    return Problem(field="x", rule="No." if s else s.holder, fix="Wait.")\n',
    "by another function": 'def f(s):\n    return Problem(field="x", rule=why(s), fix="Wait.")\n',
    "by a change afterwards": 'def f(s, problem):\n    return problem.model_copy(update={"fix": s.holder})\n',
    "by pieces put together": 'def f(s):\n    return Problem(field="x", rule="With " + s.holder, fix="Wait.")\n',
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_refusal_that_says_something_else_is_caught(tmp_path, how):
    file = tmp_path / "services/intake/domain/sample.py"
    file.parent.mkdir(parents=True)
    file.write_text(BEFORE + WRITTEN[how])
    [found] = written_words.every_word_of_a_refusal_is_written_in_the_code(tmp_path)
    assert "sample.py" in found
