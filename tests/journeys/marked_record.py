"""A record with a marked word in every private field, and what agencies do with it: accept, agree, send on, park."""

from __future__ import annotations

import base64
import errno
import json
import os
import time

from contracts.event import versions
from tests.journeys.cast import UNDER_PART2

POLICE, PROVIDER, OFFICE = "bellingham-police", "compass-health", "whatcom-lead-program-office"
SECONDS = 90


def referral_of(mark, born):
    """Return a referral with the mark in every private field."""
    return {
        "door": "arrest_diversion", "source_kind": "law_enforcement", "referred_at": "2026-03-01T12:00:00Z",
        "agreement": "agreed", "offences": [{"nibrs": "35A"}],
        "location": {"area": "bellingham", "place": f"{mark} place"},
        "incident": {
            "number": f"{mark}-1", "ori": "WASAMPL02", "officer_waiting": False,
            "officer": {name: f"{mark} {name}" for name in ("badge", "name", "call_back", "supervisor")},
        },
        "person": {
            "legal_name": f"Juniper {mark}", "preferred_name": f"June {mark}", "aliases": [f"Alias {mark}"],
            "pronouns": mark, "birth_date": born, "agency_person_number": f"{mark}-7",
        },
        "reach": {"phones": [f"{mark} phone"], "usual_places": [f"{mark} bench"], "through": f"{mark} friend"},
        "source_reference": f"{mark}-ref", "reason": f"{mark} reason", "safety_notes": f"{mark} notes",
        "safety_code": f"{mark} code", "referrer_contact": f"{mark} referrer",
    }  # fmt: skip


def said(kind, data, identity, agency, **more):
    event = {"specversion": "1.0", "id": identity, "source": f"/agencies/{agency}", "type": kind, "data": data}
    return json.dumps(event | more)


def eventually(look):
    until = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.2)
    return found


def forms(word):
    """The bytes of a word as they may stand in a file: plain, two bytes a letter, base 64 wherever it begins, hex."""
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), plain.hex().encode()}
    for ahead in range(3):
        # The first and the last characters depend on what stands beside the word.
        text = base64.b64encode(b"\x00" * ahead + plain)
        found.add(text[4:-4])
    return found


def content(file):
    """What was written into a file. Kafka makes room ahead, a megabyte of nothing for each index, which is left out."""
    written, place = [], 0
    with file.open("rb") as opened:
        while (begin := _written_from(opened.fileno(), place)) is not None:
            place = os.lseek(opened.fileno(), begin, os.SEEK_HOLE)
            written.append(os.pread(opened.fileno(), place - begin, begin))
    return b"\0".join(written)


def _written_from(descriptor, place):
    try:
        return os.lseek(descriptor, place, os.SEEK_DATA)
    except OSError as nothing:
        if nothing.errno == errno.ENXIO:
            return None
        raise


def where(folder, forms_):
    """The files in which one of these stands."""
    found = []
    for file in folder.rglob("*"):
        try:
            written = content(file) if file.is_file() else b""
        except FileNotFoundError:
            continue
        if any(one in written for one in forms_):
            found.append(str(file.relative_to(folder)))
    return found


class Story:
    """What the agencies do with a marked record, one after the other. Of several stories each has its own `name`."""

    def __init__(self, hub, mark, born, name="m", past=None):
        self.hub, self.mark, self.name = hub, mark, name
        self.referral = referral_of(mark, born)
        self.past = set() if past is None else past

    def send(self, agency, kind, data, identity, **more):
        event = said(kind, data, f"{self.name}-{identity}", agency, **more)
        (answer,) = self.hub("send", "-", "--as", agency, stdin=event)
        return answer

    def heard(self, agency, kind):
        """The first message of that kind on the agency's lane that no story has heard yet."""

        def look():
            lane = self.hub("listen", "--as", agency, "--from", "earliest", "--wait", "0.5")
            return next((one for one in lane if one["type"] == kind and one["id"] not in self.past), None)

        found = eventually(look)
        self.past.add(found["id"])
        return found

    def steps(self, referral_id, event):
        return [one for one in self.hub("timeline", referral_id)[0] if one["event"] == event]

    def taken_on(self):
        """Refer, accept, agree; return the referral, whoever took the person on, and their name for the person."""
        referral_id = self.send(POLICE, "referral.submitted", self.referral, "submitted")["referral_id"]
        review = eventually(lambda: [*self.hub("reviews")[0], *self.steps(referral_id, "assignment.offered")])[0]
        if "review_id" in review:
            self.hub("reviews", "decide", review["review_id"], "eligible", "--why", f"{self.mark} why")
        agency = eventually(lambda: self.steps(referral_id, "assignment.offered"))[0]["agency"]
        offer = self.heard(agency, "offer.made")
        accepted = {"offer_id": offer["data"]["offer_id"]}
        self.send(agency, "offer.accepted", accepted, "accepted", subject=offer["subject"])
        made = self.heard(agency, "assignment.made")
        assert self.mark in json.dumps(made)
        consent = {
            "form_reference": "FORM-1", "disclosers": [OFFICE], "recipients": [PROVIDER],
            "categories": ["identity", "contact", "needs"], "purpose": "service_provision", "signed_on": "2026-03-01",
            "signature": "paper", "signed_by": "person", "expires_with": "end_of_participation", **UNDER_PART2,
        }  # fmt: skip
        self.send(agency, "consent.signed", consent, "signed", subject=made["subject"])
        eventually(lambda: self.steps(referral_id, "consent.granted"))
        return referral_id, agency, made["subject"]

    def sends_on(self, agency, subject):
        """Ask for a provider's help, and note a contact; return the note."""
        onward = {"help_type": "drug_treatment", "to": PROVIDER, "note": f"{self.mark} onward"}
        self.send(agency, "onward.requested", onward, "onward", subject=subject)
        contact = {"result": "not_found", "note": f"{self.mark} contact"}
        self.send(agency, "contact.attempted", contact, "contact", subject=subject)
        return onward["note"]

    def parks(self):
        """Send what the hub cannot read yet."""
        newer = f"hub:referral.submitted/{len(versions('referral.submitted')) + 1}"
        assert self.send(POLICE, "referral.submitted", self.referral, "newer", dataschema=newer)["answer"] == "parked"
