"""What one pass over a lane comes to: each row is asked about with *now*, in order, and nothing is done yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from contracts.envelope import Fact
from services.notification.domain.answers import Answers, Verdict
from services.notification.domain.carrying import asked, counted_as_told, pinned, refused, withheld
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import LaneRow
from services.notification.domain.rows import RECALL
from services.notification.store import CARRYING, WITHDRAWN, Waiting
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from services.notification.domain.judging import Judge

NOBODY: Final = Dossier()


@dataclass
class Plan:
    """What is carried, what is taken out of the lane, what waits under another id, and what is said of it."""

    carry: list[tuple[Waiting, Answers, Dossier]] = field(default_factory=list)
    settle: list[int] = field(default_factory=list)
    anew: list[tuple[int, LaneRow]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def planned(rows: Sequence[Waiting], dossiers: Mapping[str, Dossier], judge: Judge, now: datetime) -> Plan:
    """Ask about every row; nothing is sent out of turn, and what was marked before is asked about again.

    A row whose consent ended goes only under what allows it by itself now: another consent that lives, or a permission.
    """
    plan, policy = Plan(), judge.site.policy_hash
    for one in rows:
        dossier = dossiers.get(one.row.key, NOBODY)
        if dossier.revoking and one.row.message != RECALL:
            continue  # It waits: the person took something back, and consent has not said yet what.
        answers = asked(one.row, dossier, judge, now)
        if one.state == WITHDRAWN and (not answers.allowed or _comes_again(one, rows)):
            plan.settle.append(one.id)
            plan.facts += [
                refused(one.row, purpose, "consent", "consent-ended", now, policy, answers.referral_id)
                for purpose in judge.purposes(one.row.agency, one.row.message)
            ]
        elif one.state == CARRYING and one.verdict is not None and _is_another(one.verdict, answers):
            plan.facts += may_be_out(one, judge, now)
            plan.facts += withheld(one.row, pinned(one.verdict), one.carrying_at or now, policy)
            if _comes_again(one, rows):
                plan.settle.append(one.id)
            elif answers.allowed:
                again = derived("msg-", one.row.message_id, answers.mark)
                plan.anew.append((one.id, replace(one.row, message_id=again)))
            else:
                plan.settle.append(one.id)
                plan.facts += withheld(one.row, answers, now, policy)
        elif answers.allowed:
            plan.carry.append((one, answers, dossier))
        else:
            plan.settle.append(one.id)
            plan.facts += withheld(one.row, answers, now, policy)
    return plan


def _is_another(marked: Verdict, answers: Answers) -> bool:
    """Tell whether it would say something else now. Of an onward request the record changes with what its asker holds.

    One id is one content: sent again as another record's, it would not be known any more of which record it told first.
    """
    return (marked.mark, marked.referral_id) != (answers.mark, answers.referral_id)


def _comes_again(one: Waiting, rows: Sequence[Waiting]) -> bool:
    """Tell whether a later row asks the same: what changed is told once, by that row."""
    return any(later.id > one.id and later.state != CARRYING and _asks(later.row) == _asks(one.row) for later in rows)


def _asks(row: LaneRow) -> tuple[str | None, ...]:
    return row.key, row.message, row.referral_id, row.offer_id, row.onward_id, row.review_id, row.recall_id


def may_be_out(one: Waiting, judge: Judge, now: datetime) -> tuple[Fact, ...]:
    """Count a row that an earlier pass was sending as told: nobody knows how far it came, and nothing else says it.

    Without an entry it could not be recalled.
    """
    if one.state != CARRYING or one.verdict is None:
        return ()
    return counted_as_told(one.row, pinned(one.verdict), judge, one.carrying_at or now)
