"""What a token looks like, and the place in which it is bound to stand. Pure, so that domains may speak of places.

A token is text, `hs2.<record>.<field>.<event>.<base 64>`. Record, field and event stand in the clear, for whoever reads
it needs them; they and the event's person are bound into what is sealed. The first form, `hs1.<record>.<field>.<base
64>`, knew no event; none is made any more, and those in the log go on opening.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

VERSION: Final = "hs2"
FIRST_VERSION: Final = "hs1"
_TOKEN: Final = re.compile(
    r"(?P<version>hs[12])\.(?P<record>[a-z]{3}-[0-9a-f]{32})\.(?P<field>[a-z0-9_-]{1,60})"
    r"(?:\.(?P<event>[0-9a-f]{32}))?\.(?P<body>[A-Za-z0-9_-]*)"
)
_FIELD: Final = re.compile(r"[a-z0-9_-]{1,60}")
_RECORD: Final = re.compile(r"[a-z]{3}-[0-9a-f]{32}")
_EVENT: Final = re.compile(r"[0-9a-f]{32}")


class NotSealed(ValueError):
    """This is no token, or one from another place, or one that was changed."""


class Place(NamedTuple):
    """Where a token is found: the person of the event, and as much more as its reader knows.

    What is None is not compared with what the token says of itself; it is bound into the token all the same.
    """

    person: str
    field: str | None = None
    record: str | None = None
    event: str | None = None
    """The mark of the event (`identity.mark_of`)."""


class Token(NamedTuple):
    """A token in its parts. `event` is None in the first form; `body` is empty where the record was erased."""

    version: str
    record: str
    field: str
    event: str | None
    body: str

    def bound(self, person: str) -> bytes:
        """Return what is bound into the token: its place."""
        if self.event is None:
            return f"{self.version}|{self.record}|{self.field}|{person}".encode()
        return bound(self.record, self.field, self.event, person)

    def stands_in(self, place: Place) -> bool:
        """Whether the token says of itself what its reader knows of the place. The first form says no event."""
        _, field, record, event = place
        return (
            (field is None or field == self.field)
            and (record is None or record == self.record)
            and (event is None or self.event is None or event == self.event)
        )


def token_in(text: str) -> Token | None:
    """Return the token that a text is, or None where it is none."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    token = Token(*found.groups())
    return token if (token.version == VERSION) is (token.event is not None) else None


def record_of(text: str) -> str:
    """Return the record under whose key the token is sealed.

    Raises:
        NotSealed: this is no token.
    """
    token = token_in(text)
    if token is None:
        raise NotSealed(NotSealed.__doc__)
    return token.record


def bound(record: str, field: str, event: str, person: str) -> bytes:
    """Return what is bound into a token of today's form."""
    return f"{VERSION}|{record}|{field}|{event}|{person}".encode()


def written(record: str, field: str, event: str, body: str) -> str:
    """Return a token as text."""
    return f"{VERSION}.{record}.{field}.{event}.{body}"


@lru_cache(maxsize=256)
def is_field(name: str) -> bool:
    """Whether a field of this name can stand in a token."""
    return _FIELD.fullmatch(name) is not None


def is_record(name: str) -> bool:
    """Whether a record of this name can stand in a token."""
    return _RECORD.fullmatch(name) is not None


def is_event(mark: str) -> bool:
    """Whether an event's mark can stand in a token."""
    return _EVENT.fullmatch(mark) is not None
