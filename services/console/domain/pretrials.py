"""Court pretrial diversions as operators see them: where each stands, what was filed, what is owed, what was not told.

Worked out of the timeline's steps, in any order. No name is in it, and no number of a case.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from services.console.domain.standings import pretrial_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.console.domain.timeline import Step

ADVANCED: Final = "pretrial.advanced"
OVER: Final = frozenset({"dismissed", "terminated", "denied"})
_REPORTED: Final = "pretrial.reported"
SAID_OF_A_DIVERSION: Final = (
    "pretrial.opened", ADVANCED, "pretrial.filed", "pretrial.awaited", "disclosure.made", "disclosure.withheld",
)  # fmt: skip
"""The facts of which it is made."""


class Filed(BaseModel):
    """One report to the court."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    report: str
    reported_on: date
    program: str
    to: tuple[str, ...]
    month: int | None = None
    substantial_compliance: bool | None = None
    services: tuple[str, ...] = ()
    completed_by: str | None = None
    hours: int | None = None


class Owed(BaseModel):
    """What the program owes the court."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    asked_for: str
    month: int | None = None
    due_on: date
    overdue: bool = False


class Diversion(BaseModel):
    """One diversion, by its referral."""

    model_config = ConfigDict(frozen=True)

    referral_id: str
    person: str
    stage: str | None = None
    since: date | None = None
    court: str | None = None
    prosecutor: str | None = None
    counsel: str | None = None
    reports: tuple[Filed, ...] = ()
    owed: tuple[Owed, ...] = ()
    not_told: tuple[str, ...] = Field(default=())
    """To whom the newest report could not go; `hub why` says for want of what."""

    @property
    def overdue(self) -> bool:
        """Whether the program owes something whose day is over."""
        return any(one.overdue for one in self.owed)


def diversions_of(steps: Iterable[Step]) -> list[Diversion]:
    """Return the diversions of these steps, by referral; what is about none is passed over."""
    by_referral: dict[str, list[Step]] = {}
    for step in sorted(steps, key=lambda one: one.at):
        if step.referral_id is not None:
            by_referral.setdefault(step.referral_id, []).append(step)
    return [
        _diversion(referral_id, found)
        for referral_id, found in sorted(by_referral.items())
        if any(step.event == "pretrial.opened" for step in found)
    ]


def stage_of(steps: Iterable[Step]) -> tuple[str | None, date | None]:
    """Return where a diversion stands after these steps, in order, and since which day."""
    stage, since = None, None
    for step in steps:
        if step.event == ADVANCED:
            after = pretrial_after(stage, step.details["stage"])
            if after is not None and (after != stage or after == step.details["stage"]):
                stage, since = after, date.fromisoformat(step.details["on"])
    return stage, since


def _diversion(referral_id: str, steps: Sequence[Step]) -> Diversion:
    opened = [step for step in steps if step.event == "pretrial.opened"][-1]
    stage, since = stage_of(steps)
    return Diversion(
        referral_id=referral_id,
        person=opened.subject,
        stage=stage,
        since=since,
        **{name: opened.details.get(name) for name in ("court", "prosecutor", "counsel")},
        reports=tuple(Filed.model_validate(step.details) for step in steps if step.event == "pretrial.filed"),
        owed=() if stage in {*OVER, "completed"} else tuple(_owed(steps)),
        not_told=tuple(_not_told(steps)),
    )


def _owed(steps: Sequence[Step]) -> Iterable[Owed]:
    """What was asked for and has not come since; whoever is asked anew is asked for the same."""
    asked: dict[tuple[str, int | None], dict[str, Any]] = {}
    for step in steps:
        said = step.details
        if step.event == "pretrial.awaited":
            asked[said["asked_for"], said.get("month")] = said
        elif step.event == "pretrial.filed":
            asked.pop((said["report"], said.get("month")), None)
    return [Owed.model_validate(one) for one in asked.values()]


def _not_told(steps: Sequence[Step]) -> Iterable[str]:
    last: dict[str, tuple[datetime, str]] = {}
    for step in steps:
        if step.details.get("message_type") == _REPORTED and step.agency is not None:
            last[step.agency] = max(last.get(step.agency, (step.at, step.event)), (step.at, step.event))
    return sorted(agency for agency, (_, event) in last.items() if event == "disclosure.withheld")
