"""The person's receipt as a site has it: its words in each language, and the codes that print it without a login."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""An ISO 639 code, as HTML's `lang` has it."""
_Words = Annotated[str, Field(min_length=1, max_length=600)]
_Count = Annotated[int, Field(ge=1, le=1_000_000)]
_FILLED: Final = re.compile(r"{[^{}]*}")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Filled(_Frozen):
    """Words in which something is filled in; what may stand in braces is said beside each field that has any."""

    @model_validator(mode="after")
    def _nothing_else_is_filled_in(self) -> _Filled:
        for name, field in type(self).model_fields.items():
            text = getattr(self, name)
            may = {f"{{{one}}}" for one in (field.description or "").split()}
            if not isinstance(text, str):
                continue
            there = set(_FILLED.findall(text))
            if there != may or "{" in _FILLED.sub("", text) or "}" in _FILLED.sub("", text):
                msg = f"{name}: In braces stands: {', '.join(sorted(may)) or 'nothing'}."
                raise ValueError(msg)
        return self


class Phrases(_Filled):
    """The sentences and headings of the paper."""

    title: _Words
    made: _Words = Field(description="moment")
    opening: _Words = Field(description="site")
    nobody: _Words
    told: _Words
    referrer: _Words
    what: _Words
    said: _Words
    said_nothing: _Words
    why: _Words
    allowed_by: _Words
    your_consent: _Words = Field(description="number")
    the_rule: _Words = Field(description="rule")
    uncertain: _Words
    withheld: _Words
    withheld_count: _Words = Field(description="count reason")
    withheld_once: _Words = Field(description="reason")
    taken_back: _Words
    asked_to_forget: _Words
    asked_because: _Words
    consent_number: _Words = Field(description="reason number")
    answer: _Words
    no_answer_yet: _Words
    answer_of: _Words = Field(description="moment answer")
    others: _Words
    other: _Words
    happened: _Words
    about: _Words
    no_words: _Words = Field(description="code")
    rights: _Words
    revoke: _Words = Field(description="office")
    questions: _Words = Field(description="office")
    keep: _Words


class PageWords(_Frozen):
    """The words of the page on which a code is typed."""

    title: _Words
    opening: _Words
    code: _Words
    show: _Words
    not_shown: _Words
    closed: _Words
    print: _Words


class ReceiptWords(_Filled):
    """The words of one language: for each code that the ledger may hold, what it means in plain words."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    """The language's own name."""
    months: Annotated[tuple[_Words, ...], Field(min_length=12, max_length=12)]
    moment: _Words = Field(description="month day year hour minute half")
    before_noon: _Words
    after_noon: _Words
    phrases: Phrases
    page: PageWords
    categories: Mapping[str, _Words]
    purposes: Mapping[str, _Words]
    messages: Mapping[str, _Words]
    layers: Mapping[str, _Words]
    """Why something was not told."""
    reasons: Mapping[str, _Words]
    """Why something was taken back."""
    answers: Mapping[str, _Words]
    """How that ended."""
    permissions: Mapping[str, _Words]
    """What each permission of the site means."""
    kinds: Mapping[str, _Words] = {}
    """Of entries that are neither told, withheld nor taken back."""


class Receipts(_Frozen):
    """The receipt's words by language, and the rules of its one-time codes.

    Their minutes are those of life, in a demonstration, too: people type codes.
    """

    first_language: Language
    """The one that is used where nobody chose."""
    code_good_for_minutes: _Count
    """How long a code may be used, once."""
    tries_of_one_caller: _Count
    """After how many wrong codes of one caller no code of theirs is looked at any more, for a while."""
    tries_of_all: _Count
    """After how many of all callers together."""
    tries_within_minutes: _Count
    """How long a wrong code counts."""
    words: Mapping[Language, ReceiptWords]
