"""The import rules of pyproject.toml hold, and each is seen red when it is broken on purpose."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.rules import ROOT

NAMES = (
    "Contracts know nobody",
    "Services never import each other",
    "Every service has the same rooms, and imports only go down",
    "Domains are pure",
    "Plumbing knows no event and no service",
)
BREACHES = {
    "contracts/parts.py": "import structlog",
    "services/consent/app.py": "import services.eligibility.app",
    "services/consent/store.py": "import services.consent.app",
    "services/consent/domain/rules.py": "import asyncio",
    "services/plumbing/access.py": "import contracts.to_hub.offer_accepted",
}
LINT = Path(sys.executable).with_name("lint-imports")


def verdicts(root):
    done = subprocess.run([LINT, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    return dict(re.findall(r"^(.*) (KEPT|BROKEN)", done.stdout, flags=re.MULTILINE)), done


def test_the_import_rules_hold():
    found, done = verdicts(ROOT)
    assert found == dict.fromkeys(NAMES, "KEPT"), done.stdout


@pytest.fixture
def copy(tmp_path):
    for folder in ("contracts", "services"):
        leave_out = shutil.ignore_patterns("__pycache__", "published", "examples")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_each_import_rule_is_seen_red(copy):
    for path, line in BREACHES.items():
        file = copy / path
        file.write_text(f"{file.read_text()}\n{line}\n")
    found, done = verdicts(copy)
    assert found == dict.fromkeys(NAMES, "BROKEN"), done.stdout


def test_reports_are_pure_like_a_domain(copy):
    file = copy / "services/reporting/times.py"
    file.write_text(f"{file.read_text()}\nimport random\n")
    found, done = verdicts(copy)
    assert {name for name, verdict in found.items() if verdict == "BROKEN"} == {NAMES[3]}, done.stdout


def test_an_extra_room_and_one_service_too_many_are_seen_by_their_layers(copy):
    (copy / "services/consent/cellar.py").write_text("")
    found, done = verdicts(copy)
    told = " ".join((done.stdout + done.stderr).split())
    assert "cellar" in told
    assert found.get(NAMES[2]) != "KEPT"
