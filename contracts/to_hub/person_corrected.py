"""person.corrected: the person says, by way of the sender, that something told of them is not so.

The subject is the person. It is about what people say of themselves; police data (offences, incident, officer, drugs,
attestations) have no field here. What is given goes before what a referral's sender told, and before what that sender
amends later. It is about every referral of the person that stands.

1  first published
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts import topics
from contracts.complaints import BrokenRule
from contracts.corrections import OwnFact
from contracts.event import AgencyEvent, published
from contracts.words import Answer, Day, HelpType, Instant, Private, Slug


@published("person.corrected", version=1, on=topics.TO_HUB)
class PersonCorrectedV1(AgencyEvent):
    """The person says, by way of the sender, that something told of them is not so. The subject is the person."""

    legal_name: Private | None = None
    preferred_name: Private | None = None
    aliases: Annotated[tuple[Private, ...], Field(max_length=20)] | None = None
    """All of them; an empty list says that there are none."""
    pronouns: Private | None = None
    birth_date: Day | None = None
    phones: Annotated[tuple[Private, ...], Field(max_length=10)] | None = None
    usual_places: Annotated[tuple[Private, ...], Field(max_length=10)] | None = None
    through: Private | None = None
    message_is_safe: Answer | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    interpreter: Answer | None = None
    area: Slug | None = None
    residence_area: Slug | None = None
    needs: Annotated[tuple[HelpType, ...], Field(max_length=12)] | None = None
    not_so: Annotated[tuple[OwnFact, ...], Field(max_length=14)] = ()
    """What is not so, where the person says nothing better: it counts as not known."""
    said_at: Instant | None = None
    operator: Slug | None = None
    """Who wrote it down, where the program office sends it."""

    @property
    def corrects(self) -> tuple[OwnFact, ...]:
        """What it is about, in the order of the code list."""
        return tuple(fact for fact in OwnFact if fact in self.not_so or getattr(self, fact.value) is not None)

    @model_validator(mode="after")
    def _says_something_once(self) -> Self:
        if not self.corrects:
            raise BrokenRule(
                "It corrects at least one thing.", "Send what is so; or name in not_so what is not so, field by field."
            )
        both = [fact for fact in self.not_so if getattr(self, fact.value) is not None]
        if both:
            raise BrokenRule(
                "What is given is not denied, too.", "Leave out of not_so what you send a value for.", field="not_so"
            )
        return self


PersonCorrected = PersonCorrectedV1
