"""What the carrier does with rows, and what it gets: the promises of the store, in PostgreSQL or in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from services.notification.domain.answers import Verdict
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import LaneRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.plumbing.service import Connection

WAITING: Final = "waiting"
CARRYING: Final = "carrying"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row as it stands in its lane."""

    id: int
    row: LaneRow
    state: str = WAITING
    verdict: Verdict | None = None
    """What was judged when it was marked as being carried: its mark, and the disclosures that then count."""
    carrying_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """The next rows of a lane, with their dossiers (and the agency's) locked against change."""

    rows: list[Waiting]
    dossiers: dict[str, Dossier]
    held: bool
    """Whether rows of people with a parked message may be in the lane."""
    closed: bool = False
    """Whether something about the agency itself is parked: it may be its suspension, and no row is taken."""


@dataclass(frozen=True, slots=True)
class LaneAlarm:
    """A lane that does not flow, and why."""

    agency: str
    state: str
    reason: str | None
    since: datetime
    waiting: int


class LaneStore(Protocol):
    """What the carrier does with rows; each step inside the transaction that it holds."""

    async def busy(self, conn: Connection, now: datetime) -> list[str]:
        """Return the agencies whose lane has rows and is not to be left alone until later."""
        ...

    async def take(self, conn: Connection, agency: str, most: int) -> Taken:
        """Take the next rows of the lane, in order. Rows of people with a parked message stay where they are.

        Where something about the agency is parked, all of them stay: it may be its suspension.
        """
        ...

    async def note(self, conn: Connection, agency: str, why: str) -> list[LaneRow]:
        """Mark waiting rows as held back and return those that were not marked so before.

        Rows of people with a parked message are `parked`, the others `agency-parked` or `suspended` with their lane:
        what has two reasons at once is said once.
        """
        ...

    async def anything_parked(self, conn: Connection, agency: str) -> bool:
        """Tell whether rows of people with a parked message are in the lane."""
        ...

    async def carry(self, conn: Connection, judged: Sequence[tuple[int, Verdict]], now: datetime) -> None:
        """Mark the rows as being carried; from the commit on they count as told."""
        ...

    async def put_back(self, conn: Connection, ids: Sequence[int]) -> None:
        """Let the rows wait again: it is certain that they were not sent."""
        ...

    async def say_anew(self, conn: Connection, rows: Sequence[tuple[int, LaneRow]]) -> None:
        """Let the rows wait again under new ids: what would be told has changed since they may have been sent."""
        ...

    async def settle(self, conn: Connection, ids: Sequence[int]) -> None:
        """Take the rows out of their lane: told, or withheld."""
        ...

    async def report(self, conn: Connection, lane: LaneReport) -> None:
        """Say how the lane does."""
        ...

    async def attempts(self, conn: Connection, agency: str) -> int:
        """Return how often in a row the lane was tried in vain."""
        ...

    async def alarms(self, conn: Connection) -> list[LaneAlarm]:
        """Return the lanes that do not flow."""
        ...


@dataclass(frozen=True, slots=True)
class LaneReport:
    """How a lane does: `open`, `waiting` (with the reason) or `suspended`; when to try again."""

    agency: str
    state: str
    at: datetime
    reason: str | None = None
    attempts: int = 0
    retry_at: datetime | None = None
