"""How an item ended, whatever the order of what was said of it; and how all of them did, against the plan."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from contracts.replaying import Foreseen, ReplayCounts, ReplayDifference, WithheldCount
from services.replay.domain.rows import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.replay.domain.replay import Asked

NOT_ASKED: Final = "not_asked"
UNTOLD_REFERENCE: Final = "told-under-an-earlier-version"
"""The rule by which a message cannot be said again: nobody wrote down what it was about."""
_RANK: Final[Mapping[Foreseen, int]] = {
    Foreseen.SAME: 0,
    Foreseen.CHANGED: 1,
    Foreseen.WITHHELD: 2,
    Foreseen.FAILED: 3,
}
"""Once told is told, whatever was withheld of it for another purpose."""


def end_of(answers: Iterable[Answer]) -> Answer | None:
    """Return what all answers to one item come to; None where nothing was answered yet."""
    found = sorted(answers, key=_order)
    if not found:
        return None
    best = found[0]
    alike = [one for one in found if one.outcome is best.outcome]
    return best.model_copy(
        update={
            "categories": tuple(sorted({category for one in alike for category in one.categories})),
            "by": tuple(sorted({ground for one in alike for ground in one.by})),
            "part2": any(one.part2 for one in alike),
        }
    )


def _order(one: Answer) -> tuple[int, str, str, str, datetime, str]:
    return _RANK[one.outcome], one.message_id, one.layer or "", one.rule or "", one.at, one.model_dump_json()


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a replay, and what is known of it by each pass."""

    number: int
    original_id: str
    person: str
    message_type: str
    referral_id: str | None
    made_at: datetime
    tellable: bool = True
    foreseen: Answer | None = None
    rehearsed: Answer | None = None
    sent: Answer | None = None
    recalled: Answer | None = None

    @property
    def planned(self) -> str:
        """How it would end, by the plan."""
        if not self.tellable or self.foreseen is None:
            return Foreseen.FAILED.value
        return self.foreseen.outcome.value

    @property
    def ended(self) -> str:
        """How it ended; `not_asked` where it has not."""
        if not self.tellable:
            return Foreseen.FAILED.value
        return NOT_ASKED if self.sent is None else self.sent.outcome.value

    @property
    def why(self) -> str:
        """Because of what it ended otherwise than planned, or than rehearsed; empty where it did not."""
        if not self.tellable or self.sent is None:
            return "" if not self.tellable else "the replay was cancelled before"
        before = self.rehearsed or self.foreseen
        if before is None or not self._differs(before, self.sent):
            return ""
        if self.sent.outcome in {Foreseen.WITHHELD, Foreseen.FAILED}:
            return f"{self.sent.layer or 'notification'}: {self.sent.rule or 'not said'}"
        if before.outcome in {Foreseen.WITHHELD, Foreseen.FAILED}:
            return f"allowed now: {' '.join(self.sent.by) or 'not said'}"
        return "content: what is known of it has changed"

    def _differs(self, before: Answer, after: Answer) -> bool:
        if self.planned != self.ended or before.outcome is not after.outcome:
            return True
        return None not in (before.content, after.content) and before.content != after.content


@dataclass
class Tally:
    """All items of a replay, counted as they are read, in their order; it holds none of them."""

    planned: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    withheld_planned: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)
    differences: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    persons: int = 0
    restricted: int = 0
    policy_hash: str = ""
    _person: str | None = None
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    @classmethod
    def of(cls, asked: Asked) -> Tally:
        """Begin with what was asked: it is part of the plan's hash."""
        tally = cls()
        tally._line(asked.model_dump(mode="json", exclude=None if asked.history else {"history"}))
        return tally

    def add(self, item: Item) -> None:
        """Count one more; they come by person."""
        if item.person != self._person:
            self._person = item.person
            self.persons += 1
        self.planned[item.planned] += 1
        self.ended[item.ended] += 1
        seen, sent = item.foreseen, item.sent
        if seen is not None:
            self.restricted += seen.part2
            self.policy_hash = self.policy_hash or seen.policy_hash
            if seen.outcome is Foreseen.WITHHELD:
                self.withheld_planned[seen.layer or "", seen.rule or ""] += 1
        if sent is not None and sent.outcome is Foreseen.WITHHELD:
            self.withheld[sent.layer or "", sent.rule or ""] += 1
        if item.planned != item.ended or item.why:
            self.differences[item.planned, item.ended, item.why] += 1
        self._line([item.original_id, item.planned, seen and [seen.layer, seen.rule, seen.mark, seen.categories]])

    @property
    def plan_hash(self) -> str:
        """SHA-256 of the plan so far: what was asked and each item in canonical JSON, a line each."""
        return self._hash.hexdigest()

    def _line(self, value: object) -> None:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self._hash.update(text.encode() + b"\n")


def counts_of(counted: Counter[str]) -> ReplayCounts:
    """Return the numbers as they are published."""
    return ReplayCounts(**{name: counted[name] for name in ReplayCounts.model_fields})


def withheld_of(counted: Counter[tuple[str, str]]) -> tuple[WithheldCount, ...]:
    """Return what was withheld by layer and rule, as it is published."""
    return tuple(WithheldCount(layer=layer, rule=rule, count=count) for (layer, rule), count in sorted(counted.items()))


def differences_of(counted: Counter[tuple[str, str, str]]) -> tuple[ReplayDifference, ...]:
    """Return each difference from the plan, as it is published."""
    return tuple(
        ReplayDifference(planned=planned, ended=ended, because=because or "not said", count=count)
        for (planned, ended, because), count in sorted(counted.items())
    )
