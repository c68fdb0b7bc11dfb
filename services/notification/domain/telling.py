"""What each message says, field by field: only the fields that are allowed are ever looked up, or opened."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from contracts.categories import CATEGORY_OF
from contracts.corrections import own_field
from contracts.event import newest
from contracts.parts import NOTICE
from contracts.words import Category
from services.notification.domain.answers import in_order
from services.notification.domain.erasing import is_of
from services.notification.domain.says import SAYS
from services.plumbing.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.event import Event
    from contracts.parts import Part2Notice
    from services.notification.domain.answers import Allowed, Answers
    from services.notification.domain.charges import Number
    from services.notification.domain.diversions import Diversion
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.kept import Offer, Record
    from services.notification.domain.lanes import LaneRow

Open = Callable[[str, Place], bytes | None]
"""Opens a sealed token that was found in this place; None where its record was erased."""
_OF_FIELDS: Final = frozenset(CATEGORY_OF.values())


class RecordErased(Exception):
    """The record was erased: nothing of it can be told any more."""


class Telling:
    """One message in the making."""

    row: LaneRow
    dossier: Dossier
    judge: Judge
    referral_id: str | None
    allowed: Sequence[Allowed]
    notice: Part2Notice | None

    def __init__(
        self,
        row: LaneRow,
        dossier: Dossier,
        judge: Judge,
        answers: Answers,
        open_: Open,
    ) -> None:
        """Nothing is opened yet. `open_` takes a sealed token and its place, and gives None where it was erased."""
        self.row, self.dossier, self.judge = row, dossier, judge
        self.referral_id, self.allowed, self.notice = answers.referral_id, answers.allowed, answers.notice
        self._open = open_
        self._opened: dict[str, dict[str, Any]] = {}

    @property
    def record(self) -> Record:
        """The referral that it is about."""
        return self.dossier.records[self.referral_id or ""]

    @property
    def offer(self) -> Offer:
        """The offer that it is about."""
        return self.dossier.offers[self.row.offer_id or ""]

    @property
    def categories(self) -> tuple[Category, ...]:
        """All categories that are allowed, in the order of their code list."""
        return in_order(frozenset().union(*(answer.categories for answer in self.allowed)))

    @property
    def allowed_by(self) -> str:
        """The basis that the message names: a consent before a permission."""
        return min((answer for answer in self.allowed), key=lambda answer: min(answer.by)).shortly

    def private(self, category: Category, name: str) -> Any:
        """Open one sealed part and return one value of it, or None: the person's own word, else the sender's.

        Raises:
            RecordErased: it cannot be opened any more.
        """
        record = self.record
        own = self._part(record.own.get(category), own_field(category))
        return own[name] if name in own else self._part(record.sealed.get(category), category).get(name)

    def _part(self, token: str | None, field: str) -> dict[str, Any]:
        if token is None:
            return {}
        if token not in self._opened:
            place = Place(self.row.person or "", field, self.referral_id, self.record.event)
            self._opened[token] = json.loads(self._clear(token, place))
        return self._opened[token]

    @property
    def diversion(self) -> Diversion:
        """The court pretrial diversion that it is about."""
        return self.dossier.pretrials[self.referral_id or ""]

    def cause_number(self) -> Any:
        """Open the number of the case at court, or return None where its key is gone: the report goes without it."""
        token = self.diversion.cause_number
        if token is None:
            return None
        clear = self._open(token, Place(self.row.person or "", "cause_number", event=self.diversion.motion))
        return None if clear is None else clear.decode()

    def note(self) -> Any:
        """Open the case manager's note to the provider, or return None where there is none, or none any more.

        It goes with the record under whose key it was sealed; what is asked by another record of the person does not.

        Raises:
            RecordErased: it is the key of the record that the message tells of.
        """
        onward = self.dossier.onwards[self.row.onward_id or ""]
        token = onward.asked.get(self.row.agency)
        if token is None:
            return None
        place = Place(self.row.person or "", "note", event=onward.reports.get(self.row.agency))
        clear = self._open(token, place)
        if clear is None and (self.referral_id is None or is_of(token, self.referral_id)):
            raise RecordErased(RecordErased.__doc__)
        return None if clear is None else clear.decode()

    def own_number(self, number: Number) -> Any:
        """Open the office's own number of the case, for that office; None where the record that sealed it is gone."""
        clear = self._open(number.token, Place(self.row.person or "", "cause_number", event=number.report))
        return None if clear is None else clear.decode()

    def _clear(self, token: str, place: Place) -> bytes:
        clear = self._open(token, place)
        if clear is None:
            raise RecordErased(RecordErased.__doc__)
        return clear


def composed(telling: Telling) -> Event:
    """Return the message with every allowed field that has a value; what is not allowed stays at its default.

    The notice of 42 CFR 2.32 is no field that a permission or a narrower question could leave out: where Part 2
    applies, it goes with whatever else is told.

    Raises:
        RecordErased: a part of it cannot be opened any more.
    """
    message, fields = telling.row.message, _fields(telling.allowed)
    values = {name: value for name, say in _sayings(message, fields | {NOTICE}) if (value := say(telling)) is not None}
    return newest(message)(**values)


def _fields(allowed: Sequence[Allowed]) -> frozenset[str]:
    return allowed[0].fields if len(allowed) == 1 else frozenset().union(*(answer.fields for answer in allowed))


@lru_cache(maxsize=256)
def _categories(fields: frozenset[str]) -> frozenset[Category]:
    return frozenset(CATEGORY_OF[name] for name in fields if name in CATEGORY_OF)


@lru_cache(maxsize=256)
def _sayings(message: str, fields: frozenset[str]) -> tuple[tuple[str, Callable[[Telling], Any]], ...]:
    says = SAYS[message]
    return tuple((name, says[name]) for name in sorted(fields) if name in says)


@lru_cache(maxsize=256)
def told_categories(given: frozenset[str], allowed: Allowed) -> tuple[Category, ...]:
    """Return the categories that a message with these fields tells on this basis: allowed, and not at a default."""
    told = {CATEGORY_OF[name] for name in given if name in CATEGORY_OF and name in allowed.fields}
    return in_order(told | (allowed.categories - _OF_FIELDS))


def sealed_of(row: LaneRow, dossier: Dossier, answers: Answers) -> set[str]:
    """Return the sealed tokens that the allowed fields may need, and no others."""
    fields = _fields(answers.allowed)
    tokens: set[str] = set()
    record = dossier.records.get(answers.referral_id or "")
    if record is not None:
        parts = [*record.sealed.items(), *record.own.items()]
        tokens.update([token for category, token in parts if category in _categories(fields)])
    if "note" in fields and row.onward_id in dossier.onwards:
        note = dossier.onwards[row.onward_id].asked.get(row.agency)
        tokens.update([note] if note else [])
    diversion = dossier.pretrials.get(answers.referral_id or "")
    if "cause_number" in fields and diversion is not None and diversion.cause_number is not None:
        tokens.add(diversion.cause_number)
    return tokens
