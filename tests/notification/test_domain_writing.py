"""What was written down by an earlier release is read as it was meant."""

from __future__ import annotations

import json

from contracts.words import AgeBand, Agreement, Category, Door, HelpType, Purpose
from services.notification.domain.answers import Allowed, Verdict
from services.notification.domain.kept import Facts
from services.notification.domain.writing import read_dossier, read_row, read_verdict, written_row
from tests.notification.examples import CASEWORK, NOON, OFFER, PERSON, REFERRAL

EARLIER_DOSSIER = {
    "records": {
        REFERRAL: {
            "agency": "whatcom-lead-program-office", "door": "community", "source_kind": "business",
            "agreement": "agreed", "officer_waiting": False, "restricted_source": False, "after_the_fact": False,
            "test": False, "revision": 0, "at": "2026-03-02T12:00:00Z",
            "particulars": {
                "age": {"from_years": 30, "to_years": 40}, "area": "bellingham", "needs": ["meal", "shelter"],
                "under_supervision": "no",
            },
            "sealed": {"identity": "sealed:identity"},
        }
    },
    "answers": {REFERRAL: {"0": {"agreement": "agreed", "at": "2026-03-02T12:00:00Z"}}},
    "received_at": {REFERRAL: "2026-03-02T12:00:00Z"},
    "offers": {
        OFFER: {
            "referral_id": REFERRAL, "agency": CASEWORK,
            "terms": {
                "door": "community", "area": "bellingham", "age_band": "25_to_64", "language": "en", "needs": ["meal"],
                "officer_waiting": False, "lapses_at": "2026-03-02T12:10:00Z", "arrive_within_minutes": None,
                "test": False,
            },
        }
    },
    "sayings": {"source id": {"agency": CASEWORK, "referral_id": None, "agreed": False, "at": "2026-03-02T12:00:00Z"}},
}  # fmt: skip
EARLIER_ROW = {
    "message_id": "msg-1", "agency": CASEWORK, "message": "offer.made", "key": PERSON, "at": "2026-03-02T12:00:00Z",
    "person": PERSON, "offer_id": OFFER, "cause_id": "fact-1", "correlation_id": "cor-1",
}  # fmt: skip
EARLIER_VERDICT = {
    "mark": "sample",
    "allowed": [{"purpose": "operation", "fields": ["door"], "categories": ["needs"], "by": ["permission/sample"]}],
    "referral_id": REFERRAL,
}


def test_a_dossier_of_an_earlier_release_is_read():
    dossier = read_dossier(json.dumps(EARLIER_DOSSIER))
    record, offer = dossier.records[REFERRAL], dossier.offers[OFFER]
    assert (record.door, record.sealed) == (Door.COMMUNITY, {Category.IDENTITY: "sealed:identity"})
    assert record.particulars == Facts(area="bellingham", needs=(HelpType.MEAL, HelpType.SHELTER))
    assert dossier.answers[REFERRAL][0].agreement is Agreement.AGREED
    assert offer.terms is not None
    assert (offer.open, offer.terms.age_band) == (True, AgeBand.FROM_25_TO_64)
    assert not dossier.sayings["source id"].agreed


def test_a_row_and_a_verdict_of_an_earlier_release_are_read():
    row = read_row(json.dumps(EARLIER_ROW))
    assert (row.offer_id, row.at, row.revision) == (OFFER, NOON, 0)
    assert json.loads(written_row(row)) == EARLIER_ROW
    allowed = Allowed(Purpose.OPERATION, frozenset({"door"}), frozenset({Category.NEEDS}), ("permission/sample",))
    assert read_verdict(json.dumps(EARLIER_VERDICT)) == Verdict("sample", (allowed,), REFERRAL)
