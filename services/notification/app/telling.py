"""Every fact of disclosure is entered into the ledger and put out, in the transaction in which it comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from contracts import topics
from contracts.disclosures.ledger_extended import LedgerExtended
from contracts.envelope import Envelope, Fact, service_source
from services.notification.domain.ledger import entry_of
from services.notification.domain.rows import SERVICE, agency_key
from services.plumbing.batch import outgoing
from services.plumbing.identity import derived
from services.plumbing.ledger import PostgresLedger
from services.plumbing.tables import Outgoing, PostgresTables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.plumbing.chains import Head
    from services.plumbing.ledger import Ledger
    from services.plumbing.service import Connection

_SOURCE: Final = service_source(SERVICE)


class Book(Protocol):
    """Where facts of disclosure are entered."""

    async def enter(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Enter what is one into the ledger, and publish the heads of its chains."""
        ...


class PostgresBook:
    """The ledger and the outbox in PostgreSQL."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        """It keeps nothing itself."""
        self._ledger = ledger or PostgresLedger()

    async def enter(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """See `Book`. The chains stay locked until the transaction ends: it is the last thing that one does."""
        entries = [entry for fact in facts if (entry := entry_of(fact)) is not None]
        if entries:
            heads = await self._ledger.append(conn, entries)
            await PostgresTables(conn).send([headed(head, facts[-1].at) for head in heads])

    async def put_out(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Enter the facts, and put them into the outbox."""
        await PostgresTables(conn).send([disclosed(fact) for fact in facts])
        await self.enter(conn, facts)


def headed(head: Head, at: datetime) -> Outgoing:
    """Return the outbox row that publishes a head."""
    event = LedgerExtended(chain=head.chain, length=head.length, head=head.hash)
    identity = derived("", event.name, str(head.chain), str(head.length), head.hash)
    envelope = Envelope(id=identity, source=_SOURCE, type=event.name, at=at)
    return outgoing(topics.DISCLOSURES, f"ledger/{head.chain}", Fact(event, envelope))


def disclosed(fact: Fact) -> Any:
    """Return the outbox row of a fact of disclosure: its key is the person, or the agency where there is none."""
    agency: str = fact.event.agency  # type: ignore[attr-defined]
    return outgoing(topics.DISCLOSURES, fact.subject or agency_key(agency), fact)
