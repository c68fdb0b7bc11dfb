"""What is shown of a dead letter's record: names of headers, and only such values as cannot be anybody's."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.plumbing.outline import headers_outlined, size
from services.plumbing.service import Record


def outlined(**headers):
    pairs = tuple((name, value.encode()) for name, value in headers.items())
    return json.loads(headers_outlined(Record("t", 0, 0, datetime(2026, 3, 2, tzinfo=UTC), pairs, None, b"four")))


def test_what_the_hub_knows_is_shown_and_whose_it_is_is_not():
    shown = outlined(
        ce_specversion="1.0", ce_type="contact.attempted", ce_dataschema="hub:contact.attempted/99",
        ce_time="2026-03-02T10:00:00-08:00", ce_subject="psn-sample", ce_id="rms-1",
    )  # fmt: skip
    assert shown == {
        "ce_specversion": "1.0", "ce_type": "contact.attempted", "ce_dataschema": "hub:contact.attempted/99",
        "ce_time": "2026-03-02T10:00:00-08:00", "ce_subject": None, "ce_id": None,
    }  # fmt: skip


@given(st.text(min_size=1, max_size=30).filter(lambda text: "zz" not in text), st.sampled_from(
    ["content-type", "ce_specversion", "ce_time", "ce_type", "ce_dataschema", "ce_source", "x-sample", "ce_id"]
))  # fmt: skip
def test_a_word_that_somebody_put_anywhere_is_not_shown(text, name):
    marked = f"{text}zzmarkz"
    assert "zzmarkz" not in json.dumps(outlined(**{name: marked, marked: "x", f"ce_{marked}": marked}))


def test_headers_of_other_names_are_counted():
    assert outlined(juniper="x", sample="y")["others"] == 2


def test_the_size_is_that_of_the_body():
    assert size(Record("t", 0, 0, datetime(2026, 3, 2, tzinfo=UTC), (), None, b"four")) == 4
    assert size(Record("t", 0, 0, datetime(2026, 3, 2, tzinfo=UTC), (), None, None)) == 0
