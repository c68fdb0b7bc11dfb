"""Intake's tables in memory: the twin of `services.intake.store.Cases`."""

import json
from collections import Counter

from services.intake.domain import Marked, Register, changes, read, wanted, written
from services.intake.domain.register import MOST_MATCHES
from services.intake.store import BatchSeals, records_of
from services.plumbing.sealing import Sealer
from services.plumbing.service import Loaded
from tests.sealing.memory import KeysInMemory


class CasesInMemory:
    """Keeps everything in dicts, states as JSON, so that what cannot be saved shows here, too."""

    def __init__(self, site_key):
        self.keys = KeysInMemory()
        self.sealer = Sealer(site_key, self.keys)
        self.cases, self.people, self.marks, self.pairs, self.suspended = {}, {}, {}, {}, {}
        self.operators = {}
        self.left_out = Counter()

    async def load(self, conn, keys, facts):
        want = wanted(keys, facts)
        theirs = {key for key in self.cases if self._people(key) & set(want.correcting)}
        cases = {key: read(self.cases[key]) for key in {*want.cases, *theirs} if key in self.cases}
        people = {*want.people, *(one.person for case in cases.values() for one in case.referrals.values())}
        records = {person: self.people[person] for person in people if person in self.people}
        register = Register(
            seals=BatchSeals(await self.sealer.seals(conn, records_of(want, cases, records))),
            people=records,
            marks={
                name: tuple(Marked(*one) for one in list(self.marks[name].items())[: MOST_MATCHES + 1])
                for name in want.hashes
                if name in self.marks
            },
            pairs={pair: stands for pair, stands in self.pairs.items() if not people.isdisjoint(pair)},
            suspended=dict(self.suspended),
            operators=dict(self.operators) if want.operators else {},
            correcting=frozenset(want.correcting),
            cases={key: cases[key] for key in theirs},
        )
        return Loaded(cases, register)

    async def save(self, conn, states, shared, rows):
        for key, case in states.items():
            if case.referrals:
                self.cases[key] = written(case)
        changed = changes(shared)
        self.people |= changed.people
        for (name, person), birth in changed.marks.items():
            self.marks.setdefault(name, {})[person] = birth
        self.pairs |= changed.pairs
        self.suspended = {one: at for one, at in self.suspended.items() if one not in changed.resumed}
        self.suspended |= changed.suspended
        for _, one in rows:
            self.left_out[one.agency, one.event] += one.fields
        await self.sealer.keep(conn, shared.seals.keys)

    def _people(self, key):
        return {one.person for one in read(self.cases[key]).referrals.values()}

    def everything(self):
        """All that is kept, as one text."""
        return json.dumps(
            [self.cases, self.people, self.marks, str(self.pairs), str(self.suspended), str(self.keys.kept)],
            default=str,
        )
