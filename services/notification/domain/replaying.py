"""What follows from an order of a replay: rows for the lane, or what would become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.disclosures.disclosure_foreseen import DisclosureForeseen
from contracts.disclosures.disclosure_withheld import DisclosureWithheld
from contracts.replaying import Foreseen, ReplayPass
from services.notification.domain.answers import in_order
from services.notification.domain.carrying import asked
from services.notification.domain.retelling import (
    SUPERSEDED,
    asked_again,
    mark_of_item,
    recalled,
    without_the_superseded,
)
from services.notification.domain.rows import RECALL, agency_key
from services.plumbing.service import Row, Said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.replays.replay_ordered import ReplayOrdered
    from services.notification.domain.answers import Answers
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.lanes import LaneRow
    from services.notification.domain.rows import Ids
    from services.plumbing.service import Outcome

UNKNOWN: Final = ("permission", "no-permission")
_UNSETTLED: Final = ("consent", "word-not-settled")
_TELLING: Final = frozenset({ReplayPass.SEND, ReplayPass.RECALL})
_GONE: Final = frozenset({"no-record", "not-composable", "never-told"})
"""Rules that say that what it told of is not known any more, and not that it may not be told."""


def answered(judge: Judge, ids: Ids, before: Dossier | None, after: Dossier, fact: Fact) -> Iterator[Outcome]:
    """Yield a row for each item that may go on to the lane, and a word on every other."""
    order: ReplayOrdered = fact.event  # type: ignore[assignment]
    known = frozenset() if before is None or order.mode is not ReplayPass.SEND else before.retold
    items = [item for item in order.items if mark_of_item(order, item) not in known]
    rehearsed = order.mode is not ReplayPass.SEND
    stand, superseded = without_the_superseded([asked_again(ids, fact, order, one, rehearsed=rehearsed)
                                                for one in items])  # fmt: skip
    for row in superseded:
        yield from no(judge, order, row, fact, *SUPERSEDED)
    for row in stand:
        if order.mode is ReplayPass.FORESEE:
            yield _said(foreseen(row, after, judge, fact.at), row)
        elif row.agency not in judge.site.agencies:
            yield from no(judge, order, row, fact, *UNKNOWN)
        else:
            yield Row(row)


def foreseen(row: LaneRow, dossier: Dossier, judge: Judge, at: datetime) -> DisclosureForeseen:
    """Return what would become of it, as far as can be known without opening anything. It is asked at `at`.

    What holds a lane and is no answer to this message, a suspension say, is not looked at.
    """
    if dossier.revoking and row.message != RECALL:
        return withheld(row, ReplayPass.FORESEE, judge, at, *_UNSETTLED)
    answers = asked(row, dossier, judge, at)
    if not answers.allowed:
        no = answers.withheld[0]
        return withheld(row, ReplayPass.FORESEE, judge, at, no.layer, no.rule, answers.referral_id)
    known = row.retold is not None and row.retold.content is not None and not recalled(row, dossier)
    outcome = Foreseen.SAME if known else Foreseen.CHANGED
    return told(row, ReplayPass.FORESEE, judge, at, answers, outcome)


def told(  # every word of the fact
    row: LaneRow,
    mode: ReplayPass,
    judge: Judge,
    at: datetime,
    answers: Answers,
    outcome: Foreseen,
    content: str | None = None,
) -> DisclosureForeseen:
    """Return that it would be told, and what."""
    categories = frozenset().union(*(answer.categories for answer in answers.allowed))
    return DisclosureForeseen(
        replay_id=_replay(row),
        mode=mode,
        message_id=_original(row),
        message_type=row.message,
        agency=row.agency,
        referral_id=answers.referral_id,
        outcome=outcome,
        categories=in_order(categories),
        by=tuple(sorted({basis for answer in answers.allowed for basis in answer.by})),
        part2=answers.notice is not None,
        mark=answers.mark,
        content=content,
        policy_hash=judge.site.policy_hash,
        foreseen_at=at,
    )


def withheld(  # every word of the fact
    row: LaneRow,
    mode: ReplayPass,
    judge: Judge,
    at: datetime,
    layer: str,
    rule: str,
    referral_id: str | None = None,
) -> DisclosureForeseen:
    """Return that it would not be told, and what stands against it; or that nobody knows any more what it told of."""
    return DisclosureForeseen(
        replay_id=_replay(row),
        mode=mode,
        message_id=_original(row),
        message_type=row.message,
        agency=row.agency,
        referral_id=referral_id or row.referral_id,
        outcome=Foreseen.FAILED if rule in _GONE else Foreseen.WITHHELD,
        layer=layer,
        rule=rule,
        policy_hash=judge.site.policy_hash,
        foreseen_at=at,
    )


def no(judge: Judge, order: ReplayOrdered, row: LaneRow, fact: Fact, layer: str, rule: str) -> Iterator[Said]:
    """Say of one item that it is not told again, for each purpose under which it might be."""
    if order.mode not in _TELLING:
        yield _said(withheld(row, order.mode, judge, fact.at, layer, rule), row)
        return
    for purpose in judge.purposes(row.agency, row.message):
        event = DisclosureWithheld(
            message_id=row.message_id,
            message_type=row.message,
            agency=row.agency,
            referral_id=row.referral_id,
            categories=(),
            purpose=purpose,
            layer=layer,
            rule=rule,
            withheld_at=fact.at,
            policy_hash=judge.site.policy_hash,
            replay_id=order.replay_id,
            original_id=_original(row),
        )
        yield _said(event, row)


def not_known(judge: Judge, order: ReplayOrdered, row: LaneRow, fact: Fact, layer: str, rule: str) -> Said:
    """Say of one item that nobody knows what is meant."""
    return _said(withheld(row, order.mode, judge, fact.at, layer, rule), row)


def _said(event: DisclosureForeseen | DisclosureWithheld, row: LaneRow) -> Said:
    return Said(event, key=None if row.person is not None else agency_key(row.agency))


def _replay(row: LaneRow) -> str:
    return "" if row.retold is None else row.retold.replay_id


def _original(row: LaneRow) -> str:
    return row.message_id if row.retold is None else row.retold.original_id
