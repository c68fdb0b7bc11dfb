"""What operators ask of the console: a referral's timeline, what is open, who was heard when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.console.domain import (
    SAID_OF_A_DIVERSION,
    Diversion,
    File,
    Line,
    Referral,
    Review,
    Step,
    diversions_of,
    in_order,
    read_file,
    step_of,
)
from services.console.domain import Link as PersonLink
from services.plumbing.ledger import PostgresLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from services.plumbing.chains import Link
    from services.plumbing.service import Connection

_STEP: Final = f"SELECT step_id, {', '.join(Line._fields)} FROM console.steps"
_SUBJECT: Final = "SELECT subject FROM console.steps WHERE referral_id = $1 ORDER BY step_id LIMIT 1"
_OF_SUBJECT: Final = f"{_STEP} WHERE subject = $1 ORDER BY step_id"
_CAUSED: Final = f"{_STEP} WHERE cause = $1 ORDER BY step_id"
_SINCE: Final = f"{_STEP} WHERE step_id > $1 ORDER BY step_id LIMIT $2"
_OF_REFERRAL: Final = f"{_STEP} WHERE referral_id = $1 ORDER BY step_id"
_NAMED: Final = f"{_STEP} WHERE service = ANY($1::text[]) AND id = $2 ORDER BY step_id"
_FOLLOWS: Final = f"""
WITH RECURSIVE follows AS (
    SELECT step_id, id FROM console.steps WHERE cause = $1
    UNION
    SELECT later.step_id, later.id FROM console.steps AS later JOIN follows ON later.cause = follows.id
)
{_STEP} WHERE step_id IN (SELECT step_id FROM follows) ORDER BY step_id
"""
_UNDONE_RECALLS: Final = """
SELECT subject, agency, said ->> 'recall_id' AS recall_id,
       CASE WHEN bool_or(said ->> 'how' = 'cannot') THEN 'cannot' ELSE 'silent' END AS how
FROM (SELECT step_id, subject, agency, details::jsonb AS said FROM console.steps WHERE event = 'recall.settled') AS ends
GROUP BY subject, agency, said ->> 'recall_id'
HAVING NOT bool_or(said ->> 'how' = 'recalled') ORDER BY min(step_id)
"""
_OPEN_REVIEWS: Final = "SELECT subject, state FROM console.files WHERE open_reviews > 0 ORDER BY subject"
_PROPOSED_LINKS: Final = "SELECT subject, state FROM console.files WHERE proposed_links > 0 ORDER BY subject"
_WAITING: Final = "SELECT subject, state FROM console.files WHERE waiting > 0 ORDER BY subject"
_OVERDUE: Final = """
SELECT DISTINCT referral_id FROM console.steps AS overdue WHERE event = 'intake.overdue' AND NOT EXISTS (
    SELECT FROM console.steps AS since WHERE since.referral_id = overdue.referral_id
    AND since.event IN ('assignment.enrolled', 'assignment.ended') AND since.happened_at >= overdue.happened_at
) ORDER BY referral_id
"""
_AWAITED: Final = """
SELECT referral_id, offer_id, agency, details::jsonb ->> 'arrive_by' AS arrive_by
FROM console.steps AS awaited WHERE event = 'arrival.awaited' AND NOT EXISTS (
    SELECT FROM console.steps AS since WHERE since.offer_id = awaited.offer_id AND since.event IN (
        'assignment.handed_off', 'assignment.lapsed', 'assignment.declined', 'assignment.cancelled',
        'assignment.released'
    )
) AND NOT EXISTS (
    SELECT FROM console.steps AS since WHERE since.referral_id = awaited.referral_id
    AND since.event IN ('assignment.enrolled', 'assignment.ended', 'assignment.handed_off')
    AND since.happened_at >= awaited.happened_at
) AND NOT EXISTS (
    SELECT FROM console.steps AS since WHERE since.subject = awaited.subject AND since.agency = awaited.agency
    AND since.event = 'contact.attempted' AND since.happened_at >= awaited.happened_at
    AND since.details::jsonb ->> 'result' = 'contacted'
    AND coalesce(since.details::jsonb ->> 'mode', 'in_person') = 'in_person'
) ORDER BY arrive_by, referral_id
"""
_FLAGGED: Final = """
SELECT DISTINCT referral_id, agency FROM console.steps AS flagged WHERE event = 'contact.flagged' AND NOT EXISTS (
    SELECT FROM console.steps AS since WHERE since.subject = flagged.subject
    AND since.happened_at >= flagged.happened_at AND (
        since.event IN ('assignment.handed_off', 'assignment.enrolled', 'assignment.ended', 'assignment.released')
        OR (since.event = 'contact.attempted' AND since.details::jsonb ->> 'result' = 'contacted')
    )
) ORDER BY referral_id, agency
"""
_OF_CHARGES: Final = f"""
WITH of_charges AS (SELECT DISTINCT referral_id FROM console.steps WHERE service = '/hub/charges'
                    AND referral_id IS NOT NULL AND ($1::text IS NULL OR referral_id = $1))
{_STEP} JOIN of_charges USING (referral_id)
WHERE service = '/hub/charges' OR (event = 'disclosure.made' AND details::jsonb ->> 'message_type' = 'intake.reported')
ORDER BY step_id
"""
_DIVERSIONS: Final = f"""
SELECT {", ".join(Line._fields)} FROM console.steps WHERE event = ANY($1::text[]) AND referral_id IN (
    SELECT referral_id FROM console.steps WHERE event = 'pretrial.opened'
) ORDER BY step_id
"""
_FILE: Final = "SELECT state FROM console.files WHERE subject = $1"
_KNOWS: Final = "SELECT EXISTS (SELECT FROM console.steps WHERE subject = $1)"
_HEARD: Final = (
    "SELECT agency, max(happened_at) AS heard_at FROM console.steps WHERE agency IS NOT NULL "
    "AND (service LIKE '/agencies/%' OR service = '/hub/intake') GROUP BY agency"
)


@dataclass(frozen=True)
class Open:
    """Something that waits: whose it is (a person reference), its own id, and what it is."""

    subject: str
    id: str
    item: Review | PersonLink | Referral


class Asking:
    """Questions over one connection that may read the console's schema."""

    def __init__(self, conn: Connection) -> None:
        """Ask over this connection."""
        self._conn = conn

    async def timeline(self, referral_id: str) -> list[Step]:
        """Return the steps of the referral, and those of the person that are about no referral; empty if unknown."""
        subject = await self._conn.fetchval(_SUBJECT, referral_id)
        if subject is None:
            return []
        steps = [step_of(row) for row in await self._conn.fetch(_OF_SUBJECT, subject)]
        offers = {step.offer_id: step.referral_id for step in steps if step.offer_id and step.referral_id}
        return in_order(
            [
                step
                for step in steps
                if (step.referral_id or offers.get(step.offer_id or "", referral_id)) == referral_id
            ]
        )

    async def steps_of(self, subject: str) -> list[Step]:
        """Return all steps of a person."""
        return [step_of(row) for row in await self._conn.fetch(_OF_SUBJECT, subject)]

    async def steps_about(self, referral_id: str) -> list[Step]:
        """Return the steps that name this referral."""
        return [step_of(row) for row in await self._conn.fetch(_OF_REFERRAL, referral_id)]

    async def named(self, sources: Sequence[str], event_id: str) -> list[Step]:
        """Return the steps of this id that one of these sources said."""
        return [step_of(row) for row in await self._conn.fetch(_NAMED, list(sources), event_id)]

    async def follows(self, event_id: str) -> list[Step]:
        """Return all that was said because of the event with this id, over any number of causes."""
        return [step_of(row) for row in await self._conn.fetch(_FOLLOWS, event_id)]

    async def undone_recalls(self) -> list[dict[str, str]]:
        """Return the recalls that ended in silence or with "cannot", and of which nothing better was heard since."""
        return [dict(row) for row in await self._conn.fetch(_UNDONE_RECALLS)]

    async def file(self, subject: str) -> File:
        """Return the file of a person; an empty one if nothing was ever heard."""
        state = await self._conn.fetchval(_FILE, subject)
        return File() if state is None else read_file(state)

    async def same_person(self, subject: str) -> list[str]:
        """Return the person and all records that are known to be the same one, over any number of links."""
        found, ahead = {subject: None}, [subject]
        while ahead:
            links = (await self.file(ahead.pop())).links
            others = [other for other, link in links.items() if link.standing == "linked" and other not in found]
            found |= dict.fromkeys(others)
            ahead += others
        return list(found)

    async def entries(self, subject: str) -> list[str]:
        """Return the ledger's entries about a person, as they are kept, oldest first."""
        return await PostgresLedger().of_subjects(self._conn, [subject])

    async def entries_of(self, event_ids: Sequence[str], message_id: str) -> list[str]:
        """Return the ledger's entries of these facts, and of the message with this id."""
        ledger = PostgresLedger()
        found = [*await ledger.of_events(self._conn, event_ids), *await ledger.of_message(self._conn, message_id)]
        return list(dict.fromkeys(found))

    async def knows(self, subject: str) -> bool:
        """Whether anything was ever heard of the person."""
        return bool(await self._conn.fetchval(_KNOWS, subject))

    async def caused_by(self, event_id: str) -> list[Step]:
        """Return what was said because of the event with this id."""
        return [step_of(row) for row in await self._conn.fetch(_CAUSED, event_id)]

    async def since(self, step_id: int, most: int = 1000) -> list[tuple[int, Step]]:
        """Return the steps after a number, each with its own; for showing what happens live."""
        return [(row["step_id"], step_of(row)) for row in await self._conn.fetch(_SINCE, step_id, most)]

    async def open_reviews(self) -> list[Open]:
        """Return the reviews that nobody has decided, urgent ones first, then by age."""
        found = [
            Open(subject, review_id, review)
            for subject, file in await self._files(_OPEN_REVIEWS)
            for review_id, review in file.reviews.items()
            if review.is_open
        ]
        return sorted(found, key=_urgency)

    async def proposed_links(self) -> list[Open]:
        """Return the links that wait for an operator, each pair once."""
        found = {
            frozenset((subject, other)): Open(subject, other, link)
            for subject, file in await self._files(_PROPOSED_LINKS)
            for other, link in file.links.items()
            if link.standing == "proposed"
        }
        return list(found.values())

    async def waiting(self) -> list[Open]:
        """Return the referrals on the waitlist."""
        return [
            Open(subject, referral_id, referral)
            for subject, file in await self._files(_WAITING)
            for referral_id, referral in file.referrals.items()
            if referral.standing == "waitlisted"
        ]

    async def overdue_intakes(self) -> list[str]:
        """Return the referrals whose intake is overdue: neither has come since, nor has the participation ended."""
        return [row["referral_id"] for row in await self._conn.fetch(_OVERDUE)]

    async def diversions(self) -> list[Diversion]:
        """Return all court pretrial diversions, by referral."""
        return diversions_of(step_of(row) for row in await self._conn.fetch(_DIVERSIONS, SAID_OF_A_DIVERSION))

    async def awaited_arrivals(self) -> list[dict[str, str]]:
        """Return where an officer waits, the minutes to arrive are nearly up, and nobody says that they are there."""
        return [dict(row) for row in await self._conn.fetch(_AWAITED)]

    async def flagged_contacts(self) -> list[dict[str, str]]:
        """Return where a message was left that is not safe, until somebody has spoken with the person or it is over."""
        return [dict(row) for row in await self._conn.fetch(_FLAGGED)]

    async def steps_of_charges(self, referral_id: str | None = None) -> list[Step]:
        """Return what was said of held charges, and that an office was told of the intake; of one referral, or all."""
        return [step_of(row) for row in await self._conn.fetch(_OF_CHARGES, referral_id)]

    async def last_heard(self) -> dict[str, datetime]:
        """Return when each agency was last heard."""
        return {row["agency"]: row["heard_at"] for row in await self._conn.fetch(_HEARD)}

    async def ledger(self) -> list[Link]:
        """Return the whole ledger of disclosures, chain by chain; for a small one."""
        async with self._conn.transaction():
            return [link async for link in PostgresLedger().all(self._conn)]

    async def _files(self, query: str) -> Iterable[tuple[str, File]]:
        rows = await self._conn.fetch(query)
        return [(row["subject"], read_file(row["state"])) for row in rows]


def _urgency(found: Open) -> tuple[bool, str]:
    review = found.item
    urgent = isinstance(review, Review) and review.urgent
    at = review.requested_at if isinstance(review, Review) else None
    return not urgent, at.isoformat() if at else ""
