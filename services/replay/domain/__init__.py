"""What is kept of replays, how each item ends, and what follows. Pure."""

from __future__ import annotations

from services.replay.domain.deciding import HEARS, OFFICES, PLAN_EXPIRES, Ground, decide
from services.replay.domain.ending import UNTOLD_REFERENCE, Item, Tally, counts_of, differences_of, end_of, withheld_of
from services.replay.domain.evolving import evolve, key, replay_id_of
from services.replay.domain.pacing import Bucket
from services.replay.domain.refusing import NOTHING, refusal_of
from services.replay.domain.replay import SERVICE, Asked, Plan, Replay
from services.replay.domain.rows import Answer, Answered, Moved, Stands, Told

__all__ = [
    "HEARS",
    "NOTHING",
    "OFFICES",
    "PLAN_EXPIRES",
    "SERVICE",
    "UNTOLD_REFERENCE",
    "Answer",
    "Answered",
    "Asked",
    "Bucket",
    "Ground",
    "Item",
    "Moved",
    "Plan",
    "Replay",
    "Stands",
    "Tally",
    "Told",
    "counts_of",
    "decide",
    "differences_of",
    "end_of",
    "evolve",
    "key",
    "refusal_of",
    "replay_id_of",
    "withheld_of",
]
