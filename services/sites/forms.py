"""What a site says of consent forms: the statements on them, the intermediary's members, and whose signature counts."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.forms import Signer
from contracts.words import Age, Code, ConsentKind, Slug

OLDEST = 125
"""The greatest age that a message may tell."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormText(_Frozen):
    """A statement as forms make it, word for word, in one version and one language."""

    id: Slug
    version: Code
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    in_force_from: date
    """No form that was signed before this day can make it."""
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    approval: Annotated[str, Field(min_length=1, max_length=200)]
    """Who approved the words, or that counsel has not yet."""
    text: Annotated[str, Field(min_length=1)]


class Members(_Frozen):
    """One list of the intermediary's members, as it was given with forms. Source: 42 CFR 2.31(a)(4)(ii)."""

    version: Code
    in_force_from: date
    members: Annotated[frozenset[Slug], Field(min_length=1)]


class SigningRule(_Frozen):
    """Whose signature counts at some ages, in whole years, both ends included; without `kinds` under every kind."""

    id: Slug
    from_years: Age = 0
    to_years: Age = OLDEST
    kinds: frozenset[ConsentKind] = frozenset()
    signs: Annotated[frozenset[Signer], Field(min_length=1)]
    citation: Annotated[str, Field(min_length=1, max_length=300)]

    def speaks_of(self, kind: ConsentKind, from_years: int, to_years: int) -> bool:
        """Tell whether the rule is about this kind at some age between these two."""
        return (not self.kinds or kind in self.kinds) and self.from_years <= to_years and from_years <= self.to_years


class Signers(_Frozen):
    """Whose signature makes a consent count, by age."""

    unknown: Annotated[frozenset[Signer], Field(min_length=1)]
    """Whose does where no age is known at all."""
    unknown_basis: Annotated[str, Field(min_length=1, max_length=300)]
    rules: Annotated[tuple[SigningRule, ...], Field(min_length=1)]

    def about(self, kind: ConsentKind, from_years: int, to_years: int) -> tuple[SigningRule, ...]:
        """Return the rules for somebody who may have any age between these two."""
        return tuple(rule for rule in self.rules if rule.speaks_of(kind, from_years, to_years))
