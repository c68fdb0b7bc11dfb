"""The notice of 42 CFR 2.32 and the scope of the consent go with what Part 2 applies to, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.assignments.onward_closed import OnwardClosed
from contracts.categories import CATEGORY_OF
from contracts.event import newest, shelf
from contracts.parts import NOTICE, ConsentScope
from contracts.words import Category, ConsentKind, Purpose, Role
from services.notification.domain.carrying import asked
from services.notification.domain.carrying import told as composed
from services.notification.domain.judging import Judge
from services.sites import PART2_KINDS, Standing, TextKind
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    HOSPITAL,
    NOON,
    ONWARD,
    OTHER_CASEWORK,
    PERSON,
    POLICE,
    PROSECUTOR,
    PROVIDER,
    accepted,
    community,
    enrolled,
    granted,
    handed_off,
    heard,
    offered,
    onward_asked,
    received,
    screened,
    whatcom,
)
from tests.notification.told import MEANS, Told

LONG = whatcom().text_at(TextKind.LONG, NOON)
TAKEN_ON = (offered(), accepted())
OF_HEALTH = {Category.IDENTITY, Category.CONTACT, Category.INTAKE_STATUS}
NEVER = ConsentKind.HUB_HANDOFF, ConsentKind.HIPAA_AUTHORISATION, ConsentKind.STATE_CONSUMER_HEALTH


def last(told: Told, agency: str, message: str):
    return told.to(agency, message)[-1].notice


def from_a_program(**changes):
    return community(agency=PROVIDER, restricted_source=True, **changes)


class TestAConsentOfPart2:
    @pytest.mark.parametrize("kind", [ConsentKind.PART2_SPECIFIC, ConsentKind.PART2_TPO])
    def test_brings_the_statement_word_for_word_with_its_version_and_source(self, kind):
        notice = last(Told(received(), *TAKEN_ON, granted(CASEWORK, kind=kind)), CASEWORK, "assignment.made")
        assert (notice.statement, notice.text, notice.text_version) == (LONG.text, "redisclosure-long", "2024")
        assert notice.citation.startswith("42 CFR 2.32(a)(1)")

    def test_brings_its_own_scope_in_codes_and_names_its_reader_alone(self):
        until = NOON + timedelta(days=90)
        consent = granted(PROVIDER, CASEWORK, OTHER_CASEWORK, kind=ConsentKind.PART2_SPECIFIC, expires_at=until,
                          categories=[Category.INCIDENT, Category.IDENTITY])  # fmt: skip
        notice = last(Told(received(), *TAKEN_ON, consent), CASEWORK, "assignment.made")
        assert notice.consents == (
            ConsentScope(
                consent_id=CONSENT, kind=ConsentKind.PART2_SPECIFIC, recipient=CASEWORK,
                categories=(Category.IDENTITY, Category.INCIDENT), purpose=Purpose.CARE_COORDINATION, expires_at=until,
            ),
        )  # fmt: skip
        assert PROVIDER not in notice.model_dump_json()

    def test_says_by_which_event_it_ends(self):
        consent = granted(PROSECUTOR, categories=[Category.INTAKE_STATUS], purpose=Purpose.PROSECUTION_DECISION,
                          kind=ConsentKind.CRIMINAL_JUSTICE_REFERRAL)  # fmt: skip
        ends = replace(consent, event=consent.event.model_copy(update={"expires_with": "charge_decided"}))
        told = Told(received(), *TAKEN_ON, handed_off(), ends, enrolled())
        [scope] = last(told, PROSECUTOR, "intake.reported").consents
        assert (scope.kind, scope.recipient, scope.expires_with) == (
            ConsentKind.CRIMINAL_JUSTICE_REFERRAL, PROSECUTOR, "charge_decided",
        )  # fmt: skip

    def test_is_told_beside_another_that_is_none_without_the_scope_of_that_one(self):
        other = "con-" + "9" * 32
        told = Told(received(), *TAKEN_ON)
        told.hear(granted(CASEWORK, kind=ConsentKind.PART2_TPO, categories=[Category.IDENTITY]))
        told.hear(granted(CASEWORK, categories=[Category.CONTACT], consent_id=other))
        made = told.to(CASEWORK, "assignment.made")[-1]
        assert made.phones
        assert [one.consent_id for one in made.notice.consents] == [CONSENT]

    def test_goes_with_what_a_provider_is_asked(self):
        consent = granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, kind=ConsentKind.PART2_SPECIFIC)
        notice = last(Told(received(), *TAKEN_ON, consent, onward_asked()), PROVIDER, "onward.offered")
        assert [one.purpose for one in notice.consents] == [Purpose.SERVICE_PROVISION]


class TestWhatComesFromAProgram:
    def test_has_the_statement_and_no_scope_where_the_hub_knows_no_consent(self):
        made = Told(from_a_program(), *TAKEN_ON).to(CASEWORK, "assignment.made")[-1]
        assert made.preferred_name
        assert (made.notice.statement, made.notice.consents) == (LONG.text, ())

    def test_is_not_named_by_its_notice(self):
        said = last(Told(from_a_program(), *TAKEN_ON), CASEWORK, "assignment.made").model_dump_json().lower()
        assert PROVIDER not in said
        assert "compass" not in said

    @pytest.mark.parametrize("kind", NEVER)
    def test_is_opened_by_no_consent_that_is_none_of_part_2(self, kind):
        consent = granted(CASEWORK, kind=kind, categories=list(Category))
        told = Told(from_a_program(), *TAKEN_ON, consent)
        assert all(one.legal_name is None for one in told.to(CASEWORK, "assignment.made"))
        assert Told(received(), *TAKEN_ON, consent).to(CASEWORK, "assignment.made")[-1].legal_name

    def test_is_opened_by_a_consent_of_part_2_with_its_scope(self):
        told = Told(from_a_program(), *TAKEN_ON, granted(CASEWORK, kind=ConsentKind.PART2_SPECIFIC))
        made = told.to(CASEWORK, "assignment.made")[-1]
        assert made.legal_name
        assert [one.consent_id for one in made.notice.consents] == [CONSENT]

    @pytest.mark.parametrize("kind", NEVER)
    def test_may_be_the_case_manager_who_asks_for_help_and_then_nothing_but_part_2_opens_it(self, kind):
        told = self.asked_by_a_program(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, kind=kind))
        assert told.names(PROVIDER) == []
        assert told.withheld(PROVIDER) == [("onward.offered", "consent", "no-consent")]
        assert told.to(OTHER_CASEWORK, "onward.reported")[-1].state == "not_allowed"

    def test_may_be_the_case_manager_who_asks_for_help_under_a_consent_of_part_2(self):
        told = self.asked_by_a_program(
            granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, kind=ConsentKind.PART2_SPECIFIC)
        )
        assert [one.consent_id for one in last(told, PROVIDER, "onward.offered").consents] == [CONSENT]

    def asked_by_a_program(self, consent):
        theirs = {"agency": OTHER_CASEWORK}
        request = onward_asked()
        request = replace(request, event=request.event.model_copy(update={"asked_by": OTHER_CASEWORK}))
        return Told(received(), offered(**theirs), accepted(**theirs), consent, request)

    @pytest.mark.parametrize(("provider", "notified"), [(PROVIDER, True), (HOSPITAL, False)])
    def test_may_be_who_answers_a_request_for_help(self, provider, notified):
        event = OnwardClosed(onward_id=ONWARD, asked_by=CASEWORK, provider=provider, state="accepted")
        told = Told(received(), *TAKEN_ON, onward_asked(provider), heard(event, minutes=46))
        answer = told.to(CASEWORK, "onward.reported")[-1]
        assert answer.state == "accepted"
        assert (answer.notice is not None) is notified

    def test_is_told_apart_by_standing_and_not_by_name(self):
        agencies = dict(whatcom().agencies)
        standing = {"standing": (Standing.COVERED_ENTITY,)}
        agencies[PROVIDER] = type(agencies[PROVIDER]).model_validate(agencies[PROVIDER].model_dump() | standing)
        site = whatcom().model_copy(update={"agencies": agencies})
        assert last(Told(from_a_program(), *TAKEN_ON, site=site), CASEWORK, "assignment.made") is None

    def test_is_everything_where_the_hub_itself_is_one(self):
        site = type(whatcom()).model_validate(whatcom().model_dump() | {"standing": (Standing.PART2_PROGRAM,)})
        told = Told(received(), screened(), *TAKEN_ON, granted(CASEWORK), handed_off(), site=site)
        assert last(told, CASEWORK, "assignment.made").statement == LONG.text
        assert all(one.legal_name is None for one in told.to(CASEWORK, "assignment.made"))
        assert told.names(POLICE)


class TestWherePart2DoesNotApply:
    @pytest.mark.parametrize("kind", NEVER)
    def test_no_notice_goes_with_police_data_under_another_consent(self, kind):
        told = Told(received(), *TAKEN_ON, granted(CASEWORK, kind=kind))
        assert told.to(CASEWORK, "assignment.made")[-1].legal_name
        assert [one.notice for one in told.to(CASEWORK, "assignment.made")] == [None, None]

    def test_no_notice_goes_with_what_a_hospital_that_is_no_program_sends(self):
        assert last(Told(community(restricted_source=True), *TAKEN_ON), CASEWORK, "assignment.made") is None

    def test_no_notice_is_in_a_blind_offer_or_in_what_police_hear(self):
        consent = granted(CASEWORK, kind=ConsentKind.PART2_SPECIFIC)
        for first in (from_a_program(), received()):
            told = Told(first, screened(), *TAKEN_ON, consent, handed_off(), enrolled())
            for agency, fact in told.messages:
                if agency == POLICE or fact.event.name.startswith("offer."):
                    assert "42 CFR" not in fact.event.model_dump_json()

    def test_nothing_is_said_at_all_of_what_is_withheld(self):
        told = Told(received(), *TAKEN_ON, handed_off(), enrolled())
        assert told.to(PROSECUTOR, "intake.reported") == []


class TestTheContracts:
    def test_every_message_that_can_hold_who_it_is_or_that_they_came_can_carry_the_notice(self):
        events = {event.name: newest(event.name) for event in shelf() if event.topic == topics.FROM_HUB}
        del events["person.revealed"]  # It is on no lane: an operator is shown it, by the office's own permission.
        of_health = {
            name
            for name, event in events.items()
            if not OF_HEALTH.isdisjoint(CATEGORY_OF.get(field) for field in event.model_fields)
        }
        assert of_health == {"assignment.made", "onward.offered", "intake.reported"}
        carrying = {name for name, event in events.items() if NOTICE in event.model_fields}
        assert carrying == of_health | {"onward.reported", "pretrial.reported"}

    def test_no_message_that_police_may_hear_can_carry_one_and_no_offer_can(self):
        agencies = whatcom().agencies.values()
        police = {event for one in agencies if one.role is Role.LAW_ENFORCEMENT for event in one.may_hear}
        assert police
        for name in police | {"offer.made", "offer.cancelled"}:
            assert NOTICE not in newest(name).model_fields


def test_the_notice_goes_with_it_whatever_the_sites_rows_leave_out():
    rows = tuple(
        row.model_copy(update={"fields": tuple(name for name in row.fields if name != NOTICE)})
        for row in whatcom().permissions
    )
    site = whatcom().model_copy(update={"permissions": rows})
    told = Told(received(), *TAKEN_ON, granted(CASEWORK, kind=ConsentKind.PART2_TPO), site=site)
    assert last(told, CASEWORK, "assignment.made").statement == LONG.text


def test_a_message_that_was_on_its_way_when_the_text_changed_is_no_longer_the_same_message():
    told = Told(received(), *TAKEN_ON)
    told.hear(granted(CASEWORK, kind=ConsentKind.PART2_TPO), carry=False)
    [row] = told.waiting
    later = LONG.model_copy(update={"version": "2027", "in_force_from": date(2027, 1, 1)})
    texts = {**whatcom().texts, TextKind.LONG: (LONG, later)}
    judge = Judge(whatcom().model_copy(update={"texts": texts}))
    before, same, after = (
        asked(row, told.dossiers[PERSON], judge, NOON + timedelta(days=days)) for days in (0, 1, 365)
    )
    assert [one.notice.text_version for one in (before, same, after)] == ["2024", "2024", "2027"]
    assert before.mark == same.mark != after.mark


KINDS = st.sampled_from(list(ConsentKind))
SOURCES = st.sampled_from([POLICE, HOSPITAL, PROVIDER])


@settings(max_examples=150, deadline=None)
@given(source=SOURCES, kinds=st.lists(KINDS, max_size=3), onward=st.booleans())
def test_a_notice_goes_with_a_message_exactly_where_a_consent_of_part_2_or_a_program_stands_behind_it(
    source, kinds, onward
):
    first = received() if source == POLICE else community(agency=source, restricted_source=True)
    told = Told(first, *TAKEN_ON)
    for number, kind in enumerate(kinds):
        told.hear(granted(CASEWORK, kind=kind, consent_id=f"con-{number:032x}"), carry=False)
        service = granted(PROVIDER, kind=kind, purpose=Purpose.SERVICE_PROVISION, consent_id=f"con-{number + 9:032x}")
        told.hear(service, carry=False)
    if onward:
        told.hear(onward_asked(), carry=False)
    consents = told.dossiers[PERSON].consents
    of_part2 = {f"consent/{name}" for name, one in consents.items() if one.grant.kind in PART2_KINDS}
    for row in told.waiting:
        dossier, later = told.dossiers[PERSON], NOON + timedelta(hours=1)
        done = composed(row, dossier, told.judge, asked(row, dossier, told.judge, later), later, MEANS)
        if done.message is None or NOTICE not in type(done.message.event).model_fields:
            continue
        bases = {basis for fact in done.disclosures for basis in getattr(fact.event, "allowed_by", "").split()}
        notice = done.message.event.notice
        program = source == PROVIDER and row.message != "onward.reported"
        assert (notice is not None) is bool(bases & of_part2 or program)
        assert {f"consent/{one.consent_id}" for one in (notice.consents if notice else ())} == bases & of_part2
