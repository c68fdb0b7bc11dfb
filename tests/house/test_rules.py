"""The house keeps its rules, and each rule is seen red when it is broken on purpose."""

import shutil

import pytest

from tests.house import rules
from tests.house.rules import ROOT, RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule):
    assert list(rule(ROOT)) == []


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the code, to be broken and mended again."""
    root = tmp_path_factory.mktemp("house")
    for folder in ("contracts", "services"):
        leave_out = shutil.ignore_patterns("__pycache__", "published", "examples")
        shutil.copytree(ROOT / folder, root / folder, ignore=leave_out)
    (root / "tests").mkdir()
    return root


BREACHES = [
    (rules.every_service_has_the_same_rooms, "services/consent/cellar.py", "", "cellar is no room"),
    (rules.every_service_has_the_same_rooms, "services/consent/store.py", None, "store is missing"),
    (rules.every_service_has_the_same_rooms, "services/cellar/__init__.py", "", "services/cellar is no room"),
    (rules.there_are_no_drawers, "services/consent/domain/utils.py", "", "is a drawer"),
    (rules.there_are_no_drawers, "tests/common/x.py", "", "is a drawer"),
    (rules.sql_is_in_stores_and_plumbing, "services/consent/app.py", 'Q = "SELECT 1 FROM registers"', ":1 SQL"),
    (rules.sql_is_in_stores_and_plumbing, "services/consent/app.py", 'Q = f"DELETE FROM {__name__}"', ":1 SQL"),
    (rules.topics_are_named_in_one_file, "services/consent/app.py", 'T = "hub.consents"', "a topic's name"),
    (rules.topics_are_named_in_one_file, "contracts/parts.py", 'T = "agency.x.to-hub"', "a topic's name"),
    (rules.services_ask_no_clock, "services/consent/app.py", "now = datetime.datetime.now()", "asks a clock"),
    (rules.services_ask_no_clock, "services/sites/site.py", "import time\nnow = time.time()", ":2 asks a clock"),
    (rules.the_environment_is_read_in_settings, "services/consent/app.py", "import os\nos.environ", "the environment"),
    (rules.the_environment_is_read_in_settings, "services/consent/app.py", "class A(BaseSettings): ...", "settings"),
    (rules.nothing_names_this_machine_or_a_registry, "services/x.md", "see " + "/home/" + "somebody", "names a"),
    (rules.nothing_names_this_machine_or_a_registry, "services/x.sh", "pip --index-" + "url x", "names a"),
    (rules.functions_and_files_are_short, "services/consent/app.py", "x = 1\n" * 301, "is longer than 300"),
    (
        rules.functions_and_files_are_short,
        "services/consent/app.py",
        "def f():\n" + "    x = 1\n" * 41,
        "f is longer than 40",
    ),
    (rules.contracts_need_pydantic_and_nothing_else, "contracts/parts.py", "import structlog", "needs structlog"),
    (rules.contracts_need_pydantic_and_nothing_else, "contracts/parts.py", "from services import x", "needs services"),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/commands/persons.py",
        "from services.plumbing.sealing import Sealer",
        ":1 uses Sealer",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/console/app.py",
        "async def look(sealer, conn, token):\n    return await sealer.opener(conn, [token])",
        ":2 uses opener",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/consent/app.py",
        "from services.plumbing import sealing\nopens = sealing.Opener({})",
        ":2 uses Opener",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/console/app.py",
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM",
        ":1 has AESGCM",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/notification/app/leading.py",
        "async def lead(self):\n    await self._lanes.send('sea-mar', [])",
        ":2 uses _lanes.send",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/notification/app/telling.py",
        "def told(judge, question, dossier, now):\n    return judge.may(question, dossier, now)",
        ":2 uses may",
    ),
    (
        rules.there_is_one_way_to_a_lane_and_to_an_opened_identity,
        "services/demo/play.py",
        "from services.notification.gateways import KafkaLanes",
        ":1 uses KafkaLanes",
    ),
]


@pytest.mark.parametrize(("rule", "path", "text", "said"), BREACHES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_rule_is_seen_red(copy, rule, path, text, said):
    file = copy / path
    before = file.read_text() if file.exists() else None
    made = [folder for folder in file.parents if not folder.exists()]
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    try:
        assert [breach for breach in rule(copy) if said in breach]
    finally:
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_text(before)
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


def test_docstrings_may_speak_of_topics_and_queries(copy):
    file = copy / "services" / "spoken.py"
    file.write_text('"""SELECT is said here, and hub.consents."""\n')
    try:
        assert not list(rules.sql_is_in_stores_and_plumbing(copy))
    finally:
        file.unlink()
