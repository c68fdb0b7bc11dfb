"""Which notices a dossier calls for: worked out from where things stand, whatever order the facts came in.

A notice is due while its situation stands; what is due after a fact and was not due before it becomes a lane row. The
notices of one referral to its sender follow from that referral alone, so that a person already enrolled and a newcomer
yield the same (DESIGN 7.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Door, Verdict
from services.notification.domain.diversions import CALLED, LACKING, OVER, REPORTED
from services.notification.domain.notice import Notice, may_be_told
from services.notification.domain.prosecutors import of_holds, to_prosecutors
from services.sites import APPROVAL, approvers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.notification.domain.dossier import Dossier
    from services.notification.domain.judging import Judge
    from services.notification.domain.kept import Offer, Record

_CALLED_OFF: Final = "called_off"
"""How help that was asked for ends where the person has died: nobody is told of it."""
_OVER: Final = frozenset({"nobody", _CALLED_OFF})


def due(dossier: Dossier, judge: Judge, at: datetime, referral_id: str | None = None) -> Iterator[Notice]:
    """Yield every notice that the dossier calls for at `at`; of one referral, or of all and of onward referrals too."""
    names = [referral_id] if referral_id is not None else list(dossier.records)
    for name in names:
        record = dossier.records.get(name)
        if record is None:
            continue
        yield from _to_the_sender(name, record, dossier)
        yield from _to_providers(name, dossier, judge, at)
        yield from to_prosecutors(name, record, dossier, judge, at)
        yield from of_holds(name, dossier)
        yield from _to_deciders(name, record, dossier, judge)
        yield from _of_a_diversion(name, dossier, judge, at)
    if referral_id is None:
        yield from _onward(dossier, judge, at)


def _to_deciders(name: str, record: Record, dossier: Dossier, judge: Judge) -> Iterator[Notice]:
    """A review goes to the program office, and a site's approval to those whom it asks; each until it is decided."""
    site = judge.site
    for review_id, review in dossier.reviews.items():
        if not review.called or review.verdict is not None or review.referral_id != name:
            continue
        asked = approvers(site, record.door, record.agency) if APPROVAL in review.because else ()
        state = "urgent" if review.urgent else ""
        if set(review.because) - {APPROVAL} or site.program_office in asked:
            yield Notice(site.program_office, "review.called", referral_id=name, review_id=review_id, state=state)
        for slug in asked:
            if slug != site.program_office:
                yield Notice(slug, "approval.called", referral_id=name, review_id=review_id, state=state)


def officer_waits(record: Record) -> bool:
    """Tell whether an officer stands there with an arrested person; a phoned hand-off is recorded, nobody waits."""
    return record.door is Door.ARREST_DIVERSION and record.officer_waiting and not record.after_the_fact


def police_answer(dossier: Dossier, referral_id: str, revision: int) -> bool | None:
    """Return whether the police's own data make the referral divertible; None while that is under review."""
    screening = dossier.screenings.get(referral_id, {}).get(revision)
    if screening is None:
        return None
    if screening.police_verdict is not Verdict.NEEDS_REVIEW:
        return screening.police_verdict is Verdict.ELIGIBLE
    decided = [
        (review.decided_at, review_id)
        for review_id, review in dossier.reviews.items()
        if review.referral_id == referral_id and review.decided_at is not None and review.revision >= revision
    ]
    if not decided:
        return None
    verdict = dossier.reviews[max(decided)[1]].verdict
    return None if verdict is Verdict.NEEDS_REVIEW else verdict is Verdict.ELIGIBLE


def _to_the_sender(name: str, record: Record, dossier: Dossier) -> Iterator[Notice]:
    """A receipt for everyone; more only for the officer of an arrest, and never what became of it."""
    agency = record.agency
    if name in dossier.received_at:
        yield Notice(agency, "referral.acknowledged", referral_id=name)
    if record.door is not Door.ARREST_DIVERSION or record.after_the_fact:
        return
    waits = officer_waits(record)
    offers = {key: offer for key, offer in dossier.offers.items() if offer.referral_id == name}
    coming = {key: offer for key, offer in offers.items() if _comes_at_once(offer)}
    met = waits and any(offer.handed_off_at is not None for offer in coming.values())
    yield from _screening(name, agency, dossier, confirmed=met)
    if not waits:
        return
    for offer_id in coming:
        yield Notice(agency, "case_manager.dispatched", referral_id=name, offer_id=offer_id)
    if met:
        yield Notice(agency, "handoff.confirmed", referral_id=name)
    elif name in dossier.unavailable or any(_comes_later(offer) for offer in offers.values()):
        yield Notice(agency, "handoff.unavailable", referral_id=name)


def _comes_at_once(offer: Offer) -> bool:
    taken = offer.accepted
    return offer.with_an_officer and taken is not None and not taken.after_the_fact and taken.appointment_at is None


def _comes_later(offer: Offer) -> bool:
    taken = offer.accepted
    return offer.with_an_officer and taken is not None and taken.appointment_at is not None


def _screening(name: str, agency: str, dossier: Dossier, *, confirmed: bool) -> Iterator[Notice]:
    """Say the newest answer, where it is new; after a hand-off that was confirmed to police, no changed one.

    While an amendment is under review, the answer before it is the newest. A hand-off of which police were not
    told changes nothing: silence would tell them that the person came later.
    """
    revisions = sorted(dossier.screenings.get(name, {}))
    answered = [(revision, police_answer(dossier, name, revision)) for revision in revisions]
    while answered and answered[-1][1] is None:
        answered.pop()
    if not answered:
        return
    since, answer = answered[-1]
    for revision, earlier in reversed(answered):
        if earlier is not answer:
            break
        since = revision
    if since == revisions[0] or not confirmed:
        state = "divertible" if answer else "not-divertible"
        yield Notice(agency, "screening.reported", referral_id=name, revision=since, state=state)


def _to_providers(name: str, dossier: Dossier, judge: Judge, at: datetime) -> Iterator[Notice]:
    """A blind offer, its end, and to the one who accepted: who it is, again when more may be said or a fact changed."""
    revision = dossier.records[name].revision
    for offer_id, offer in dossier.offers.items():
        if offer.referral_id != name:
            continue
        if offer.open:
            yield Notice(offer.agency, "offer.made", offer_id=offer_id)
        if offer.held and not dossier.is_over(offer_id):
            opens, rests_on = may_be_told("assignment.made", offer.agency, dossier, judge, at, offer_id=offer_id)
            yield Notice(offer.agency, "assignment.made", offer_id=offer_id, revision=revision, opens=opens,
                         rests_on=rests_on)  # fmt: skip
        lost = offer.accepted is not None and offer.lapsed_at is not None
        by_others = (name, offer.agency) in dossier.ended_by_others or offer_id in dossier.offers_ended_by_others
        taken_away = offer.held and by_others
        if (offer.cancelled_at is not None and not offer.ran_out_first) or lost or taken_away:
            yield Notice(offer.agency, "offer.cancelled", offer_id=offer_id)
    for offer_id, holder, number, taken_on in dossier.transfers.values():
        known = dossier.offers.get(offer_id)
        if known is not None and known.referral_id == name:
            state = "accepted" if taken_on else "nobody"
            yield Notice(holder, "transfer.reported", offer_id=offer_id, revision=number, state=state)


def _of_a_diversion(name: str, dossier: Dossier, judge: Judge, at: datetime) -> Iterator[Notice]:
    """Each report to court, prosecutor and counsel of the case; to its program what is asked, and what consent lacks.

    Whom a report may not reach for want of a consent the program is told: it is where the person can sign one.
    """
    diversion = dossier.pretrials.get(name)
    if diversion is None:
        return
    for report_id, report in diversion.reports.items():
        for slug in report.to:
            if slug not in diversion.parties:
                continue
            opens, rests_on = may_be_told(REPORTED, slug, dossier, judge, at, referral_id=name, report_id=report_id)
            yield Notice(slug, REPORTED, referral_id=name, state=report_id, opens=opens, rests_on=rests_on)
            if not opens:
                yield Notice(report.program, CALLED, referral_id=name, state=f"{LACKING}{slug}")
    for state, asked in diversion.asked.items():
        yield Notice(asked.agency, CALLED, referral_id=name, state=state)
    for program in diversion.programs if diversion.over else ():
        yield Notice(program, CALLED, referral_id=name, state=OVER)


def _onward(dossier: Dossier, judge: Judge, at: datetime) -> Iterator[Notice]:
    """Ask a provider only as far as consent goes; tell the asker what became of it, and where it is not allowed."""
    for onward_id, onward in dossier.onwards.items():
        for provider in onward.asked:
            if provider in onward.closed.values() or not _OVER.isdisjoint(onward.closed):
                continue
            opens, rests_on = may_be_told("onward.offered", provider, dossier, judge, at, onward_id=onward_id)
            yield Notice(provider, "onward.offered", onward_id=onward_id, opens=opens, rests_on=rests_on)
            state = "asked" if opens else "not_allowed"
            yield Notice(onward.asked_by, "onward.reported", onward_id=onward_id, provider=provider, state=state)
        for state in onward.closed.keys() - {_CALLED_OFF}:
            yield Notice(onward.asked_by, "onward.reported", onward_id=onward_id, state=state)
