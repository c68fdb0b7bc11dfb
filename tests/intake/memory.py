"""Intake's tables in memory: the twin of `services.intake.store.Cases`."""

import json
from collections import Counter

from services.intake.domain import Marked, Register, wanted
from services.intake.domain.register import MOST_MATCHES
from services.intake.store import BatchSeals, records_of
from services.plumbing.sealing import Sealer
from services.plumbing.service import Loaded
from tests.sealing.memory import KeysInMemory


class CasesInMemory:
    """Keeps everything in dicts, states as JSON, so that what cannot be saved shows here, too."""

    def __init__(self, naming, site_key, case_class):
        self.naming, self.keys = naming, KeysInMemory()
        self.sealer = Sealer(site_key, self.keys)
        self.case_class = case_class
        self.cases, self.people, self.marks, self.pairs, self.suspended = {}, {}, {}, {}, {}
        self.operators = {}
        self.left_out = Counter()

    async def load(self, conn, keys, facts):
        want = wanted(self.naming, keys, facts)
        cases = {key: self.case_class.model_validate_json(self.cases[key]) for key in want.cases if key in self.cases}
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
            pairs={
                pair: stands for pair, stands in self.pairs.items() if not {*people, *want.newcomers}.isdisjoint(pair)
            },
            suspended=dict(self.suspended),
            operators=dict(self.operators) if want.operators else {},
        )
        return Loaded(cases, register)

    async def save(self, conn, states, shared, rows):
        for key, case in states.items():
            if case.referrals:
                self.cases[key] = case.model_dump_json(exclude_none=True)
        self.people |= shared.changes.people
        for name, one in shared.changes.marks:
            self.marks.setdefault(name, {})[one.person] = one.birth
        self.pairs |= shared.changes.pairs
        for agency, since in shared.changes.suspended.items():
            self.suspended.pop(agency, None)
            if since is not None:
                self.suspended[agency] = since
        for _, one in rows:
            self.left_out[one.agency, one.event] += one.fields
        await self.sealer.keep(conn, shared.seals.keys)

    def everything(self):
        """All that is kept, as one text."""
        return json.dumps(
            [self.cases, self.people, self.marks, str(self.pairs), str(self.suspended), str(self.keys.kept)],
            default=str,
        )
