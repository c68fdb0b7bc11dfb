"""Where replays, their items and all that was told are kept: the only SQL of this service."""

from __future__ import annotations

from services.replay.store.asking import Asking
from services.replay.store.keeping import Replays, read_replay, written_replay
from services.replay.store.running import Course, Fenced, Leases, Work

__all__ = ["Asking", "Course", "Fenced", "Leases", "Replays", "Work", "read_replay", "written_replay"]
