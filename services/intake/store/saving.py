"""Where the door remembers: cases, people, marks, pairs, suspensions, operators; one load and one save for a batch.

Loading takes advisory locks on cases and marks in sorted order: who comes second sees what the first one saved.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import astuple, fields
from typing import TYPE_CHECKING, Any, Final

from services.intake.domain import (
    DESTRUCTION,
    NOTHING,
    Case,
    Correction,
    Gone,
    Groups,
    LeftOut,
    Pair,
    Register,
    Wanted,
    changes,
    read,
    wanted,
    written,
)
from services.intake.domain.naming import case_of_referral
from services.intake.store.letters import keep_corrections, letters_of
from services.intake.store.marks import marks_of
from services.intake.store.orders import orders_wanted, save_orders
from services.plumbing.sealing import Erased, Field, Sealer, Seals, Wrapping
from services.plumbing.service import Connection, Loaded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from contracts.envelope import Fact
    from services.intake.domain.orders import Order
    from services.plumbing.keystore import KeyStore
    from services.plumbing.tokens import Place

_CASES_OF: Final = "SELECT DISTINCT key FROM intake.cases_of WHERE person = ANY($1::text[])"
_LOCK: Final = "SELECT pg_advisory_xact_lock(id) FROM unnest($1::bigint[]) AS id"
_CASES: Final = "SELECT key, state FROM intake.cases WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE"
_PAIRS: Final = """
SELECT low, high, standing, basis FROM intake.pairs WHERE low = ANY($1::text[]) OR high = ANY($1::text[])
ORDER BY low, high FOR UPDATE
"""
_PEOPLE: Final = "SELECT person, record, earlier FROM intake.people WHERE person = ANY($1::text[])"
_SUSPENDED: Final = "SELECT agency, since FROM intake.suspensions"
_OPERATORS: Final = "SELECT operator, public_key FROM intake.operators WHERE revoked_at IS NULL"

_SAVE_CASES: Final = """
WITH of_people AS (
    INSERT INTO intake.cases_of (person, key) SELECT * FROM unnest($3::text[], $4::text[]) ON CONFLICT DO NOTHING
)
INSERT INTO intake.cases (key, state) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (key) DO UPDATE SET state = excluded.state
"""
_SAVE_PEOPLE: Final = """
INSERT INTO intake.people (person, record, earlier) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT (person) DO UPDATE SET record = excluded.record, earlier = excluded.earlier
"""
_SAVE_MARKS: Final = """
INSERT INTO intake.marks AS known (hash, person, birth, records)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (hash, person) DO UPDATE SET birth = excluded.birth, records = CASE
    WHEN strpos(known.records, excluded.records) > 0 THEN known.records ELSE known.records || ' ' || excluded.records
END
"""
_SAVE_PAIRS: Final = """
INSERT INTO intake.pairs (low, high, standing, basis)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
ON CONFLICT (low, high) DO UPDATE SET standing = excluded.standing, basis = excluded.basis
"""
_SUSPEND: Final = """
INSERT INTO intake.suspensions (agency, since) SELECT * FROM unnest($1::text[], $2::timestamptz[])
ON CONFLICT (agency) DO UPDATE SET since = excluded.since
"""
_RESUME: Final = "DELETE FROM intake.suspensions WHERE agency = ANY($1::text[])"
_UNMARK: Final = """
UPDATE intake.marks SET records = btrim(replace(' ' || records || ' ', ' ' || $2 || ' ', ' '))
WHERE person = $1 AND strpos(records, $2) > 0
"""
_FORGET_MARKS: Final = "DELETE FROM intake.marks WHERE person = $1 AND records = ''"
_FORGET_DAYS: Final = "DELETE FROM intake.deadlines WHERE key = $1 AND name = $2 AND reference = $3"
_FORGET_PARKED: Final = """
UPDATE intake.dead_letters SET content = '', digest = '' WHERE key = ANY($1::text[]) AND settled_at IS NOT NULL
"""
"""Also what was corrected, as it was sent: nobody looks into it to tell which record of the person it is of."""
_NOTE_ERASURE: Final = """
INSERT INTO intake.erasures (referral_id, erased_at, ground, erased_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_GROUPS: Final = tuple(one.name for one in fields(Groups))
_PLACES: Final = ", ".join(f"${place}::text[]" for place in range(1, len(_GROUPS) + 1))
_COUNT: Final = """
INSERT INTO intake.unknown_fields (agency, event, fields) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (agency, event) DO UPDATE SET fields = unknown_fields.fields + excluded.fields, last_at = now()
"""
_SAVE_GROUPS: Final = f"""
INSERT INTO intake.demographics ({", ".join(_GROUPS)}) SELECT * FROM unnest({_PLACES})
ON CONFLICT (referral_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _GROUPS[1:])}
"""
_FORGET_GROUPS: Final = "DELETE FROM intake.demographics WHERE referral_id = $1"


class BatchSeals:
    """The seals of one batch, as the domain knows them."""

    def __init__(self, seals: Seals) -> None:
        """`keys` are kept with the batch."""
        self.keys = seals

    def seal(self, record: str, field: str, person: str, event: str, clear: bytes) -> str:
        """Return the token of `clear`, bound to record, field, person and the event of this mark."""
        return self.keys.seal(record, field, person, event, clear)

    def seal_each(self, record: str, person: str, event: str, clear: Mapping[Field, bytes]) -> dict[Field, str]:
        """Return the token of each field of the record."""
        return self.keys.seal_each(record, person, event, clear)

    def seal_again(self, record: str, person: str, event: str, tokens: Mapping[Field, str]) -> dict[Field, str]:
        """Return intake's own former tokens sealed for the event that carries them over."""
        return self.keys.seal_again(record, person, event, tokens)

    def carried(self, token: str | None, place: Place) -> Mapping[str, Any]:
        """Return the JSON object in intake's own former token; nothing where the record was erased."""
        if token is None:
            return {}
        try:
            content: dict[str, Any] = json.loads(self.keys.open(token, place))
        except Erased:
            return {}
        return content


class Cases:
    """The tables of the schema `intake`, and the keys of the records that a batch touches."""

    def __init__(self, sealer: Sealer, keys: KeyStore, wrapping: Wrapping | None = None) -> None:
        """`sealer` gives the seals of a batch, and keeps their keys in `keys`, where those of erased records end.

        `wrapping` opens what is put aside, where operators correct it.
        """
        self._sealer, self._keys, self._wrapping = sealer, keys, wrapping

    async def load(self, conn: Connection, keys: Sequence[str], facts: Sequence[Fact]) -> Loaded[Case, Register]:
        """Lock, then load the cases of `keys` and all of the register that these facts can need."""
        want = wanted(keys, facts)
        # Before all else, as who tries a letter again has it before anything of its person's.
        letters = await letters_of(conn, want.letters, self._wrapping)
        # People before cases, in every batch: two batches never wait for each other.
        await _lock(conn, want.joined)
        theirs = {row["key"] for row in await _asked(conn, _CASES_OF, want.correcting)}
        wanted_cases = sorted({*want.cases, *theirs})
        await _lock(conn, {*wanted_cases, *want.hashes, *("+".join(pair) for pair in want.pairs)})
        rows = await _asked(conn, _CASES, wanted_cases)
        cases = {row["key"]: read(row["state"]) for row in rows}
        people = {*want.people, *(one.person for case in cases.values() for one in case.referrals.values())}
        known = list(await _asked(conn, _PEOPLE, sorted(people)))
        records = {row["person"]: row["record"] for row in known}
        seals = await self._sealer.seals(conn, records_of(want, cases, records))
        orders = await orders_wanted(conn, want.orders, want.hashes)
        register = Register(
            seals=BatchSeals(seals),
            people=records,
            earlier={row["person"]: tuple(row["earlier"].split()) for row in known if row["earlier"]},
            marks=await marks_of(conn, hashes_of(want, orders)),
            pairs=await _pairs(conn, sorted(people)),
            orders=orders,
            suspended={row["agency"]: row["since"] for row in await conn.fetch(_SUSPENDED)},
            operators=await operators_of(conn) if want.operators else {},
            correcting=frozenset(want.correcting),
            cases={key: cases[key] for key in theirs if key in cases},
            letters=letters,
        )
        return Loaded(cases, register)

    async def save(
        self,
        conn: Connection,
        states: Mapping[str, Case],
        shared: Register,
        rows: Sequence[tuple[Fact, LeftOut | Groups | Gone | Correction]],
    ) -> None:
        """Save the cases that changed, what changed of the register, new keys, what was left out, and what is counted.

        What is erased goes last: also what this very batch still brought of it.
        """
        changed = {key: case for key, case in states.items() if case is not NOTHING and case.referrals}
        if changed:
            keys = sorted(changed)
            people = sorted({(one.person, key) for key in keys for one in changed[key].referrals.values()})
            await conn.execute(_SAVE_CASES, keys, [written(changed[key]) for key in keys], *_columns(people))
        await _save_register(conn, shared)
        if isinstance(shared.seals, BatchSeals):
            await self._sealer.keep(conn, shared.seals.keys)
        left_out = [one for _, one in rows if isinstance(one, LeftOut)]
        if left_out:
            counted: Counter[tuple[str, str]] = Counter()
            for one in left_out:
                counted[one.agency, one.event] += one.fields
            await conn.execute(_COUNT, *_columns([(*which, fields) for which, fields in sorted(counted.items())]))
        if told := {one.referral_id: astuple(one) for _, one in rows if isinstance(one, Groups)}:
            await conn.execute(_SAVE_GROUPS, *_columns(list(told.values())))
        await keep_corrections(conn, [one for _, one in rows if isinstance(one, Correction)], self._wrapping)
        for gone in (one for _, one in rows if isinstance(one, Gone)):
            await self._erase(conn, gone)

    async def _erase(self, conn: Connection, gone: Gone) -> None:
        await self._keys.destroy(conn, gone.referral_id)
        await conn.execute(_FORGET_GROUPS, gone.referral_id)
        await conn.execute(_UNMARK, gone.person, gone.referral_id)
        await conn.execute(_FORGET_MARKS, gone.person)
        case = case_of_referral(gone.referral_id)
        await conn.execute(_FORGET_DAYS, case, DESTRUCTION, gone.referral_id)
        await conn.execute(_FORGET_PARKED, [case, gone.person])
        await conn.execute(_NOTE_ERASURE, gone.referral_id, gone.at, gone.ground, gone.by)


def records_of(want: Wanted, cases: Mapping[str, Case], people: Mapping[str, str]) -> set[str]:
    """Return every record that exists and that a batch may seal under: of its cases, and of the people it is about."""
    return {
        *people.values(),
        *(person for person in want.people if person not in people),
        *(referral_id for case in cases.values() for referral_id in case.referrals),
    }


def hashes_of(want: Wanted, orders: Mapping[str, Order]) -> list[str]:
    """Return the marks whose bearers a batch needs: of who is told of, and of all whom an order ever kept away."""
    spoken_of = {hashed for name in want.orders if name in orders for hashed in orders[name].former}
    return sorted({*want.hashes, *spoken_of})


async def operators_of(conn: Connection) -> dict[str, str]:
    """Return the public key of each operator."""
    return {row["operator"]: row["public_key"] for row in await conn.fetch(_OPERATORS)}


async def _lock(conn: Connection, names: Collection[str]) -> None:
    if names:
        await conn.execute(_LOCK, sorted(map(_number, names)))


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"intake {name}".encode()).digest()[:8], signed=True)


async def _asked(conn: Connection, query: str, names: Sequence[str]) -> Iterable[Any]:
    """Ask only where there is something to ask."""
    return [*(await conn.fetch(query, list(names)))] if names else ()


async def _pairs(conn: Connection, people: Sequence[str]) -> dict[tuple[str, str], Pair]:
    rows = await _asked(conn, _PAIRS, people)
    return {(row["low"], row["high"]): Pair(row["standing"], row["basis"]) for row in rows}


async def _save_register(conn: Connection, register: Register) -> None:
    changed = changes(register)
    if changed.people:
        people = [(person, newest, " ".join(earlier)) for person, (newest, *earlier) in sorted(changed.people.items())]
        await conn.execute(_SAVE_PEOPLE, *_columns(people))
    if changed.marks:
        marks = [(*which, one.birth, one.record) for which, one in changed.marks.items()]
        await conn.execute(_SAVE_MARKS, *_columns(marks))
    if changed.pairs:
        rows = [(*pair, stands.standing, stands.basis) for pair, stands in sorted(changed.pairs.items())]
        await conn.execute(_SAVE_PAIRS, *_columns(rows))
    await save_orders(conn, changed.orders)
    if changed.suspended:
        await conn.execute(_SUSPEND, *_columns(sorted(changed.suspended.items())))
    if changed.resumed:
        await conn.execute(_RESUME, sorted(changed.resumed))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
