"""An operator is shown who somebody is: signed, asked of the one decision function, entered, and only then opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.event import Event  # a dataclass of it
from services.notification.app.telling import PostgresBook
from services.notification.domain import revealing
from services.notification.domain.answers import Allowed
from services.notification.domain.judging import Judge
from services.notification.domain.telling import RecordErased
from services.notification.store import RevealStore
from services.plumbing.keystore import PostgresKeyStore
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.signing import signed_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contracts.envelope import Fact
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.revealing import Answered, RevealAsked
    from services.plumbing.keystore import SiteKeys
    from services.plumbing.service import Connection
    from services.sites import Site


@dataclass(frozen=True, slots=True)
class Shown:
    """What an operator sees, record by record, and what not and why: referral, layer and rule."""

    events: tuple[Event, ...]
    withheld: tuple[tuple[str | None, str, str], ...]


class Revealing:
    """Shows people to operators, over one connection of notification's own role."""

    def __init__(self, site: Site, keys: SiteKeys, conn: Connection, *, now: Callable[[], datetime]) -> None:
        """Nothing is asked yet. `now` is the clock: a disclosure is asked about at the moment in which it is made."""
        self._judge, self._conn, self._now = Judge(site), conn, now
        self._sealer = Sealer(keys.site, PostgresKeyStore())
        self._store, self._book = RevealStore(), PostgresBook()

    async def reveal(self, asked: RevealAsked, identity: str, signature: str | None) -> Shown:
        """Show what the site lets an operator see, once it is entered; `signature` is theirs, over the request."""
        now = self._now()
        async with self._conn.transaction():
            dossier = await self._store.dossier(self._conn, asked.person)
            against = await self._against(asked, identity, signature)
            answers = [] if against else revealing.answered(self._judge, dossier, asked, now)
            noes = revealing.refusal(asked, *against) if against else _noes(answers)
            allowed = [one for one in answers if isinstance(one.answer, Allowed)]
            facts = [await self._revealed(asked, identity, one, signature or "", now) for one in allowed]
            facts += [revealing.withheld(asked, identity, *no, self._judge, now) for no in noes]
            await self._book.put_out(self._conn, facts)
        events, gone = await self._opened(asked, identity, allowed, dossier, now)
        return Shown(tuple(events), (*noes, *gone))

    async def _against(self, asked: RevealAsked, identity: str, signature: str | None) -> tuple[str, str] | None:
        """Return what stands against it whatever the record: no signature, or a message that is put aside."""
        key = await self._store.public_key(self._conn, asked.operator)
        if key is None or not signed_by(key, identity, asked, signature):
            return "permission", "unsigned"
        if await self._store.parked(self._conn, asked.person):
            return "parked", "person-parked"
        return None

    async def _revealed(self, asked: RevealAsked, identity: str, one: Answered, signature: str, now: datetime) -> Fact:
        record = one.referral_id or ""
        seals = await self._sealer.seals(self._conn, [record])
        why = seals.seal(record, "reveal", asked.person, revealing.sealed_in(identity, record), asked.why.encode())
        return revealing.revealed(asked, identity, one, self._judge, why, signature, now)

    async def _opened(
        self, asked: RevealAsked, identity: str, allowed: list[Answered], dossier: Dossier, now: datetime
    ) -> tuple[list[Event], list[tuple[str | None, str, str]]]:
        """Open what was entered. A record that was erased meanwhile shows nothing."""
        events: list[Event] = []
        gone: list[tuple[str | None, str, str]] = []
        for one in allowed:
            answer: Any = one.answer
            row = revealing.row_of(asked, identity, one.referral_id, self._judge, now)
            opener = await self._sealer.opener(self._conn, revealing.tokens_of(row, dossier, answer))
            try:
                events.append(revealing.shown(row, dossier, self._judge, answer, opener.open))
            except (Erased, RecordErased):
                gone.append((one.referral_id, "rows", "erased"))
        self._sealer.forget()
        return events, gone


def _noes(answers: list[Answered]) -> list[tuple[str | None, str, str]]:
    return [
        (one.referral_id, one.answer.layer, one.answer.rule) for one in answers if not isinstance(one.answer, Allowed)
    ]
