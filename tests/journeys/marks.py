"""Messages of which every free text is a word that nobody else uses, and where such words are found again."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from contracts.event import Event, newest

PREFIX = "zzmark"
_WORD = re.compile(rb"zz(?:mark|leak)[a-z0-9]*z")
_REFERENCE = r"^[^\x00-\x1f\x7f]+$"
FREE = frozenset({"private", "reference", "text"})
"""Kinds of fields in which anybody may write anything; in a `code` only words of the field, or ids."""


class Mark(NamedTuple):
    """A word, and the one field of the one message in which it was sent."""

    word: str
    event: str
    path: str
    kind: str

    @property
    def field(self) -> str:
        return self.path.rpartition(".")[2]


class Marks:
    """Makes marked messages, and knows every word that was made."""

    def __init__(self) -> None:
        self.made: dict[str, Mark] = {}
        self._numbers = itertools.count(1)

    def word(self, event: str, path: str, kind: str = "private") -> str:
        word = f"{PREFIX}{next(self._numbers)}z"
        self.made[word] = Mark(word, event, path, kind)
        return word

    def message(self, event: str, sound: dict[str, Any], kinds: Iterable[str] = FREE) -> dict[str, Any]:
        """The message, with a word in each field of these kinds that `sound` does not fill."""
        schema = newest(event).model_json_schema()
        return self._filled(event, schema, schema, sound, frozenset(kinds), "")

    def _filled(
        self, event: str, whole: dict[str, Any], schema: dict[str, Any], sound: Any, kinds: frozenset[str], path: str
    ) -> Any:
        schema = resolved(whole, schema)
        if schema.get("type") == "array":
            first, *rest = sound or [None]
            made = self._filled(event, whole, schema.get("items", {}), first, kinds, path)
            return [one for one in (made, *rest) if one is not None] or None
        if "properties" in schema:
            values = dict(sound or {})
            for name, inner in schema["properties"].items():
                made = self._filled(event, whole, inner, values.get(name), kinds, f"{path}.{name}".strip("."))
                if made is not None:
                    values[name] = made
            return values or None
        if sound is not None:
            return sound
        kind = kind_of(schema)
        return self.word(event, path, kind) if kind in kinds else None


def resolved(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that is meant: behind a reference, or beside "or nothing"."""
    while True:
        if "$ref" in schema:
            schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            more = {key: value for key, value in schema.items() if key != "anyOf"}
            schema = more | next(one for one in schema["anyOf"] if one.get("type") != "null")
        else:
            return schema


def kind_of(schema: dict[str, Any]) -> str | None:
    """What may be written in a field: private text, another system's reference, free text, a code; or nothing free."""
    if schema.get("type") != "string" or "enum" in schema or "const" in schema or "format" in schema:
        return None
    if schema.get("x-private"):
        return "private"
    pattern = schema.get("pattern")
    if pattern is None or pattern == _REFERENCE:
        return "text" if pattern is None else "reference"
    return "code" if re.search(pattern, f"{PREFIX}1z") else None


def free_fields(event: type[Event]) -> Iterator[str]:
    """The dotted paths of all fields of an event in which anybody may write anything."""
    marks = Marks()
    marks.message(event.name, {})
    return (mark.path for mark in marks.made.values())


class Found(NamedTuple):
    """A word that stands somewhere."""

    word: str
    kind: str
    where: str


def _hidden(word: bytes) -> list[bytes]:
    """How a word looks in base 64, wherever in a text it stands; only the letters that it alone decides."""
    looks = []
    for ahead in range(3):
        first, end = -(-8 * ahead // 6), 8 * (ahead + len(word)) // 6
        looks.append(base64.b64encode(b"\0" * ahead + word)[first:end])
    return looks


_LOOKS = {word: _hidden(word.encode()) for word in (PREFIX, "zzleak")}


def found_in(kind: str, where: str, content: bytes, *, hidden: bool = False) -> list[Found]:
    """The words that stand in the content; with `hidden` in base 64, too, by their beginning."""
    found = [Found(word.decode(), kind, where) for word in sorted(set(_WORD.findall(content)))]
    if hidden:
        for word, looks in _LOOKS.items():
            if any(look in content for look in looks):
                found.append(Found(f"{word} in base 64", kind, where))
    return found
