"""How many kills replays have come through so far, kept in a small file: `make chaos` counts on from there."""

from __future__ import annotations

import os
from pathlib import Path

FULL = 1_000
FEW = 5
"""One of each: without a file to count in, and when the full number is reached."""


class Kills:
    """Without `HUB_CHAOS_COUNT` nothing is kept, and there are few; with it as many as `HUB_CHAOS_KILLS` allows."""

    def __init__(self) -> None:
        kept = os.environ.get("HUB_CHAOS_COUNT")
        self._file = Path(kept) if kept else None
        self.proved = int(self._file.read_text()) if self._file and self._file.exists() else 0
        """How many so far, each before a replay that ended as it does undisturbed."""
        asked = int(os.environ.get("HUB_CHAOS_KILLS", str(FEW)))
        missing = FULL - self.proved if self._file else FULL
        self.wanted = min(asked, missing) if missing > 0 else FEW

    def prove(self, number: int) -> str:
        """So many more; return the words for it."""
        self.proved += number
        if self._file is not None:
            beside = self._file.with_suffix(".new")
            beside.write_text(f"{self.proved}\n")
            beside.replace(self._file)
        return f"kills so far: {self.proved} of {FULL}"
