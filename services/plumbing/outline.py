"""What may be seen of a record without opening it: its headers' names, and such values alone as cannot be personal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from contracts.event import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.plumbing.service import Record

_MEDIA: Final = re.compile(r"application/(cloudevents\+)?json(; ?charset=utf-8)?", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9](\.[0-9])?")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{5,20}([Zz]|[+-][0-9]{2}:[0-9]{2})")
_SCHEMA: Final = re.compile(r"hub:(?P<name>[a-z.]+)/[1-9][0-9]{0,3}")
_NAMES_ALONE: Final = frozenset(
    {
        "ce_id", "ce_source", "ce_subject", "ce_correlationid", "ce_causationid", "ce_traceparent", "ce_replayid",
        "ce_signature", "hub-origin-topic", "hub-origin-time",
    }
)  # fmt: skip
"""Headers of which the name is shown, and never the value: it is the sender's own text, or says whom it is about."""
OTHERS: Final = "others"
"""How many headers have names that their sender alone knows."""


def _schema(value: str) -> bool:
    named = _SCHEMA.fullmatch(value)
    return named is not None and bool(versions(named["name"]))


_SHOWN: Final[Mapping[str, Callable[[str], object]]] = {
    "content-type": _MEDIA.fullmatch,
    "ce_specversion": _NUMBER.fullmatch,
    "ce_time": _MOMENT.fullmatch,
    "ce_admittedtime": _MOMENT.fullmatch,
    "ce_type": versions,
    "ce_dataschema": _schema,
}
"""Headers whose value is shown where it looks as it has to."""


def headers_outlined(record: Record) -> str:
    """Return the headers as JSON: each known name with its value or null, and how many have other names."""
    shown: dict[str, str | int | None] = {}
    others = 0
    for name, value in record.headers:
        lowered = name.lower()
        if lowered in _SHOWN:
            text = (value or b"").decode("utf-8", "replace")
            shown[lowered] = text if _SHOWN[lowered](text) else None
        elif lowered in _NAMES_ALONE:
            shown[lowered] = None
        else:
            others += 1
    return json.dumps(shown | ({OTHERS: others} if others else {}))


def size(record: Record) -> int:
    """Return how many bytes the record's body has."""
    return len(record.body or b"")
