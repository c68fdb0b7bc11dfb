"""What is the same for every decision: what the site says, and how things get their names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from services.assignment.domain.case_managers import CaseManagers
from services.assignment.domain.naming import Naming
from services.sites import Rota, Site


@dataclass(frozen=True, slots=True)
class Times:
    """How long the site gives."""

    answer: timedelta
    """To answer while an officer waits, or an arrest."""
    outreach: timedelta
    """To answer otherwise."""
    arrival: timedelta
    intake: timedelta
    alarm: timedelta | None = None
    """How long before the arrival's end operators are alarmed; None: never."""


@dataclass(frozen=True)
class Rules:
    """The site, and the names that its offers get."""

    site: Site
    naming: Naming
    rota: Rota | None = None
    """Who is on call; without one, as the site said it at the start."""

    @cached_property
    def times(self) -> Times:
        """How long things may take."""
        clocks = self.site.clocks
        alarm = clocks.arrival_alarm_minutes
        return Times(
            answer=clocks.minutes(clocks.offer_answer_minutes),
            outreach=clocks.minutes(clocks.offer_answer_minutes_outreach),
            arrival=clocks.minutes(clocks.arrival_minutes),
            intake=clocks.days(clocks.intake_days),
            alarm=None if alarm is None else clocks.minutes(alarm),
        )

    @cached_property
    def case_managers(self) -> CaseManagers:
        """Who gets first offers."""
        return CaseManagers(self.site, self.rota)
