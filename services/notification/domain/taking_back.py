"""What follows when something is to be taken back: each agency is asked, again until it answers, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.disclosures.recall_refused import RecallRefused
from contracts.recalls import RecallEnd
from contracts.referrals.referral_erased import ReferralErased
from contracts.to_hub.recall_answered import RecallAnswered
from services.notification.domain import recalling
from services.notification.domain.rows import RECALL, agency_key, recall_row, refusal_row
from services.plumbing.service import Deadline, Row, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.disclosures.disclosure_recalled import DisclosureRecalled
    from contracts.envelope import Fact
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
    clocks = judge.site.clocks
    yield Row(recall_row(ids, agency, recall_id, times, fact))
    by = fact.at + clocks.minutes(clocks.recall_again_minutes)
    yield Deadline(recalling.DEADLINE, f"{recall_id}/{times}", by)


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
