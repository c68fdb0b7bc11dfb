"""The mark of what would be told: it changes where the words of a message might, and nothing is opened for it.

One id is one content. What was being carried when the process died goes again under its id while its mark stays, so a
mark that changed for nothing would tell the same thing twice.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from services.notification.domain.charges import Named
from services.notification.domain.diversions import REPORTED
from services.notification.domain.prosecutors import HOLD
from services.notification.domain.rows import RECALL
from services.notification.domain.says import appointment_follows, hangs_on_the_revision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.parts import Part2Notice
    from services.notification.domain.answers import Allowed
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.lanes import LaneRow

_REVIEWS: Final = frozenset({"review.called", "approval.called"})


def mark_of(
    row: LaneRow, allowed: Sequence[Allowed], referral_id: str | None, dossier: Dossier, notice: Part2Notice | None
) -> str:
    """Return a mark that is the same whenever the same would be told, in every process.

    A record's revision is part of it only where the message says something that an amendment can change.
    """
    record = dossier.records.get(referral_id or "")
    told = frozenset().union(*(answer.fields for answer in allowed))
    revision = None if record is None or not hangs_on_the_revision(row.message, told) else record.revision
    retracted = referral_id in dossier.retracted
    return _marked(tuple(allowed), revision, notice, _beside(row, referral_id or "", dossier), retracted=retracted)


def _beside(row: LaneRow, referral_id: str, dossier: Dossier) -> str:
    """Return what the message says that can change while it waits, and stands in no record."""
    match row.message:
        case "handoff.unavailable":
            return str(appointment_follows(dossier, referral_id, row.at))
        case "diversion.reported":
            return str(dossier.diverted_at(referral_id))
        case message if message == HOLD:
            hold = dossier.charges.get(Named(referral_id, row.agency).key)
            return "" if hold is None or hold.number is None else hold.number.token
        case message if message == REPORTED:
            diversion = dossier.pretrials.get(referral_id)
            return "" if diversion is None else diversion.cause_number or ""
        case message if message in _REVIEWS:
            review = dossier.reviews.get(row.review_id or "")
            return "" if review is None else f"{review.urgent} {review.because} {review.decide_by}"
        case message if message == RECALL:
            recall = dossier.recalls.get(row.recall_id or "")
            return "" if recall is None else f"{recall.because} {recall.categories} {recall.disclosures}"
    return ""


@lru_cache(maxsize=256)
def _marked(
    allowed: tuple[Allowed, ...], revision: int | None, notice: Part2Notice | None, beside: str, *, retracted: bool
) -> str:
    words = json.dumps([[answer.purpose, sorted(answer.fields), list(answer.by)] for answer in allowed])
    accompanied = "" if notice is None else f" {notice.model_dump_json()}"
    return hashlib.sha256(f"{words} {revision} {retracted} {beside}{accompanied}".encode()).hexdigest()[:32]
