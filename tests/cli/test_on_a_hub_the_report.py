"""A quarter's report and its extract, against a whole hub: real Kafka, real PostgreSQL, all services."""

from __future__ import annotations

import csv
import io
import json

import pytest

from services.reporting.research import ANY
from tests.cli.test_on_a_hub import POLICE, eventually, hub, lines, referral, said, state  # noqa: F401  # the fixtures

ASKED = ("report", "--site", "whatcom", "--quarter", "2026Q1")
REFERRED, TESTS = 12, 2


@pytest.fixture(scope="module")
def sent():
    """Whether the referrals of this file were sent to its hub."""
    return []


@pytest.fixture
def quarter(hub, sent):  # noqa: F811
    """Twelve arrests of the first quarter of 2026, two of them withdrawn; two tests; and one of another quarter."""
    if not sent:
        said_lines = [said(f"rep-{number}", data=referral(f"SAMPLE-R{number}")) for number in range(REFERRED)]
        said_lines += [
            said(f"rep-w{number}", "referral.withdrawn", {"of": {"incident_number": f"SAMPLE-R{number}"}})
            for number in range(2)
        ]
        said_lines += [
            said(f"rep-t{number}", data=referral(f"SAMPLE-RT{number}", test=True)) for number in range(TESTS)
        ]
        # Half past eleven in the evening of 31 December, by the site's own clocks.
        said_lines.append(said("rep-o", data=referral("SAMPLE-RO", referred_at="2026-01-01T07:30:00Z")))
        done = hub("send", "-", "--as", POLICE, "--json", stdin="\n".join(said_lines))
        assert {one["answer"] for one in lines(done)} == {"acknowledged", "admitted"}, done
        assert eventually(lambda: _is_whole(hub))
        sent.append(True)


def _is_whole(hub):  # noqa: F811
    found = sections(hub)
    return found["steps"]["rows"]["screened"]["referrals"] == REFERRED and _tests(found) == TESTS


def _tests(found):
    return found["apart"]["rows"]["tests"]["referrals"]


def sections(hub):  # noqa: F811
    done = hub(*ASKED, "--json")
    assert done.returncode == 0, done
    (found,) = lines(done)
    return found["sections"]


def test_a_quarter_is_counted_and_what_is_small_is_kept_back(hub, quarter):  # noqa: F811
    steps = sections(hub)["steps"]["rows"]
    assert steps["referred"] == {"referrals": 12, "suppressed": []}
    # Two were withdrawn; nobody was offered to anybody, for all wait for a person's decision.
    assert steps["closed"] == {"referrals": None, "suppressed": ["referrals"]}
    assert steps["offered"]["referrals"] == 0
    doors = sections(hub)["door"]["rows"]
    assert doors["arrest_diversion"]["referred"] == 12
    assert doors["community"]["referred"] == 0


def test_the_report_is_written_as_csv_html_and_tables(hub, quarter, tmp_path):  # noqa: F811
    done = hub(*ASKED, "--format", "csv")
    read = {(one["section"], one["row"], one["column"]): one for one in csv.DictReader(io.StringIO(done.stdout))}
    assert read["door", "arrest_diversion", "referred"]["value"] == "12"
    assert (
        read["steps", "closed", "referrals"] | {"value": "", "suppressed": "yes"}
        == read["steps", "closed", "referrals"]
    )
    assert read["missing", "other_data", "RCW 69.50.4017(12)"]["value"]
    page = tmp_path / "2026Q1.html"
    assert hub(*ASKED, "--format", "html", "--out", str(page)).returncode == 0
    assert "<caption" in page.read_text()
    shown = hub("report", "quarter", "--quarter", "2026Q1")
    assert shown.returncode == 0, shown
    assert "not told" in shown.stdout
    assert "Asked for and missing" in shown.stdout


def test_an_extract_has_rows_that_lead_to_nobody_and_a_codebook(hub, quarter, tmp_path):  # noqa: F811
    folder = tmp_path / "extract"
    done = hub("report", "research", "--quarter", "2026Q1", "--out", str(folder), "--json")
    assert done.returncode == 0, done
    assert lines(done)[0]["rows"] == REFERRED
    rows = list(csv.DictReader(io.StringIO((folder / "referrals.csv").read_text())))
    assert [row["row"] for row in rows] == [str(number) for number in range(1, REFERRED + 1)]
    assert {row["door"] for row in rows} <= {"arrest_diversion", ANY}
    assert sorted(row["standing"] for row in rows) == ["closed"] * 2 + ["open"] * 10
    text = (folder / "referrals.csv").read_text()
    assert not [word for word in ("ref-", "per-", "SAMPLE", "Juniper", "2026-03-01") if word in text]
    assert "known_to_others" in (folder / "codebook.csv").read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--quarter", "2026Q9"), "2026Q3"),
        (("--quarter", "2099Q1"), "has not begun"),
        (("--quarter", "2026Q1", "--site", "elsewhere"), "not of elsewhere"),
        (("--quarter", "2026Q1", "--format", "csv", "--out", "no-such-folder/x/y.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_reported_is_said(hub, words, says):  # noqa: F811
    done = hub("report", *words, "--json")
    told = json.loads(done.stdout or "{}")
    assert (done.returncode, says in told.get("error", "") + told.get("next", "")) == (1, True), done


def test_of_a_quarter_with_fewer_than_eleven_there_is_no_extract(hub, quarter, tmp_path):  # noqa: F811
    done = hub("report", "research", "--quarter", "2025Q4", "--out", str(tmp_path / "x"), "--json")
    assert done.returncode == 1
    assert "too few" in json.loads(done.stdout)["error"]
    assert not (tmp_path / "x").exists()
