"""How fast a replay goes: a bucket of tokens that fills by a clock which only ever goes forward."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SECONDS = 1.0
"""So much is saved up at most: after a pause nothing comes in a rush."""


@dataclass
class Bucket:
    """Lets through `per_second` items; seconds are those of a monotonic clock, so the clock on the wall may jump."""

    per_second: float
    seconds: float
    tokens: float = 0.0

    def fill(self, now: float, per_second: float) -> None:
        """Take note of the time, and of a new pace."""
        passed = min(max(now - self.seconds, 0.0), LONGEST_SECONDS)
        self.seconds = max(now, self.seconds)
        self.per_second = per_second
        self.tokens = min(self.tokens + passed * per_second, per_second * LONGEST_SECONDS)

    @property
    def open(self) -> bool:
        """Whether something may go now."""
        return self.tokens > 0

    def take(self, items: int) -> None:
        """So many went; what goes as one piece may go into debt, and the next waits the longer."""
        self.tokens -= items
