"""An answer to an offer that lapsed, was cancelled, or is somebody else's gets the very words for an unknown offer."""

import itertools
import json
import time
from datetime import UTC, datetime

import pytest

from tests.journeys.cast import tag
from tests.journeys.messages import CASE_MANAGERS, SHERIFF, a, days_ago, new_id, until
from tests.journeys.outside import Heard, Outsider

UNKNOWN = "off-" + "0" * 32
ARREST = {
    "door": "arrest_diversion",
    "source_kind": "law_enforcement",
    "offences": [{"nibrs": "90C"}],
    "agreement": "agreed",
}
_languages = itertools.count(4000)


@pytest.fixture
def offered(outside):
    """Refers an adult, and gives the sender's receipt, the agency that is asked first, and its offer."""
    agencies = [outside(slug) for slug in CASE_MANAGERS]

    def made(**changes) -> tuple[Heard, Outsider, Heard]:
        language, reference = tag(next(_languages)), new_id()
        person = {"birth_date": days_ago(40), "language": language}
        outside(SHERIFF).say("referral.submitted", a(source_reference=reference, person=person, **changes), new_id())
        receipt = outside(SHERIFF).hears_of("referral.acknowledged", "source_reference", reference)
        agency, offer = until(lambda: asked_first(agencies, language))
        return receipt, agency, offer

    return made


def asked_first(agencies: list[Outsider], language: str) -> tuple[Outsider, Heard] | None:
    """An offer names nobody, but the language is its own."""
    for agency in agencies:
        agency._listen()
        for heard in agency.lane:
            if heard.type == "offer.made" and heard.data["language"] == language:
                return agency, heard
    return None


def accepts(agency: Outsider, offer_id: str, subject: str) -> str:
    identity = new_id()
    agency.say("offer.accepted", {"offer_id": offer_id}, identity, subject=subject)
    return identity


def words(agency: Outsider, message_id: str) -> tuple[str, str]:
    refusal = agency.refusal(message_id)
    return refusal["reason"], json.dumps(refusal["problems"], sort_keys=True)


def test_an_offer_that_was_made_to_somebody_else_is_unknown(offered):
    _, agency, offer = offered()
    _, other, others = offered()
    while other is agency:
        _, other, others = offered()
    subject = others.attributes["subject"]
    theirs, unknown = accepts(other, offer.data["offer_id"], subject), accepts(other, UNKNOWN, subject)
    assert words(other, theirs) == words(other, unknown)


def test_an_offer_that_was_cancelled_is_unknown(outside, offered):
    receipt, agency, offer = offered()
    outside(SHERIFF).say("person.declined", {}, new_id(), subject=receipt.attributes["subject"])
    agency.hears_of("offer.cancelled", "offer_id", offer.data["offer_id"])
    subject = offer.attributes["subject"]
    cancelled, unknown = accepts(agency, offer.data["offer_id"], subject), accepts(agency, UNKNOWN, subject)
    assert words(agency, cancelled) == words(agency, unknown)


def test_an_offer_whose_time_is_up_is_unknown(outside, offered):
    incident = {"number": new_id(), "ori": "WASAMPL01", "officer_waiting": True}
    _, agency, offer = offered(**ARREST, incident=incident)
    left = datetime.fromisoformat(offer.data["answer_by"]) - datetime.now(UTC)
    # The broker's clock decides, and it is not ours to move; `answer_by` is told to the second, rounded down.
    time.sleep(max(0.0, left.total_seconds()) + 2)
    subject = offer.attributes["subject"]
    late, unknown = accepts(agency, offer.data["offer_id"], subject), accepts(agency, UNKNOWN, subject)
    assert words(agency, late) == words(agency, unknown)
