"""Ready-made messages of invented agencies' systems, and a hub that is only its door."""

import functools
import hashlib
import itertools
import json
from datetime import UTC, datetime

from contracts import topics
from contracts.catalogue import ErasureRequested
from contracts.envelope import instant
from services.intake.app import service
from services.intake.domain import Naming
from services.plumbing.identity import mark_of
from services.plumbing.keystore import SiteKeys
from services.plumbing.memory import MemoryHub
from services.plumbing.pseudonyms import Pseudonyms
from services.plumbing.ring import Ring
from services.plumbing.service import Record
from services.plumbing.signing import new_key, sign
from services.plumbing.tokens import Place
from services.sites import load_site
from tests.intake.memory import CasesInMemory

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
"""Ten in the morning at the site."""
POLICE, SHERIFF, PROVIDER, OTHER_PROVIDER = (
    "bellingham-police", "whatcom-county-sheriff", "opportunity-council", "northwest-youth-services",
)  # fmt: skip
HOSPITAL = "peacehealth-st-joseph"
OFFICE = "whatcom-lead-program-office"
ORI = "WASAMPL02"
KEYS = SiteKeys(
    site=Ring.of(hashlib.sha256(b"site").digest()),
    pseudonym=hashlib.sha512(b"p").digest(),
    matching=hashlib.sha256(b"m").digest(),
)
PSEUDONYMS = Pseudonyms(KEYS.pseudonym)
PERSON = "per-" + "1" * 32
OFFER = "off-" + "2" * 32
PRIVATE, PUBLIC = new_key()
"""The operator's own key, in one process."""
_ids = itertools.count(1)


@functools.cache
def site():
    return load_site("whatcom")


def naming():
    return Naming(KEYS.matching)


def memory():
    return CasesInMemory(KEYS.site)


def incident(**changes):
    return {"number": "26B01234", "ori": ORI, "subject_sequence": 1} | changes


def arrest(**changes):
    """An arrest diversion as a police system sends it."""
    return {
        "door": "arrest_diversion",
        "source_kind": "law_enforcement",
        "referred_at": "2026-03-02T09:40:00-08:00",
        "incident": incident(),
        "person": {"legal_name": "Juniper Sample", "birth_date": "1990-05-05"},
        "agreement": "agreed",
    } | changes


def community(**changes):
    """A community referral: nobody has a number for it."""
    return {"door": "community", "source_kind": "business", "referred_at": "2026-03-02T09:40:00-08:00"} | changes


def record(
    data,
    *,
    name="referral.submitted",
    agency=POLICE,
    identity=None,
    subject=None,
    at=NOW,
    headers=None,
    offset=0,
    **attributes,
):
    """A binary-mode record on the agency's topic. `headers` change or (None) drop what would be sent."""
    sent = {
        "ce_specversion": "1.0",
        "ce_id": identity or f"m-{next(_ids)}",
        "ce_source": f"/agencies/{agency}",
        "ce_type": name,
        "ce_time": instant(at),
        "content-type": "application/json",
    }
    sent |= {"ce_subject": subject} if subject else {}
    sent |= {f"ce_{attribute}": value for attribute, value in attributes.items()}
    sent |= headers or {}
    pairs = tuple(
        (header, value.encode() if isinstance(value, str) else value)
        for header, value in sent.items()
        if value is not None
    )
    body = data if isinstance(data, bytes) or data is None else json.dumps(data, ensure_ascii=False).encode()
    return Record(topics.to_hub(agency), 0, offset, at, pairs, None, body)


def erasure(referral_id, ground="entered_in_error", *, identity=None, at=NOW, **changes):
    """An operator's word that a record is to go, signed: without a signature none does."""
    data = {"referral_id": referral_id, "ground": ground, "operator": "sam-sample", "why": "Sample why"} | changes
    return signed(ErasureRequested, data, identity=identity, at=at)


def signed(event, data, *, identity=None, **more):
    """An operator's word, signed with the key of the sample operator."""
    named = identity or f"m-{next(_ids)}"
    signature = sign(PRIVATE, named, event.model_validate(data))
    return record(data, name=event.name, agency=OFFICE, identity=named, signature=signature, **more)


def structured(data, *, agency=POLICE, body=None, at=NOW, **attributes):
    """The same in structured mode."""
    whole = {
        "specversion": "1.0",
        "id": f"m-{next(_ids)}",
        "source": f"/agencies/{agency}",
        "type": "referral.submitted",
        "time": instant(at),
        "data": data,
    }
    whole |= attributes
    headers = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    text = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
    return Record(topics.to_hub(agency), 0, 0, at, headers, None, text if body is None else body)


class House:
    """A hub that is only its door, and what it says."""

    def __init__(self, store=None, at=NOW, *, signing=False):
        """`signing`: there is an operator, and decisions are signed."""
        self.store = store or memory()
        if signing:
            self.store.operators = {"sam-sample": PUBLIC}
        self.hub = MemoryHub([service(site(), KEYS, self.store)], at=at)
        self._seen = {topics.REFERRALS: 0, topics.REPORTS: 0}

    async def hear(self, *records):
        """Let the door read the records, and return what was said since, in order by topic."""
        for one in records:
            await self.hub.publish(one.topic, one, key="any")
        await self.hub.settle()
        said = []
        for topic, seen in self._seen.items():
            facts = self.hub.facts(topic)
            said += facts[seen:]
            self._seen[topic] = len(facts)
        return said

    async def opened(self, fact):
        """The sealed parts of a referral, opened."""
        opener = await self.store.sealer.opener(None, fact.event.sealed.values())
        return {
            category.value: json.loads(
                opener.open(token, Place(fact.subject, category, event=mark_of(fact.source, fact.id)))
            )
            for category, token in fact.event.sealed.items()
        }


def names(facts):
    return [fact.event.name for fact in facts]


def refusal(facts):
    (fact,) = facts
    return fact.event.refusal
