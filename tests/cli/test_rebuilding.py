"""`hub replay rebuild`: what does not go together is said at once, and a comparison reads as one."""

from __future__ import annotations

import pytest

from contracts import topics
from services.commands import rebuilding
from services.local import rebuilds
from services.plumbing.migrations import PIPES
from services.plumbing.rebuilding import Alike, Comparison, Difference
from services.plumbing.runner import SERVICES
from services.sites import load_site
from tests.intake.examples import KEYS

PERSON = "per-" + "1" * 32


@pytest.mark.parametrize(
    ("words", "said", "fix"),
    [
        (["nothing"], "no service of that name", "eligibility"),
        (["consent", "--swap", "--drop"], "--swap and --drop do not go together", "one of them"),
        (["consent", "--anew", "--swap"], "--anew builds", "build first"),
        (["consent", "--despite", "row-damaged"], "--despite is for --swap alone", "add --swap"),
        (["consent", "--swap", "--despite", "Juniper Sample"], "That is no code", "row-damaged"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_looked_for(hub, words, said, fix):
    code, _, err = hub("replay", "rebuild", *words)
    assert code == 1
    assert said in err
    assert fix in err
    assert "Juniper" not in err


def test_a_service_that_no_log_can_give_back_is_named_with_the_reason():
    with pytest.raises(rebuilds.CannotBeRebuilt, match="what no topic holds"):
        rebuilds.plan("intake", load_site("whatcom"), KEYS)
    assert {*rebuilds.possible(), *rebuilds.IMPOSSIBLE} == set(topics.SERVICES)


def test_a_comparison_names_the_rows_and_all_else_that_has_no_explanation(capsys):
    plan = rebuilds.plan("consent", load_site("whatcom"), KEYS)
    registers = Alike("registers", 3, 2, 1, 1, [Difference("registers", PERSON, "differs", ("state",))])
    found = Comparison("consent", (registers,), 1, 1, (("hub.reports", 0, 7, "KeyError at x:1"),), 2, 4)
    with pytest.raises(Exception) as ended:  # noqa: PT011  # typer's way to end with a code
        rebuilding._show_comparison(plan, found, {}, json_=False)
    assert ended.value.exit_code == 1
    said = capsys.readouterr()
    for words in (
        PERSON, "differs", "state", "hub.reports 0 7: KeyError at x:1", "4 facts it has not read yet",
        "2 messages are parked", "1 rows of registers", "1 facts handled and not in the log",
        "1 facts read and never handled", "1 facts handled and not to be folded now",
    ):  # fmt: skip
        assert words in said.out
    assert "--despite CODE" in said.err


def test_every_table_of_a_service_is_rebuilt_or_carried_over_with_its_reason():
    for name in rebuilds.possible():
        plan = rebuilds.plan(name, load_site("whatcom"), KEYS)
        kinds = dict(rebuilding._kinds(plan))
        assert kinds.keys() == tables_of(name)


def tables_of(name):
    """Every table that the migrations of the pipes and of the service make."""
    made = [*(SERVICES / name / "migrations").glob("*.sql"), *PIPES.glob("*.sql")]
    lines = (line for file in made for line in file.read_text().splitlines())
    return {line.split()[2] for line in lines if line.startswith("CREATE TABLE")}
