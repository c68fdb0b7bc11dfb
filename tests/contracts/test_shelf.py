"""The shelf: what was published stays, every example ever shipped still reads."""

import json
import shutil

import jsonschema
import pytest

from contracts import publishing
from contracts.envelope import Envelope, Fact, opened, structured, written
from contracts.event import AgencyEvent, brought_up, shelf, versions
from contracts.reading import open_envelope, read, read_data
from contracts.to_hub.referral_submitted import ReferralSubmittedV1, ReferralSubmittedV2
from contracts.topics import FROM_HUB, HUB_TOPICS, TO_HUB
from contracts.words import Agreement, DrugUnit

EXAMPLES = publishing.examples()
SHELF = list(shelf())
EVENTS = [cls.dataschema for cls in SHELF]
SHIPPED = publishing.published()


def named(example):
    cls, file = example
    return f"{cls.name}/{file.stem}"


def test_the_shelf_is_whole():
    assert publishing.check() == []


def test_exporting_again_writes_nothing():
    assert publishing.export() == []


@pytest.mark.parametrize("cls", SHELF, ids=EVENTS)
def test_every_class_equals_its_published_schema(cls):
    assert publishing.shape(SHIPPED[cls.name][cls.version]) == publishing.shape(publishing.schema_of(cls))


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_every_example_fits_the_schema_of_its_version(example):
    cls, file = example
    jsonschema.validate(json.loads(file.read_text()), SHIPPED[cls.name][cls.version])


@pytest.mark.parametrize("mode", ["binary", "structured"])
@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_every_example_ever_shipped_still_reads_in_both_modes(example, mode, fact_of):
    cls, file = example
    fact = fact_of(cls.model_validate_json(file.read_bytes()))

    again = read(*as_record(fact, mode))

    assert again.event == brought_up(fact.event)
    assert again.envelope == fact.envelope


def as_record(fact, mode):
    if mode == "structured":
        return [("content-type", b"application/cloudevents+json; charset=UTF-8")], json.dumps(structured(fact)).encode()
    body, headers = written(fact)
    return headers, body


def test_an_old_weight_of_zero_becomes_not_reported():
    old = ReferralSubmittedV1.model_validate_json(example_text("referral.submitted", "1-not-weighed"))

    drug = ReferralSubmittedV2.upcast(old).drugs[0]

    assert (drug.quantity, drug.unit, drug.known_quantity) == (None, DrugUnit.NOT_REPORTED, False)


def test_an_old_weight_keeps_its_grams_and_an_old_yes_stays_a_yes():
    old = ReferralSubmittedV1.model_validate_json(example_text("referral.submitted", "1"))

    new = ReferralSubmittedV2.upcast(old)

    assert (str(new.drugs[0].quantity), new.drugs[0].unit, new.agreement) == ("1.5", DrugUnit.GRAM, Agreement.AGREED)


def test_an_old_message_reaches_code_in_its_newest_form():
    text = example_text("referral.submitted", "1")
    envelope = Envelope("1", "/agencies/a", "referral.submitted", moment(), dataschema="hub:referral.submitted/1")

    assert type(read_data(envelope, text)) is ReferralSubmittedV2


def example_text(event, name):
    return (publishing.ROOM / "examples" / event / f"{name}.json").read_bytes()


def moment():
    return publishing._SOME_DAY


def test_a_published_class_that_changed_is_refused(tmp_path):
    room = copy_of_the_shelf(tmp_path)
    file = room / "published" / "offer.declined" / "1.json"
    schema = json.loads(file.read_text())
    schema["required"].append("remark")
    file.write_text(json.dumps(schema))

    with pytest.raises(publishing.ChangedAfterPublication, match=r"offer\.declined/1"):
        publishing.export(room)
    assert publishing.check(room) == ["offer.declined/1 changed after it was published; make a new version."]


def test_mended_words_are_no_change_of_shape(tmp_path):
    room = copy_of_the_shelf(tmp_path)
    file = room / "published" / "referral.submitted" / "2.json"
    file.write_text(file.read_text().replace("One suspected offence, in police terms.", "An offence."))

    assert publishing.check(room) == []
    assert publishing.export(room) == [file]


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [
        ("published/offer.declined/1.json", "offer.declined/1 has no published schema; run `hub contracts export`."),
        ("examples/offer.declined/1.json", "offer.declined/1 has no example; add 1.json."),
        ("examples/referral.submitted/2.json", "referral.submitted/2 has no example; add 2.json."),
        ("asyncapi.json", "asyncapi.json is not what the contracts say; run `hub contracts export`."),
    ],
)
def test_what_is_missing_from_the_shelf_is_named(tmp_path, missing, complaint):
    room = copy_of_the_shelf(tmp_path)
    (room / missing).unlink()

    assert publishing.check(room) == [complaint]


def test_a_version_that_lost_its_class_is_named(tmp_path):
    room = copy_of_the_shelf(tmp_path)
    shutil.copy(room / "published/offer.declined/1.json", room / "published/offer.declined/2.json")

    assert "offer.declined/2 was published, and its class is gone." in publishing.check(room)


def test_an_example_that_no_longer_reads_is_named_without_its_values(tmp_path):
    room = copy_of_the_shelf(tmp_path)
    (room / "examples/offer.declined/1.json").write_text('{"offer_id": "Juniper", "reason": "no_room"}')

    (complaint,) = publishing.check(room)

    assert complaint.startswith("offer.declined/1 no longer reads: offer_id")
    assert "Juniper" not in complaint


def copy_of_the_shelf(tmp_path):
    room = tmp_path / "contracts"
    for part in ("published", "examples"):
        shutil.copytree(publishing.ROOM / part, room / part)
    shutil.copy(publishing.ROOM / "asyncapi.json", room)
    return room


@pytest.mark.parametrize("cls", SHELF, ids=EVENTS)
def test_names_follow_mechanically(cls):
    words = cls.name.replace(".", " ").replace("_", " ").split()

    assert cls.__name__ == "".join(word.capitalize() for word in words) + f"V{cls.version}"
    assert cls.__module__.rsplit(".", 1)[-1] == cls.name.replace(".", "_")
    assert cls.topic in (TO_HUB, FROM_HUB, *HUB_TOPICS)


@pytest.mark.parametrize("cls", SHELF, ids=EVENTS)
def test_agencies_are_read_leniently_and_the_hub_writes_strictly(cls):
    assert issubclass(cls, AgencyEvent) is (cls.topic == TO_HUB)
    assert cls.model_config["extra"] == ("ignore" if cls.topic == TO_HUB else "forbid")


@pytest.mark.parametrize("cls", SHELF, ids=EVENTS)
def test_versions_do_not_inherit_from_each_other(cls):
    assert not any(issubclass(cls, other) for other in versions(cls.name) if other is not cls)


def test_the_envelope_opens_before_the_data_are_looked_at(fact_of):
    cls, file = EXAMPLES[0]
    body, headers = written(fact_of(cls.model_validate_json(file.read_bytes())))

    assert open_envelope(headers, b"not json")[0] == opened(headers, body)[0]


@pytest.fixture
def fact_of():
    def make(event):
        source = "/agencies/bellingham-police" if event.topic == TO_HUB else "/hub/intake"
        return Fact(event, Envelope("a1", source, event.name, moment(), subject="s", dataschema=event.dataschema))

    return make
