"""The words of telling and taking back: what is hashed of a message, and how a recall begins and ends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.word import Word

KeyedHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""HMAC-SHA-256 in hexadecimal, under a key of the record: without it nobody can guess back what was hashed."""
RecallId = Annotated[str, Field(pattern=r"^rec-[0-9a-f]{32}$")]


class RecallReason(Word):
    """Why an agency is asked to forget what it was told."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    RECORD_ERASED = "record_erased"


class RecallGround(Word):
    """Why an agency is asked to forget what it was told, a replay that should not have been among it."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    RECORD_ERASED = "record_erased"
    TOLD_BY_MISTAKE = "told_by_mistake"
    """A replay told it, and an operator takes the replay back."""


class RecallEnd(Word):
    """How a recall ended."""

    RECALLED = "recalled"
    CANNOT = "cannot"
    SILENT = "silent"
