"""Where the door remembers: the only SQL of intake."""

from __future__ import annotations

from services.intake.store.asking import (
    bearing,
    erasures,
    register_operator,
    remove_operator,
    suspended,
    unknown_fields,
)
from services.intake.store.orders import Kept, orders_against
from services.intake.store.saving import BatchSeals, Cases, hashes_of, records_of
from services.intake.store.saving import operators_of as registered_operators

__all__ = [
    "BatchSeals",
    "Cases",
    "Kept",
    "bearing",
    "erasures",
    "hashes_of",
    "orders_against",
    "records_of",
    "register_operator",
    "registered_operators",
    "remove_operator",
    "suspended",
    "unknown_fields",
]
