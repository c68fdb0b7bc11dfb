"""What a signed form says beside codes that all events share: who signed it, and which statements it makes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.event import AgencyPart
from contracts.word import Word
from contracts.words import Code, Slug

Signature = Annotated[str, Field(pattern=r"^(paper|electronic|verbal)$")]
"""How a form was signed."""
Revocable = Annotated[str, Field(pattern=r"^(end_of_participation|intake_completed|charge_decided)$")]
"""The event from which a consent can be taken back. Source: 42 CFR 2.35(c)."""


class Signer(Word):
    """Who signed. Sources: 42 CFR 2.14 (minors), 2.15 (who cannot decide for themselves or has died)."""

    PERSON = "person"
    GUARDIAN = "guardian"
    PERSON_AND_GUARDIAN = "person_and_guardian"
    REPRESENTATIVE = "representative"


class Statement(AgencyPart):
    """A statement as the form makes it: a text of the site by its id, in the version that was printed."""

    text: Slug
    version: Code
