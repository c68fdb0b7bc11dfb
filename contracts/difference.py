"""What a change of the shelf means for the agencies: which of them it would break, and where.

An agency that says an event keeps writing the version that it knows: the hub must still read it. An agency that hears
an event keeps reading with the newest version that it knows: what the hub writes must still fit it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.publishing import Schema, Shelf


@dataclass(frozen=True)
class Audience:
    """Which agencies (slugs) may say, and which may hear, an event, by its name."""

    says: Mapping[str, Iterable[str]] = field(default_factory=dict)
    hears: Mapping[str, Iterable[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One thing that is different. `breaks` names the agencies that would fail on it; empty where nobody would."""

    event: str
    version: int
    where: str
    what: str
    breaks: tuple[str, ...] = ()


def diff(before: Shelf, after: Shelf, audience: Audience) -> list[Change]:
    """Return every change between two shelves, by event and version."""
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, {}), after.get(name, {})
        changes.extend(Change(name, version, "data", "is new") for version in sorted(new.keys() - old.keys()))
        changes.extend(_for_those_who_say(name, old, new, _sorted(audience.says.get(name, ()))))
        changes.extend(_for_those_who_hear(name, old, new, _sorted(audience.hears.get(name, ()))))
    return changes


def misfits(writer: Schema, reader: Schema) -> Iterator[tuple[str, str]]:
    """Yield where, and why, something that fits the writer's schema may not fit the reader's; nothing if all fits.

    Readers pass over fields that they do not know.
    """
    yield from _Comparison(writer.get("$defs", {}), reader.get("$defs", {})).of(writer, reader, "data")


def _sorted(agencies: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(agencies))


def _for_those_who_say(
    name: str, old: dict[int, Schema], new: dict[int, Schema], agencies: tuple[str, ...]
) -> Iterator[Change]:
    for version, schema in sorted(old.items()):
        if version not in new:
            yield Change(name, version, "data", "is no longer read", agencies)
            continue
        for where, what in misfits(schema, new[version]):
            yield Change(name, version, where, what, agencies)


def _for_those_who_hear(
    name: str, old: dict[int, Schema], new: dict[int, Schema], agencies: tuple[str, ...]
) -> Iterator[Change]:
    if not (old and agencies):
        return
    if not new:
        yield Change(name, max(old), "data", "is no longer said", agencies)
        return
    for where, what in misfits(new[max(new)], old[max(old)]):
        yield Change(name, max(new), where, what, agencies)


@dataclass(frozen=True)
class _Comparison:
    """Two schemas side by side, each with its own definitions."""

    writers: Mapping[str, Any]
    readers: Mapping[str, Any]

    def of(self, writer: Any, reader: Any, path: str) -> Iterator[tuple[str, str]]:
        writings, readings = _alternatives(writer, self.writers), _alternatives(reader, self.readers)
        for writing in writings:
            found = [list(self._plain(writing, reading, path)) for reading in readings]
            if not all(found):
                continue
            if len(found) == 1:
                yield from found[0]
            else:
                yield path, "may hold what its readers do not expect"

    def _plain(self, writer: Schema, reader: Schema, path: str) -> Iterator[tuple[str, str]]:
        if _types(reader) and not _types(writer) <= _types(reader):
            yield path, "changes its type"
            return
        unknown = _new_values(writer, reader)
        if unknown:
            yield path, f"may have values that its readers do not know: {', '.join(unknown)}"
        for limit, loosened in _LIMITS.items():
            if limit in reader and (limit not in writer or loosened(writer[limit], reader[limit])):
                yield path, f"goes beyond its {limit}"
        for exact in ("pattern", "format"):
            if reader.get(exact) not in (None, writer.get(exact)) and not ({"enum", "const"} & writer.keys()):
                yield path, f"no longer keeps to its {exact}"
        yield from self._fields(writer, reader, path)
        if "items" in reader:
            yield from self.of(writer.get("items", {}), reader["items"], f"{path}[]")
        if isinstance(reader.get("additionalProperties"), dict):
            yield from self.of(writer.get("additionalProperties", {}), reader["additionalProperties"], f"{path}.*")

    def _fields(self, writer: Schema, reader: Schema, path: str) -> Iterator[tuple[str, str]]:
        writes, reads = writer.get("properties", {}), reader.get("properties", {})
        for name in reader.get("required", ()):
            if name not in writes:
                yield f"{path}.{name}", "is gone, and its readers need it"
            elif name not in writer.get("required", ()):
                yield f"{path}.{name}", "may be absent, and its readers need it"
        for name in sorted(writes.keys() & reads.keys()):
            yield from self.of(writes[name], reads[name], f"{path}.{name}")


_LIMITS: Mapping[str, Any] = {
    "maxLength": lambda writer, reader: writer > reader,
    "minLength": lambda writer, reader: writer < reader,
    "maximum": lambda writer, reader: writer > reader,
    "minimum": lambda writer, reader: writer < reader,
    "maxItems": lambda writer, reader: writer > reader,
    "minItems": lambda writer, reader: writer < reader,
}


def _alternatives(schema: Any, definitions: Mapping[str, Any]) -> list[Schema]:
    if not isinstance(schema, dict):
        return [{}]
    if "$ref" in schema:
        return _alternatives(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return [plain for one in schema[several] for plain in _alternatives(one, definitions)]
    if "allOf" in schema:
        return [plain for one in schema["allOf"] for plain in _alternatives(one, definitions)]
    return [schema]


def _types(schema: Schema) -> frozenset[str]:
    named = schema.get("type", ())
    types = {named} if isinstance(named, str) else set(named)
    return frozenset(types | {"integer"} if "number" in types else types)


def _new_values(writer: Schema, reader: Schema) -> list[str]:
    known = _values(reader)
    if known is None:
        return []
    written = _values(writer)
    return ["any"] if written is None else sorted(str(value) for value in written if value not in known)


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values
