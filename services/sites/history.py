"""What counts as criminal history in a message: names of fields and patterns of text, as data that tries itself."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.words import Slug

_Text = Annotated[str, Field(min_length=1, max_length=400)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HistoryPattern(_Frozen):
    """How history reads in a text. It finds every text of `finds` and none of `passes`."""

    id: Slug
    words: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]+$")], ...], Field(min_length=1)]
    """In lower case; a text without any of them is not searched."""
    pattern: _Text
    finds: Annotated[tuple[_Text, ...], Field(min_length=1)]
    passes: Annotated[tuple[_Text, ...], Field(min_length=1)]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, ready to search; upper and lower case are the same to it."""
        return re.compile(self.pattern, re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Whether the text reads like it."""
        lowered = text.lower()
        return any(word in lowered for word in self.words) and self.compiled.search(text) is not None

    @model_validator(mode="after")
    def _does_what_it_says(self) -> Self:
        try:
            self.compiled  # noqa: B018  # compiled here, so that a wrong one is named
        except re.error as wrong:
            problem = f"{self.id}: It is a regular expression: {wrong}."
            raise ValueError(problem) from None
        missed = [text for text in self.finds if not self.is_in(text)]
        caught = [text for text in self.passes if self.is_in(text)]
        if missed or caught:
            problem = f"{self.id}: It finds all of `finds` (not: {missed}) and nothing of `passes` (yet: {caught})."
            raise ValueError(problem)
        return self


class History(_Frozen):
    """By what criminal history is known in a message. Source: CJIS Security Policy 4.2.1."""

    keys: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]+(_[a-z]+)*$")], ...], Field(min_length=1)]
    """Names of fields in which it comes, in lower case with underscores."""
    patterns: Annotated[tuple[HistoryPattern, ...], Field(min_length=1)]
