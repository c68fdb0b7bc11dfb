"""What follows when something is to be taken back: each agency is asked, again until it answers, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.disclosures.recall_refused import RecallRefused
from contracts.recalls import RecallEnd
from contracts.referrals.referral_erased import ReferralErased
from contracts.to_hub.recall_answered import RecallAnswered
from services.notification.domain import recalling
from services.notification.domain.lanes import LaneRow
from services.notification.domain.replaying import no, not_known
from services.notification.domain.retelling import asked_again, mark_of_item
from services.notification.domain.rows import RECALL, agency_key, recall_row, refusal_row
from services.plumbing.service import Deadline, Row, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.disclosures.disclosure_recalled import DisclosureRecalled
    from contracts.envelope import Fact
    from contracts.replays.replay_ordered import ReplayOrdered
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.ledger import Told
    from services.notification.domain.rows import Ids
    from services.plumbing.service import Outcome


def begins(judge: Judge, ids: Ids, dossier: Dossier, fact: Fact, told: Sequence[Told]) -> Iterator[Outcome]:
    """Recall what was told under the consent that the person took back, or of the record that is gone; each once."""
    for recall in _recalls(judge, dossier, fact, told):
        if recall.recall_id not in dossier.recalls:
            yield from _begun(judge, ids, recall, fact)


def _recalls(judge: Judge, dossier: Dossier, fact: Fact, told: Sequence[Told]) -> Iterator[DisclosureRecalled]:
    event: Any = fact.event
    if isinstance(event, ReferralErased):
        return recalling.of_record(event.referral_id, told, lambda agency: judge.hears(agency, RECALL), fact)
    return recalling.of_consent(event.consent_id, dossier, told, fact)


def _begun(judge: Judge, ids: Ids, recall: DisclosureRecalled, fact: Fact) -> Iterator[Outcome]:
    yield Said(recall)
    yield from _asked(judge, ids, recall.agency, recall.recall_id, 1, fact)


def _asked(judge: Judge, ids: Ids, agency: str, recall_id: str, times: int, fact: Fact) -> Iterator[Outcome]:
    """Ask the agency, and set the time by which it should have answered."""
    yield Row(recall_row(ids, agency, recall_id, times, fact))
    yield from _awaited(judge, recall_id, times, fact)


def _awaited(judge: Judge, recall_id: str, times: int, fact: Fact) -> Iterator[Outcome]:
    clocks = judge.site.clocks
    by = fact.at + clocks.minutes(clocks.recall_again_minutes)
    yield Deadline(recalling.DEADLINE, f"{recall_id}/{times}", by)


def replayed(judge: Judge, ids: Ids, before: Dossier | None, fact: Fact, told: Sequence[Told]) -> Iterator[Outcome]:
    """Take back what a replay told, message by message: each answers for one item of it, and is never asked twice."""
    order: ReplayOrdered = fact.event  # type: ignore[assignment]
    known = frozenset() if before is None else before.retold
    for item in order.items:
        if mark_of_item(order, item) in known:
            continue
        theirs = [one for one in told if (one.agency, one.message_id) == (order.agency, item.message_id)]
        row = replace(asked_again(ids, fact, order, item, rehearsed=False), message=RECALL, at=fact.at)
        if item.message_type in recalling.NEVER_BACK:
            yield from no(judge, order, row, fact, "rows", "never-recalled")
        elif not judge.hears(order.agency, RECALL):
            yield from no(judge, order, row, fact, "permission", "no-permission")
        elif not theirs:
            yield not_known(judge, order, row, fact, "rows", "never-told")
        else:
            recall = recalling.of_replay(order.replay_id, theirs, fact)
            yield Said(recall)
            yield Row(_asking(row, recall.recall_id))
            yield from _awaited(judge, recall.recall_id, 1, fact)


def _asking(row: LaneRow, recall_id: str) -> LaneRow:
    """A recall is about the messages that it names, and is told under an id of its own whatever it says."""
    return LaneRow(
        row.message_id, row.agency, RECALL, row.key, row.at, row.person, recall_id=recall_id,
        correlation_id=row.correlation_id, called_for_by=row.called_for_by,
        retold=None if row.retold is None else replace(row.retold, content=None),
    )  # fmt: skip


def goes_on(judge: Judge, ids: Ids, dossier: Dossier, fact: Fact) -> Iterator[Outcome]:
    """Settle a recall that was answered; ask again where nobody answered, and at last leave it to an operator."""
    event = fact.event
    if isinstance(event, RecallAnswered):
        follows = recalling.what_follows_an_answer(dossier, event, fact)
        if follows is not None:
            yield Said(follows)
        if isinstance(follows, RecallRefused):
            yield Row(refusal_row(ids, fact, agency_key(follows.refusal.agency), follows.refusal))
        return
    recall_id, _, times = event.reference.partition("/")  # type: ignore[attr-defined]
    recall = dossier.recalls[recall_id]
    if not recall.open:
        return
    if int(times) < judge.site.clocks.recall_times:
        yield from _asked(judge, ids, recall.agency, recall_id, int(times) + 1, fact)
    elif recall.end is None:
        # Nobody is asked once more: as often as the site says is all.
        yield Said(recalling.settlement(recall_id, replace(recall, asked=int(times)), RecallEnd.SILENT, fact))
