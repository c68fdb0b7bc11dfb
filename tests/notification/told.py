"""Facts go in, and what lies on the lanes comes out: notification's domain in three lines of a test."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from contracts.envelope import Fact
from services.notification.domain.carrying import Carried, Means, asked, told
from services.notification.domain.deciding import decide, key
from services.notification.domain.dossier import Dossier
from services.notification.domain.evolving import evolve
from services.notification.domain.judging import Judge
from services.notification.domain.lanes import LaneRow
from services.notification.domain.telling import Open
from services.plumbing.service import Row
from services.sites import Site
from tests.notification.examples import IDS, judge, open_, pseudonym

MEANS = Means(open_, pseudonym, lambda _record, content: hashlib.sha256(content).hexdigest())


class Told:
    """Facts go in; what lies on the lanes comes out. Everything is carried at the end of each fact."""

    def __init__(self, *facts: Fact, site: Site | None = None, opens: Open = open_) -> None:
        self.opens = opens
        self.judge = judge() if site is None else Judge(site)
        self.dossiers: dict[str, Dossier] = {}
        self.waiting: list[LaneRow] = []
        self.messages: list[tuple[str, Fact]] = []
        self.disclosures: list[Fact] = []
        for fact in facts:
            self.hear(fact)

    def hear(self, fact: Fact, *, carry: bool = True) -> Told:
        name = key(fact)
        assert name is not None
        before = self.dossiers.get(name)
        after = evolve(before, fact)
        self.dossiers[name] = after
        rows = [row.content for row in decide(self.judge, IDS, before, after, fact, {}) if isinstance(row, Row)]
        self.waiting += [row for row in rows if isinstance(row, LaneRow)]
        if carry:
            self.carry(fact.at)
        return self

    def carry(self, now: datetime) -> None:
        for row in self.waiting:
            dossier = self.dossiers.get(row.key, Dossier())
            answers = asked(row, dossier, self.judge, now)
            done: Carried = told(row, dossier, self.judge, answers, now, MEANS._replace(open=self.opens))
            if done.message is not None:
                self.messages.append((row.agency, done.message))
            self.disclosures += done.disclosures
        self.waiting.clear()

    def names(self, agency: str) -> list[str]:
        return [message.event.name for slug, message in self.messages if slug == agency]

    def to(self, agency: str, message: str) -> list[Any]:
        return [fact.event for slug, fact in self.messages if slug == agency and fact.event.name == message]

    def withheld(self, agency: str) -> list[tuple[str, str, str]]:
        return [
            (fact.event.message_type, fact.event.layer, fact.event.rule)
            for fact in self.disclosures
            if fact.event.name == "disclosure.withheld" and fact.event.agency == agency
        ]
