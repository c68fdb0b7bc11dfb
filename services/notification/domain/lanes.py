"""What waits for a lane: a reference to what is to be told, never the telling itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.parts import Refusal


@dataclass(frozen=True, slots=True)
class Retold:
    """What a replay asks to be told again: which message, and what it said."""

    replay_id: str
    original_id: str
    """The message that was told. It keeps this id only where it says the same."""
    ordered_at: datetime
    content: str | None = None
    """The keyed hash of what it said; None where nobody knows."""
    rehearsed: bool = False
    """It is composed and hashed, and goes to no lane."""


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One message to one agency, by reference. Nothing of the person is in it but the hub's own ids.

    `key` is the dossier to ask: the person, or `agency/<slug>` where nobody is meant. A refusal is in the row itself:
    it is the hub's own words about a message, and no value of that message is repeated in them.
    """

    message_id: str
    """As on the lane; made with a key, so that nobody can work out from it whose word called for the message."""
    agency: str
    message: str
    key: str
    at: datetime
    """When the hub admitted the first cause; the message's time."""
    person: str | None = None
    referral_id: str | None = None
    offer_id: str | None = None
    onward_id: str | None = None
    review_id: str | None = None
    recall_id: str | None = None
    revision: int = 0
    state: str = ""
    """What became of an onward referral."""
    again: bool = False
    """The recipient has heard this notice before, of an earlier state of the record."""
    rests_on: str | None = None
    """The consent without which there would be nothing to tell; its end takes the row away, unless another came."""
    refusal: Refusal | None = None
    cause_id: str | None = None
    """A message of the recipient's own."""
    correlation_id: str | None = None
    """The hub's own, for the facts of disclosure; it never reaches a lane."""
    called_for_by: str | None = None
    """The fact that called for the message, for the facts of disclosure; it never reaches a lane.

    A row that an earlier version entered has none, and its disclosures follow from the message itself.
    """
    retold: Retold | None = None
    """Set where a replay asks for it; None of what is told for the first time."""

    @property
    def rehearsed(self) -> bool:
        """Whether it goes to no lane, whatever comes of it."""
        return self.retold is not None and self.retold.rehearsed


@dataclass(frozen=True, slots=True)
class ConsentEnded:
    """What waits and rests on this consent is taken away, unless another allows it by itself when its turn comes."""

    consent_id: str
