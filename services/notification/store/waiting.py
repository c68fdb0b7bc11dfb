"""What waits for an agency's lane, and why it does: for whoever asks what became of a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from services.notification.domain.lanes import LaneRow
from services.notification.domain.rows import RECALL
from services.notification.domain.writing import read_dossier, read_row

if TYPE_CHECKING:
    from services.plumbing.service import Connection

_ROWS: Final = """
SELECT lane_rows.reference, lane_rows.state, lane_rows.entered_at, lanes.state AS lane, lanes.reason, EXISTS (
    SELECT FROM notification.dead_letters AS letter WHERE letter.settled_at IS NULL AND letter.key = lane_rows.key
) AS parked, dossiers.state AS dossier
FROM notification.lane_rows LEFT JOIN notification.lanes USING (agency) LEFT JOIN notification.dossiers USING (key)
WHERE agency = $1 AND (key = $2 OR message_id = $3) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Waits:
    """A row of a lane as it stands."""

    row: LaneRow
    state: str
    """`waiting`, `carrying` or `withdrawn`."""
    parked: bool
    """Whether something about the person is parked, so that nothing is said of them."""
    taken_back: bool
    """Whether the person took something back, and it is not known yet what."""
    since: datetime
    lane: str | None
    """How the lane does; None where that was never said: it is open."""
    reason: str | None

    @property
    def why(self) -> str:
        """Why it waits, in words."""
        if self.state == "carrying":
            return "it is being sent just now, and counts as told"
        if self.row.rehearsed:
            return "a replay rehearses it; it is composed, and goes to no lane"
        if self.state == "withdrawn":
            return "its consent has ended; it goes only if something else allows it, or is taken away"
        if self.parked:
            return "something about the person is parked in notification; `hub status` shows it"
        if self.taken_back and self.row.message != RECALL:
            return "the person took something back, and that word is not dealt with yet; `hub parked` shows where it is"
        if self.lane == "suspended":
            return "the agency is suspended"
        if self.lane == "waiting":
            return f"the lane waits: {self.reason}"
        return "it is in line, and is looked at in a moment"


async def waiting(conn: Connection, agency: str, key: str | None, message_id: str | None = None) -> list[Waits]:
    """Return what waits for the agency, in order: of a person (or `agency/<slug>`), and the message of that id."""
    return [
        Waits(
            row=read_row(row["reference"]),
            state=row["state"],
            parked=row["parked"],
            taken_back=row["dossier"] is not None and read_dossier(row["dossier"]).revoking,
            since=row["entered_at"],
            lane=row["lane"],
            reason=row["reason"],
        )
        for row in await conn.fetch(_ROWS, agency, key, message_id)
    ]
