"""What `hub send` says of each message: never more than the hub has said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.catalogue import MessageRefused, ReferralAcknowledged
from contracts.envelope import Envelope, Fact
from contracts.parts import Refusal
from contracts.words import Problem
from services.commands import answers
from services.commands.answers import Answers, answered
from services.partner import Sent
from services.partner.client import Heard

AT = datetime(2026, 3, 1, tzinfo=UTC)
SENT = Sent(0, 7)
REPORT = {"id": "m-1", "type": "capacity.reported"}
SUBMISSION = {"id": "m-1", "type": "referral.submitted"}
PATIENCE = 0.3


class Lane:
    """A lane on which these messages come, one a look."""

    def __init__(self, *events):
        self.coming = [Heard(Fact(one, Envelope("x", "/hub/notification", one.name, AT, causation_id=cause)), 0, 0, 0)
                       for one, cause in events]  # fmt: skip

    async def within(self, _milliseconds):
        return [self.coming.pop(0)] if self.coming else []


class Door:
    """Intake, which is done with the message or not, has parked it or not."""

    def __init__(self, *, done=True, parked=None):
        self.done, self.reason = done, parked

    async def known(self, ids):
        return set(ids)

    async def read_past(self, _sent):
        return self.done

    async def parked(self, _sent):
        return self.reason


@pytest.fixture(autouse=True)
def no_grace(monkeypatch):
    """A later refusal is not waited for."""
    monkeypatch.setattr(answers, "GRACE_SECONDS", 0.0)


async def told(identity, lane=None, door=None, **more):
    """What is said of the message."""
    found = await Answers(lane or Lane(), door or Door()).to(SENT, identity, PATIENCE, **more)
    return found["answer"], answered({"line": 1} | identity | found)


async def test_what_is_parked_is_not_called_admitted():
    answer, words = await told(REPORT, door=Door(parked="newer-version"))
    assert answer == "parked"
    assert "newer-version" in words
    assert "admitted" not in words


async def test_a_parked_referral_is_said_at_once_and_not_waited_for():
    assert (await told(SUBMISSION, door=Door(parked="newer-version")))[0] == "parked"


async def test_an_id_that_was_handled_before_is_already_known_and_not_waited_for():
    assert (await told(SUBMISSION, known_before=True))[0] == "already known"
    assert (await told(REPORT, known_before=True))[0] == "already known"


async def test_the_same_id_with_another_body_is_refused_all_the_same():
    problem = Problem(field="id", rule="A rule.", fix="A fix.")
    refusal = Refusal(agency="sumas-police", message_id="m-1", reason="id-used-before", problems=(problem,))
    lane = Lane((MessageRefused(refusal=refusal), None))
    assert (await told(SUBMISSION, lane=lane, known_before=True))[0] == "refused"


async def test_admitted_says_that_a_service_may_still_refuse():
    answer, words = await told(REPORT)
    assert answer == "admitted"
    assert "no service has refused it yet" in words


async def test_a_referral_that_is_new_waits_for_its_receipt():
    assert (await told(SUBMISSION))[0] == "no answer"
    receipt = ReferralAcknowledged(referral_id="ref-" + "1" * 32, received_at=AT)
    assert (await told(SUBMISSION, lane=Lane((receipt, "m-1"))))[0] == "acknowledged"


async def test_what_intake_has_not_read_has_no_answer():
    assert (await told(REPORT, door=Door(done=False)))[0] == "no answer"
