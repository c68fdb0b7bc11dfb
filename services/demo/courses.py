"""What an agency does once it has the person, and what else a case says will happen."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from contracts.catalogue import (
    ConsentRevoked,
    ConsentSigned,
    ContactAttempted,
    HandoffCompleted,
    IntakeCompleted,
    OfferCancelled,
    OnwardRequested,
    ParticipationEnded,
    ParticipationPaused,
    ParticipationResumed,
    PersonAgreed,
    PersonDeclined,
)
from contracts.forms import Signer, Statement
from contracts.relationship import PauseReason
from contracts.words import Category, ConsentKind, ContactResult, EndReason, HelpType, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.catalogue import AssignmentMade
    from contracts.event import Event
    from services.demo.answering import Agencies
    from services.demo.cases import Later
    from services.demo.runs import Run
    from services.sites import Site

_LASTS_MINUTES: Final = 6
"""How many of the site's minutes a consent lasts that is to expire before the eyes of the demonstration."""
_WAIT_SECONDS: Final = 25.0
_CHARGE_DECIDED_BY: Final = timedelta(days=365)
"""The last day of a consent for a prosecutor: no office has to say what it decides of a charge."""
_WHO_IT_IS: Final = (Category.IDENTITY, Category.CONTACT, Category.NEEDS)
_FIRST_CONTACT: Final = (*_WHO_IT_IS, Category.INCIDENT, Category.SAFETY)


async def play(agencies: Agencies, run: Run, holder: str, made: AssignmentMade) -> None:
    """Report the course of the case, step by step, until the assignment is cancelled."""
    for step in run.case.course:
        if _cancelled(run, made) and step != "no":
            return
        word, _, rest = step.partition(":")
        if word == "wait":
            await _until(agencies, run, rest)
            continue
        if word == "onward" and any(one.startswith(("consent:", "expiring:")) for one in run.case.course):
            await _until(agencies, run, "consent.granted", 1 + run.case.course.count("consent"))
        await agencies.say(run, holder, _event(agencies, run, holder, made, step), subject=run.pseudonyms.get(holder))


def _cancelled(run: Run, made: AssignmentMade) -> bool:
    events = (message.fact.event for message in run.messages if message.type == OfferCancelled.name)
    return any(isinstance(event, OfferCancelled) and event.offer_id == made.offer_id for event in events)


async def what_follows(agencies: Agencies, run: Run) -> None:
    """Let what the case says will happen later happen, once what it waits for has been seen."""
    while run.later_done < len(run.case.later):
        later = run.case.later[run.later_done]
        if seen(run, later.when) < later.count:
            return
        run.later_done += 1
        await _happens(agencies, run, later)


def seen(run: Run, name: str) -> int:
    """Return how often an event was seen: a fact of the hub, or a message on a lane."""
    return run.events.count(name) + sum(message.type == name for message in run.messages)


def consent(run: Run, holder: str, site: Site, form: str, day: date) -> ConsentSigned:
    """Return a consent as the holder witnesses it: for its own work, for a provider, or for the prosecutor.

    Where the holder is a Part 2 program, only a consent under 42 CFR part 2 lets a provider hear who asks for help.
    """
    office = site.program_office
    signed = ConsentSigned(
        form_reference=f"{run.first_id}-{form or 'own'}"[-60:], kind=ConsentKind.HUB_HANDOFF, disclosers=(office,),
        recipients=(form or holder,), categories=_WHO_IT_IS if form else _FIRST_CONTACT,
        purpose=Purpose.SERVICE_PROVISION if form else Purpose.CARE_COORDINATION, signed_on=day, signature="paper",
        signed_by=Signer.PERSON, expires_with="end_of_participation", language="en",
    )  # fmt: skip
    if form == "prosecutor":
        return signed.model_copy(update=_for_the_prosecutor(run, site, holder, day))
    if form:
        run.may_know.add(form)
    if form and site.agencies[holder].follows.part2:
        return signed.model_copy(update={"kind": ConsentKind.PART2_SPECIFIC} | _under_part2(site, holder))
    return signed


def _expiring(signed: ConsentSigned, site: Site) -> ConsentSigned:
    """Return the consent with a last moment: enough for one telling, and soon over."""
    until = datetime.now(ZoneInfo(site.timezone)) + site.clocks.minutes(_LASTS_MINUTES)
    return signed.model_copy(update={"expires_at": until})


def _deficient(signed: ConsentSigned) -> ConsentSigned:
    """Return the consent under 42 CFR part 2 on the form of a hand-over, which lacks most that 2.31(a) asks for."""
    return signed.model_copy(
        update={"kind": ConsentKind.PART2_SPECIFIC, "form_reference": f"short-{signed.form_reference}"[:60]}
    )


def _for_the_prosecutor(run: Run, site: Site, holder: str, day: date) -> dict[str, Any]:
    """Return what a consent under 42 CFR 2.35 says otherwise: it has the elements of 2.31(a), and a last day."""
    prosecutor = next((one.slug for one in site.prosecutors_of(run.case.sender)), run.case.sender)
    return _under_part2(site, holder) | {
        "kind": ConsentKind.CRIMINAL_JUSTICE_REFERRAL,
        "recipients": (prosecutor,),
        "categories": (Category.INTAKE_STATUS,),
        "purpose": Purpose.PROSECUTION_DECISION,
        "expires_with": "charge_decided",
        "expires_at": datetime.combine(day, time(), ZoneInfo(site.timezone)) + _CHARGE_DECIDED_BY,
    }


def _under_part2(site: Site, holder: str) -> dict[str, Any]:
    """Return what a form under 42 CFR part 2 says besides: who may disclose, the intermediary, and its statements."""
    known = [one for one in site.statements if one.id == "right-to-revoke" and one.language == "en"]
    newest = max(known, key=lambda one: one.in_force_from)
    return {
        "disclosers": (holder, site.program_office),
        "intermediary": site.program_office,
        "members_version": max(site.members, key=lambda one: one.in_force_from).version,
        "statements": (Statement(text=newest.id, version=newest.version),),
    }


def _event(agencies: Agencies, run: Run, holder: str, made: AssignmentMade, step: str) -> Event:
    word, _, rest = step.partition(":")
    today = datetime.now(ZoneInfo(agencies.site.timezone)).date()
    help_type, _, provider = rest.partition(":")
    words: dict[str, Callable[[], Event]] = {
        "attempt": lambda: ContactAttempted(result=ContactResult.NOT_FOUND),
        "contact": lambda: ContactAttempted(result=ContactResult.CONTACTED),
        "agree": lambda: PersonAgreed(referral_id=made.referral_id),
        "no": lambda: PersonDeclined(referral_id=made.referral_id),
        "handoff": lambda: HandoffCompleted(offer_id=made.offer_id),
        "consent": lambda: agencies.signed(run, holder, rest),
        "expiring": lambda: _expiring(agencies.signed(run, holder, rest), agencies.site),
        "deficient": lambda: _deficient(agencies.signed(run, holder, "")),
        "intake": lambda: IntakeCompleted(completed_on=today),
        "onward": lambda: OnwardRequested(help_type=HelpType(help_type), to=provider or None),
        "revoke": lambda: ConsentRevoked(how="verbal"),
        "end": lambda: ParticipationEnded(reason=EndReason(rest)),
        "pause": lambda: ParticipationPaused(reason=PauseReason(rest)),
        "resume": ParticipationResumed,
        "died": lambda: ContactAttempted(result=ContactResult.DECEASED),
    }
    return words[word]()


async def _until(agencies: Agencies, run: Run, name: str, count: int = 1) -> None:
    longest = max(_WAIT_SECONDS, 2 * agencies.site.clocks.minutes(_LASTS_MINUTES).total_seconds())
    loop = asyncio.get_running_loop()
    until = loop.time() + longest
    while seen(run, name) < count and loop.time() < until:
        # On a busy day something changes all the time: it is not the looks that count.
        await agencies.mirror.changed(0.25)


async def _happens(agencies: Agencies, run: Run, later: Later) -> None:
    case = run.case
    by = {"sender": case.sender, "holder": run.holder or case.sender, "office": agencies.site.program_office}
    slug = by.get(later.by, later.by)
    subject = run.pseudonyms.get(slug) if later.subject else None
    if later.data == "$same":
        agency = agencies.site.agencies[slug]
        data = run.submission(agency.oris[0] if agency.oris else None)
    else:
        data = run.filled(later.data)
    await agencies.say_data(run, slug, later.say, data, subject)
