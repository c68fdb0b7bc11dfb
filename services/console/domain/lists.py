"""Lists of disclosures that a law asks for, from the ledger alone.

2.24    an intermediary's list: recipient, date, brief description; three years back. 42 CFR 2.24.
hipaa   the accounting: date, recipient, brief description, purpose; six years back. 45 CFR 164.528.
police  dissemination: what police got, and who was told of an incident. RCW 10.97.050.

Each is wider than its law asks: what a permission or an authorisation opened is listed, too. Nobody has to judge while
a list is made, and nothing is missing from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from contracts.words import Category, Purpose, Role
from services.console.domain.entries import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.console.domain.entries import Entry
    from services.sites import ReceiptWords, Site


class Listing(StrEnum):
    """Which list."""

    INTERMEDIARY = "2.24"
    HIPAA = "hipaa"
    POLICE = "police"


YEARS: Final[Mapping[Listing, int]] = {Listing.INTERMEDIARY: 3, Listing.HIPAA: 6, Listing.POLICE: 6}
"""How far each goes back by itself. RCW 10.97.050 asks for one year at least; the ledger keeps six."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One line of a list."""

    at: datetime
    on: date
    """The day at the site."""
    recipient: str
    """Its full name."""
    agency: str
    description: str
    purpose: str
    by: tuple[str, ...]
    certain: bool
    event_id: str

    def shown(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "at": self.at.isoformat(),
            "date": self.on.isoformat(),
            "recipient": self.recipient,
            "agency": self.agency,
            "description": self.description,
            "purpose": self.purpose,
            "allowed_by": list(self.by),
            "certain": self.certain,
            "event_id": self.event_id,
        }


def disclosed(entries: Iterable[Entry], listing: Listing, site: Site, until: datetime, years: int) -> list[Disclosed]:
    """Return the lines of a list, oldest first: of what was told in the `years` before `until`."""
    zone, words = ZoneInfo(site.timezone), site.receipts.words[site.receipts.first_language]
    since = _years_before(until.astimezone(zone), years)
    return [
        _line(entry, site, words, zone)
        for entry in entries
        if isinstance(entry, Told) and since <= entry.at <= until and _belongs(entry, listing, site)
    ]


def _years_before(until: datetime, years: int) -> datetime:
    """Return the beginning of the same day so many years before; of 29 February, the day before 1 March."""
    day = until.replace(hour=0, minute=0, second=0, microsecond=0)
    year = max(day.year - years, date.min.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _belongs(told: Told, listing: Listing, site: Site) -> bool:
    if listing is not Listing.POLICE:
        return True
    agency = site.agencies.get(told.agency)
    to_police = agency is not None and agency.role is Role.LAW_ENFORCEMENT
    # Whoever sent a referral gets its own number back with the receipt: that goes to nobody new.
    return to_police or (Category.INCIDENT in told.categories and told.purpose != Purpose.ACKNOWLEDGEMENT)


def _line(told: Told, site: Site, words: ReceiptWords, zone: ZoneInfo) -> Disclosed:
    agency = site.agencies.get(told.agency)
    what = "; ".join(words.categories.get(one, one) for one in told.categories)
    message = words.messages.get(told.message, told.message)
    return Disclosed(
        at=told.at,
        on=told.at.astimezone(zone).date(),
        recipient=told.agency if agency is None else agency.name,
        agency=told.agency,
        description=f"{message}: {what}" if what else message,
        purpose=words.purposes.get(told.purpose, told.purpose),
        by=told.by,
        certain=told.certain,
        event_id=told.event_id,
    )
