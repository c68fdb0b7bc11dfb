"""How callers hear what takes long; they choose how to show it."""

from typing import Protocol


class Progress(Protocol):
    """Called from any thread: `step` in words for a person, `done` of `of` parts."""

    def __call__(self, step: str, done: int, of: int) -> None:
        """Take note; must not block."""


def quiet(step: str, done: int, of: int) -> None:
    """Show nothing."""
