"""What an agency said, as the door read it: the fact, the names that follow from it, and how much was left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import Fact


@dataclass(frozen=True, slots=True)
class Mark:
    """By which a person is recognised: a keyed hash, what it is made of, and the keyed birth date beside it."""

    hash: str
    basis: str
    birth: str | None


@dataclass(frozen=True, slots=True)
class Heard(Fact):
    """A fact from an agency's topic. Its names cost keyed hashes, so they are made once, when it is read."""

    key: str | None
    """Whose state it touches."""
    newcomer: str | None = None
    """The reference of the person whom a referral brings in, if its case brings in a new one."""
    marks: tuple[Mark, ...] = ()
    """By what the person in it can be recognised."""
    left_out: int = 0
    """How many of its fields no contract knows."""
    protected: tuple[str, ...] = ()
    """By what those can be recognised whom an order in it protects."""
    word: str | None = None
    """A mark of what was said and of whom, where it is a person's word that takes back."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A record to be erased: its key, and all that is kept by which it or its person could be found again."""

    referral_id: str
    person: str
    at: datetime
    ground: str
    by: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Fields that were kept out of a message, to be counted by who sends them."""

    agency: str
    event: str
    fields: int


@dataclass(frozen=True, slots=True)
class Groups:
    """By what the law has programs count people, as the sender of a referral last told it, in codes.

    It is in no fact and in nobody's timeline: nobody who decides ever meets it, and reports count it.
    """

    referral_id: str
    race: str | None = None
    ethnicity: str | None = None
    gender: str | None = None
    gender_identity: str | None = None
    disability: str | None = None
    veteran: str | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """A record that was erased."""

    referral_id: str
    erased_at: datetime
    ground: str
    by: str


@dataclass(frozen=True, slots=True)
class Erasures:
    """What was erased, and what waits: nothing of it identifies anybody."""

    done: tuple[Erasure, ...]
    waiting: int
    """How many records have a day on which they may have to go."""
    next_at: datetime | None
    parked: int
    """How many messages the door has put aside: what is of a record among them goes no sooner than it is settled."""
