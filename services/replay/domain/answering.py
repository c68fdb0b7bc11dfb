"""What notification said of an item of a replay, as an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.replaying import Foreseen, ReplayPass
from services.replay.domain.rows import Answer, Answered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.disclosures.disclosure_foreseen import DisclosureForeseen
    from contracts.disclosures.disclosure_made import DisclosureMade
    from contracts.disclosures.disclosure_withheld import DisclosureWithheld
    from contracts.envelope import Fact

_WAITS: Final = frozenset({"parked", "suspended"})
"""Layers that only hold a message back: it is answered later."""
_GONE: Final = frozenset({"no-record", "not-composable", "never-told"})
"""Rules that say that what it told of is not known any more, and not that it may not be told."""
RECALL: Final = "information.recalled"
"""What takes something back, on a lane."""


def made(fact: Fact, event: DisclosureMade) -> Iterator[Answered]:
    """It was told: under the same id the same, under another one with other words."""
    if event.replay_id is None or event.original_id is None:
        return
    same = event.message_id == event.original_id
    answer = Answer(
        outcome=Foreseen.SAME if same else Foreseen.CHANGED,
        message_id=event.message_id,
        categories=tuple(sorted(event.categories)),
        by=tuple(sorted(event.allowed_by.split())),
        content=event.content,
        policy_hash=event.policy_hash,
        at=event.made_at,
    )
    yield Answered(event.replay_id, _pass_of(event.message_type), event.original_id, fact.id, answer)


def withheld(fact: Fact, event: DisclosureWithheld) -> Iterator[Answered]:
    """It was not told; what only waits is told, or not, later."""
    if event.replay_id is None or event.original_id is None or event.layer in _WAITS:
        return
    answer = Answer(
        outcome=Foreseen.FAILED if event.rule in _GONE else Foreseen.WITHHELD,
        message_id=event.message_id,
        layer=event.layer,
        rule=event.rule,
        policy_hash=event.policy_hash or "",
        at=event.withheld_at,
    )
    yield Answered(event.replay_id, _pass_of(event.message_type), event.original_id, fact.id, answer)


def foreseen(fact: Fact, event: DisclosureForeseen) -> Iterator[Answered]:
    """It was foreseen, or rehearsed; or it cannot be said again at all."""
    answer = Answer(
        outcome=event.outcome,
        message_id=event.message_id,
        layer=event.layer,
        rule=event.rule,
        categories=tuple(sorted(event.categories)),
        by=event.by,
        part2=event.part2,
        mark=event.mark,
        content=event.content,
        policy_hash=event.policy_hash,
        at=event.foreseen_at,
    )
    yield Answered(event.replay_id, event.mode, event.message_id, fact.id, answer)


def _pass_of(message_type: str) -> ReplayPass:
    """What tells again a message that took something back, the store knows from the item."""
    return ReplayPass.RECALL if message_type == RECALL else ReplayPass.SEND
