"""What people were helped with: onward referrals and needs met, as the timeline's steps tell, for reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.words import HelpType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.console.domain.timeline import Step

SAID_OF_HELP: Final = ("need.recorded", "onward.asked", "onward.closed")
"""The facts of which it is made."""
MET: Final = "met"
"""Who has the person says that they got it."""
OUTCOMES: Final = (MET, "fulfilled", "accepted", "waitlisted", "declined", "nobody", "called_off", "asked")
"""How it stands. Of one onward referral the first in this list counts: a provider's answer only goes on."""
_PLACE: Final = {outcome: place for place, outcome in enumerate(OUTCOMES)}


class Helped(NamedTuple):
    """One time that help was asked for, or given."""

    person: str
    """Only to tell people apart; it is in no report."""
    help_type: HelpType
    outcome: str


def helped_by(steps: Iterable[tuple[str, Step]]) -> list[Helped]:
    """Return each onward referral and each need met, once; `steps` are with whom they are about, in any order."""
    kinds: dict[str, HelpType] = {}
    stands: dict[str, tuple[str, str]] = {}
    met: dict[str, Helped] = {}
    for person, step in steps:
        said = step.details
        if step.event == "need.recorded":
            met[step.id] = Helped(person, HelpType(said["help_type"]), MET)
            continue
        name = said["onward_id"]
        if said.get("help_type"):
            kinds[name] = HelpType(said["help_type"])
        state = said.get("state", "asked")
        stands[name] = min(stands.get(name, (person, state)), (person, state), key=lambda one: _PLACE[one[1]])
    asked = [Helped(person, kinds[name], state) for name, (person, state) in stands.items() if name in kinds]
    return [*met.values(), *asked]
