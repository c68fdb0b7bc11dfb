"""What operators say: through the program office's own topic, by the same door as every agency."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.envelope import Envelope, Fact, agency_source, structured
from contracts.words import Problem
from services.commands.confirming import Shows, confirmed, in_the_log
from services.commands.shown import Trouble
from services.plumbing.passwords import Passwords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.event import Event
    from services.commands.reach import Reach

UNNAMED: Final = "operator"
OPERATORS: Final = "operators"
"""The folder of operators' signing keys, within that of the hub's secrets."""


class NotAnswered(Trouble):
    """The hub did not answer in time. What was said is on its topic all the same, and will be read."""

    def __init__(self, next_step: str = "look at `hub status`.") -> None:
        """Say so, and what to do."""
        super().__init__("The hub has not answered yet; what was said is kept and will be read.", next_step)


async def said(
    reach: Reach,
    event: Event,
    *,
    subject: str | None = None,
    wait: float = 30.0,
    shows: Shows = in_the_log,
    see: str = "hub status",
) -> dict[str, Any]:
    """Publish the event on the program office's topic and return the hub's answer, once its effect shows.

    Signed where the operator that it names has a key. `shows` tells the effect; `see` is the command that shows it.

    Raises:
        NotAnswered: as its words say.
        NotConfirmed: it was admitted, as far as is known, and its effect does not show.
        Trouble: the hub refused it, or put it aside.
    """
    from services.commands.answers import listening

    slug = reach.site.program_office
    identity = uuid.uuid4().hex
    envelope = Envelope(
        id=identity,
        source=agency_source(slug),
        type=event.name,
        at=datetime.now(UTC),
        subject=subject,
        dataschema=event.dataschema,
        signature=_signature(reach, identity, event),
    )
    async with reach.partner(slug) as partner, listening(reach, partner) as answers:
        sent = await partner.send(json.dumps(structured(Fact(event, envelope))).encode(), key=subject)
        answer = await answers.to(sent, {"id": identity, "type": event.name}, wait)
    if answer["answer"] == "refused":
        problems = [Problem.model_validate(one) for one in answer["problems"]]
        raise Trouble.of(problems, "The hub refused it: ")
    if answer["answer"] == "parked":
        raise Trouble(f"The hub has put it aside ({answer['reason']}); it is kept.", "look at `hub status`.")
    if answer["answer"] == "no answer":
        raise NotAnswered
    if answer["answer"] == "admitted":
        await confirmed(reach, identity, shows, see)
    return {"id": identity, "type": event.name} | answer


async def vouched(reach: Reach, operator: str) -> None:
    """See that the key which is registered for this operator is at hand; before anybody has one, none is asked for.

    For what is not said through the door: there intake looks at the signature.

    Raises:
        Trouble: it is not.
    """
    from services.intake.store import registered_operators

    async with reach.connected("intake") as conn:
        registered = await registered_operators(conn)
    if registered and not holds_a_key(reach, operator, registered):
        raise Trouble(
            "An operator's decision needs the operator's registered key, and that is not here.",
            "name an operator whom `hub operator add` gave a key here: --operator, or HUB_OPERATOR.",
        )


def keys(reach: Reach) -> Passwords:
    """Return where operators' private keys are kept."""
    return Passwords(reach.passwords.folder.parent / OPERATORS)


def holds_a_key(reach: Reach, operator: str, registered: Mapping[str, str]) -> bool:
    """Whether the private half of this operator's registered key is here: then what is said in their name is signed."""
    private = keys(reach).known(operator)
    if private is None or operator not in registered:
        return False
    from services.plumbing.signing import is_pair

    return is_pair(private, registered[operator])


def _signature(reach: Reach, identity: str, event: Event) -> str | None:
    operator = getattr(event, "operator", None)
    private = keys(reach).known(operator) if operator else None
    if private is None:
        return None
    from services.plumbing.signing import sign

    return sign(private, identity, event)
