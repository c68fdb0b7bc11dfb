"""What an agency does once it has the person, and what else a case says will happen."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final
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
    PersonAgreed,
    PersonDeclined,
)
from contracts.words import Category, ConsentKind, ContactResult, EndReason, HelpType, Purpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.catalogue import AssignmentMade
    from contracts.event import Event
    from services.demo.answering import Agencies
    from services.demo.cases import Later
    from services.demo.runs import Run

_WAIT_SECONDS: Final = 25.0
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
        if word == "onward" and any(one.startswith("consent:") for one in run.case.course):
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


def consent(run: Run, holder: str, office: str, prosecutor: str, form: str, day: date) -> ConsentSigned:
    """Return a consent as the holder witnesses it: for its own work, for a provider, or for the prosecutor."""
    categories: tuple[Category, ...] = _WHO_IT_IS
    kind, recipient = ConsentKind.HUB_HANDOFF, form or holder
    purpose, ends = Purpose.SERVICE_PROVISION, "end_of_participation"
    if not form:
        categories, purpose = _FIRST_CONTACT, Purpose.CARE_COORDINATION
    elif form == "prosecutor":
        kind, recipient, categories = ConsentKind.CRIMINAL_JUSTICE_REFERRAL, prosecutor, (Category.INTAKE_STATUS,)
        purpose, ends = Purpose.PROSECUTION_DECISION, "charge_decided"
    else:
        run.may_know.add(form)
    return ConsentSigned(
        form_reference=f"{run.first_id}-{form or 'own'}"[-60:], kind=kind, discloser=office, recipients=(recipient,),
        categories=categories, purpose=purpose, signed_on=day, expires_with=ends,
    )  # fmt: skip


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
        "intake": lambda: IntakeCompleted(completed_on=today),
        "onward": lambda: OnwardRequested(help_type=HelpType(help_type), to=provider or None),
        "revoke": lambda: ConsentRevoked(how="verbal"),
        "end": lambda: ParticipationEnded(reason=EndReason(rest)),
    }
    return words[word]()


async def _until(agencies: Agencies, run: Run, name: str, count: int = 1) -> None:
    for _ in range(int(_WAIT_SECONDS * 4)):
        if seen(run, name) >= count:
            return
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
