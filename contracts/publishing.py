"""The published shelf: a JSON Schema of every version ever shipped, and examples that must always read.

A published shape is frozen. Titles and descriptions may be mended; anything else is a new version.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contracts import catalogue  # noqa: F401  # puts every event on the shelf
from contracts.asyncapi import document
from contracts.envelope import Envelope
from contracts.event import Event, shelf, versions
from contracts.reading import Unreadable, read_data, unknown_fields

ROOM: Final = Path(__file__).parent
_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
Shelf = dict[str, dict[int, Schema]]
"""Schemas by the event's name and its version."""


class ChangedAfterPublication(Exception):
    """A published version is never touched again; make a new version that upcasts this one."""

    def __init__(self, names: list[str]) -> None:
        """Name the versions whose classes no longer fit their published schemas."""
        super().__init__(f"{ChangedAfterPublication.__doc__} ({', '.join(names)})")
        self.names = names


def schema_of(cls: type[Event]) -> Schema:
    """Return the JSON Schema of what this version's data may be."""
    return {"$schema": DIALECT, "$id": cls.dataschema, **cls.model_json_schema(mode="validation")}


def current() -> Shelf:
    """Return the schemas of the classes as they are now."""
    return _shelved((cls.name, cls.version, schema_of(cls)) for cls in shelf())


def is_room(room: Path) -> bool:
    """Whether this is a `contracts` folder: whether schemas that were shipped are in it."""
    return (room / "published").is_dir()


def published(room: Path = ROOM) -> Shelf:
    """Return the schemas as they were shipped, from a `contracts` folder."""
    files = sorted((room / "published").glob("*/*.json"))
    return _shelved((file.parent.name, int(file.stem), json.loads(file.read_text())) for file in files)


def export(room: Path = ROOM) -> list[Path]:
    """Write what is not published yet, and the AsyncAPI document; return the files that changed.

    Raises:
        ChangedAfterPublication: a class no longer has the shape that was published; nothing is written.
    """
    changed = [
        f"{name}/{version}"
        for name, schemas in published(room).items()
        for version, schema in schemas.items()
        if (cls := _class(name, version)) is not None and shape(schema_of(cls)) != shape(schema)
    ]
    if changed:
        raise ChangedAfterPublication(changed)
    texts = {room / "published" / cls.name / f"{cls.version}.json": _text(schema_of(cls)) for cls in shelf()}
    texts[room / "asyncapi.json"] = _text(document())
    return [file for file, text in texts.items() if _written(file, text)]


def check(room: Path = ROOM) -> list[str]:
    """Return what is wrong with the shelf, one sentence each; empty when all is well."""
    shipped = published(room)
    wrong = [
        f"{name}/{version} was published, and its class is gone."
        for name, schemas in shipped.items()
        for version in schemas
        if _class(name, version) is None
    ]
    for cls in shelf():
        schema = shipped.get(cls.name, {}).get(cls.version)
        if schema is None:
            wrong.append(f"{cls.name}/{cls.version} has no published schema; run `hub contracts export`.")
        elif shape(schema) != shape(schema_of(cls)):
            wrong.append(f"{cls.name}/{cls.version} changed after it was published; make a new version.")
        if not (room / "examples" / cls.name / f"{cls.version}.json").exists():
            wrong.append(f"{cls.name}/{cls.version} has no example; add {cls.version}.json.")
    wrong.extend(_example_problems(room))
    if json.loads(_read(room / "asyncapi.json") or "null") != document():
        wrong.append("asyncapi.json is not what the contracts say; run `hub contracts export`.")
    return wrong


def examples(room: Path = ROOM) -> list[tuple[type[Event], Path]]:
    """Return every example ever shipped with the version that it is of.

    Raises:
        KeyError: an example is of a version that nobody published.
    """
    found = []
    for file in sorted((room / "examples").glob("*/*.json")):
        version = int(file.stem.split("-")[0])
        cls = _class(file.parent.name, version)
        if cls is None:
            raise KeyError(f"{file.parent.name}/{version}")
        found.append((cls, file))
    return found


def shape(schema: Any, *, named: bool = False) -> Any:
    """Return the schema without its prose. `named`: the keys are names of fields, not words of JSON Schema."""
    if isinstance(schema, list):
        return [shape(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: shape(value, named=not named and key in {"properties", "$defs"})
        for key, value in schema.items()
        if named or key not in {"title", "description"}
    }


def _example_problems(room: Path) -> list[str]:
    wrong = []
    for cls, file in examples(room):
        text = file.read_bytes()
        envelope = Envelope("1", "/hub/examples", cls.name, _SOME_DAY, dataschema=cls.dataschema)
        try:
            read_data(envelope, text)
        except Unreadable as error:
            wrong.append(f"{cls.name}/{file.stem} no longer reads: {error}")
        unknown = unknown_fields(cls, json.loads(text))
        wrong.extend(f"{cls.name}/{file.stem} has an unknown field: {field}" for field in unknown)
    return wrong


def _class(name: str, version: int) -> type[Event] | None:
    known = versions(name)
    return known[version - 1] if 0 < version <= len(known) else None


def _shelved(schemas: Any) -> Shelf:
    shelved: Shelf = {}
    for name, version, schema in schemas:
        shelved.setdefault(name, {})[version] = schema
    return shelved


def _written(file: Path, text: str) -> bool:
    if _read(file) == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return True


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
