"""What the operator's book names is there: its pages, their commands, options and placeholders. No hub is needed."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.house.rules import ROOT
from tests.runbooks.pages import BOOK, PAGES, SAMPLES, Command, after_hub, commands_of, mentioned, parsed, text_of
from tests.runbooks.test_the_commands_of_each_page import ELSEWHERE, ONLY_PARSED, PARSED, runs_here

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
    assert typed
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


@pytest.mark.parametrize(("words", "test"), ELSEWHERE.items())
def test_what_runs_elsewhere_is_typed_by_that_test(words, test):
    file, name = test.split("::")
    whole = (ROOT / file).read_text()
    body = re.search(rf"^def {name}\(.*?(?=^\S|\Z)", whole, re.MULTILINE | re.DOTALL)
    assert body, name
    typed = ", ".join(f'"{one}"' for one in words)
    assert re.search(rf"\bhub\({typed}|\"services.cli\", {typed}", body[0]), f"{name} does not type {words}"


def test_each_page_that_is_followed_has_a_command_that_runs_there_and_no_other_page_has():
    followed = {page for page in PAGES if any(map(runs_here, commands_of(text_of(page))))}
    assert followed == set(PAGES) - ONLY_PARSED


def test_what_does_not_run_there_is_still_said_in_the_book():
    lines = [command.words for page in PAGES for command in commands_of(text_of(page))]
    assert set(PARSED) | set(ELSEWHERE) <= set(lines)


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
