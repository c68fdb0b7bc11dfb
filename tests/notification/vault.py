"""Records' keys as intake makes and destroys them, and words that say whose they are: a leak shows in any field."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from contracts.envelope import Fact
from contracts.words import Category
from services.notification.domain.telling import Open
from services.plumbing.identity import mark_of
from services.plumbing.sealing import Erased, Sealer
from services.plumbing.tokens import Place
from tests.notification.examples import KEYS, NOON, PERSON, pseudonym
from tests.notification.memory import MemoryStore, MemoryWorld
from tests.notification.promises import noted, own
from tests.sealing.memory import KeysInMemory


def words(record: str) -> dict[Category, dict[str, Any]]:
    """Everything that is private of a record, each part with the record's own mark in it."""
    mark = own(record)
    return {
        Category.IDENTITY: {
            "legal_name": f"Juniper {mark}", "preferred_name": f"Juno {mark}", "birth_date": "1990-01-02",
        },
        Category.CONTACT: {
            "phones": [f"360-555-0100 {mark}"], "usual_places": [f"Bench by {mark}"], "through": f"Nurse {mark}",
            "message_is_safe": "yes",
        },
        Category.INCIDENT: {
            "number": f"SAMPLE-{mark}", "subject_sequence": 1, "place": f"Street {mark}",
            "officer": {"call_back": f"360-555-0111 {mark}"},
        },
        Category.SAFETY: {"safety_code": f"GREEN {mark}"},
    }  # fmt: skip


class Vault:
    """The keys of one person's records, in memory."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.keys = KeysInMemory()
        self.sealer = Sealer(KEYS.site, self.keys, clock=lambda: (now() - NOON) / timedelta(seconds=1))

    async def sealed(self, record: str, fact: Fact) -> Fact:
        """The fact about this record, with its private words sealed for it."""
        clear = {category: json.dumps(said).encode() for category, said in words(record).items()}
        tokens = await self._sealed(record, mark_of(fact.source, fact.id), clear)
        return Fact(fact.event.model_copy(update={"sealed": tokens}), fact.envelope)

    async def note(self, record: str, report: str) -> str:
        """A case manager's note, sealed for the report of this mark under the key of this record."""
        tokens = await self._sealed(record, report, {"note": f"Sample note {noted(record)}".encode()})
        return tokens["note"]

    async def _sealed(self, record: str, mark: str, clear: Mapping[Any, bytes]) -> dict[Any, str]:
        seals = await self.sealer.seals(None, [record])
        tokens = seals.seal_each(record, PERSON, mark, clear)
        await self.sealer.keep(None, seals)
        return tokens

    async def destroy(self, record: str) -> None:
        self.keys.kept[record] = None


class VaultWorld(MemoryWorld):
    """Opens what the keys at hand open, and tells whom the carrier holds while it sends."""

    def __init__(self, store: MemoryStore, now: Callable[[], datetime], vault: Vault) -> None:
        super().__init__(store, now, lambda _token, _place: None, pseudonym)
        self.vault = vault
        self.held: frozenset[str] = frozenset()

    async def opener(self, conn: Any, tokens: Iterable[str]) -> Open:
        opener = await self.vault.sealer.opener(conn, tokens)

        def open_(token: str, place: Place) -> bytes | None:
            try:
                return opener.open(token, place)
            except Erased:
                return None

        return open_

    @asynccontextmanager
    async def holding(self, persons: Collection[str]) -> AsyncIterator[None]:
        self.held = frozenset(persons)
        try:
            yield
        finally:
            self.held = frozenset()
