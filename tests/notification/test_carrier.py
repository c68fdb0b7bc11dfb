"""The carrier's promises, one step at a time: the last moment is the last, and nothing is told that is not said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contracts.consents.consent_expired import ConsentExpired
from contracts.envelope import Fact
from contracts.to_hub.agency_resumed import AgencyResumed
from contracts.to_hub.agency_suspended import AgencySuspended
from contracts.words import Category, Purpose
from services.notification.gateways import Sent
from services.plumbing.tokens import Place
from tests.notification.bench import Bench
from tests.notification.examples import (
    CASEWORK,
    CONSENT,
    NOON,
    OFFICE,
    PERSON,
    POLICE,
    PROVIDER,
    accepted,
    granted,
    heard,
    offered,
    onward_asked,
    open_,
    received,
    withdrawn,
)


@pytest.fixture
async def bench() -> Bench:
    bench = Bench()
    await bench.hear(received(), offered(), accepted())
    return bench


def suspended() -> Fact:
    return heard(AgencySuspended(agency=CASEWORK, operator="sample-operator"), by=OFFICE, person=None)


def resumed() -> Fact:
    return heard(AgencyResumed(agency=CASEWORK, operator="sample-operator"), by=OFFICE, person=None, minutes=1)


async def test_what_waits_is_told_in_order_and_every_telling_is_said_once(bench):
    await bench.carry()
    assert bench.lanes.names(POLICE) == ["referral.acknowledged", "case_manager.dispatched"]
    assert bench.lanes.names(CASEWORK) == ["assignment.made"]
    assert bench.store.rows == []
    told = [one.message_id for one in bench.said("disclosure.made")]
    assert sorted(told) == sorted(fact.id for _, fact in bench.lanes.messages)


async def test_a_message_is_addressed_with_the_agencys_own_name_of_the_person(bench):
    await bench.carry()
    [made] = bench.lanes.of(CASEWORK)
    assert (made.source, made.subject) == ("/hub/notification", f"psn-{CASEWORK}-{PERSON}")


async def test_a_withdrawal_takes_away_what_waits_and_says_so():
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked(), withdrawn())
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == []
    [no] = [one for one in bench.said("disclosure.withheld") if one.agency == PROVIDER and one.rule == "consent-ended"]
    assert no.layer == "consent"


RENEWED = "con-" + "7" * 32


def allows(**changes) -> Fact:
    return granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, **changes)


@pytest.fixture
async def asked_onward() -> Bench:
    """A provider is asked under a consent, and its lane does not flow."""
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), allows(), onward_asked())
    return bench


def expired() -> Fact:
    return heard(ConsentExpired(consent_id=CONSENT), minutes=50)


@pytest.mark.parametrize("ended", [expired, withdrawn], ids=["expired", "withdrawn"])
async def test_what_waits_goes_under_another_consent_that_lives_when_its_own_ends(asked_onward, ended):
    bench = asked_onward
    await bench.hear(allows(consent_id=RENEWED), ended())
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == ["onward.offered"]
    [told] = [one for one in bench.said("disclosure.made") if one.agency == PROVIDER]
    assert f"consent/{RENEWED}" in told.allowed_by
    assert CONSENT not in told.allowed_by
    assert [one for one in bench.said("disclosure.withheld") if one.rule == "consent-ended"] == []


async def test_what_may_have_gone_under_another_consent_is_recalled_when_that_one_ends(asked_onward):
    bench = asked_onward
    await bench.hear(allows(consent_id=RENEWED), withdrawn())
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(PROVIDER)
    bench.lanes.before_sending = lambda: None
    await bench.hear(withdrawn(RENEWED))
    assert [one.basis for one in bench.said("disclosure.recalled")] == [f"consent/{RENEWED}"]


async def test_what_certainly_did_not_go_under_another_consent_waits_for_it_and_no_longer(asked_onward):
    bench = asked_onward
    await bench.hear(allows(consent_id=RENEWED), withdrawn())
    bench.lanes.outcomes[PROVIDER] = (Sent.NOT_SENT, "topic-missing")
    await bench.carry()
    await bench.hear(withdrawn(RENEWED))
    bench.lanes.outcomes.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == []
    assert bench.said("disclosure.withheld")[-1].rule == "no-consent"


async def test_what_the_person_consented_to_anew_is_told_once(asked_onward):
    bench = asked_onward
    await bench.hear(withdrawn(), allows(consent_id=RENEWED, minutes=55))
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == ["onward.offered"]
    assert [one.rule for one in bench.said("disclosure.withheld") if one.agency == PROVIDER] == ["consent-ended"]


async def test_what_may_be_out_is_not_said_again_where_a_later_row_says_what_holds_now():
    bench = Bench()
    await bench.hear(received(), offered(), accepted())
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(CASEWORK)
    bench.lanes.before_sending = lambda: None
    await bench.hear(granted(CASEWORK))
    await bench.carry()
    assert bench.lanes.names(CASEWORK).count("assignment.made") == 1
    assert bench.lanes.of(CASEWORK)[-1].event.legal_name is not None
    made = [one for one in bench.said("disclosure.made") if one.message_type == "assignment.made"]
    assert [(one.purpose, one.certain) for one in made] == [
        (Purpose.FIRST_CONTACT, False), (Purpose.FIRST_CONTACT, True), (Purpose.CARE_COORDINATION, True),
    ]  # fmt: skip
    [kept_back] = [one for one in bench.said("disclosure.withheld") if one.message_type == "assignment.made"]
    assert (kept_back.purpose, kept_back.rule) == (Purpose.CARE_COORDINATION, "no-consent")


async def test_a_consent_that_does_not_reach_as_far_lets_nothing_go_that_it_does_not_open(asked_onward):
    bench = asked_onward
    await bench.hear(allows(consent_id=RENEWED, categories=[Category.CONTACT]), withdrawn())
    await bench.carry()
    [message] = bench.lanes.of(PROVIDER)
    assert message.event.phones
    assert message.event.preferred_name is None
    assert message.event.legal_name is None


async def test_a_consent_that_expired_while_the_broker_was_away_opens_nothing():
    bench = Bench()
    until = NOON + timedelta(hours=1)
    await bench.hear(received(), offered(), accepted())
    await bench.hear(granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION, expires_at=until), onward_asked())
    bench.lanes.troubles[PROVIDER] = "broker-away"
    await bench.carry()
    bench.now = until + timedelta(minutes=1)
    bench.lanes.troubles.clear()
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == []
    assert bench.said("disclosure.withheld")[-1].rule == "no-consent"


async def test_a_missing_topic_stops_its_own_lane_alone_and_shows(bench):
    bench.lanes.troubles[CASEWORK] = "topic-missing"
    await bench.carry()
    assert bench.lanes.names(POLICE) == ["referral.acknowledged", "case_manager.dispatched"]
    [alarm] = await bench.store.alarms(None)
    assert (alarm.agency, alarm.state, alarm.reason, alarm.waiting) == (CASEWORK, "waiting", "topic-missing", 1)
    assert bench.world.alarms == {CASEWORK: "topic-missing"}


@pytest.mark.parametrize(("trouble", "cut_off"), [("topic-missing", False), ("broker-away", True)])
async def test_a_lane_that_found_kafka_away_says_so_since_nobody_could_read_meanwhile(bench, trouble, cut_off):
    bench.lanes.troubles[CASEWORK] = trouble
    await bench.carry()
    assert bench.carrier.cut_off is cut_off
    assert bench.world.alarms == {CASEWORK: trouble}


async def test_a_lane_that_waits_is_left_alone_longer_each_time_and_then_flows_again(bench):
    bench.lanes.troubles[CASEWORK] = "topic-missing"
    await bench.carry()
    assert await bench.carrier.busy() == []
    bench.now += timedelta(seconds=1)
    await bench.carry()
    bench.now += timedelta(seconds=1)
    assert await bench.carrier.busy() == []
    bench.lanes.troubles.clear()
    bench.now += timedelta(seconds=1)
    await bench.carry()
    assert bench.lanes.names(CASEWORK) == ["assignment.made"]
    assert await bench.store.alarms(None) == []
    assert bench.world.alarms == {}


async def test_an_oversize_message_stops_its_own_lane_and_is_known_not_to_be_told(bench):
    bench.lanes.outcomes[CASEWORK] = (Sent.NOT_SENT, "oversize")
    await bench.carry()
    assert {row.state for row in bench.store.rows} == {"waiting"}
    assert not [one for one in bench.said("disclosure.made") if one.agency == CASEWORK]


async def test_a_suspended_agency_waits_and_loses_nothing(bench):
    await bench.hear(suspended())
    await bench.carry()
    await bench.carry()
    assert bench.lanes.names(CASEWORK) == []
    assert [one.layer for one in bench.said("disclosure.withheld") if one.agency == CASEWORK].count("suspended") == 3
    await bench.hear(resumed())
    bench.now += timedelta(minutes=1)
    await bench.carry()
    assert bench.lanes.names(CASEWORK) == ["assignment.made"]


async def test_nothing_is_told_about_a_person_with_a_parked_message_and_everybody_else_goes_on(bench):
    other = "per-" + "9" * 32
    await bench.hear(received(person=other, referral_id="ref-" + "9" * 32))
    bench.store.parked.add(PERSON)
    await bench.carry()
    assert [message.subject for message in bench.lanes.of(POLICE)] == [f"psn-{POLICE}-{other}"]
    assert {one.layer for one in bench.said("disclosure.withheld")} == {"parked"}
    bench.store.parked.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    assert len(bench.lanes.of(POLICE)) == 3


@pytest.mark.parametrize("key", [CASEWORK, f"agency/{CASEWORK}"], ids=["unread", "read"])
async def test_the_lane_of_an_agency_about_which_something_is_parked_waits_and_loses_nothing(bench, key):
    bench.store.parked.add(key)
    await bench.carry()
    await bench.carry()
    assert bench.lanes.names(CASEWORK) == []
    assert bench.lanes.names(POLICE) == ["referral.acknowledged", "case_manager.dispatched"]
    assert {(one.agency, one.layer, one.rule) for one in bench.said("disclosure.withheld")} == {
        (CASEWORK, "parked", "agency-parked")
    }
    assert bench.world.alarms == {CASEWORK: "agency-parked"}
    bench.store.parked.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    assert bench.lanes.names(CASEWORK) == ["assignment.made"]
    assert bench.world.alarms == {}


class Killed(BaseException):
    """The process is gone."""


def killed() -> None:
    raise Killed


async def test_after_a_crash_what_was_being_carried_is_sent_again_with_the_same_id(bench):
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(CASEWORK)
    [row] = [row for row in bench.store.rows if row.row.message == "assignment.made"]
    assert row.state == "carrying"
    bench.lanes.before_sending = lambda: None
    bench.carrier = bench.new_carrier()
    await bench.carry()
    [message] = bench.lanes.of(CASEWORK)
    assert message.id == row.row.message_id


async def test_what_was_being_carried_when_the_consent_ended_counts_as_told_and_is_not_sent():
    bench = Bench()
    await bench.hear(received(), offered(), accepted(), granted(PROVIDER, purpose=Purpose.SERVICE_PROVISION))
    await bench.hear(onward_asked())
    bench.lanes.before_sending = killed
    with pytest.raises(Killed):
        await bench.carrier.carry(PROVIDER)
    bench.lanes.before_sending = lambda: None
    await bench.hear(withdrawn())
    await bench.carry()
    assert bench.lanes.names(PROVIDER) == ["information.recalled"]
    [told] = [one for one in bench.said("disclosure.made") if one.message_type == "onward.offered"]
    assert (told.certain, told.content) == (False, None)
    assert set(told.categories) >= {Category.IDENTITY, Category.CONTACT}
    assert bench.said("disclosure.withheld")[-1].rule == "no-consent"


async def test_what_changed_since_it_may_have_been_sent_goes_under_a_new_id(bench):
    bench.lanes.outcomes[CASEWORK] = (Sent.UNKNOWN, "broker-away")
    await bench.carrier.carry(CASEWORK)
    [row] = [row for row in bench.store.rows if row.row.message == "assignment.made"]
    await bench.hear(granted(CASEWORK))
    bench.lanes.outcomes.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    ids = [message.id for message in bench.lanes.of(CASEWORK)]
    assert row.row.message_id not in ids
    told = [one.message_id for one in bench.said("disclosure.made") if one.agency == CASEWORK]
    assert told[0] == row.row.message_id


async def test_a_row_that_cannot_be_composed_is_withheld_and_the_lane_goes_on(bench):
    odd = {Category.INCIDENT: "sealed:odd"}
    broken = received(person="per-" + "9" * 32, referral_id="ref-" + "9" * 32, sealed=odd)
    await bench.hear(broken)
    await bench.carry()
    assert bench.lanes.names(POLICE) == ["referral.acknowledged", "case_manager.dispatched"]
    assert [one.rule for one in bench.said("disclosure.withheld") if one.agency == POLICE] == ["not-composable"]


async def test_only_what_is_allowed_is_ever_opened(bench):
    opened: list[str] = []

    def watching(token: str, place: Place) -> bytes | None:
        opened.append(token)
        return open_(token, place)

    bench.world._open = watching
    await bench.carrier.carry(POLICE)
    assert set(opened) == {"sealed:incident"}


async def test_no_log_line_and_no_error_holds_a_word_of_the_person(bench, capfd):
    words = {"Juno", "Juniper", "SAMPLE-1", "360-555", "Sample Street", "Nurse", "GREEN-SAMPLE", "fountain"}
    odd = {Category.INCIDENT: "sealed:odd"}
    await bench.hear(received(person="per-" + "9" * 32, referral_id="ref-" + "9" * 32, sealed=odd))
    bench.lanes.outcomes[POLICE] = (Sent.NOT_SENT, "oversize")
    await bench.carry()
    bench.lanes.outcomes.clear()
    bench.now += timedelta(minutes=1)
    await bench.carry()
    out, err = capfd.readouterr()
    assert "lane carried" in out + err
    assert "message not composed" in out + err
    assert not [word for word in words if word in out + err]
    assert not [word for word in words for fact in bench.world.said if word in str(fact)]
