"""The pages of the operator's book are followed: their commands are typed on a hub, in order, and show what is said.

What cannot be typed on one hub that goes on is named below: what another test types, and what is parsed alone.
"""

from __future__ import annotations

import io
import sys
import time

import pytest

from services import cli
from services.commands import asking
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.runbooks.pages import PAGES, after_hub, commands_of, filled, is_shown, text_of
from tests.runbooks.situations import Situations

ERASED = "tests/journeys/test_what_is_erased_stays_so.py::test_what_was_there_is_there_again_and_what_was_erased_is_not"
ELSEWHERE = {
    ("backup",): ERASED,
    ("restore",): ERASED,
}
"""What cannot run on the one hub of these tests, and the test that types it."""
PARSED = {("up",)}
"""What no test types in these words: `test_the_pages.py` parses it alone. Hubs of tests start as it does."""
ONLY_PARSED = {"second-site.md"}
"""Pages of which nothing runs here: there is one site. `tests/journeys/test_two_sites.py` has two."""
READING = {
    ("agency", "credentials"), ("agency", "list"), ("agency", "show"), ("deadletters", "list"), ("deadletters", "show"),
    ("keys",), ("ledger", "disclosures"), ("ledger", "verify"), ("operator", "list"), ("receipt", "show"),
    ("replay", "list"), ("replay", "report"), ("replay", "show"), ("status",), ("timeline",), ("topics",),
}  # fmt: skip
"""What changes nothing, and so may be typed again while it does not show yet what it should."""
READING_OPTIONS = {"--list", "--status", "--compare"}
"""With one of these `hub erase` and `hub replay rebuild` change nothing, either."""
SECONDS = 20
"""So long a command that reads is typed again until it shows what the page says: services work meanwhile."""
LAST = ("rebuild.md",)
"""It lets another set of tables take the place of a service's, so it comes last."""


@pytest.fixture(scope="module")
def running_hub(fresh_hub):
    """One hub for all pages."""
    with fresh_hub() as folder, running(folder):
        yield folder


@pytest.fixture(scope="module")
def made():
    """The situations, once they are begun."""
    return []


@pytest.fixture
def situations(running_hub, made, monkeypatch, capsys, tmp_path):
    """The same situations for all pages; each page has a folder of its own."""
    monkeypatch.setenv("HUB_OPERATOR", "juno-sample")
    hub = typing(running_hub, monkeypatch, capsys)
    if not made:
        made.append(Situations(hub, running_hub, tmp_path))
    made[0].hub, made[0].folder = hub, tmp_path
    return made[0]


@pytest.fixture
def typed(running_hub, monkeypatch, capsys):
    """Types a line as it stands there; returns the exit code and all that is shown."""

    def run(line, answers=""):
        monkeypatch.setattr(asking, "somebody_is_there", lambda: bool(answers))
        monkeypatch.setattr(sys, "argv", ["hub", *after_hub(line)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(answers.encode())))
        monkeypatch.setenv("HUB_STATE", str(running_hub))
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return code, said.err + said.out

    return run


# The first day comes first: its page adds the first operator.
@pytest.mark.parametrize(
    "page", sorted({*PAGES} - ONLY_PARSED, key=lambda one: (one != "first-day.md", one in LAST, one))
)
def test_the_commands_of_a_page_run_and_show_what_it_says(page, situations, typed, monkeypatch):
    monkeypatch.delenv("HUB_OPERATOR")
    situations.before(page)
    values: dict[str, str] = {}
    part, run = 0, 0
    for command in filter(runs_here, commands_of(text_of(page))):
        if command.part != part:
            part, values = command.part, {}
        for name in {*command.placeholders, *(["REASON"] if "REASON" in command.shows else [])} - values.keys():
            values[name] = situations.value(name, page)
        follow(typed, command, values)
        run += 1
    situations.after(page)
    assert run


def runs_here(command):
    """Whether it is a command of this hub: typed as it is, and not one that runs elsewhere."""
    return command.line.startswith("hub ") and command.words not in {*ELSEWHERE, *PARSED}


def only_reads(command):
    """Whether it may be typed again."""
    return command.words in READING or bool(READING_OPTIONS & set(command.line.split()))


def follow(typed, command, values):
    """Type it: once where it changes something, else again while it does not show what it should."""
    known = {name: value for name, value in values.items() if name != "REASON"}
    line, shows = filled(command.line, values), filled(command.shows, known)
    answers = f"{values['REASON']}\n" if "REASON" in command.shows else ""
    until = time.monotonic() + (SECONDS if only_reads(command) else 0)
    while True:
        code, came = typed(line, answers)
        as_it_should = (code == 1) == command.refused and code != 2
        if as_it_should and is_shown(shows, came):
            return
        assert time.monotonic() < until, f"$ {line}\n{came}\nshould show: {shows}"
        time.sleep(0.3)
