"""What the ledger keeps of each fact of disclosure, and what can be read from it again: codes and ids, never content.

The ledger alone answers "who got what about me, when, why" (42 CFR 2.24, 45 CFR 164.528, RCW 10.97.050), so that an
entry holds all of it, the time to the hundredth of a second (CJIS Security Policy, AU-8).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.disclosures.disclosure_recalled import DisclosureRecalled
from contracts.disclosures.disclosure_revealed import DisclosureRevealed
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.disclosures.recall_settled import RecallSettled
from contracts.words import Category
from services.notification.domain.rows import agency_key
from services.plumbing.chains import Entry, canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.event import Event
    from services.notification.domain.answers import Verdict
    from services.notification.domain.lanes import LaneRow

    Members = dict[str, Any]

_HUNDREDTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """Something that an agency was told, as far as taking it back needs to know."""

    agency: str
    message_id: str
    referral_id: str | None
    categories: frozenset[Category]
    by: tuple[str, ...]
    """`permission/<id>` and `consent/<id>`."""
    message_type: str = ""


ToldTo = dict[str, list[Told]]
"""By person: what was told of them."""


def entry_of(fact: Fact) -> Entry | None:
    """Return the entry of a fact of disclosure; None for any other fact."""
    told = _KEPT.get(type(fact.event))
    if told is None:
        return None
    event: Any = fact.event
    members = told(event) | {"agency": event.agency, "event": fact.id, "person": fact.subject}
    text = canonical({name: value for name, value in members.items() if value is not None})
    message_id = getattr(event, "message_id", None)
    return Entry(fact.subject or agency_key(event.agency), fact.id, fact.subject, event.agency, message_id, text)


def told_of(entries: Iterable[str]) -> tuple[Told, ...]:
    """Return what was told, from entries as they are kept; everything else in them is passed over."""
    made = [entry for entry in map(json.loads, entries) if entry["kind"] == "made"]
    certain = [_told(entry, entry["message"]) for entry in made]
    doubted = [entry for entry in made if "original" in entry and not entry.get("certain", True)]
    named = [_told(entry, entry["original"]) for entry in doubted]
    return (*certain, *(told for told in named if _may_be(told, certain)))


def being_told(row: LaneRow, verdict: Verdict, before: Sequence[Told] = ()) -> tuple[Told, ...]:
    """Return what a row that is being carried counts as having told; `before` is what was told until then.

    What a replay tells it may tell under the id of its original, and counts as told under both.
    """
    names = [row.message_id] if row.retold is None else [row.message_id, row.retold.original_id]
    counted = [
        Told(row.agency, name, verdict.referral_id, answer.categories, answer.by, row.message)
        for name in names
        for answer in verdict.allowed
    ]
    return tuple(told for told in counted if told.message_id == row.message_id or _may_be(told, before))


def _may_be(told: Told, before: Sequence[Told]) -> bool:
    """Tell whether it may have gone under its original's id: never, where that told of another record."""
    return all(one.referral_id == told.referral_id for one in before if one.message_id == told.message_id)


def moment(at: datetime) -> str:
    """Return the time in UTC, to the hundredth of a second."""
    told = at.astimezone(UTC)
    return f"{told:%Y-%m-%dT%H:%M:%S}.{told.microsecond // _HUNDREDTH:02d}Z"


def _told(entry: Members, name: str) -> Told:
    return Told(
        agency=entry["agency"],
        message_id=name,
        referral_id=entry.get("referral"),
        categories=frozenset(map(Category, entry["categories"])),
        by=tuple(entry["by"]),
        message_type=entry["message_type"],
    )


def _made(event: DisclosureMade) -> Members:
    return {
        "kind": "made",
        "at": moment(event.made_at),
        "message": event.message_id,
        "message_type": event.message_type,
        "referral": event.referral_id,
        "categories": [*event.categories],
        "purpose": event.purpose,
        "by": event.allowed_by.split(),
        "policy": event.policy_hash,
        "content": event.content,
        "certain": event.certain,
        "replay": event.replay_id,
        "original": event.original_id,
    }


def _revealed(event: DisclosureRevealed) -> Members:
    return {
        "kind": "revealed",
        "at": moment(event.revealed_at),
        "reveal": event.reveal_id,
        "operator": event.operator,
        "referral": event.referral_id,
        "categories": [*event.categories],
        "purpose": event.purpose,
        "by": event.allowed_by.split(),
        "why": event.why,
        "signature": event.operator_signature,
        "policy": event.policy_hash,
    }


def _withheld(event: DisclosureWithheld) -> Members:
    return {
        "kind": "withheld",
        "at": moment(event.withheld_at),
        "message": event.message_id,
        "message_type": event.message_type,
        "referral": event.referral_id,
        "categories": [*event.categories],
        "purpose": event.purpose,
        "layer": event.layer,
        "rule": event.rule,
        "policy": event.policy_hash,
        "replay": event.replay_id,
        "original": event.original_id,
    }


def _recalled(event: DisclosureRecalled) -> Members:
    return {
        "kind": "recalled",
        "at": moment(event.recalled_at),
        "recall": event.recall_id,
        "because": event.because,
        "by": [event.basis],
        "referral": event.referral_id,
        "categories": [*event.categories],
        "messages": [*event.disclosures],
    }


def _settled(event: RecallSettled) -> Members:
    return {
        "kind": "recall_settled",
        "at": moment(event.settled_at),
        "recall": event.recall_id,
        "how": event.how,
        "asked": event.asked,
    }


_KEPT: Final[Mapping[type[Event], Callable[[Any], Members]]] = {
    DisclosureMade: _made,
    DisclosureRevealed: _revealed,
    DisclosureWithheld: _withheld,
    DisclosureRecalled: _recalled,
    RecallSettled: _settled,
}
"""By fact: what is kept of it."""
