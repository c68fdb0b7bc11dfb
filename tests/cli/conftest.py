"""The `hub` command as these tests run it: in this process, and with no hub to be found."""

from __future__ import annotations

import sys

import pytest

from services import cli
from services.plumbing.settings import PipesSettings


@pytest.fixture
def hub(monkeypatch, capsys):
    """Runs `hub` with these words; returns exit code, standard output and standard error."""
    for name in PipesSettings.model_fields:
        monkeypatch.delenv(f"HUB_{name.upper()}", raising=False)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["hub", *words])
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
