"""What one pass over a lane comes to: each row is asked about with *now*, in order, and nothing is done yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from contracts.envelope import Fact
from services.notification.domain.answers import Answers, Verdict
from services.notification.domain.carrying import asked, counted_as_told, pinned, refused, withheld
from services.notification.domain.dossier import Dossier
from services.notification.domain.lanes import LaneRow
from services.notification.domain.rehearsing import not_told
from services.notification.domain.retelling import SUPERSEDED, asks
from services.notification.domain.rows import RECALL
from services.notification.store import CARRYING, WAITING, WITHDRAWN, Waiting
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
    rehearse: list[tuple[Waiting, Answers, Dossier]] = field(default_factory=list)
    """What is composed and goes to no lane."""
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
        if one.row.rehearsed:
            _rehearsed(plan, one, answers, dossier, judge, now)
        elif _is_superseded(one, rows):
            _instead(plan, one, answers, judge, now)
        elif one.state == WITHDRAWN and (not answers.allowed or _comes_again(one, rows)):
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


def _rehearsed(plan: Plan, one: Waiting, answers: Answers, dossier: Dossier, judge: Judge, now: datetime) -> None:
    if answers.allowed:
        plan.rehearse.append((one, answers, dossier))
        return
    plan.settle.append(one.id)
    no = answers.withheld[0]
    plan.facts.append(not_told(one.row, judge, now, no.layer, no.rule, answers.referral_id))


def _instead(plan: Plan, one: Waiting, answers: Answers, judge: Judge, now: datetime) -> None:
    """Another row stands for it."""
    plan.settle.append(one.id)
    plan.facts += [
        refused(one.row, purpose, *SUPERSEDED, now, judge.site.policy_hash, answers.referral_id)
        for purpose in judge.purposes(one.row.agency, one.row.message)
    ]


def _is_superseded(one: Waiting, rows: Sequence[Waiting]) -> bool:
    """Tell whether a replay's row need not go, for a later one stands for it; what may have gone already is no such."""
    if one.row.retold is None or one.state != WAITING:
        return False
    return any(later.id > one.id and not later.row.rehearsed and asks(later.row) == asks(one.row) for later in rows)


def _comes_again(one: Waiting, rows: Sequence[Waiting]) -> bool:
    """Tell whether a later row asks the same: what changed is told once, by that row."""
    return any(
        later.id > one.id
        and later.state != CARRYING
        and (later.row.retold is None or one.row.retold is not None)
        and not later.row.rehearsed
        and asks(later.row) == asks(one.row)
        for later in rows
    )


def may_be_out(one: Waiting, judge: Judge, now: datetime) -> tuple[Fact, ...]:
    """Count a row that an earlier pass was sending as told: nobody knows how far it came, and nothing else says it.

    Without an entry it could not be recalled.
    """
    if one.state != CARRYING or one.verdict is None:
        return ()
    return counted_as_told(one.row, pinned(one.verdict), judge, one.carrying_at or now)
