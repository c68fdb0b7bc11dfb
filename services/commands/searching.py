"""Keyed search: whether the hub knows somebody, by hashes that only the holder of the matching key can make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.parts import PersonDetails
from services.intake.domain import Naming
from services.intake.store import bearing

if TYPE_CHECKING:
    from datetime import date

    from services.commands.reach import Reach


async def search(
    found: Reach, *, name: str | None, birth_date: date | None, agency: str | None, number: str | None
) -> list[str]:
    """Return the references of the people who are known by this name and birth date, or by this agency's number."""
    naming = Naming(found.keys().matching)
    person = PersonDetails(legal_name=name, birth_date=birth_date, agency_person_number=number)
    hashes = [mark.hash for mark in naming.marks(agency or "", person)]
    async with found.connected("intake") as conn:
        return await bearing(conn, hashes)
