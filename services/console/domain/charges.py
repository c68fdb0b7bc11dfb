"""Where each held charge stands, for operators: worked out of the timeline's steps. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from services.console.domain.standings import CHARGE, charge_after
from services.console.domain.timeline import Step, in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLD: Final = "intake.reported"
_SAID_OF_IT: Final = ("hold.", "charge.")
_OVER: Final = frozenset({"filed", "declined", "withdrawn"})


@dataclass(slots=True)
class Charge:
    """One office's hold of one arrest's charge."""

    referral_id: str
    office: str
    standing: str | None = None
    since: datetime | None = None
    due_on: str | None = None
    told: bool = False
    """Whether the office was told that an intake was done."""
    steps: list[Step] = field(default_factory=list)
    _said: dict[str, Step] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Go on by one step, in the order of time."""
        if step.event == "disclosure.made":
            self.told = True
            return
        there = charge_after(self.standing, step.event)
        if there != self.standing:
            self.standing, self.since = there, step.at
        self.due_on = max(filter(None, (self.due_on, step.details.get("due_on"))), default=None)
        self._said[step.event] = step
        self.steps.append(step)

    def alarms(self, *, last_word: bool) -> tuple[str, ...]:
        """Return what an operator should take up; `last_word`: the office may file before the day at this site."""
        found = []
        if contested := self._said.get("charge.contested"):
            knew = contested.details.get("told", False)
            found.append("says that it filed, though it was told of the intake." if knew else
                         "says that it filed; the intake was done in time, and it may not be told.")  # fmt: skip
        if self.standing == "not_filed":
            nearly = "hold.unreported" in self._said and not self.told
            return (*found, "may not be told of the intake: no consent counts for it.") if nearly else tuple(found)
        filed = self._said.get("charge.filed")
        if self.standing == "filed" and filed is not None and filed.details.get("before_due") and not last_word:
            found.append("filed before the last day of its hold was over.")
        if self.standing not in _OVER:
            found += self._open()
        return tuple(found)

    def _open(self) -> list[str]:
        if "hold.unanswered" in self._said:
            return ["has not said what it does, and the site's days to file are over."]
        near = self._said.get("hold.unreported")
        if near is not None and self.standing in {"held", "extended"} and near.details.get("due_on") == self.due_on:
            return [f"was told of no intake, and the last day is {self.due_on}."]
        return []

    def shown(self, *, last_word: bool) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "referral_id": self.referral_id,
            "office": self.office,
            "standing": self.standing,
            "since": None if self.since is None else self.since.isoformat(),
            "due_on": self.due_on,
            "office_told": self.told,
            "alarms": list(self.alarms(last_word=last_word)),
        }


def charges_of(steps: Sequence[Step]) -> list[Charge]:
    """Return the charges that these steps tell of, by last day; a word of an office that was refused tells of none."""
    found: dict[tuple[str, str], Charge] = {}
    for step in in_order(steps):
        if step.referral_id is None or step.agency is None or not _is_of_one(step):
            continue
        key = (step.referral_id, step.agency)
        found.setdefault(key, Charge(*key)).take(step)
    held = [one for one in found.values() if one.standing is not None]
    return sorted(held, key=lambda one: (one.due_on or "", one.referral_id, one.office))


def _is_of_one(step: Step) -> bool:
    if step.event == "disclosure.made":
        return step.details.get("message_type") == TOLD
    return step.event.startswith(_SAID_OF_IT) and step.service == "/hub/charges"


STATES: Final = tuple(state.name for state in CHARGE)
"""The names of all states, in the order of the map."""
