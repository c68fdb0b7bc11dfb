"""Orders of a court that keep one person away from another: what of one is said, and by what it is known inside."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.complaints import BrokenRule
from contracts.event import AgencyPart
from contracts.word import Word
from contracts.words import Day, Private, Reference

OrderId = Annotated[str, Field(pattern=r"^ord-[0-9a-f]{32}$")]
"""An order by the hub's own mark of it; the number that its court gave is not kept."""


class OrderKind(Word):
    """What the order is called. Source: Cal. Penal Code 1001.87(a)(2)(E); Denver's criteria name the same."""

    NO_CONTACT = "no_contact"
    RESTRAINING = "restraining"
    PROTECTION = "protection"
    ANTI_HARASSMENT = "anti_harassment"


class OrderParty(AgencyPart):
    """Somebody whom the order is about: by name and birth date, or by the sender's own number of them."""

    legal_name: Private | None = None
    birth_date: Day | None = None
    agency_person_number: Reference | None = None

    @model_validator(mode="after")
    def _can_be_recognised(self) -> Self:
        if self.agency_person_number is None and (self.legal_name is None or self.birth_date is None):
            raise BrokenRule(
                "It has a name and a birth date, or the sender's own number of the person.",
                "Send legal_name and birth_date together, or agency_person_number.",
                field="legal_name",
            )
        return self
