"""What was written down lately is not taken apart again: a short memory of states by the text they were written as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

State = TypeVar("State")
_MOST: Final = 200
"""How many states are remembered: enough for what is heard of again soon, and little to hold."""


class Lately(Generic[State]):
    """Writes states as text and reads them again.

    The very text is what is remembered, so whatever else was written in the meantime, and by whom, is read as it is.
    States that are remembered are shared: they must never be changed in place.
    """

    def __init__(self, write: Callable[[State], str], read: Callable[[str], State], *, most: int = _MOST) -> None:
        """`read` gives back what `write` wrote; `most` is how many states are remembered."""
        self._write, self._read, self._most = write, read, most
        self._known: dict[str, State] = {}

    def written(self, state: State) -> str:
        """Return the state as text, and remember it for a while."""
        text = self._write(state)
        known = self._known
        known.pop(text, None)
        known[text] = state
        if len(known) > self._most:
            del known[next(iter(known))]
        return text

    def read(self, text: str) -> State:
        """Return the state that was written down."""
        known = self._known.get(text)
        return self._read(text) if known is None else known
