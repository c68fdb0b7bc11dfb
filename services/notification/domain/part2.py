"""Whether 42 CFR part 2 applies to what an agency is told, and the notice that goes with it then (2.32(a)).

It applies to what a consent of Part 2 opens, and to what comes from a Part 2 program or who serves one, by the standing
that the site gives them. Which messages can carry a notice their contracts say: no notice to police can, and no offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.event import newest
from contracts.parts import NOTICE, ConsentScope, Part2Notice
from services.notification.domain.answers import in_order
from services.notification.domain.diversions import REPORTED, report_of
from services.sites import PART2_KINDS, TextKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from services.notification.domain.answers import Allowed
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.lanes import LaneRow

_CONSENT: Final = "consent/"


def notice_of(
    row: LaneRow, dossier: Dossier, judge: Judge, allowed: Sequence[Allowed], referral_id: str | None, now: datetime
) -> Part2Notice | None:
    """Return the notice that goes with the message now, or None where Part 2 does not apply or nothing is told. Pure.

    The statement is the site's text of this day; of each consent the scope is told in codes, as far as it is the
    reader's. Without a consent of Part 2 it stands alone: the sender told the hub lawfully, and the record stays
    protected.
    """
    if not allowed or NOTICE not in newest(row.message).model_fields:
        return None
    scopes = tuple(_scopes(row.agency, allowed, dossier))
    protected = judge.site.follows.part2 or any(judge.under_part2(one) for one in _sources(row, dossier, referral_id))
    if not scopes and not protected:
        return None
    text = judge.site.text_at(TextKind.LONG, now)
    return Part2Notice(
        statement=text.text,
        text=TextKind.LONG,
        text_version=text.version,
        citation=text.citation,
        consents=scopes,
    )


def _scopes(reader: str, allowed: Sequence[Allowed], dossier: Dossier) -> Iterator[ConsentScope]:
    """Yield what each consent of Part 2 among the bases allows."""
    bases = {basis for answer in allowed for basis in answer.by if basis.startswith(_CONSENT)}
    for name in sorted(basis.removeprefix(_CONSENT) for basis in bases):
        grant = dossier.consents[name].grant
        if grant is not None and grant.kind in PART2_KINDS:
            yield ConsentScope(
                consent_id=name,
                kind=grant.kind,
                recipient=reader,
                categories=in_order(grant.categories),
                purpose=grant.purpose,
                expires_at=grant.expires_at,
                expires_with=grant.expires_with,
            )


def _sources(row: LaneRow, dossier: Dossier, referral_id: str | None) -> Iterator[str]:
    """Yield the agencies whose information the message tells; a message about an answer tells the answerer's alone."""
    onward = dossier.onwards.get(row.onward_id or "")
    if row.message == "onward.reported":
        yield "" if onward is None else onward.closed.get(row.state, "")
        return
    report = report_of(dossier, referral_id, row.state)
    if row.message == REPORTED:
        yield "" if report is None else report.program
        return
    record = dossier.records.get(referral_id or "")
    if record is not None:
        yield record.agency
    if row.message == "onward.offered" and onward is not None:
        yield onward.asked_by
    if row.message == "intake.reported":
        taken = (offer for offer in dossier.offers.values() if offer.accepted is not None)
        yield from (offer.agency for offer in taken if offer.referral_id == referral_id)
