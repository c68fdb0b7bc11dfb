"""The steps of a quarter's referrals, for its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.console.domain import SAID_OF_A_JOURNEY, Journey, Line, journeys_of, step_of
from services.console.domain.helped import SAID_OF_HELP, Helped, helped_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.plumbing.service import Connection

_STEPS: Final = f"""
    SELECT {", ".join(Line._fields)} FROM console.steps
    WHERE event = ANY($3::text[]) AND referral_id IN (
        SELECT referral_id FROM console.steps WHERE event = 'referral.received'
        AND (details::jsonb ->> 'referred_at')::timestamptz >= $1
        AND (details::jsonb ->> 'referred_at')::timestamptz < $2
    )
"""
_HELP: Final = f"""
    SELECT {", ".join(Line._fields)} FROM console.steps
    WHERE event = ANY($3::text[]) AND happened_at >= $1 AND happened_at < $2 AND NOT EXISTS (
        SELECT FROM console.steps AS other WHERE other.subject = steps.subject AND (
            other.event = 'referral.erased'
            OR (other.event = 'referral.received' AND (other.details::jsonb ->> 'test')::boolean)
        )
    )
"""


async def journeys_between(
    conn: Connection, begin: datetime, end: datetime, groups: Mapping[str, Mapping[str, str]] | None = None
) -> list[Journey]:
    """Return the journeys of the referrals that were made from `begin` until before `end`.

    `groups`, by referral: by what else people are counted; the console keeps none of it.
    """
    rows = await conn.fetch(_STEPS, begin, end, SAID_OF_A_JOURNEY)
    return journeys_of((step_of(row) for row in rows), groups)


async def helped_between(conn: Connection, begin: datetime, end: datetime) -> list[Helped]:
    """Return what people were helped with from `begin` until before `end`; not whose record was erased, nor tests."""
    rows = await conn.fetch(_HELP, begin, end, list(SAID_OF_HELP))
    return helped_by((row["subject"], step_of(row)) for row in rows)
