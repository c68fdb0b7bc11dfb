"""What of a service can be rebuilt from the log, and how: the one thing that differs from service to service."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from contracts.event import Event
from services.plumbing.arrivals import heard_topics
from services.plumbing.roles import REBUILT
from services.plumbing.service import Row, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.plumbing.service import Outcome

OLD: Final = "_before_"


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that follows from the log: what names a row, what is nobody's knowledge, and how a text is understood."""

    key: tuple[str, ...]
    left_out: frozenset[str] = frozenset()
    """Columns that are not compared: numbers that the database gives."""
    read: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    """By column: what its text means, where two texts may mean the same."""


@dataclass(frozen=True)
class Plan:
    """How one service is rebuilt.

    service   as it runs, with a store that works in the schema of its connection.
    says      every event that it says, newest forms; they are on the topics `says_on`.
    kept      its tables that follow from the log. All its other tables are carried over by the swap as they are.
    rows      whether what it keeps are rows that its `decide` alone yields; what that says is left out all the same.
    shares    whether its load is asked for what is shared over persons; without, facts are kept from it.
    moved     why each table that is no pipe of the plumbing is carried over and not rebuilt, in words.
    """

    service: Service[Any, Any]
    says: tuple[type[Event], ...]
    says_on: tuple[str, ...]
    kept: Mapping[str, Kept]
    rows: bool = False
    shares: bool = True
    moved: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The service's name, which is its schema's."""
        return self.service.name

    @property
    def schema(self) -> str:
        """The schema that is filled."""
        return f"{self.name}{REBUILT}"

    @property
    def topics(self) -> tuple[str, ...]:
        """What is read: all that the service hears by name, and all that it says."""
        return tuple(dict.fromkeys((*heard_topics(self.service), *self.says_on)))

    @property
    def folding(self) -> Service[Any, Any]:
        """The service as it folds the past: it hears itself, and decides nothing."""
        hears = tuple(dict.fromkeys((*self.service.hears, *self.says)))
        return replace(self.service, hears=hears, decide=self._rows if self.rows else _nothing)

    def _rows(self, *given: Any) -> Iterator[Outcome]:
        return (one for one in self.service.decide(*given) if isinstance(one, Row))


def _nothing(*_: Any) -> tuple[Outcome, ...]:
    return ()


def meaning(text: str) -> Any:
    """Return what a JSON text means, whatever the order of its fields."""
    try:
        return json.loads(text)
    except ValueError:
        return text
