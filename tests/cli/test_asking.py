"""A phoned referral, entered field by field: what is asked, what an answer may be, and what becomes of a mistake."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from contracts.words import Agreement, Door, HelpType, Problem
from services.commands import asking, office, persons, reach, referring, searching, shown, watching
from services.sites import load_site

ANSWERED = {"answer": "acknowledged", "referral_id": "ref-" + "1" * 32}


@pytest.fixture
def refer(monkeypatch):
    """Enters a referral with these words and answers; returns what came of it, and what was said to the hub."""
    said = []

    async def hears(_found, event, **_more):
        said.append(event)
        return ANSWERED

    monkeypatch.setattr(reach, "find", lambda _state: SimpleNamespace(site=load_site("whatcom")))
    monkeypatch.setattr(office, "said", hears)
    alone = typer.Typer(**shown.STYLE)
    alone.command()(referring.refer)

    def run(*words, answers=None):
        monkeypatch.setattr(asking, "somebody_is_there", lambda: answers is not None)
        done = CliRunner().invoke(alone, list(words), input="".join(f"{one}\n" for one in answers or ()))
        return done, said

    return run


def entered(**known):
    """The answers to all questions; those that are not named are left empty."""
    names = [one.name for one in referring.questions(load_site("whatcom"), date(2026, 3, 1))]
    return {name: known.get(name, "") for name in names}


def test_every_field_is_asked_for_and_each_answer_stands_in_the_referral(refer):
    answers = entered(
        source_kind="family", door="social_contact", agreement="agreed", preferred_name="Blue",
        legal_name="Juniper Sample", birth_date="1991-04-11", language="es", area="bellingham",
        usual_place="Sample Street, by the bench; the library", phone="360-555-0101", message_is_safe="no",
        need="meal; shelter", reason="A cold night.", referrer_contact="360-555-0102", reference="SAMPLE-7",
    )  # fmt: skip
    del answers["age"]  # is not asked for where the birth date is known
    done, (event,) = refer(answers=answers.values())
    assert done.exit_code == 0, done.output
    assert (event.door, event.agreement, event.source_kind) == (Door.SOCIAL_CONTACT, Agreement.AGREED, "family")
    assert (event.person.legal_name, event.person.birth_date) == ("Juniper Sample", date(1991, 4, 11))
    assert (event.person.preferred_name, event.person.language) == ("Blue", "es")
    assert event.reach.usual_places == ("Sample Street, by the bench", "the library")
    assert (event.reach.phones, event.reach.message_is_safe) == (("360-555-0101",), "no")
    assert event.needs == (HelpType.MEAL, HelpType.SHELTER)
    assert (event.location.area, event.source_reference) == ("bellingham", "SAMPLE-7")
    assert (event.reason, event.referrer_contact) == ("A cold night.", "360-555-0102")


def test_what_an_option_gives_is_not_asked_again_and_not_replaced(refer):
    answers = entered(source_kind="family", age="30-45")
    for given in ("agreement", "door", "message_is_safe"):
        del answers[given]
    done, (event,) = refer("--agreement", "agreed", "--door", "social_contact", answers=answers.values())
    assert done.exit_code == 0, done.output
    assert (event.agreement, event.door) == (Agreement.AGREED, Door.SOCIAL_CONTACT)
    assert "Did the person agree" not in done.output
    assert (event.person.estimated_age.from_years, event.person.estimated_age.to_years) == (30, 45)


def test_with_who_refers_given_the_rest_is_still_asked_for(refer):
    answers = entered(legal_name="Juniper Sample")
    del answers["source_kind"], answers["message_is_safe"]
    done, (event,) = refer("--source-kind", "business", answers=answers.values())
    assert done.exit_code == 0, done.output
    assert event.person.legal_name == "Juniper Sample"


@pytest.mark.parametrize(
    ("name", "wrong", "right", "told"),
    [
        ("source_kind", "", "family", "An answer is needed here."),
        ("source_kind", "law_enforcement", "family", "It is one of the listed words."),
        ("door", "arrest_diversion", "community", "It is one of the listed words."),
        ("birth_date", "0", "1991-04-11", "Type it as 1990-12-31."),
        ("birth_date", "19910411", "1991-04-11", "Type it as 1990-12-31."),
        ("birth_date", "2999-01-01", "1991-04-11", "neither in the future"),
        ("birth_date", "1091-04-11", "1991-04-11", "Correct the year."),
        ("age", "45-30", "30-45", "the smaller one first"),
        ("age", "old", "30", "Type 30, or 30-45."),
        ("language", "Spanish", "es", "two or three small letters"),
        ("area", "atlantis", "bellingham", "Type one of: "),
        ("need", "meal; a horse", "meal", "It is one of the listed words."),
        ("reference", "x" * 61, "SAMPLE-7", "at most 60 characters"),
    ],
)
def test_an_answer_that_does_not_fit_is_said_at_once_and_asked_for_again(refer, name, wrong, right, told):
    answers = []
    for field, answer in entered(source_kind="family").items():
        if field == name:
            answers += [wrong, right]
        elif field != "message_is_safe" and not (field == "age" and name == "birth_date"):
            answers.append(answer)
    done, said = refer(answers=answers)
    assert done.exit_code == 0, done.output
    assert told in done.output
    assert len(said) == 1


def test_without_a_terminal_nothing_is_asked(refer):
    done, (event,) = refer("--source-kind", "self")
    assert done.exit_code == 0, done.output
    assert (event.door, event.agreement) == (Door.COMMUNITY, Agreement.NOT_ASKED)
    done, said = refer()
    assert "give --source-kind" in done.exception.next_step
    assert len(said) == 1


def test_all_options_that_do_not_fit_are_named_at_once_and_none_is_repeated(refer):
    done, said = refer("--source-kind", "self", "--age", "elderly", "--birth-date", "0", "--area", "atlantis")
    assert not said
    for option in ("--age", "--birth-date", "--area"):
        assert option in done.exception.happened
    assert "elderly" not in str(done.exception)


def test_a_call_without_a_number_gets_one_so_that_the_same_entry_again_is_the_same_referral(refer):
    done, (event,) = refer("--source-kind", "self")
    assert event.source_reference.startswith("phoned-")
    assert event.source_reference in done.output


def test_where_the_hub_has_not_answered_the_number_is_said_that_keeps_it_one_referral(refer, monkeypatch):
    async def silent(_found, _event):
        raise office.NotAnswered

    monkeypatch.setattr(office, "said", silent)
    done, _ = refer("--source-kind", "self", "--reference", "SAMPLE-9")
    assert "--reference SAMPLE-9" in done.exception.next_step


def test_all_problems_of_a_refusal_are_shown():
    problems = [Problem(field=field, rule="A rule.", fix="A fix.") for field in ("person.birth_date", "needs")]
    trouble = shown.Trouble.of(problems, "The hub refused it: ")
    assert trouble.happened == "The hub refused it: person.birth_date: A rule; needs: A rule."
    assert trouble.next_step == "A fix."


@pytest.fixture
def find(monkeypatch):
    """Looks for a person with these words and answers; returns what came of it, and what was searched for."""
    searched = []

    async def hears(_found, **named):
        searched.append(named)
        return []

    site = load_site("whatcom")
    monkeypatch.setattr(reach, "find", lambda _state: SimpleNamespace(site=site, agency=site.agencies.__getitem__))
    monkeypatch.setattr(searching, "search", hears)

    def run(*words, answers=None):
        monkeypatch.setattr(asking, "somebody_is_there", lambda: answers is not None)
        done = CliRunner().invoke(persons.group, ["find", *words], input="".join(f"{one}\n" for one in answers or ()))
        return done, searched

    return run


def test_a_name_is_asked_for_so_that_it_stands_in_no_history(find):
    done, (searched,) = find(answers=["", "Juniper Sample", "0", "1991-04-11"])
    assert done.exit_code == 0, done.output
    assert (searched["name"], searched["birth_date"]) == ("Juniper Sample", date(1991, 4, 11))
    assert "Type it as 1990-12-31." in done.output


def test_a_number_is_asked_for_where_only_the_agency_is_given(find):
    done, (searched,) = find("--agency", "sumas-police", answers=["SAMPLE\t1", "SAMPLE-1"])
    assert done.exit_code == 0, done.output
    assert (searched["agency"], searched["number"], searched["name"]) == ("sumas-police", "SAMPLE-1", None)


def test_what_is_given_is_not_asked_for(find):
    done, (searched,) = find("--name", "Juniper Sample", "--birth-date", "1991-04-11", answers=[])
    assert done.exit_code == 0, done.output
    assert searched["name"] == "Juniper Sample"


def test_a_birth_date_that_is_none_is_told_by_its_rule_alone(find):
    done, searched = find("--name", "Juniper Sample", "--birth-date", "11.4.1991")
    assert not searched
    assert "1990-12-31" in done.exception.next_step
    assert "1991" not in done.exception.happened


@pytest.fixture
def words_of(monkeypatch):
    """Says something as an operator, with these words and answers; returns what came of it, and what was said."""
    said = []

    async def hears(_found, event, *_, **__):
        said.append(event)
        return {"id": "word-1", "followed": []}

    monkeypatch.setattr(reach, "find", lambda _state: SimpleNamespace(site=load_site("whatcom")))
    monkeypatch.setattr(office, "said", hears)
    monkeypatch.setattr(watching, "_with_person", hears)

    def run(group, *words, answers=None):
        monkeypatch.setattr(asking, "somebody_is_there", lambda: answers is not None)
        done = CliRunner().invoke(group, list(words), input="".join(f"{one}\n" for one in answers or ()))
        return done, said

    return run


DECIDES = ("decide", "rev-" + "1" * 32, "eligible")
STOPS = ("stop", "per-" + "1" * 32)


def test_the_reason_of_a_decision_is_asked_for_so_that_it_stands_in_no_history(words_of):
    done, (event,) = words_of(watching.reviews, *DECIDES, answers=["", "An invented reason."])
    assert (done.exit_code, event.why) == (0, "An invented reason.")
    assert "An answer is needed here." in done.output


def test_a_decision_without_a_reason_is_refused_where_nobody_can_be_asked(words_of):
    done, said = words_of(watching.reviews, *DECIDES)
    assert ("--why" in done.exception.next_step, said) == (True, [])
    done, (event,) = words_of(watching.reviews, *DECIDES, "--why", "An invented reason.")
    assert event.why == "An invented reason."


@pytest.mark.parametrize(("answers", "why"), [(None, None), ([""], None), (["Too many."], "Too many.")])
def test_why_somebody_says_stop_is_asked_for_and_nobody_has_to_say(words_of, answers, why):
    done, (event,) = words_of(persons.group, *STOPS, answers=answers)
    assert (done.exit_code, event.why) == (0, why), done.output
