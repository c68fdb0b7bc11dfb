"""What the office that holds a charge hears: police data, the last day, and with a consent that an intake was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.held import HoldState
from contracts.words import Category, Door, Purpose
from services.notification.domain.charges import done_in_time, named
from services.notification.domain.judging import live
from services.notification.domain.notice import Notice, may_be_told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.notification.domain.charges import Named
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.kept import Record

HOLD: Final = "hold.reported"
AWAITED: Final = "report.awaited"


def to_prosecutors(name: str, record: Record, dossier: Dossier, judge: Judge, at: datetime) -> Iterator[Notice]:
    """Police data at the diversion and whenever police change them; of the intake the fact alone, under a consent."""
    arrested = record.door is Door.ARREST_DIVERSION
    if not arrested and name not in dossier.enrolled:
        return
    prosecutors = judge.prosecutors(record.agency)
    if arrested and dossier.diverted_at(name) is not None:
        for slug in prosecutors:
            yield Notice(slug, "diversion.reported", referral_id=name, revision=record.sent,
                         withdrawn=name in dossier.retracted)  # fmt: skip
    if name not in dossier.enrolled:
        return
    for slug in dict.fromkeys([*(prosecutors if arrested else []), *_named_for_intake(dossier, judge, at)]):
        opens, rests_on = may_be_told("intake.reported", slug, dossier, judge, at, referral_id=name)
        yield Notice(slug, "intake.reported", referral_id=name, opens=opens, rests_on=rests_on)


def of_holds(name: str, dossier: Dossier) -> Iterator[Notice]:
    """To the office each last day, and that it is over; to who has the person, in time, that it is near.

    What a consent opens or shuts changes none of it; whether it is still news is asked when it is carried. Of a charge
    whose arrest was not diverted nothing is said: that somebody met the person later is no matter of the office's.
    """
    if dossier.diverted_at(name) is None:
        return
    for key, hold in dossier.charges.items():
        which = named(key)
        if which.referral_id != name:
            continue
        for day in sorted(hold.days):
            yield Notice(which.office, HOLD, referral_id=name, revision=day.toordinal(), state=HoldState.HELD)
        for day in sorted(hold.over):
            yield Notice(which.office, HOLD, referral_id=name, revision=day.toordinal(), state=HoldState.LAPSED)
        if hold.due_on in hold.near and hold.due_on not in hold.over:
            for slug in dossier.holders(name):
                yield Notice(slug, AWAITED, referral_id=name, revision=hold.due_on.toordinal(),
                             state=which.office)  # fmt: skip


def knows_of_intake(which: Named, dossier: Dossier, judge: Judge, at: datetime) -> bool:
    """Tell whether the office may be told, at that time, that an intake was done by the last day of its hold."""
    if not done_in_time(dossier, which):
        return False
    return bool(may_be_told("intake.reported", which.office, dossier, judge, at, referral_id=which.referral_id)[0])


def _named_for_intake(dossier: Dossier, judge: Judge, at: datetime) -> Iterator[str]:
    """Yield courts and probation whom a live consent names for this."""
    for consent in dossier.consents.values():
        grant = consent.grant
        if grant is None or not live(consent, dossier, at) or Category.INTAKE_STATUS not in grant.categories:
            continue
        for slug in grant.recipients:
            if grant.purpose is Purpose.PROSECUTION_DECISION and judge.hears(slug, "intake.reported"):
                yield slug
