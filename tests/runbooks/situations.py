"""What each page is read for, brought about on a hub: somebody who was told of, a parked message, a lane that waits."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from pathlib import Path

from contracts.event import versions
from services.commands.reach import find

POLICE, LANE = "bellingham-police", "everson-police"
SECOND = "robin-sample"
REPLAYS = {"lane-again.md", "wrong-replay.md"}
SECONDS = 60


def eventually(look):
    until = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.1)
    return found


class Situations:
    """Brings about what a page speaks of, and knows what its placeholders stand for there.

    `hub` runs a command and returns the JSON that it writes.
    """

    def __init__(self, hub, state: Path, folder: Path) -> None:
        self.hub, self.state, self.folder = hub, state, folder
        self._numbers = itertools.count(1)
        self._told: tuple[str, str] | None = None
        self._holder: str | None = None
        self._letter: str | None = None

    def before(self, page: str) -> None:
        """Bring about what is so before the page is opened."""
        if page != "first-day.md" and "juno-sample" not in {one["operator"] for one in self.hub("operator", "list")[0]}:
            self.hub("operator", "add", "juno-sample")
        if page in REPLAYS:
            self._second_operator()
        if page == "dead-letters.md":
            self._letter = self._parked(next(self._numbers))
        if page == "waiting-lanes.md":
            self._a_lane_waits()
        if page == "wrong-replay.md":
            self._a_lane_was_told_again()

    def after(self, page: str) -> None:
        """See that what it was read for is settled."""
        if page == "waiting-lanes.md":
            self.hub("agency", "resume", LANE, "--operator", "juno-sample")
            eventually(lambda: not self._waits(LANE))

    def value(self, name: str, page: str) -> str:
        """Return what this placeholder stands for; it is brought about now."""
        number = next(self._numbers)
        made = {
            "PERSON": lambda: self.told()[0],
            "REFERRAL": lambda: self._withdrawn(number) if page == "erasure.md" else self.told()[1],
            "ID": lambda: self._parked_before() or self._parked(number),
            "REPLAY": lambda: self.hub("replay", "list")[0][0]["replay_id"],
            "SERVICE": lambda: "consent" if page == "rebuild.md" else "intake",
            "AGENCY": lambda: self.holder() if page in REPLAYS else "sumas-police",
            "NAME": lambda: SECOND if page in REPLAYS else f"wren-sample-{number}",
            "CODE": lambda: "sent-again",
            "REASON": lambda: "An invented reason.",
            "FILE": lambda: str(self.folder / f"file-{number}"),
        }
        return made[name]()

    def told(self) -> tuple[str, str]:
        """The person and the referral of somebody whom an agency was offered, blind; made once."""
        if self._told is None:
            offered, referral = self._offered()
            eventually(lambda: self.hub("ledger", "disclosures", offered["subject"])[0]["disclosures"])
            self._told = offered["subject"], referral
        return self._told

    def holder(self) -> str:
        """The agency that has taken on somebody, and so was told of them; made once."""
        if self._holder is None:
            offered, _ = self._offered()
            agency = offered["agency"]
            offer = eventually(lambda: self._heard(agency, "offer.made", offered["offer_id"]))
            accepted = {"offer_id": offered["offer_id"]}
            self._send(next(self._numbers), "offer.accepted", accepted, agency, subject=offer["subject"])
            eventually(lambda: self._heard(agency, "assignment.made", offered["offer_id"]))
            self._holder = agency
        return self._holder

    def _offered(self):
        """The offer of somebody whom their family refers, as the timeline tells of it, and their referral."""
        words = "--source-kind family --agreement agreed --area bellingham --preferred-name Blue --age 30-45"
        (answer,) = self.hub("refer", *words.split())
        return eventually(lambda: self._steps(answer["referral_id"], "assignment.offered"))[0], answer["referral_id"]

    def _heard(self, agency, kind, offer):
        lane = self.hub("listen", "--as", agency, "--from", "earliest", "--wait", "0.5")
        return next((one for one in lane if one["type"] == kind and one["data"].get("offer_id") == offer), None)

    def _second_operator(self):
        if SECOND not in {one["operator"] for one in self.hub("operator", "list")[0]}:
            self.hub("operator", "add", SECOND, "--operator", "juno-sample")

    def _a_lane_was_told_again(self):
        """The replay that is the newest one has run."""
        (planned,) = self.hub("replay", "plan", "lane", self.holder(), "--since", "2026-03-01", "--as", "juno-sample")
        if planned["plan"]["second_person"]:
            self.hub("replay", "approve", planned["replay_id"], "--as", SECOND)
        (ran,) = self.hub("replay", "run", planned["replay_id"], "--as", "juno-sample")
        assert ran["stage"] == "completed"

    def _steps(self, referral_id, event):
        return [one for one in self.hub("timeline", referral_id)[0] if one["event"] == event]

    def _send(self, number, kind, data, agency=POLICE, **more):
        event = {
            "specversion": "1.0", "id": f"book-{kind}-{number}", "source": f"/agencies/{agency}", "type": kind,
            "time": datetime.now(UTC).isoformat(), "data": data,
        }  # fmt: skip
        return self.hub("send", "-", "--as", agency, stdin=json.dumps(event | more))[0]

    def _referral(self, number):
        return {
            "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": "2026-03-01T12:00:00Z",
            "agreement": "agreed", "location": {"area": "bellingham"}, "offences": [{"nibrs": "23C"}],
            "incident": {"number": f"SAMPLE-B{number}", "ori": "WASAMPL02", "officer_waiting": False},
            "person": {"legal_name": f"Juniper Booksample{number}", "birth_date": "1991-04-11"},
        }  # fmt: skip

    def _withdrawn(self, number):
        """A referral that its source has taken back: it was entered in error."""
        named = self._send(number, "referral.submitted", self._referral(number))["referral_id"]
        self._send(number, "referral.withdrawn", {"of": {"incident_number": f"SAMPLE-B{number}"}})
        eventually(lambda: self._steps(named, "referral.retracted") or self._steps(named, "referral.withdrawn"))
        return named

    def _parked(self, number):
        """A message in a version that the hub cannot read yet; its number at intake."""
        newer = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"
        before = self._open_letters()
        self._send(number, "referral.submitted", self._referral(number), dataschema=newer)
        return str(min(eventually(lambda: self._open_letters() - before)))

    def _parked_before(self):
        """The letter that was there when the page was opened, once; then there is another one."""
        letter, self._letter = self._letter, None
        return letter

    def _open_letters(self):
        import asyncio  # noqa: PLC0415

        async def ids():
            async with find(self.state).connected("intake") as conn:
                return {row["id"] for row in await conn.fetch("SELECT id FROM dead_letters WHERE settled_at IS NULL")}

        return asyncio.run(ids())

    def _a_lane_waits(self):
        """Its agency is suspended, until the page has been followed."""
        self.hub("agency", "suspend", LANE, "--operator", "juno-sample")
        eventually(lambda: self._waits(LANE))

    def _waits(self, slug):
        return next(one["waits"] for one in self.hub("status")[0]["agencies"] if one["slug"] == slug)
