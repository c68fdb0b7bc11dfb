"""Bad input: each gets its own answer, by the reason, the field, and a fix."""

import pytest

from contracts import topics
from contracts.catalogue import ReferralRefused, ReportRefused
from contracts.event import versions
from tests.intake.bad_input import ALL, ANOTHERS, NOT_READABLE, OWN, SIGNED, report
from tests.intake.examples import (
    PERSON,
    POLICE,
    PSEUDONYMS,
    SHERIFF,
    House,
    arrest,
    incident,
    names,
    record,
    refusal,
)

CONSENT = SIGNED | {"categories": ["identity"]}


@pytest.mark.parametrize("what", ALL)
async def test_it_is_answered_with_the_reason_the_field_the_rule_and_the_fix(what):
    message, reason, field = ALL[what]
    answer = refusal(await House().hear(message))
    assert (answer.reason, answer.problems[0].field) == (reason, field)
    for problem in answer.problems:
        assert problem.rule
        assert "under a new id" in problem.fix
        told = f"{problem.rule} {problem.fix}"
        assert not [words for words in ("Input should", "String should", "pattern", "Value error") if words in told]
        assert "published schema" not in told, "the words for what nobody thought of"


@pytest.mark.parametrize("what", ALL)
async def test_it_blocks_no_one_else(what):
    house = House()
    await house.hear(ALL[what][0])
    said = await house.hear(record(arrest()))
    assert [fact.event.name for fact in said] == ["referral.received"]
    assert house.hub.parked("intake") == []


@pytest.mark.parametrize("what", ALL)
async def test_the_answer_is_the_senders_and_names_no_person(what):
    message, _, _ = ALL[what]
    (fact,) = await House().hear(message)
    assert message.topic == f"agency.{fact.event.refusal.agency}.to-hub"
    assert fact.subject is None
    assert isinstance(
        fact.event, ReferralRefused if fact.event.refusal.message_type[:9] == "referral." else ReportRefused
    )


@pytest.mark.parametrize("what", NOT_READABLE)
async def test_what_has_no_readable_id_is_named_by_its_place_in_the_topic(what):
    message, _, _ = NOT_READABLE[what]
    answer = refusal(await House().hear(message))
    sent = (dict(message.headers).get("ce_id") or b"").decode()
    named = sent if 0 < len(sent) <= 512 else {"structured, without data": "a"}.get(what, "record 0/0")
    assert answer.message_id == named


@pytest.mark.parametrize("wrong", ["ce_source", "ce_type", "ce_specversion"])
async def test_whatever_is_wrong_the_sender_hears_of_which_message(wrong):
    whole = record(arrest(), identity="mine-7")
    left = tuple((name, value) for name, value in whole.headers if name != wrong)
    assert refusal(await House().hear(whole._replace(headers=left))).message_id == "mine-7"


async def test_an_attribute_comes_once():
    whole = record(arrest(), identity="mine-7")
    answer = refusal(await House().hear(whole._replace(headers=(*whole.headers, ("ce_id", b"mine-8")))))
    assert (answer.reason, answer.problems[0].field) == ("not-a-cloud-event", "id")


async def test_what_a_system_between_added_twice_fails_no_message():
    whole = record(arrest())
    twice = (*whole.headers, ("ce_traceparent", b"one"), ("ce_traceparent", b"two"))
    said = await House().hear(whole._replace(headers=twice))
    assert [fact.event.name for fact in said] == ["referral.received"]


async def test_all_that_is_wrong_is_said_at_once():
    answer = refusal(await House().hear(record(arrest(drugs=[{"kind": "Z"}], offences=[{"nibrs": "99Z"}]))))
    assert [problem.field for problem in answer.problems] == ["offences.0.nibrs", "drugs.0.kind"]


async def test_no_value_is_repeated_in_an_answer():
    wrong = arrest(door="zzmarked-zz", person={"legal_name": 7, "birth_date": "zzmarked-zz", "aliases": "zzmarked-zz"})
    answer = refusal(await House().hear(record(wrong)))
    assert "zzmarked" not in answer.model_dump_json()


@pytest.mark.parametrize("subject", [ANOTHERS, "psn-" + "a" * 52, PERSON, "Juniper Sample"])
async def test_every_wrong_subject_gets_the_same_words(subject):
    answer = refusal(await House().hear(report(subject=subject)))
    assert answer.problems == refusal(await House().hear(report(subject="psn-"))).problems


FORGED = {
    "by an agency without the role": (
        report("consent.signed", CONSENT, agency=POLICE, subject=PSEUDONYMS.of(PERSON, POLICE)), "not-permitted",
    ),
    "under another agency's pseudonym": (report("consent.signed", CONSENT, subject=ANOTHERS), "unknown-subject"),
    "under the hub's own reference": (report("consent.signed", CONSENT, subject=PERSON), "unknown-subject"),
    "under nobody": (report("consent.signed", CONSENT, subject=None), "unknown-subject"),
    "as another agency": (report("consent.signed", CONSENT, source="/agencies/compass-health"), "wrong-source"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_a_consent_that_was_made_up_is_not_admitted(how):
    message, reason = FORGED[how]
    house = House()
    assert refusal(await house.hear(message)).reason == reason
    assert "consent.signed" not in names(house.hub.facts(topics.REPORTS))


async def test_a_consent_sent_again_is_heard_once_and_never_with_other_words():
    house = House()
    assert names(await house.hear(report("consent.signed", CONSENT, identity="one"))) == ["consent.signed"]
    assert await house.hear(report("consent.signed", CONSENT, identity="one")) == []
    more = CONSENT | {"recipients": ["sea-mar", "compass-health"]}
    assert refusal(await house.hear(report("consent.signed", more, identity="one"))).reason == "reused-id"


async def test_a_consent_that_lacks_what_the_law_asks_for_is_admitted_for_consent_to_say_what():
    said = await House().hear(report("consent.signed", {"form_reference": "F-1", "kind": "part2_tpo"}, subject=OWN))
    assert names(said) == ["consent.signed"]


async def test_the_same_id_with_another_body_is_refused_and_the_first_stands():
    house = House()
    first = await house.hear(record(arrest(), identity="one"))
    answer = refusal(await house.hear(record(arrest(agreement="declined"), identity="one")))
    assert (answer.reason, answer.problems[0].field, answer.message_id) == ("reused-id", "id", "one")
    assert answer.problems[0].rule == "This id was used before for other content."
    assert answer.message_type == "referral.submitted"
    assert first[0].event.agreement == "agreed"
    assert await house.hear(record(arrest(agreement="declined"), identity="one")) == []


async def test_what_was_refused_is_mended_under_a_new_id():
    house = House()
    refusal(await house.hear(record(arrest(agreement="perhaps"), identity="one")))
    answer = refusal(await house.hear(record(arrest(), identity="one")))
    assert answer.reason == "reused-id"
    assert answer.problems[0].fix.startswith("Send it under a new id")
    assert names(await house.hear(record(arrest(), identity="two"))) == ["referral.received"]


async def test_a_used_id_with_another_mistake_hears_of_both():
    house = House()
    await house.hear(record(arrest(agreement="perhaps"), identity="one"))
    answer = refusal(await house.hear(record(arrest(door="window"), identity="one")))
    assert [problem.field for problem in answer.problems] == ["id", "door"]


async def test_the_same_id_of_another_agency_is_another_message():
    house = House()
    await house.hear(record(arrest(), identity="one"))
    said = await house.hear(record(arrest(incident=incident(ori="WASAMPL01")), agency=SHERIFF, identity="one"))
    assert "referral.received" in [fact.event.name for fact in said]


async def test_a_refused_message_uses_up_nobody_elses_id():
    house = House()
    await house.hear(record(arrest(), agency=SHERIFF, identity="one", source=f"/agencies/{POLICE}"))
    said = await house.hear(record(arrest(), identity="one"))
    assert [fact.event.name for fact in said] == ["referral.received"]


async def test_a_message_newer_than_the_reader_is_parked_and_nobody_waits_for_it():
    house = House()
    newer = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"
    assert await house.hear(record(arrest(), dataschema=newer, identity="new")) == []
    (letter,) = house.hub.parked("intake")
    assert letter.trouble.reason == "newer-version"
    assert letter.key is None
    said = await house.hear(record(arrest()))
    assert [fact.event.name for fact in said] == ["referral.received"]


async def test_a_newer_version_of_what_an_agency_may_not_say_is_not_parked_but_refused():
    house = House()
    answer = refusal(await house.hear(record({}, name="offer.accepted", dataschema="hub:offer.accepted/99")))
    assert answer.reason == "not-permitted"
    assert house.hub.parked("intake") == []
