"""A replay's rehearsal: the message is composed as it would be, hashed, and told to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.replaying import Foreseen, ReplayPass
from services.notification.domain.answers import in_order
from services.notification.domain.carrying import drafted, said, says_the_same
from services.notification.domain.replaying import told, withheld
from services.notification.domain.telling import told_categories

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.disclosures.disclosure_foreseen import DisclosureForeseen
    from contracts.envelope import Fact
    from services.notification.domain.answers import Answers
    from services.notification.domain.carrying import Means
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.lanes import LaneRow


def rehearsed(  # all that the last look takes
    row: LaneRow, dossier: Dossier, judge: Judge, answers: Answers, now: datetime, means: Means
) -> Fact:
    """Return what would be told, by its hash and categories. Nothing of it goes anywhere."""
    draft = drafted(row, dossier, judge, answers, means)
    if draft is None:
        return not_told(row, judge, now, "rows", "erased", answers.referral_id)
    message, content = draft
    outcome = Foreseen.SAME if says_the_same(row, content, dossier) else Foreseen.CHANGED
    given = frozenset(message.event.model_fields_set)
    categories = frozenset(one for answer in answers.allowed for one in told_categories(given, answer))
    would = told(row, ReplayPass.REHEARSE, judge, now, answers, outcome, content)
    return _fact(row, would.model_copy(update={"categories": in_order(categories)}))


def not_told(  # every word of the fact
    row: LaneRow, judge: Judge, now: datetime, layer: str, rule: str, referral_id: str | None = None
) -> Fact:
    """Return that it would not be told now, and why."""
    return _fact(row, withheld(row, ReplayPass.REHEARSE, judge, now, layer, rule, referral_id))


def _fact(row: LaneRow, event: DisclosureForeseen) -> Fact:
    return said(row, event, event.outcome, event.layer or "", event.rule or "", event.content or "")
