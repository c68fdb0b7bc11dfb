"""How one office's hold of one arrest's charge stands, worked out from the docket. Pure.

held → not filed, once an intake is done by the last day; extended, to a later one; lapsed, when it is over. After that
the office says what it does: filed, declined anyway, still reviewing. What is not filed stays so (DOMAIN 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from contracts.held import ChargeDecision
from services.charges.domain.days import day_at, first_last_day
from services.charges.domain.docket import HELD, Docket, hold_key
from services.sites import Site

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from services.charges.domain.docket import Word

DUE = "due"
NEAR = "near"
WINDOW = "window"
_FINAL = frozenset({ChargeDecision.FILED.value, ChargeDecision.DECLINED.value})
_KEEPS = frozenset({HELD, ChargeDecision.STILL_REVIEWING.value})


class Standing(StrEnum):
    """Where a hold stands."""

    NONE = "none"
    HELD = "held"
    EXTENDED = "extended"
    LAPSED = "lapsed"
    STILL_REVIEWING = "still_reviewing"
    WITHDRAWN = "withdrawn"
    FILED = "filed"
    DECLINED = "declined"
    NOT_FILED = "not_filed"


@dataclass(frozen=True)
class Hold:
    """One office and one referral of the docket."""

    docket: Docket
    site: Site
    referral_id: str
    office: str

    @cached_property
    def key(self) -> str:
        """Return its name in the docket."""
        return hold_key(self.referral_id, self.office)

    @cached_property
    def known(self) -> bool:
        """Whether it is an arrest of police whose cases this office gets."""
        arrest = self.docket.arrests.get(self.referral_id)
        return arrest is not None and any(one.slug == self.office for one in self.site.prosecutors_of(arrest.agency))

    @cached_property
    def diverted_at(self) -> datetime | None:
        """When the hub heard that the person met a case manager instead of going to jail; None if it came to nothing.

        An officer who was told that nobody comes, and promised nothing, went on as usual: whoever meets the person then
        meets them as outreach. Notification says the same of whom it tells of the diversion.
        """
        docket, arrest = self.docket, self.docket.arrests.get(self.referral_id)
        gone = docket.gone_on.get(self.referral_id)
        went_on = gone is not None and not gone.appointment and not (arrest is not None and arrest.after_the_fact)
        met = (
            offer.met_at
            for offer in docket.offers.values()
            if offer.referral_id == self.referral_id
            and offer.met_at is not None
            and (
                not went_on
                or (
                    # Whoever has the person anew, or took them over, was asked when no officer waited any more.
                    offer.officer_waiting is not False
                    and offer.accepted_at is not None
                    and (gone is None or offer.accepted_at < gone.at)
                )
            )
        )
        return min(met, default=None)

    @cached_property
    def words(self) -> dict[str, Word]:
        """What the office said and counts, by the mark of the message."""
        docket = self.docket
        return {
            name: word
            for name, word in docket.words.items()
            if (word.referral_id, word.agency) == (self.referral_id, self.office)
            and name in docket.weighed
            and name not in docket.refused
        }

    @cached_property
    def word(self) -> Word | None:
        """Return the newest of them."""
        newest = max(((word.at, name) for name, word in self.words.items()), default=None)
        return None if newest is None else self.words[newest[1]]

    def asked_for(self, words: Iterable[Word]) -> date:
        """Return the last day by these words of the office: its own from before the diversion, else the site's days.

        What it says since then only moves it forward.
        """
        days = sorted((word.at, word.hold_until) for word in words if word.hold_until is not None)
        begun = self.diverted_at
        before = [day for at, day in days if begun is None or at < begun]
        since = [day for at, day in days if begun is not None and at >= begun]
        first = before[-1] if before else first_last_day(self.site, self.docket.arrests[self.referral_id].referred_at)
        return max([first, *since])

    @cached_property
    def due_on(self) -> date | None:
        """Return the last day, as it was said; None where nothing is held."""
        return max(self.docket.days.get(self.key, {}), default=None)

    @cached_property
    def due_at(self) -> datetime | None:
        """Return when it is over."""
        return None if self.due_on is None else self.docket.days[self.key][self.due_on]

    def passed(self, name: str) -> bool:
        """Tell whether this deadline of the last day has passed."""
        return self.due_on is not None and f"{self.key} {self.due_on} {name}" in self.docket.reached

    @cached_property
    def lapsed_at(self) -> datetime | None:
        """Return when the newest day that is over was over."""
        days = self.docket.days.get(self.key, {})
        over = [at for day, at in days.items() if f"{self.key} {day} {DUE}" in self.docket.reached]
        return max(over, default=None)

    @cached_property
    def done_on(self) -> date | None:
        """Return the first day of an intake that counts: none from before the day of the referral.

        "Within 30 days after the referral" (California PC 1001.87(a)(1); Clackamas, Santa Fe: of the referral). Whether
        the intake of somebody who takes part already counts for another arrest, nobody has published.
        """
        arrest = self.docket.arrests.get(self.referral_id)
        days = self.docket.completed.get(self.referral_id, frozenset())
        if arrest is None:
            return None
        return min((day for day in days if day >= day_at(self.site, arrest.begun_at)), default=None)

    @cached_property
    def met(self) -> bool:
        """Whether the condition is met: an intake by the last day, also where the office filed without waiting for it.

        Only where the site gives the office the last word on who is eligible, what it files before the intake is done
        ends the hold. Of one day nobody knows which came first, and it counts for the person.
        """
        done = self.done_on
        if done is None or self.due_on is None or done > self.due_on:
            return False
        return not (self.refused_first and self.word is not None and day_at(self.site, self.word.at) < done)

    @property
    def refused_first(self) -> bool:
        """Whether the office filed before the last day was over, and has the last word on who is eligible."""
        word, due_at = self.word, self.due_at
        if word is None or due_at is None or not self.site.prosecutor_has_last_word:
            return False
        return word.says == ChargeDecision.FILED and word.at < due_at

    @property
    def knows(self) -> bool:
        """Whether the office was told of an intake that was done in time."""
        return self.met and self.key in self.docket.told

    @property
    def retracted(self) -> bool:
        """Whether the police took their report back."""
        return self.referral_id in self.docket.retracted

    @property
    def decided(self) -> bool:
        """Whether the office said that it files, or does not."""
        return self.word is not None and self.word.says in _FINAL

    @property
    def was_decided(self) -> bool:
        """Whether the office ever said that it files, or does not."""
        return any(one.says in _FINAL for one in self.words.values())

    @property
    def kept(self) -> bool:
        """Whether the office says that it holds the charge still: after the day, or after it had decided otherwise."""
        word, over = self.word, self.lapsed_at
        if word is None or word.says not in _KEEPS:
            return False
        return word.at >= over if over is not None else self.was_decided

    @property
    def standing(self) -> Standing:
        """Where it stands; what is not filed before all, then the office's last word."""
        if self.due_on is None:
            return Standing.NONE
        if self.met:
            return Standing.NOT_FILED
        if self.decided and self.word is not None:
            return Standing(self.word.says)
        if self.retracted:
            return Standing.WITHDRAWN
        if self.kept:
            return Standing.STILL_REVIEWING
        if self.passed(DUE):
            return Standing.LAPSED
        return Standing.EXTENDED if len(self.docket.days[self.key]) > 1 else Standing.HELD
