"""Intake's tables in memory: the twin of `services.intake.store.Cases`."""

import json
from collections import Counter

from services.intake.domain import Gone, Groups, LeftOut, Marked, Register, changes, read, wanted, written
from services.intake.domain.register import MOST_MATCHES
from services.intake.store import BatchSeals, hashes_of, records_of
from services.plumbing.sealing import Sealer
from services.plumbing.service import Loaded
from tests.sealing.memory import KeysInMemory


class CasesInMemory:
    """Keeps everything in dicts, states as JSON, so that what cannot be saved shows here, too."""

    def __init__(self, site_key):
        self.keys = KeysInMemory()
        self.sealer = Sealer(site_key, self.keys)
        self.cases, self.people, self.marks, self.pairs, self.suspended = {}, {}, {}, {}, {}
        self.operators, self.earlier, self.erasures, self.orders = {}, {}, {}, {}
        self.left_out = Counter()
        self.groups = {}

    async def load(self, conn, keys, facts):
        want = wanted(keys, facts)
        theirs = {key for key in self.cases if self._people(key) & set(want.correcting)}
        cases = {key: read(self.cases[key]) for key in {*want.cases, *theirs} if key in self.cases}
        people = {*want.people, *(one.person for case in cases.values() for one in case.referrals.values())}
        records = {person: self.people[person] for person in people if person in self.people}
        orders = {
            name: one
            for name, one in self.orders.items()
            if name in want.orders or not set(one.respondents).isdisjoint(want.hashes)
        }
        register = Register(
            seals=BatchSeals(await self.sealer.seals(conn, records_of(want, cases, records))),
            people=records,
            earlier={person: self.earlier[person] for person in records if person in self.earlier},
            marks={
                name: tuple(
                    Marked(person, birth, brought[-1])
                    for person, (birth, brought) in list(self.marks[name].items())[: MOST_MATCHES + 1]
                )
                for name in hashes_of(want, orders)
                if name in self.marks
            },
            pairs={pair: stands for pair, stands in self.pairs.items() if not people.isdisjoint(pair)},
            orders=orders,
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
        for person, (newest, *earlier) in changed.people.items():
            self.people[person], self.earlier[person] = newest, tuple(earlier)
        for (name, person), one in changed.marks.items():
            _, brought = self.marks.setdefault(name, {}).get(person, (None, []))
            brought += [] if one.record in brought else [one.record]
            self.marks[name][person] = (one.birth, brought)
        self.pairs |= changed.pairs
        self.orders |= changed.orders
        self.suspended = {one: at for one, at in self.suspended.items() if one not in changed.resumed}
        self.suspended |= changed.suspended
        for _, one in rows:
            if isinstance(one, LeftOut):
                self.left_out[one.agency, one.event] += one.fields
            if isinstance(one, Groups):
                self.groups[one.referral_id] = one
        await self.sealer.keep(conn, shared.seals.keys)
        for _, one in rows:
            if isinstance(one, Gone):
                await self._erase(conn, one)

    async def _erase(self, conn, gone):
        await self.keys.destroy(conn, gone.referral_id)
        self.groups.pop(gone.referral_id, None)
        for bearers in self.marks.values():
            birth, brought = bearers.pop(gone.person, (None, []))
            left = [one for one in brought if one != gone.referral_id]
            if left:
                bearers[gone.person] = (birth, left)
        self.marks = {name: bearers for name, bearers in self.marks.items() if bearers}
        self.erasures[gone.referral_id] = gone.ground

    def _people(self, key):
        return {one.person for one in read(self.cases[key]).referrals.values()}

    def everything(self):
        """All that is kept, as one text."""
        return json.dumps(
            [
                self.cases,
                self.people,
                self.marks,
                str(self.pairs),
                str(self.suspended),
                str(self.orders),
                str(self.keys.kept),
            ],
            default=str,
        )
