"""Every kind of deadline of every service is one that the year of the journeys moves through, or says why not."""

import ast
import importlib
from pathlib import Path

from tests.journeys.year import KINDS, NOT_IN_WHATCOM

SERVICES = Path(__file__).resolve().parents[2] / "services"
SETTERS = {"Deadline", "remind"}
"""By what a service sets one: the outcome itself, and the word for it in assignment's course."""
HANDED_ON = {("assignment", "name")}
"""Where the setter of the row above passes on what it was given."""


def named(module: str, node: ast.expr) -> str:
    """The kind that an expression of the module stands for."""
    found = importlib.import_module(module)
    for part in ast.unparse(node).split("."):
        found = getattr(found, part)
    return str(found)


def kinds() -> set[tuple[str, str]]:
    found = set()
    for path in sorted(SERVICES.glob("*/domain/*.py")):
        service = path.relative_to(SERVICES).parts[0]
        module = "services." + ".".join(path.relative_to(SERVICES).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            sets = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SETTERS
            if sets and (service, ast.unparse(node.args[0])) not in HANDED_ON:
                found.add((service, named(module, node.args[0])))
    return found


def test_every_kind_of_deadline_is_moved_through():
    assert kinds() == {*KINDS, *NOT_IN_WHATCOM}
