"""What a replay service would ask for, made of what the bench's notification said that it told."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.disclosures.disclosure_made import DisclosureMade
from contracts.envelope import Fact
from contracts.replaying import ReplayPass, ToldItem
from contracts.replays.replay_ordered import ReplayOrdered
from tests.notification.examples import PERSON, heard

REPLAY = "rpl-" + "8" * 32


def items_of(made: Sequence[DisclosureMade]) -> tuple[ToldItem, ...]:
    """One item for each message, in the order in which they were told; several purposes are one message."""
    items: dict[str, ToldItem] = {}
    for one in made:
        assert one.reference is not None
        items.setdefault(
            one.message_id,
            ToldItem(message_id=one.message_id, message_type=one.message_type, reference=one.reference,
                     content=one.content),
        )  # fmt: skip
    return tuple(items.values())


def ordered(
    agency: str,
    items: Sequence[ToldItem],
    *,
    mode: ReplayPass = ReplayPass.SEND,
    replay_id: str = REPLAY,
    person: str | None = PERSON,
    minutes: float = 120,
) -> Fact:
    """The order of a replay for one person and agency."""
    event = ReplayOrdered(replay_id=replay_id, plan_hash="", agency=agency, mode=mode, items=tuple(items))
    return heard(event, person=person, minutes=minutes)
