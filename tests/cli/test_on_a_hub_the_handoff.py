"""A hand-off against a whole hub: who is on call is asked, the alarm rings, and the minutes are shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tests.cli.test_on_a_hub import POLICE, eventually, hub, lines, referral, said, state  # noqa: F401  # the fixtures
from tests.cli.test_on_a_hub_the_ledger import say

PROVIDER = "opportunity-council"


def offered(hub):  # noqa: F811
    """The first offer that the agency on call hears."""
    heard = lines(hub("listen", "--as", PROVIDER, "--from", "earliest", "--wait", "3", "--json"))
    return next((one for one in heard if one["type"] == "offer.made"), None)


def test_an_officer_waits_until_somebody_is_there_and_every_minute_is_measured(hub):  # noqa: F811
    (now,) = lines(hub("oncall", "show", "--area", "bellingham", "--json"))
    assert now["areas"][0]["on_call"][0] == PROVIDER
    pressing = {
        "incident": {"number": "SAMPLE-H1", "ori": "WASAMPL02", "officer_waiting": True},
        "offences": [{"nibrs": "35A", "activity": "P", "severity": "gross_misdemeanour"}],
        "drugs": [{"kind": "L", "quantity": 1.2, "unit": "GM"}],
        "referred_at": datetime.now(UTC).isoformat(),
    }
    event = said("cli-h1", data=referral("SAMPLE-H1", **pressing))
    (answer,) = lines(hub("send", "-", "--as", POLICE, "--json", stdin=event))
    referral_id = answer["referral_id"]
    offer = eventually(lambda: offered(hub))
    assert offer["data"]["officer_waiting"]
    offer_id = offer["data"]["offer_id"]
    say(hub, PROVIDER, "cli-h2", "offer.accepted", {"offer_id": offer_id, "arrives_in_minutes": 20}, offer["subject"])

    def alarm():
        (facts,) = lines(hub("status", "--json"))
        return next((one for one in facts["alarms"] if one.startswith(referral_id)), None)

    # Twenty of the hub's minutes, each of which lasts three seconds.
    rung = eventually(alarm, 90)
    assert f"an officer waits; {PROVIDER} has until " in rung
    say(hub, PROVIDER, "cli-h3", "handoff.completed", {"offer_id": offer_id}, offer["subject"])
    assert eventually(lambda: alarm() is None)

    def measured():
        (found,) = lines(hub("timeline", referral_id, "--minutes", "--json"))
        return found if found[-1]["what"] == "officer released" else None

    found = eventually(measured)
    assert [one["what"] for one in found] == [
        "referral received", "ruled on", "offered", "accepted", "officer told who comes", "operators alarmed",
        "arrived", "custody passed", "officer released",
    ]  # fmt: skip
    assert all(one["minutes"] >= 0 for one in found)
    assert abs(sum(one["minutes"] for one in found) - found[-1]["in_all"]) < 1e-6
    assert "Minutes of the hand-off" in hub("timeline", referral_id).stdout
    assert json.dumps(found).count(PROVIDER) >= 4
