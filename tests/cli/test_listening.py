"""Listening for an agency takes from its lane what it shows, and reads nothing in the agency's name."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from contracts.catalogue import ReferralAcknowledged
from contracts.envelope import Envelope, Fact
from services.commands import sending
from services.commands.lanes import TRYING_OUT, own_groups
from services.partner.client import Heard
from services.plumbing.access import KafkaAccess

AT = datetime(2026, 3, 1, tzinfo=UTC)


def message(number):
    event = ReferralAcknowledged(referral_id="ref-" + "1" * 32, received_at=AT)
    return Heard(Fact(event, Envelope(f"m-{number}", "/hub/notification", event.name, AT)), number, 0, 0)


class Lane:
    """A lane of five messages; what was taken from it counts as read."""

    def __init__(self):
        self.left = [message(number) for number in range(5)]

    @asynccontextmanager
    async def partner(self, _slug):
        yield self

    @asynccontextmanager
    async def listening(self, _group, *, start):
        assert start is None
        yield self

    async def within(self, _milliseconds, *, most=None):
        taken, self.left = self.left[:most], [] if most is None else self.left[most:]
        return taken


@pytest.mark.parametrize(("count", "left"), [(2, ["m-2", "m-3", "m-4"]), (None, [])])
async def test_what_is_not_shown_stays_on_the_lane(capsys, count, left):
    lane = Lane()
    await sending._listen(lane, "sumas-police", "listen", None, count, 0.25, as_json=True)
    assert len(capsys.readouterr().out.splitlines()) == 5 - len(left)
    assert [one.fact.id for one in lane.left] == left


def test_an_operator_who_looks_at_a_lane_has_not_read_it_for_the_agency():
    groups = ["agency.sumas-police.listen", "agency.sumas-police.casework", "agency.sumas-police-2.x", "hub.intake"]
    assert TRYING_OUT == "listen"
    first, second = (KafkaAccess("", "hub", "", realm=realm) for realm in ("", "seattle"))
    assert own_groups(first, "sumas-police", groups) == ["agency.sumas-police.casework"]
    assert not own_groups(second, "sumas-police", groups)
