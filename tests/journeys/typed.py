"""`hub` as somebody types it, in this process: words in, JSON out."""

import io
import json
import sys
from pathlib import Path
from typing import Any

from services import cli
from services.commands import answers


def typing(folder: Path | None, monkeypatch: Any, capsys: Any) -> Any:
    """Return a function that runs `hub` with words (on that state folder), and returns the JSON that it wrote.

    With `fails` it has to end with another code than 0, and its words on standard error are returned. `hub send` is
    content sooner: no service refuses what is said here.
    """
    monkeypatch.setattr(answers, "GRACE_SECONDS", 0.2)

    def run(*words: str, stdin: str = "", fails: bool = False) -> Any:
        monkeypatch.setattr(
            sys, "argv", ["hub", *words, *([] if folder is None else ["--state", str(folder)]), "--json"]
        )
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code: Any = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        if fails:
            assert code, said.out
            return said.out + said.err
        # Also what was put aside is an answer, and the command says so by its code.
        assert not code or said.out, said.err
        found = [json.loads(line) for line in said.out.splitlines()]
        assert not any("error" in one for one in found), found
        return found

    return run
