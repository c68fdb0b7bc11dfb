"""The rules of the house that no linter knows: each takes a checkout and returns what breaks it, `file:line what`."""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

from contracts.topics import SERVICES

REQUIRED = {"__init__.py", "__main__.py", "app", "settings.py", "domain", "store", "migrations"}
ALLOWED = REQUIRED | {"gateways", "pages"}
BESIDE = {
    "backups",
    "commands",
    "console",
    "decisions",
    "demo",
    "gateway",
    "local",
    "moving",
    "partner",
    "plumbing",
    "replay",
    "reporting",
    "sites",
    *SERVICES,
}
"""The rooms of `services/`; a new one is written down in `services/README.md`."""
DRAWERS = re.compile(r"^_?(utils?|helpers?|common|misc|shared_code|kit)(\.py)?$")
SQL = re.compile(
    r"^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|ROLE|SCHEMA|DATABASE)\s"
    r"|TRUNCATE\s|GRANT\s|REVOKE\s|WITH\s+\w+\s+AS\s*\()"
)
TOPIC = re.compile(
    r"^(hub\.(referrals|reports|screenings|consents|assignments|pretrial|disclosures|replays|deadlines|[a-z]+\.redelivery)"
    r"|\^?agency\\?\..*(to|from)-hub\$?)$"
)
MOMENT = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
ENVIRONMENT = {("os", "environ"), ("os", "getenv"), ("os", "putenv")}
# A letter in brackets, so that the rule does not break itself.
ADDRESS = re.compile(
    r"([p]ypi\.org|[p]ythonhosted\.org|[r]epo1?\.maven|[i]ndex-url|[f]ind-links|[a]rtifactory"
    r"|/[r]oot/|/[h]ome/[a-z]|/[U]sers/|/[w]ork/)"
)
LINES_OF_A_FUNCTION, LINES_OF_A_FILE = 40, 300


def python(root, *folders):
    """Every Python file below these folders."""
    return [file for folder in folders for file in sorted((root / folder).rglob("*.py"))]


def at(root, file, line, what):
    return f"{file.relative_to(root)}:{line} {what}"


def room(name):
    return name.removesuffix(".py") if name not in {"__init__.py", "__main__.py", "settings.py"} else name


def tree(file):
    return _parsed(file.read_text())


@functools.cache
def _parsed(text):
    """Each rule reads every file, and few of them have changed since the last."""
    return ast.parse(text)


def texts(file):
    """Every string of a file that is no docstring, with its line."""
    parsed = tree(file)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(parsed)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(parsed):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def dotted(file):
    """Every `name.attribute` of a file, with its line."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield node.lineno, (name, node.attr)


def every_service_has_the_same_rooms(root):
    for service in SERVICES:
        folder = root / "services" / service
        rooms = {room(path.name) for path in folder.glob("*") if path.name != "__pycache__"}
        yield from (f"services/{service}: {missing} is missing" for missing in sorted(REQUIRED - rooms))
        yield from (f"services/{service}: {extra} is no room" for extra in sorted(rooms - ALLOWED))
    here = {path.name for path in (root / "services").iterdir() if path.is_dir() and path.name != "__pycache__"}
    yield from (f"services/{extra} is no room" for extra in sorted(here - BESIDE))


def there_are_no_drawers(root):
    for folder in ("contracts", "services", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if DRAWERS.match(path.name):
                yield f"{path.relative_to(root)} is a drawer: name what is in it"


def sql_is_in_stores_and_plumbing(root):
    for file in python(root, "contracts", "services"):
        inside = file.relative_to(root).parts[1:]
        if inside[0] == "plumbing" or "store" in inside or file.name == "store.py":
            continue
        for line, text in texts(file):
            if SQL.match(text):
                yield at(root, file, line, "SQL outside of a store")


def topics_are_named_in_one_file(root):
    for file in python(root, "contracts", "services"):
        if file.relative_to(root).as_posix() == "contracts/topics.py":
            continue
        for line, text in texts(file):
            if TOPIC.match(text):
                yield at(root, file, line, "a topic's name outside of contracts/topics.py")


def services_ask_no_clock(root):
    for file in python(root, "contracts", "services/sites", *(f"services/{name}" for name in SERVICES)):
        for line, name in dotted(file):
            if name in MOMENT:
                yield at(root, file, line, "asks a clock: plumbing hands the time in")


def the_environment_is_read_in_settings(root):
    for file in python(root, "contracts", "services"):
        if file.name == "settings.py":
            continue
        for line, name in dotted(file):
            if name in ENVIRONMENT:
                yield at(root, file, line, "reads the environment outside of settings.py")
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "BaseSettings" for base in node.bases):
                yield at(root, file, node.lineno, "settings outside of settings.py")


def nothing_names_this_machine_or_a_registry(root):
    for file in tracked(root):
        if file == root / "tests/house/rules.py" or file.suffix in {".png", ".ico", ".woff2"}:
            continue
        for line, text in enumerate(file.read_text(errors="replace").splitlines(), start=1):
            if ADDRESS.search(text):
                yield at(root, file, line, "names a machine's path or a package registry")


def functions_and_files_are_short(root):
    for file in python(root, "contracts", "services"):
        if len(file.read_text().splitlines()) > LINES_OF_A_FILE:
            yield at(root, file, LINES_OF_A_FILE, f"is longer than {LINES_OF_A_FILE} lines")
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    yield at(root, file, node.lineno, f"{node.name} is longer than {LINES_OF_A_FUNCTION} lines")


def contracts_need_pydantic_and_nothing_else(root):
    for file in python(root, "contracts"):
        for node in ast.walk(tree(file)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                if name.split(".")[0] not in {"contracts", "pydantic", *sys.stdlib_module_names}:
                    yield at(root, file, node.lineno, f"needs {name}")


def tracked(root):
    """The files of a checkout as Git knows them, or all of a copy."""
    if not (root / ".git").exists():
        return [path for path in sorted(root.rglob("*")) if path.is_file()]
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True)  # noqa: S607  # Git is on the path
    return [root / name for name in done.stdout.decode().split("\0") if name and (root / name).is_file()]


_NOTIFICATION = "services/notification/"
THE_ONLY_WAY = {
    # Who has the site's key in the form that opens, and who asks it to open.
    "Sealer": {"services/plumbing/sealing.py", "services/intake/app.py", "services/intake/store/saving.py",
               f"{_NOTIFICATION}app/__init__.py", f"{_NOTIFICATION}app/revealing.py"},
    "Opener": {"services/plumbing/sealing.py"},
    "opener": {"services/plumbing/sealing.py", f"{_NOTIFICATION}app/__init__.py", f"{_NOTIFICATION}app/carrier.py",
               f"{_NOTIFICATION}app/revealing.py"},
    # Intake reads back what it sealed itself, to carry it over, to compare it, and to see whose day has come.
    "carried": {"services/intake/store/saving.py", "services/intake/domain/bearing.py",
                "services/intake/domain/repeats.py", "services/intake/domain/decisions.py",
                "services/intake/domain/erasing.py", "services/intake/domain/own_word.py"},
    # What is opened becomes a message, or is shown, in one place each; and both ask the one decision function.
    "Telling": {f"{_NOTIFICATION}domain/telling.py", f"{_NOTIFICATION}domain/says.py",
                f"{_NOTIFICATION}domain/says_pretrial.py",
                f"{_NOTIFICATION}domain/carrying.py", f"{_NOTIFICATION}domain/revealing.py"},
    "may": {f"{_NOTIFICATION}domain/judging.py", f"{_NOTIFICATION}domain/notice.py",
            f"{_NOTIFICATION}domain/carrying.py", f"{_NOTIFICATION}domain/revealing.py"},
    # Who can write to a lane.
    "KafkaLanes": {f"{_NOTIFICATION}gateways.py", f"{_NOTIFICATION}app/__init__.py"},
    "Carrier": {f"{_NOTIFICATION}app/carrier.py", f"{_NOTIFICATION}app/__init__.py", f"{_NOTIFICATION}app/leading.py"},
    "_lanes.send": {f"{_NOTIFICATION}app/carrier.py"},
}  # fmt: skip
"""Names by which something is opened, judged or sent to a lane, and the files in which each may stand."""
OPENS_AT_ALL = {"services.plumbing.sealing": "Seals", "cryptography.hazmat.primitives.ciphers.aead": "AESGCM"}


def there_is_one_way_to_a_lane_and_to_an_opened_identity(root):
    for file in python(root, "services"):
        here = file.relative_to(root).as_posix()
        for line, name in _used(file):
            if here not in THE_ONLY_WAY.get(name, {here}):
                yield at(root, file, line, f"uses {name}, by which something is opened or sent")
        if here not in {"services/plumbing/sealing.py", "services/plumbing/ring.py", "services/intake/store/saving.py"}:
            for node in ast.walk(tree(file)):
                if isinstance(node, ast.ImportFrom) and OPENS_AT_ALL.get(node.module) in {
                    one.name for one in node.names
                }:
                    yield at(root, file, node.lineno, f"has {OPENS_AT_ALL[node.module]} and can open what is sealed")


def _used(file):
    """Every name, attribute and import in the code of a file; of a `send`, also on whose behalf."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Name):
            # A variable of that name is none of ours: only what is called or handed on counts.
            if not isinstance(node.ctx, ast.Store) and node.id[0].isupper():
                yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
            if isinstance(node.value, ast.Attribute):
                yield node.lineno, f"{node.value.attr}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, alias.name


RULES = (
    every_service_has_the_same_rooms,
    there_are_no_drawers,
    sql_is_in_stores_and_plumbing,
    topics_are_named_in_one_file,
    services_ask_no_clock,
    the_environment_is_read_in_settings,
    nothing_names_this_machine_or_a_registry,
    functions_and_files_are_short,
    contracts_need_pydantic_and_nothing_else,
    there_is_one_way_to_a_lane_and_to_an_opened_identity,
)
ROOT = Path(__file__).resolve().parents[2]
