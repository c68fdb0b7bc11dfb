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
PlanHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a plan in canonical form: what was asked, and each item with what was foreseen of it."""
Count = Annotated[int, Field(ge=0)]
MOST_NAMED = 100
"""How many referrals or people one replay names at most; without any it is about all."""


class ReplayKind(Word):
    """What is replayed."""

    LANE = "lane"
    """What an agency was told, again: it lost its data."""
    DEAD_LETTERS = "deadletters"
    """What a service could not handle, again, after what was wrong is mended."""
    REDELIVERY = "redelivery"
    """Events of the hub's own topics, again to one service."""
    HISTORY = "history"
    """Referrals screened again under another version of a policy."""


class ReplayReason(Word):
    """Why a replay is asked for, in a word: there is no free text, which could hold what is private."""

    DATA_LOST = "data_lost"
    """The agency lost what it had been told."""
    MENDED = "mended"
    """What was wrong is mended: a program, a configuration, a contract."""
    POLICY_CHANGED = "policy_changed"
    DRILL = "drill"
    OTHER = "other"


class ReplayStep(Word):
    """What an operator says of a replay that is planned."""

    REHEARSE = "rehearse"
    RUN = "run"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    WITHDRAW_APPROVAL = "withdraw_approval"
    COMPENSATE = "compensate"
    """Take back what this replay told, and nothing else."""


class ReplayStage(Word):
    """Where a replay stands."""

    PLANNING = "planning"
    PLANNED = "planned"
    REHEARSING = "rehearsing"
    REHEARSED = "rehearsed"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    """No more is asked for; what is out is waited for."""
    EXPIRED = "expired"
    """It was not begun in time: it is planned again."""
    REFUSED = "refused"
    COMPLETED = "completed"
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"


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


class ReplayCounts(Part):
    """How many items would end, or have ended, in which way."""

    same: int = 0
    """Told as it was, under the same id."""
    changed: int = 0
    """Told with other words, under a new id that names the one before."""
    withheld: int = 0
    failed: int = 0
    not_asked: int = 0
    """Not asked for any more: the replay was cancelled before."""

    @property
    def all(self) -> int:
        """How many there are."""
        return self.same + self.changed + self.withheld + self.failed + self.not_asked


class WithheldCount(Part):
    """How many items one layer and rule withholds."""

    layer: str
    rule: str
    count: int


class ReplayDifference(Part):
    """How many items ended otherwise than planned, and why."""

    planned: str
    """`same`, `changed`, `withheld` or `failed`."""
    ended: str
    """The same words, or `not_asked`."""
    because: str
    """The layer and rule, or `content`: what is known of it has changed."""
    count: int


class HistoryFound(Part):
    """What screening again found, counted in referrals. Nobody is named in it, and nobody was told anything."""

    policy_hash: PlanHash
    """The very words of the policy version under which history was screened again."""
    judgements_hash: PlanHash
    """SHA-256 of each referral with its verdict on the day and the other one, in canonical JSON, a line each."""
    persons: Count
    screened: Count
    alike: Count
    """Judged by the other version as on the day."""
    newly_eligible: Count
    """It stood as ineligible, and the other version finds it eligible."""
    newly_open: Count
    """It stood as ineligible by the policy, and the other version would ask a person."""
    newly_ineligible: Count
    """It stood as eligible, and the other version would not find it so: counted, never undone."""
    otherwise: Count
    """Any other difference."""
    left_out: Count
    """Of the newly eligible and newly open: not to be offered again, because of what became of them since."""
    not_reproduced: Count
    """Asked again under its own version, it is not found as it was recorded; counted beside all others."""
