"""On which grounds a site erases a record: dated data with its law. All else is refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Age, Code, Door

_Text = Annotated[str, Field(min_length=1, max_length=400)]


class Ground(BaseModel):
    """One ground. What is not set does not matter; all that is set must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code
    text: _Text
    citation: Annotated[str, Field(min_length=1, max_length=100)]
    basis: _Text
    """Where the setting comes from, beside the law."""
    in_force_from: date
    """The day from which the site applies it."""
    doors: frozenset[Door] = frozenset()
    """The doors of the referrals that it is about; empty: any."""
    under_age: Age | None = None
    """The person was younger than this, in whole years, on the day of the referral."""
    from_age: Age | None = None
    """The person is this old by now."""
    completed: bool = False
    """The intake was completed."""
    withdrawn: bool = False
    """The source withdrew the referral."""
    after_years: Annotated[int, Field(ge=1, le=100)] | None = None
    """So many years have passed since the referral."""
    refused_if_completed: _Text | None = None
    """The words of the rule by which the site refuses it once the intake was completed."""
    within_days: Annotated[int, Field(ge=2, le=3_660)] | None = None
    """It is done by itself within so many days of the day on which all of this holds."""
    may_return: bool = False
    """Whether the same case may be submitted again afterwards."""
