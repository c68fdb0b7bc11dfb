"""Each page of the operator's book is followed: its commands are typed on a hub, in order, and show what it says."""

from __future__ import annotations

import io
import sys
import time

import pytest

from services import cli
from services.commands import asking
from tests.journeys.running import running
from tests.journeys.typed import typing
from tests.runbooks.pages import PAGES, after_hub, commands_of, filled, mentioned, pattern_of, text_of
from tests.runbooks.situations import Situations

ELSEWHERE = {
    ("backup",): "tests/journeys/test_what_is_erased_stays_so.py",
    ("restore",): "tests/journeys/test_what_is_erased_stays_so.py",
    ("keys", "follow"): "tests/cli/test_on_a_hub.py",
    ("up",): "tests/journeys/test_two_sites.py",
}
"""What cannot run on the one hub of these tests, and where it runs. `test_the_pages.py` parses it all the same."""
SECONDS = 20
"""So long a command is typed again until it shows what the page says: services work meanwhile, and people wait too."""


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
@pytest.mark.parametrize("page", sorted(PAGES, key=lambda one: (one != "first-day.md", one)))
def test_the_commands_of_a_page_run_and_show_what_it_says(page, situations, typed, monkeypatch):
    monkeypatch.delenv("HUB_OPERATOR")
    situations.before(page)
    values: dict[str, str] = {}
    run = 0
    for command in commands_of(text_of(page)):
        if not runs_here(command):
            continue
        for name in {*command.placeholders, *(["REASON"] if "REASON" in command.shows else [])} - values.keys():
            values[name] = situations.value(name, page)
        follow(typed, command, values)
        run += 1
    situations.after(page)
    assert run or page in {"second-site.md", "backup.md"} or mentioned(text_of(page))


def runs_here(command):
    """Whether it is a command of this hub: typed as it is, and not one that runs elsewhere."""
    return command.line.startswith("hub ") and command.words not in ELSEWHERE


def follow(typed, command, values):
    """Type it, again while it does not show what it should."""
    line, shows = filled(command.line, values), pattern_of(command.shows)
    answers = f"{values['REASON']}\n" if "REASON" in command.shows else ""
    until = time.monotonic() + SECONDS
    while True:
        code, came = typed(line, answers)
        as_it_should = (code == 1) == command.refused and code != 2
        if as_it_should and shows.search(came):
            return
        assert time.monotonic() < until, f"$ {line}\n{came}\nshould show: {command.shows}"
        time.sleep(0.3)
