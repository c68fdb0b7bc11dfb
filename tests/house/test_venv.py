"""`deploy/venv.sh` takes a `.venv` for built only where it works: else every command would end in "bad interpreter"."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_PYTHON = "No Python 3.11 or newer was found."


@pytest.fixture
def clone(tmp_path):
    """A clone whose `.venv` is built, as far as the script can tell; no network and no other Python is at hand."""
    clone = tmp_path / "clone"
    (clone / "deploy").mkdir(parents=True)
    for name in ("deploy/venv.sh", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, clone / name)
    venv.create(clone / ".venv", with_pip=False, symlinks=True)
    library = next((clone / ".venv" / "lib").glob("python3*")) / "site-packages"
    (library / "pip.py").touch()
    hub = clone / ".venv" / "bin" / "hub"
    hub.write_text(f"#!{clone.resolve()}/.venv/bin/python\n")
    hub.chmod(0o755)
    checksum = subprocess.run(["/bin/sh", "-c", "cat requirements.lock pyproject.toml | cksum"], cwd=clone, text=True,
                              capture_output=True, check=True)  # fmt: skip
    (clone / ".venv" / "built-from").write_text(checksum.stdout)
    return clone


def built(clone):
    """What the script comes to where it cannot build anything."""
    environment = {"PATH": os.environ["PATH"], "HUB_PYTHON": "/nowhere/python3"}
    return subprocess.run(
        ["/bin/sh", clone / "deploy" / "venv.sh"], env=environment, text=True, capture_output=True, check=False
    )


def test_what_is_built_and_works_is_left_alone(clone):
    done = built(clone)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_clone_that_was_moved_is_built_anew(clone):
    done = built(clone.rename(clone.parent / "moved"))
    assert done.returncode == 1
    assert NO_PYTHON in done.stderr


def test_a_python_that_is_gone_is_noticed(clone):
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert NO_PYTHON in built(clone).stderr


def test_an_upgraded_python_that_finds_none_of_the_packages_is_noticed(clone):
    library = clone / ".venv" / "lib" / f"python3.{sys.version_info.minor}"
    library.rename(library.with_name("python3.0"))
    assert NO_PYTHON in built(clone).stderr


def test_changed_requirements_are_noticed(clone):
    (clone / "requirements.lock").write_text("")
    assert NO_PYTHON in built(clone).stderr
