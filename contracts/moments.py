"""Days and times as messages give them: text, never a number.

Pydantic would take a text that is a number as seconds since 1970: a birthday nobody sent. So the text is read here, and
what stays text is refused, for messages are read strictly.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Any


def instant(value: Any) -> Any:
    """Return the time in an RFC 3339 text; all else as it is. Whether it has its offset is judged after this."""
    if isinstance(value, str) and value[4:5] == value[7:8] == "-":
        with suppress(ValueError):
            return datetime.fromisoformat(value.upper())
    return value


def day(value: Any) -> Any:
    """Return the day in an RFC 3339 text; all else as it is, also a day with an hour."""
    if isinstance(value, str) and value[4:5] == value[7:8] == "-":
        with suppress(ValueError):
            return date.fromisoformat(value)
    return value
