"""What holds for every command there is, found by walking them all."""

from __future__ import annotations

import re

import pytest
import typer
from typer.core import TyperGroup

from services import cli


def walked(command, words=()):
    """Every group and command below this one, with its words and a context."""
    context = command.make_context(" ".join(("hub", *words)), [], resilient_parsing=True)
    yield words, command, context
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            yield from walked(command.get_command(context, name), (*words, name))


ALL = list(walked(typer.main.get_command(cli.hub)))
GROUPS = [(words, group, context) for words, group, context in ALL if isinstance(group, TyperGroup)]
COMMANDS = [words for words, command, _ in ALL if not isinstance(command, TyperGroup)]
WORD_BY_WORD = {("contracts", "export"), ("contracts", "asyncapi")}
"""They write files, or nothing but JSON."""
SILENT = {("receipt",): "show", ("report",): "quarter"}
"""Groups with a command that is meant where none is named."""


def takes(command, option):
    return any(option in one.opts for one in command.params)


def ids(found):
    return "-".join(found) if isinstance(found, tuple) else None


def test_there_are_as_many_commands_as_there_should_be():
    assert len(COMMANDS) > 45
    assert ("operator", "remove") in COMMANDS


@pytest.mark.parametrize("words", COMMANDS, ids=ids)
def test_help_has_an_example_of_the_command_itself(hub, words):
    _, out, _ = hub(*words, "--help")
    told = " ".join(out.split())
    example = re.search(r"Examples?: (hub .*)", told)
    assert example is not None
    # A receipt is shown without saying so.
    assert example[1].startswith(("hub " + " ".join(words), "hub receipt per-"))


@pytest.mark.parametrize(("words", "group", "context"), GROUPS, ids=ids)
def test_help_of_a_group_says_what_each_command_does_in_a_whole_sentence(hub, words, group, context):
    _, out, _ = hub(*words, "--help")
    told = out.partition("Commands:")[2]
    assert "..." not in told
    assert all(f"  {name} " in told for name in group.list_commands(context))


@pytest.mark.parametrize("words", [one for one in COMMANDS if one not in WORD_BY_WORD], ids=ids)
def test_what_a_command_says_can_be_had_as_json(words):
    assert takes(next(command for known, command, _ in ALL if known == words), "--json")


@pytest.mark.parametrize("option", [["--state", "folder"], ["--state=folder"], ["--json"]], ids=ids)
@pytest.mark.parametrize(("words", "group", "context"), GROUPS, ids=ids)
def test_an_option_before_a_command_is_the_commands_own(words, group, context, option):
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        given = [*option, name, "more"]
        known = takes(command, option[0].partition("=")[0])
        asked = group.command_first(context, given)
        if known:
            assert asked == [name, *option, "more"]
        elif words in SILENT:
            assert asked == [SILENT[words], *given]
        else:
            # It is refused where it stands.
            assert asked == given
            assert not takes(group, option[0].partition("=")[0])


def test_a_state_before_the_command_is_the_one_that_is_looked_for(hub, tmp_path):
    person = "per-" + "1" * 32
    for words in (("keys", "rotate"), ("topics", "apply"), ("reviews", "list"), ("receipt", "code", person)):
        first, *rest = words
        code, _, err = hub(first, "--state", str(tmp_path), *rest)
        assert (code, f"No hub runs in {tmp_path}." in err) == (1, True)


def test_what_no_command_knows_is_refused_before_it(hub):
    code, _, err = hub("agency", "--verdict", "list")
    assert (code, "--verdict" in err) == (2, True)
