"""Criminal history enters as the result of a check alone: a message that carries it is refused, wherever it stands.

It is looked for in the raw data, before any contract reads them: also what no contract knows, and what a newer version
says, is history. What is found is never repeated: the refusal names a field, and of a text its place, in our words.
Source: CJIS Security Policy 4.2.1 (III data go to an authorized recipient alone; a service provider is none).
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import BaseModel

from contracts import catalogue, topics
from contracts.event import Event
from contracts.words import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites import Site

_RULE: Final = "Criminal history enters only as the result of a check: pass or fail (CJIS Security Policy 4.2.1)."
_FIX: Final = (
    "Leave it out; make the check in your own records, and send `attestations` with its rule and result. What is told "
    "of somebody else's past stays out, too: nobody can see in a text whose it is."
)
_BETWEEN: Final = re.compile(r"[\W_]+")
_NAME: Final = re.compile(r'"([^"]{2,40})"\s*:')
_ESCAPED: Final = "\\"
_SOMEWHERE: Final = "data"


class HistoryIn:
    """Finds criminal history in the data of a message, by a site's lists."""

    reason: ClassVar[str] = "history-not-admitted"

    def __init__(self, site: Site) -> None:
        """Look by this site's lists."""
        self._keys = {_plain(key): key for key in site.history.keys}
        self._patterns = site.history.patterns
        self._words = sorted({word for one in site.history.patterns for word in one.words})

    def __call__(self, data: bytes) -> Problem | None:
        """Return what is wrong with these JSON data, or None. What is no JSON is somebody else's finding."""
        text = _text(data)
        if self._is_plainly_without(text):
            return None
        try:
            whole = json.loads(text, object_pairs_hook=_Pairs)
        except (ValueError, RecursionError):
            return None
        field = next(self._found(whole, ()), None)
        return None if field is None else Problem(field=field, rule=_RULE, fix=_FIX)

    def _is_plainly_without(self, text: str) -> bool:
        """Nearly every message is told by one look at its text; an escape may hide anything."""
        if _ESCAPED in text or any(_plain(name) in self._keys for name in _NAME.findall(text)):
            return False
        lowered = text.lower()
        return not any(word in lowered for word in self._words)

    def _found(self, value: Any, path: tuple[str, ...]) -> Iterator[str]:
        """Yield where history is: by the list's own word for a field, else by the place of a text."""
        ahead: list[tuple[Any, tuple[str, ...]]] = [(value, path)]
        while ahead:
            value, path = ahead.pop()
            if isinstance(value, _Pairs):
                yield from (self._keys[plain] for name, _ in value if (plain := _plain(name)) in self._keys)
                ahead += [(inner, (*path, name)) for name, inner in reversed(value)]
            elif isinstance(value, list):
                ahead += [(inner, (*path, str(place))) for place, inner in reversed(list(enumerate(value)))]
            elif isinstance(value, str) and any(one.is_in(value) for one in self._patterns):
                yield self._place(path)

    def _place(self, path: tuple[str, ...]) -> str:
        """Name the place where every part of it is a word of ours; a sender's own word may tell something."""
        ours = all(part.isdigit() or part in self._fields for part in path)
        return ".".join(path) if path and ours else _SOMEWHERE

    @cached_property
    def _fields(self) -> frozenset[str]:
        said = (getattr(catalogue, name) for name in catalogue.__all__)
        return frozenset(
            name
            for event in said
            if issubclass(event, Event) and event.topic == topics.TO_HUB
            for name in _names(event)
        )


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with every pair that was written, also where a name comes twice."""


def _plain(name: str) -> str:
    return _BETWEEN.sub("", name).casefold()


def _names(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield name
        for inner in _models(info.annotation):
            yield from _names(inner)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)


def _text(data: bytes) -> str:
    """Return what the bytes say in whichever encoding JSON may have; one that this reader cannot read hides nothing."""
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")
