"""Dossiers, lanes and the ledger: the only SQL of notification."""

from __future__ import annotations

from services.notification.store.holds import Holds
from services.notification.store.lanes import (
    CARRYING,
    WAITING,
    WITHDRAWN,
    LaneAlarm,
    LaneReport,
    LaneStore,
    Taken,
    Waiting,
)
from services.notification.store.postgres import LEAD, PostgresStore
from services.notification.store.revealing import RevealStore

__all__ = [
    "CARRYING",
    "LEAD",
    "WAITING",
    "WITHDRAWN",
    "Holds",
    "LaneAlarm",
    "LaneReport",
    "LaneStore",
    "PostgresStore",
    "RevealStore",
    "Taken",
    "Waiting",
]
