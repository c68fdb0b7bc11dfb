"""What the operator's book names is there: its pages, their commands, options and placeholders. No hub is needed."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.house.rules import ROOT
from tests.runbooks.pages import BOOK, PAGES, SAMPLES, Command, after_hub, commands_of, mentioned, parsed, text_of
from tests.runbooks.test_the_commands_of_each_page import ELSEWHERE

INDEX = (BOOK / "README.md").read_text()
SITUATIONS = 10


def test_the_index_names_each_page_and_no_other_and_the_readme_names_the_index():
    assert sorted(re.findall(r"^\|.*\]\(([\w-]+\.md)\)", INDEX, re.MULTILINE)) == PAGES
    assert len(PAGES) >= SITUATIONS
    assert "(deploy/runbooks/README.md)" in (ROOT / "README.md").read_text()


def test_the_index_explains_each_placeholder():
    assert {name for name in SAMPLES if f"`{name}`" in INDEX} == set(SAMPLES)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_commands_and_hub_takes_each_as_it_is_typed(page):
    typed = commands_of(text_of(page))
    assert typed or mentioned(text_of(page))
    for command in typed:
        assert set(command.placeholders) <= set(SAMPLES) | {"STATE", "NEW"}, command.line
        assert after_hub(command.line) is not None, f"{command.line}: no command of the hub"
        parsed(command.line)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_mentions_in_its_text_exists_with_the_options_that_it_names(page):
    for command in mentioned(text_of(page)):
        words, known = after_hub(command.line), command.words
        assert known, command.line
        if words[len(known) :] and "…" not in command.line:
            parsed(command.line)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_links_to_is_there(page):
    for link in re.findall(r"\]\(([^)#:]+)\)", text_of(page)):
        assert (BOOK / link).exists(), link


def test_what_runs_elsewhere_runs_there():
    for words, file in ELSEWHERE.items():
        assert (ROOT / file).exists()
        text = (ROOT / file).read_text() + (ROOT / "tests/journeys/running.py").read_text()
        assert words == ("up",) or ", ".join(f'"{one}"' for one in words) in text, words


@pytest.mark.parametrize(
    "line",
    [
        "hub nothing", "hub agency vanish sea-mar", "hub agency", "hub status --nothing", "hub agency suspend",
        "hub agency suspend sea-mar more", "hub deadletters retry nowhere 1", "hub timeline per-1",
    ],
)  # fmt: skip
def test_what_hub_does_not_know_any_more_fails(line):
    assert shlex.split(line)[0] == "hub"
    with pytest.raises(Exception):  # noqa: B017, PT011  # whatever ends it
        parsed(Command(line).line)
