"""The words of telling again: what a replay asks of notification, and what it hears of each thing it asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.event import Part
from contracts.parts import Refusal
from contracts.recalls import KeyedHash, RecallId
from contracts.word import Word
from contracts.words import Instant, OfferId, OnwardId, ReferralId, ReviewId

ReplayId = Annotated[str, Field(pattern=r"^rpl-[0-9a-f]{32}$")]


class ReplayPass(Word):
    """How far a replay goes with what it asks for."""

    FORESEE = "foresee"
    """The judge is asked; nothing is opened, nothing is told."""
    REHEARSE = "rehearse"
    """The message is composed and hashed for a shadow of the lane; nothing is told."""
    SEND = "send"
    """It is judged, composed and told."""
    RECALL = "recall"
    """What the replay told is taken back: each item's id is that under which the replay told it."""


class Foreseen(Word):
    """What would become of one message if it were told again now."""

    SAME = "same"
    """It would go as it went, under the id that it had; foreseen, as far as can be known without opening it."""
    CHANGED = "changed"
    """It would go with other words, under a new id that names the one before."""
    WITHHELD = "withheld"
    """Consent, permission or where things stand no longer allow it."""
    FAILED = "failed"
    """It cannot be said again: what it told of is not known any more."""


class ToldReference(Part):
    """What a message on a lane was about, by the hub's own ids: enough to judge and compose it again."""

    at: Instant
    """The message's own time."""
    offer_id: OfferId | None = None
    onward_id: OnwardId | None = None
    review_id: ReviewId | None = None
    recall_id: RecallId | None = None
    referral_id: ReferralId | None = None
    """The referral that the notice names; an onward referral's follows from what its asker holds."""
    revision: int = 0
    state: str = ""
    again: bool = False
    cause_id: str | None = None
    refusal: Refusal | None = None


class ToldItem(Part):
    """One message that was told, and is to be told again."""

    message_id: str
    """The id that it had on the lane."""
    message_type: str
    reference: ToldReference
    content: KeyedHash | None = None
    """The keyed hash of what it said; absent where nobody knows."""
