"""What the hub knows, as its operators see it: the console's steps, read as they come, and whose each of them is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from services.console.domain import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.console.store import Asking
    from services.demo.runs import Run

_POLL_SECONDS: Final = 0.1
_KNOWN_SECONDS: Final = 20.0


class Mirror:
    """Follows the console. Offers are blind: which case one is about is looked up here, as an operator would."""

    def __init__(self, asking: Asking) -> None:
        """Follow over this connection, which nobody else uses meanwhile."""
        self._asking = asking
        self._last = 0
        self._runs: dict[str, Run] = {}
        self._by_referral: dict[str, Run] = {}
        self._by_person: dict[str, list[Run]] = {}
        self._referral_of_offer: dict[str, str] = {}
        self._person_of_onward: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self.steps_seen = 0

    async def skip_to_the_end(self) -> None:
        """Pass over what happened before this run."""
        while found := await self._asking.since(self._last):
            self._last = found[-1][0]

    def expect(self, runs: Iterable[Run]) -> None:
        """Know these cases by the ids of their submissions."""
        self._runs |= {run.first_id: run for run in runs}

    async def follow(self) -> None:
        """Read until cancelled."""
        while True:
            if not await self.look():
                await asyncio.sleep(_POLL_SECONDS)

    async def look(self) -> bool:
        """Read what is new; whether anything was."""
        found = await self._asking.since(self._last)
        if not found:
            return False
        touched: set[str] = set()
        for number, step in found:
            self._last = number
            self.steps_seen += 1
            run = self._note(step)
            if run is not None:
                run.steps.append(step)
                touched |= {run.person} if run.person else set()
        for person in touched:
            file = await self._asking.file(person)
            for run in self._by_person.get(person, ()):
                run.file = file
        async with self._changed:
            self._changed.notify_all()
        return True

    async def of_referral(self, referral_id: str) -> Run | None:
        """Return the case of a referral, as soon as the console knows it."""
        return await self._soon(lambda: self._by_referral.get(referral_id))

    async def of_offer(self, offer_id: str) -> Run | None:
        """Return the case that an offer is about."""
        return await self._soon(lambda: self._by_referral.get(self._referral_of_offer.get(offer_id, "")))

    async def of_onward(self, onward_id: str) -> Run | None:
        """Return the case that an onward referral is about."""

        def found() -> Run | None:
            runs = self._by_person.get(self._person_of_onward.get(onward_id, ""), ())
            return next((run for run in runs if run.started), None)

        return await self._soon(found)

    async def changed(self, seconds: float) -> None:
        """Wait until something is new, at most so long."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait(), seconds)
            except TimeoutError:
                return

    async def _soon(self, look: Callable[[], Run | None]) -> Run | None:
        until = asyncio.get_running_loop().time() + _KNOWN_SECONDS
        while (run := look()) is None and asyncio.get_running_loop().time() < until:
            await self.changed(0.5)
        return run

    def _note(self, step: Step) -> Run | None:
        if step.event in {"referral.received", "referral.repeated"} and step.cause in self._runs:
            run = self._runs[step.cause]
            if step.event == "referral.received":
                run.referral_id, run.person = step.referral_id, step.subject
                self._by_referral[step.referral_id or ""] = run
                self._by_person.setdefault(step.subject, []).append(run)
            return run
        if step.event in {"assignment.offered", "transfer.offered"} and step.offer_id and step.referral_id:
            self._referral_of_offer[step.offer_id] = step.referral_id
        if step.event == "onward.asked":
            self._person_of_onward[step.details.get("onward_id", "")] = step.subject
        return self._run_of(step)

    def _run_of(self, step: Step) -> Run | None:
        referral_id = step.referral_id or self._referral_of_offer.get(step.offer_id or "")
        if referral_id is not None:
            return self._by_referral.get(referral_id)
        # What is about the person and no referral belongs to the newest case of that person.
        runs = self._by_person.get(step.subject, ())
        return runs[-1] if runs else None
