"""Whatever bytes come: a fact or a refusal, and a refusal that can be published."""

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import topics
from contracts.envelope import written
from contracts.event import newest, shelf
from contracts.reading import NoCloudEvent, read
from contracts.topics import TO_HUB
from services.intake.app import HEARS
from services.intake.domain import Unadmitted, decide, evolve, follow, reused
from services.intake.domain.door import Door
from services.intake.domain.register import Register
from services.intake.domain.rules import Rules
from services.intake.store import BatchSeals
from services.plumbing.identity import stated
from services.plumbing.sealing import Seals
from services.plumbing.service import Record, Said
from services.plumbing.signing import signed_by
from tests.intake.examples import PERSON, PROVIDER, PSEUDONYMS, arrest, community, naming, site

DOOR = Door(site(), PSEUDONYMS.person, naming())
RULES = Rules(site(), naming(), signed_by, DOOR.corrected)
NAMES = [*sorted({event.name for event in shelf()}), "", "referral.", "x" * 600]
AGENCIES = [*site().agencies, "nobody", "-", "a" * 80]
SAMPLES = [arrest(reason="x", reach={"phones": ["1"]}), community(), {"result": "contacted", "note": "x"}]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates().map(str)
    | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31", 1e18]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def changed_samples(draw):
    """A good message of which one place, at any depth, is something else."""
    data = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    fields = {name for event in HEARS for name in event.model_fields}
    for _ in range(draw(st.integers(0, 3))):
        place = data
        while isinstance(place, dict) and place and draw(st.booleans()):
            name = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[name], dict):
                break
            place = place[name]
        place[draw(st.sampled_from(sorted({*place, *fields})))] = draw(json_values)
    return json.dumps(data).encode()


bodies = st.none() | st.binary(max_size=40) | json_values.map(lambda v: json.dumps(v).encode()) | changed_samples()
times = st.sampled_from(["2026-03-02T18:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now", ""])
texts = st.text(max_size=12) | st.sampled_from(NAMES)
subjects = st.sampled_from(["", PERSON, PSEUDONYMS.of(PERSON, PROVIDER), "psn-" + "a" * 52]) | st.text(max_size=60)


@st.composite
def records(draw):
    agency = draw(st.sampled_from(AGENCIES))
    attributes = {
        "specversion": draw(st.sampled_from(["1.0", "1.0", "1.0", "0.3"])),
        "id": draw(st.text(max_size=12) | st.just("one")),
        "source": draw(st.sampled_from([f"/agencies/{agency}"] * 3 + ["/hub/intake", ""])),
        "type": draw(st.sampled_from(NAMES) | st.text(max_size=12)),
        "time": draw(times),
        "subject": draw(subjects),
        "dataschema": draw(st.sampled_from(["", "hub:x/1", "hub:referral.submitted/1", "hub:referral.submitted/2"])),
        "correlationid": draw(texts),
        "signature": draw(texts),
    }
    body = draw(bodies)
    if draw(st.booleans()):
        headers = [
            (f"ce_{name}", value.encode("utf-8", "surrogatepass")) for name, value in attributes.items() if value
        ]
    else:
        headers = [("content-type", b"application/cloudevents+json")]
        data = draw(json_values)
        whole = attributes | {"data": data} | draw(st.dictionaries(texts, json_values, max_size=2))
        body = draw(st.sampled_from([json.dumps(whole).encode(), body]))
    headers += draw(st.lists(st.tuples(st.text(max_size=8), st.none() | st.binary(max_size=8)), max_size=3))
    return Record(f"agency.{agency}.to-hub", 3, 14, datetime(2026, 3, 2, 18, tzinfo=UTC), tuple(headers), None, body)


def seals():
    return BatchSeals(Seals({}))


@settings(max_examples=300, deadline=None)
@given(records())
def test_any_record_becomes_a_fact_that_can_be_decided_and_published(record):
    fact = DOOR(record)
    assert fact.envelope.admitted_at == record.appended_at
    for one in (fact, reused(fact)):
        assert RULES.naming.key(one)
        register = follow(RULES, Register(seals=seals(), people={PERSON: "ref-" + "0" * 32}), one)
        case = evolve(None, one)
        outcomes = [said for said in decide(RULES, None, case, one, register) if isinstance(said, Said)]
        assert outcomes
        for place, said in enumerate(outcomes):
            stands = stated("intake", one, said, place)
            body, headers = written(stands)
            assert read(headers, body).event == stands.event
            assert said.key or stands.subject


@settings(max_examples=300, deadline=None)
@given(records())
def test_of_any_record_that_is_parked_or_put_away_something_can_be_said_or_there_is_nothing_to_say(record):
    try:
        waits = DOOR.aside(record)
    except NoCloudEvent:
        waits = None
    away = DOOR.put_away(record)
    assert away.event.refusal.reason == "put-away"
    said = decide(RULES, None, evolve(None, away), away, Register(seals=seals()))
    stands = [stated("intake", away, one, place) for place, one in enumerate(said)]
    assert len(stands) == (1 if away.event.takes_back_of is None else 2)
    if waits is not None:
        stands.append(stated("intake", waits, Said(waits.event), 0))
        assert (waits.subject, waits.event.content) == (away.event.takes_back_of, away.event.word)
    for fact in stands:
        assert read(*reversed(written(fact))).event == fact.event


@settings(max_examples=300, deadline=None)
@given(records())
def test_the_same_record_is_always_the_same_fact(record):
    assert DOOR(record) == DOOR(record)


@given(st.sampled_from([event.name for event in HEARS if event.topic == TO_HUB and event is not Unadmitted]), bodies)
@settings(max_examples=150, deadline=None)
def test_any_data_of_any_event_is_admitted_or_refused(name, body):
    agency = next(slug for slug, one in site().agencies.items() if name in one.may_say)
    attributes = {"specversion": "1.0", "id": "one", "source": f"/agencies/{agency}", "type": name}
    attributes |= {"time": "2026-03-02T18:00:00Z", "subject": PSEUDONYMS.of(PERSON, agency)}
    headers = tuple((f"ce_{key}", value.encode()) for key, value in attributes.items())
    fact = DOOR(Record(topics.to_hub(agency), 0, 0, datetime(2026, 3, 2, 18, tzinfo=UTC), headers, None, body))
    assert isinstance(fact.event, (Unadmitted, newest(name)))
