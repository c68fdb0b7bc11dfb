"""The agencies of the demonstration: each listens on its own lane and answers as the case that it concerns says."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from contracts.catalogue import (
    ApprovalAnswered,
    ApprovalCalled,
    AssignmentMade,
    ConsentSigned,
    InformationRecalled,
    MessageRefused,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OnwardAnswered,
    OnwardOffered,
    RecallAnswered,
    ReviewAnswered,
    ReviewCalled,
)
from contracts.event import newest
from services.demo import courses
from services.demo.runs import Message, Run, cloud_event, said
from services.plumbing.signing import sign

if TYPE_CHECKING:
    from contracts.event import Event
    from services.demo.mirror import Mirror
    from services.partner import Partner
    from services.sites import Site

OPERATOR: Final = "juno-operator"
_MINUTES_AWAY: Final = 12
_STAYS_AWAY: Final = "accept-and-stay-away"
_POLL_MS: Final = 1_000
_GROUP: Final = "demonstration"
"""The players read as groups of their own, so that `hub status` sees that the lanes are read."""


class Agencies:
    """All agencies of the site as clients with their own credentials, and what they heard."""

    def __init__(self, site: Site, partners: dict[str, Partner], mirror: Mirror, operator_key: str) -> None:
        """`partners` are connected when they first speak or listen; the operator signs with the key."""
        self.site = site
        self._operator_key = operator_key
        self.mirror = mirror
        self.heard: list[Message] = []
        self.troubles: list[str] = []
        """What went wrong on the agencies' side of the demonstration."""
        self.sent: list[tuple[str, str]] = []
        """Who said what: agency and event id."""
        self._partners = partners
        self._runs: dict[str, Run] = {}
        self._by_pseudonym: dict[tuple[str, str], Run] = {}
        self._work: set[asyncio.Task[None]] = set()

    def expect(self, runs: list[Run]) -> None:
        """Know these cases."""
        self._runs |= {run.first_id: run for run in runs}
        self.mirror.expect(runs)

    async def listen(self, slug: str, ready: asyncio.Event) -> None:
        """Hear what comes on one agency's lane, from now on, until cancelled; `ready` is set when it began."""
        async with self._partners[slug].listening(_GROUP, start="latest") as ear:
            ready.set()
            while True:
                for heard in await ear.within(_POLL_MS):
                    message = Message(slug, heard)
                    self.heard.append(message)
                    if heard.fact is not None:
                        self._begin(self._received(message))

    async def refer(self, run: Run) -> None:
        """Send the case's referral, as its sender."""
        case = run.case
        run.started = True
        agency = self.site.agencies[case.sender]
        schema = {} if case.version is None else {"dataschema": f"hub:referral.submitted/{case.version}"}
        data = run.submission(agency.oris[0] if agency.oris else None)
        await self._say_raw(
            run, case.sender, cloud_event(case.sender, run.first_id, "referral.submitted", data, **schema)
        )

    async def say(self, run: Run | None, slug: str, event: Event, *, subject: str | None = None) -> None:
        """Say something as an agency, under the next free id."""
        known = run.pseudonyms.get(slug) if run is not None else None
        identity = self._next_id(run, slug)
        await self._say_raw(run, slug, said(slug, identity, event, subject or known, self._signature(identity, event)))

    async def say_data(self, run: Run, slug: str, name: str, data: dict[str, Any], subject: str | None) -> None:
        """Say something that the case spells out."""
        identity = self._next_id(run, slug)
        signature = self._signature(identity, newest(name).model_validate(data)) if "operator" in data else None
        await self._say_raw(run, slug, cloud_event(slug, identity, name, data, subject=subject, signature=signature))

    def _signature(self, identity: str, event: Event) -> str | None:
        return sign(self._operator_key, identity, event) if getattr(event, "operator", None) == OPERATOR else None

    def signed(self, run: Run, holder: str, form: str) -> ConsentSigned:
        """Return the consent that a step of a course stands for, witnessed by the holder."""
        day = datetime.now(ZoneInfo(self.site.timezone)).date()
        return courses.consent(run, holder, self.site, form, day)

    async def wind_up(self) -> None:
        """End what is still being said."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.troubles.append(repr(task.exception()))

    async def _received(self, message: Message) -> None:
        run = await self._run_of(message)
        if run is None:
            return
        run.messages.append(message)
        subject = message.fact.subject
        if subject is not None:
            run.pseudonyms[message.agency] = subject
            self._by_pseudonym[(message.agency, subject)] = run
        run.busy += 1
        try:
            await self._answer(run, message)
            await courses.what_follows(self, run)
        finally:
            run.busy -= 1

    async def _answer(self, run: Run, message: Message) -> None:
        slug, fact = message.agency, message.fact
        match fact.event:
            case OfferMade():
                await self._to_offer(run, slug, fact.event, fact.subject)
            case AssignmentMade():
                run.may_know.add(slug)
                if fact.event.offer_id not in run.played:
                    run.played.add(fact.event.offer_id)
                    if run.offers.get(fact.event.offer_id) != _STAYS_AWAY:
                        await courses.play(self, run, slug, fact.event)
            case OnwardOffered():
                answer = OnwardAnswered(onward_id=fact.event.onward_id, answer=run.case.providers)
                await self.say(run, slug, answer, subject=fact.subject)
            case InformationRecalled():
                recalled = RecallAnswered(recall_id=fact.event.recall_id, answer="recalled")
                await self.say(run, slug, recalled, subject=fact.subject)
            case ReviewCalled() if run.case.operator != "silent":
                verdict = {"verdict": run.case.operator, "why": "Decided in the demonstration."}
                named = {"review_id": fact.event.review_id, "operator": OPERATOR}
                await self.say(run, slug, ReviewAnswered.model_validate(verdict | named), subject=fact.subject)
            case ApprovalCalled():
                said = run.case.approvals.get(slug, "yes")
                if said != "silent":
                    approval = ApprovalAnswered(review_id=fact.event.review_id, approved=said == "yes")
                    await self.say(run, slug, approval, subject=fact.subject)
            case _:
                return

    async def _to_offer(self, run: Run, slug: str, offer: OfferMade, subject: str | None) -> None:
        if offer.offer_id in run.offers:
            return
        answer = run.case.answer_to_offer(len(run.offers))
        run.offers[offer.offer_id] = answer
        word, _, reason = answer.partition(":")
        if word == "silent":
            return
        if word == "decline":
            declined = OfferDeclined.model_validate({"offer_id": offer.offer_id, "reason": reason})
            await self.say(run, slug, declined, subject=subject)
            return
        minutes = _MINUTES_AWAY if offer.officer_waiting else None
        run.may_know.add(slug)
        accepted = OfferAccepted(offer_id=offer.offer_id, arrives_in_minutes=minutes)
        await self.say(run, slug, accepted, subject=subject)

    async def _run_of(self, message: Message) -> Run | None:
        fact = message.fact
        if isinstance(fact.event, MessageRefused):
            return next((run for run in self._runs.values() if fact.event.refusal.message_id in run.sent), None)
        for name, look in (
            ("referral_id", self.mirror.of_referral),
            ("offer_id", self.mirror.of_offer),
            ("onward_id", self.mirror.of_onward),
        ):
            named = getattr(fact.event, name, None)
            if named is not None:
                return await look(named)
        return self._by_pseudonym.get((message.agency, fact.subject or ""))

    def _next_id(self, run: Run | None, slug: str) -> str:
        if run is None:
            return f"{slug}-{len(self.sent)}-{id(self):x}"
        return f"{run.first_id}-{slug}-{len(run.sent)}"

    async def _say_raw(self, run: Run | None, slug: str, event: dict[str, Any]) -> None:
        if run is not None:
            run.sent.append(event["id"])
        self.sent.append((slug, event["id"]))
        await self._partners[slug].send(json.dumps(event).encode(), key=event.get("subject"))
