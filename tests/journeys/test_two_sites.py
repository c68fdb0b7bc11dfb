"""Two sites in one hub, on the same servers: neither sees anything of the other, and a person moves by consent.

The same invented person is referred at both. Nothing at one site knows of the other; whoever works at one reaches
nothing of the other's, neither in Kafka nor in PostgreSQL, with whatever name and password they have there. Then the
person, who lives in Whatcom County, moves: a case manager asks Seattle's program with a consent that names it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import asyncpg
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from services.local.broker_properties import HUB_USER
from services.local.ground import AGENCIES
from services.plumbing.layout import services_user, user_of
from services.plumbing.passwords import Passwords
from services.plumbing.roles import role_of
from tests.journeys.marked_record import OFFICE, UNDER_PART2, Story, eventually, said
from tests.journeys.outside import SILENT
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.platform.aside import now
from tests.platform.embedded import fresh_folder

NAME, BORN = "Zqxmoves", "1991-04-05"
FIRST, SECOND = "whatcom", "seattle"
NEIGHBOUR_HERE, NEIGHBOUR_THERE = "seattle-lead", "whatcom-lead"
OPERATOR = "juno-sample"


def test_neither_site_reaches_the_other_a_person_moves_and_a_site_comes_back_by_itself(fresh_hub, monkeypatch, capsys):
    monkeypatch.setenv("HUB_OPERATOR", OPERATOR)
    with fresh_hub() as state, fresh_folder() as ground:
        ground.chmod(0o711)
        here = typing(state, monkeypatch, capsys)
        with running(state, FIRST, SECOND) as facts:
            folder = _folder(facts)
            there = typing(folder, monkeypatch, capsys)
            other = _neither_reaches_the_other(facts, here, there)
        _comes_back_beside_the_others(ground, folder, there, other, lambda place: typing(place, monkeypatch, capsys))


def _neither_reaches_the_other(facts, here, there):
    """Return the referral of the second site."""
    for hub in (here, there):
        hub("operator", "add", OPERATOR)
    story = Story(here, NAME, BORN, name="moves")
    referral_id, holder, subject = story.taken_on()
    other = _refer(there)
    _nothing_is_shared(here, there, referral_id, other)
    _nothing_is_reached(facts)
    _each_has_its_own(facts, here, there)
    _moves(story, there, holder, subject)
    return other


def _comes_back_beside_the_others(ground, folder, there, referral_id, typed):
    backup, keys, new = ground / "backup", ground / "keys", ground / "new"
    there("backup", str(backup), "--keys", str(keys))
    assert there("restore", str(backup), "--check", "--keys", str(keys))

    anew = new / "sites" / SECOND
    anew.mkdir(parents=True)
    shutil.copytree(folder / "secrets", anew / "secrets")
    again = typed(anew)
    assert "sites" in typed(new)("restore", str(backup), "--keys", str(keys), fails=True)
    assert again("restore", str(backup), "--keys", str(keys))[0]["records"] > 0
    with running(new, FIRST, SECOND):
        assert again("timeline", referral_id)[0][0]["event"] == "referral.received"
        assert again("status")[0]["ready"]


def _nothing_is_shared(here, there, referral_id, other):
    """The same name and birth date: one person at each site, no link proposed, nothing found by the other's ids."""
    wanted = ("person", "find", "--name", f"Juniper {NAME}", "--birth-date", BORN)
    (mine,), (theirs,) = here(*wanted), there(*wanted)
    assert len(mine) == len(theirs) == 1
    assert mine[0]["person"] != theirs[0]["person"]
    assert here("person", "links") == there("person", "links") == [[]]
    assert here("timeline", referral_id)
    assert there("timeline", other)
    assert here("timeline", other, fails=True)
    assert there("timeline", referral_id, fails=True)
    assert here("person", "show", theirs[0]["person"], fails=True)
    assert there("person", "show", mine[0]["person"], fails=True)
    assert there("report", "--site", FIRST, "--quarter", "2026Q1", fails=True)
    # From the whole hub's folder each is asked by its name.
    reports = [here("report", "--site", site, "--quarter", "2026Q1")[0] for site in (FIRST, SECOND)]
    assert [one["site"] for one in reports] == [FIRST, SECOND]


def _nothing_is_reached(facts):
    """What works at one site, and is known there, is closed at the other."""
    first, second = Path(facts["state"]), _folder(facts)
    agency_here = user_of(NEIGHBOUR_HERE), Passwords(first / "secrets" / AGENCIES).known(NEIGHBOUR_HERE)
    agency_there = (
        user_of(NEIGHBOUR_THERE, SECOND), Passwords(second / "secrets" / AGENCIES).known(NEIGHBOUR_THERE),
    )  # fmt: skip
    services_there = services_user(SECOND), Passwords(second / "secrets").known(HUB_USER)
    theirs = [f"{SECOND}.hub.referrals", f"{SECOND}.agency.{NEIGHBOUR_THERE}.from-hub"]
    ours = ["hub.referrals", "hub.disclosures", f"agency.{NEIGHBOUR_HERE}.from-hub"]
    assert all(_reads(facts["kafka"], *services_there, topic) for topic in theirs)
    assert not any(_reads(facts["kafka"], *services_there, topic) for topic in ours)
    assert _reads(facts["agency_kafka"], *agency_there, theirs[1])
    assert not any(_reads(facts["agency_kafka"], *agency_there, topic) for topic in (theirs[0], *ours))
    assert _reads(facts["agency_kafka"], *agency_here, ours[2])
    assert not any(_reads(facts["agency_kafka"], *agency_here, topic) for topic in (ours[0], *theirs))
    with pytest.raises(KafkaException):
        _writes(facts["agency_kafka"], *agency_there, f"agency.{NEIGHBOUR_HERE}.to-hub")
    databases = facts["postgres"], facts["sites"][SECOND]["postgres"]
    for realm, own, others in (("", *databases), (SECOND, *reversed(databases))):
        for service in ("intake", "notification", "console", "keys", "ledger", "clock", "status"):
            now(_connected(own, role_of(service, realm)))
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                now(_connected(others, role_of(service, realm)))


def _each_has_its_own(facts, here, there):
    """Operators, agencies, keys; what is done with an agency at one site is not done at the other."""
    there("operator", "add", "robin-sample", "--operator", OPERATOR)
    assert [one["operator"] for one in here("operator", "list")[0]] == [OPERATOR]
    assert {one["slug"] for one in there("agency", "list")[0]} >= {"police", NEIGHBOUR_THERE}
    assert "police" not in {one["slug"] for one in here("agency", "list")[0]}
    assert here("topics", "diff") == there("topics", "diff") == [[]]
    keys = [(folder / "secrets" / "site.key").read_bytes() for folder in (Path(facts["state"]), _folder(facts))]
    assert keys[0] != keys[1]


def _moves(story, there, holder, subject):
    """Without a consent that names the other program nothing goes over; with one, what it allows, once."""
    here = story.hub
    request = {"help_type": "case_management", "to": NEIGHBOUR_HERE, "note": "Moves in May."}
    story.send(holder, "onward.requested", request, "too-soon", subject=subject)
    assert story.heard(holder, "onward.reported")["data"]["state"] == "not_allowed"
    assert not _lane(there, NEIGHBOUR_THERE)

    consent = {
        "form_reference": "FORM-2", "disclosers": [OFFICE], "recipients": [NEIGHBOUR_HERE],
        "categories": ["identity", "contact", "needs"], "purpose": "service_provision", "signed_on": "2026-03-01",
        "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation", **UNDER_PART2,
    }  # fmt: skip
    # What was asked for too soon goes by itself now.
    story.send(holder, "consent.signed", consent, "move-signed", subject=subject)
    reported = eventually(lambda: [one for one in _lane(here, holder) if one["data"].get("state") == "accepted"])
    assert reported[0]["subject"] == subject

    (receipt,) = {one["id"]: one for one in _lane(there, NEIGHBOUR_THERE)}.values()
    assert receipt["type"] == "referral.acknowledged"
    moved = receipt["data"]["referral_id"]
    told = json.dumps(there("timeline", moved))
    assert holder not in told
    assert "arrest_diversion" not in told
    assert any(one["event"] == "review.requested" for one in there("timeline", moved)[0])

    story.send(holder, "consent.revoked", {"how": "verbal"}, "revoked", subject=subject)
    eventually(lambda: [one for one in there("timeline", moved)[0] if one["event"] == "referral.retracted"])
    undone = eventually(lambda: here("status")[0]["work"]["undone_recalls"])
    assert {one["agency"] for one in undone} == {NEIGHBOUR_HERE}


def _refer(there):
    """Refer the same person at the other site, as its own police."""
    referral = {
        "door": "social_contact", "source_kind": "law_enforcement", "referred_at": "2026-03-02T12:00:00Z",
        "agreement": "agreed", "source_reference": "there-1",
        "person": {"legal_name": f"Juniper {NAME}", "birth_date": BORN},
    }  # fmt: skip
    (answer,) = there(
        "send", "-", "--as", "police", stdin=said("referral.submitted", referral, "there-1", "police")
    )  # fmt: skip
    return answer["referral_id"]


def _folder(facts):
    return Path(facts["sites"][SECOND]["state"])


def _lane(hub, agency):
    return hub("listen", "--as", agency, "--from", "earliest", "--wait", "1")


def _way(bootstrap, user, password):
    return {
        "bootstrap.servers": bootstrap, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": user, "sasl.password": password,
    }  # fmt: skip


def _reads(bootstrap, user, password, topic):
    """Whether this user may read the topic."""
    group = {"group.id": f"{topic.rpartition('.')[0]}.probe", "auto.offset.reset": "earliest"}
    consumer = Consumer(_way(bootstrap, user, password) | group, logger=SILENT)
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        found = consumer.consume(1, timeout=3)
        return all(one.error() is None for one in found) and (bool(found) or end is not None)
    except KafkaException:
        return False
    finally:
        consumer.close()


def _writes(bootstrap, user, password, topic):
    failed = []
    producer = Producer(_way(bootstrap, user, password), logger=SILENT)
    producer.produce(topic, b"{}", on_delivery=lambda error, _: failed.append(error))
    producer.flush(20)
    if failed[0] is not None:
        raise KafkaException(failed[0])


async def _connected(dsn, role):
    conn = await asyncpg.connect(dsn, user=role)
    await conn.close()
