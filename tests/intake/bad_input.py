"""Bad input, by what it is: the message, the reason of its refusal, and the field that is wrong."""

from services.intake.domain.door import MOST_BYTES
from tests.intake.examples import (
    HOSPITAL,
    OFFER,
    OFFICE,
    PERSON,
    POLICE,
    PROVIDER,
    PSEUDONYMS,
    SHERIFF,
    arrest,
    community,
    incident,
    record,
    structured,
)  # fmt: skip

OWN = PSEUDONYMS.of(PERSON, PROVIDER)
ANOTHERS = PSEUDONYMS.of(PERSON, HOSPITAL)
SIGNED = {
    "form_reference": "F-1",
    "kind": "part2_specific",
    "disclosers": [PROVIDER],
    "recipients": ["sea-mar"],
    "purpose": "service_provision",
    "signed_on": "2026-03-02",
}
BORN = {"birth_date": "1990-05-05"}


def report(name="contact.attempted", data=None, agency=PROVIDER, subject=OWN, **more):
    return record({"result": "contacted"} if data is None else data, name=name, agency=agency, subject=subject, **more)


NOT_READABLE = {
    "not JSON": (record(b"{not json"), "invalid-data", "data"),
    "JSON, but no object": (record(b"[1,2]"), "invalid-data", "data"),
    "bytes of no text": (record(b"\xff\xfe\x00"), "invalid-data", "data"),
    "a tombstone": (record(None), "not-a-cloud-event", "data"),
    "an empty body": (record(b""), "not-a-cloud-event", "data"),
    "no headers at all": (
        record(
            arrest(),
            headers=dict.fromkeys(("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type")),
        ),
        "not-a-cloud-event",
        "specversion",
    ),
    "no id": (record(arrest(), headers={"ce_id": None}), "not-a-cloud-event", "id"),
    "an empty id": (record(arrest(), headers={"ce_id": ""}), "not-a-cloud-event", "id"),
    "no source": (record(arrest(), headers={"ce_source": None}), "not-a-cloud-event", "source"),
    "no type": (record(arrest(), headers={"ce_type": None}), "not-a-cloud-event", "type"),
    "a time without an offset": (
        record(arrest(), headers={"ce_time": "2026-03-02T10:00:00"}),
        "not-a-cloud-event",
        "time",
    ),
    "a time before clocks": (
        record(arrest(), headers={"ce_time": "0001-01-01T00:00:00+14:00"}),
        "not-a-cloud-event",
        "time",
    ),
    "another version of CloudEvents": (
        record(arrest(), headers={"ce_specversion": "0.3"}),
        "not-a-cloud-event",
        "specversion",
    ),
    "a header that is no text": (record(arrest(), headers={"ce_subject": b"\xff"}), "not-a-cloud-event", "ce_subject"),
    "an id that is too long": (record(arrest(), headers={"ce_id": "x" * 600}), "not-a-cloud-event", "id"),
    "structured, but not JSON": (structured({}, body=b"{"), "not-a-cloud-event", "data"),
    "structured, but a list": (structured({}, body=b"[]"), "not-a-cloud-event", "data"),
    "structured, without data": (structured({}, body=b'{"specversion":"1.0","id":"a"}'), "not-a-cloud-event", "data"),
    "structured, an attribute that is a number": (structured(arrest(), id=7), "not-a-cloud-event", "id"),
    "structured, without an id": (structured(arrest(), id=None), "not-a-cloud-event", "id"),
}

NOT_PERMITTED = {
    "the source of another agency": (record(arrest(), source=f"/agencies/{SHERIFF}"), "wrong-source", "source"),
    "the source of the hub itself": (record(arrest(), source="/hub/intake"), "wrong-source", "source"),
    "a source with a slash too many": (record(arrest(), source=f"/agencies/{POLICE}/"), "wrong-source", "source"),
    "an agency that this site does not have": (record(arrest(), agency="nobody-here"), "unknown-agency", "source"),
    "an event that nobody knows": (record(arrest(), name="referral.invented"), "unknown-event", "type"),
    "an event that this agency may not say": (
        record({"offer_id": OFFER}, name="offer.accepted"),
        "not-permitted",
        "type",
    ),
    "an event that only the hub says": (record({}, name="referral.received"), "not-permitted", "type"),
    "an operator's event from the police": (record({}, name="review.answered"), "not-permitted", "type"),
    "another agency's ORI": (record(arrest(incident=incident(ori="WASAMPL01"))), "wrong-ori", "incident.ori"),
    "an ORI from an agency that has none": (
        record(community(source_kind="emergency_department", incident=incident()), agency=HOSPITAL),
        "wrong-ori",
        "incident.ori",
    ),
    "a hospital that would be the police": (
        record(community(door="social_contact", source_kind="law_enforcement"), agency=HOSPITAL),
        "not-permitted",
        "door",
    ),
    "a hospital that refers as the police": (
        record(community(source_kind="law_enforcement"), agency=HOSPITAL),
        "not-permitted",
        "source_kind",
    ),
    "police that refer an arrest as a family": (
        record(arrest(source_kind="family")),
        "not-permitted",
        "source_kind",
    ),
    "police that refer as an emergency department": (
        record(community(source_kind="emergency_department")),
        "not-permitted",
        "source_kind",
    ),
    "an arrest that was phoned": (record(arrest(), agency=OFFICE), "not-permitted", "door"),
    "a social contact that was phoned": (
        record(community(door="social_contact"), agency=OFFICE),
        "not-permitted",
        "door",
    ),
}

WRONG_DATA = {
    "a missing field": (
        record({"source_kind": "self", "referred_at": "2026-03-02T09:40:00-08:00"}),
        "invalid-data",
        "door",
    ),
    "a wrong type of field": (record(community(needs="meal")), "invalid-data", "needs"),
    "a birthday that is a number": (
        record(community(person={"birth_date": 0})),
        "invalid-data",
        "person.birth_date",
    ),
    "a time that is a number": (record(community(referred_at=1_772_520_000)), "invalid-data", "referred_at"),
    "a yes that is no true": (record(community(test="yes")), "invalid-data", "test"),
    "a number of a person as text": (
        record(arrest(incident=incident(subject_sequence="2"))),
        "invalid-data",
        "incident.subject_sequence",
    ),
    "a code of no list": (record(community(door="window")), "invalid-data", "door"),
    "a time without its offset": (record(community(referred_at="2026-03-02T09:40:00")), "invalid-data", "referred_at"),
    "a field deep inside": (
        record(arrest(incident=incident(subject_sequence=0))),
        "invalid-data",
        "incident.subject_sequence",
    ),
    "an arrest without its incident": (record(arrest(incident=None)), "invalid-data", "incident"),
    "an incident number that is too long": (
        record(arrest(incident=incident(number="9" * 61))),
        "invalid-data",
        "incident.number",
    ),
    "a schema of another event": (record(arrest(), dataschema="hub:offer.made/1"), "invalid-data", "dataschema"),
    "a schema that is none": (record(arrest(), dataschema="https://elsewhere/1"), "invalid-data", "dataschema"),
    "referred tomorrow": (
        record(community(referred_at="2026-03-03T10:00:00-08:00")),
        "date-in-the-future",
        "referred_at",
    ),
    "an incident next year": (
        record(arrest(incident=incident(occurred_at="2027-01-01T00:00:00Z"))),
        "date-in-the-future",
        "incident.occurred_at",
    ),
    "born tomorrow": (
        record(community(person={"birth_date": "2026-03-03"})),
        "date-in-the-future",
        "person.birth_date",
    ),
    "a check made tomorrow": (
        record(community(attestations=[{"rule": "history", "result": "pass", "checked_on": "2026-03-03"}])),
        "date-in-the-future",
        "attestations.0.checked_on",
    ),
    "a hand-off in the future": (
        record(community(after_the_fact={"handed_off_at": "2026-03-02T11:00:00-08:00", "to_agency": PROVIDER})),
        "date-in-the-future",
        "after_the_fact.handed_off_at",
    ),
    "an intake done tomorrow": (
        report("intake.completed", {"completed_on": "2026-03-03"}),
        "date-in-the-future",
        "completed_on",
    ),
    "a time before 1900": (record(community(referred_at="0001-01-01T00:00:00+14:00")), "invalid-data", "referred_at"),
    "born before 1900": (record(community(person={"birth_date": "1890-01-01"})), "invalid-data", "person.birth_date"),
    "older than anybody": (record(community(person={"birth_date": "1899-12-31"})), "invalid-data", "person.birth_date"),
    "born after the referral": (
        record(community(referred_at="2026-02-01T10:00:00-08:00", person={"birth_date": "2026-02-02"})),
        "contradiction",
        "person.birth_date",
    ),
    "an age that contradicts the birth date": (
        record(community(person=BORN | {"estimated_age": {"from_years": 40, "to_years": 50}})),
        "contradiction",
        "person.estimated_age",
    ),
    "an age range upside down": (
        record(community(person={"estimated_age": {"from_years": 50, "to_years": 40}})),
        "invalid-data",
        "person.estimated_age.from_years",
    ),
    "an offence that NIBRS does not know": (
        record(arrest(offences=[{"nibrs": "35A"}, {"nibrs": "99Z"}])),
        "unknown-code",
        "offences.1.nibrs",
    ),
    "a drug that NIBRS does not know": (record(arrest(drugs=[{"kind": "Z"}])), "unknown-code", "drugs.0.kind"),
    "a drug that an amendment invents": (
        record({"of": {"source_reference": "x"}, "drugs": [{"kind": "Z"}]}, name="referral.amended"),
        "unknown-code",
        "drugs.0.kind",
    ),
    "an area that is not of this site": (
        record(community(location={"area": "atlantis"})),
        "unknown-code",
        "location.area",
    ),
    "a residence that is nowhere": (record(community(residence_area="atlantis")), "unknown-code", "residence_area"),
    "a hand-off to nobody": (
        record(community(after_the_fact={"handed_off_at": "2026-03-02T09:00:00-08:00", "to_agency": "nobody"})),
        "unknown-code",
        "after_the_fact.to_agency",
    ),
    "a hand-off to the police": (
        record(community(after_the_fact={"handed_off_at": "2026-03-02T09:00:00-08:00", "to_agency": SHERIFF})),
        "unknown-code",
        "after_the_fact.to_agency",
    ),
    "a hand-off to a hospital": (
        record(community(after_the_fact={"handed_off_at": "2026-03-02T09:00:00-08:00", "to_agency": HOSPITAL})),
        "unknown-code",
        "after_the_fact.to_agency",
    ),
    "a hand-off to a service provider": (
        record(community(after_the_fact={"handed_off_at": "2026-03-02T09:00:00-08:00", "to_agency": "sea-mar"})),
        "unknown-code",
        "after_the_fact.to_agency",
    ),
    "a race that no list has": (
        record(community(person={"demographics": {"race": "martian"}})),
        "unknown-code",
        "person.demographics.race",
    ),
    "a disability that an amendment invents": (
        record(
            {"of": {"source_reference": "x"}, "person": {"demographics": {"disability": "perhaps"}}},
            name="referral.amended",
        ),
        "unknown-code",
        "person.demographics.disability",
    ),
    "more needs than there are": (
        record({"of": {"source_reference": "x"}, "needs": ["meal"] * 13}, name="referral.amended"),
        "invalid-data",
        "needs",
    ),
    "more doors than there are": (
        report("capacity.reported", {"places": 3, "doors": ["community"] * 4}, subject=None),
        "invalid-data",
        "doors",
    ),
    "more categories than there are": (
        report("consent.signed", SIGNED | {"categories": ["identity"] * 11}),
        "invalid-data",
        "categories",
    ),
    "a private text that is too long": (record(community(reason="x" * 4_001)), "text-too-long", "reason"),
    "a private text too long in a list": (
        record(community(reach={"phones": ["360-555-0100", "x" * 4_001]})),
        "text-too-long",
        "reach.phones.1",
    ),
    "too much private text together": (
        record(community(person={"aliases": ["\u0001" * 2_000] * 4})),
        "text-too-long",
        "data",
    ),
    "a note that is too long": (report(data={"result": "contacted", "note": "x" * 4_001}), "text-too-long", "note"),
    "a character that no database takes": (record(community(reason="a\u0000b")), "invalid-data", "reason"),
    "an oversize message": (record(community(extra="x" * MOST_BYTES)), "oversize", "data"),
    "nesting without an end": (record(b'{"a":' * 5_000), "invalid-data", "data"),
    "an amendment that names nothing": (record({"of": {}}, name="referral.amended"), "invalid-data", "of"),
    "an amendment that names two things": (
        record({"of": {"source_reference": "x", "incident_number": "y"}}, name="referral.amended"),
        "invalid-data",
        "of",
    ),
}

WRONG_SUBJECT = {
    "no subject where a person is meant": (report(subject=None), "unknown-subject", "subject"),
    "the pseudonym of another agency": (report(subject=ANOTHERS), "unknown-subject", "subject"),
    "a pseudonym that was made up": (report(subject="psn-" + "a" * 52), "unknown-subject", "subject"),
    "the hub's own reference": (report(subject=PERSON), "unknown-subject", "subject"),
    "a name": (report(subject="Juniper Sample"), "unknown-subject", "subject"),
    "a referral about somebody else's pseudonym": (record(arrest(), subject=ANOTHERS), "unknown-subject", "subject"),
    "a person whom the office made up": (
        record(
            {"review_id": "rev-" + "1" * 32, "verdict": "eligible", "operator": "sam-sample", "why": "x"},
            name="review.answered",
            agency=OFFICE,
            subject=PERSON,
        ),
        "unknown-subject",
        "subject",
    ),
}

UNKNOWN_REFERRAL = {
    "an amendment of something unknown": (
        record({"of": {"incident_number": "26B99999"}}, name="referral.amended"),
        "unknown-referral",
        "of.incident_number",
    ),
    "an amendment by an unknown reference": (
        record({"of": {"source_reference": "T-1"}}, name="referral.amended"),
        "unknown-referral",
        "of.source_reference",
    ),
    "a withdrawal of something unknown": (
        record({"of": {"referral_id": "ref-" + "0" * 32}}, name="referral.withdrawn"),
        "unknown-referral",
        "of.referral_id",
    ),
}

ALL = NOT_READABLE | NOT_PERMITTED | WRONG_DATA | WRONG_SUBJECT | UNKNOWN_REFERRAL
