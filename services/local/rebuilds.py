"""Which of the hub's services can be rebuilt from the log, which of their tables follow from it, and which do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts import catalogue, topics
from contracts.event import Event
from services.assignment.app import service as assignment
from services.assignment.domain import read_placement, read_room
from services.charges.app import service as charges
from services.charges.domain import Docket
from services.consent.app import service as consent
from services.consent.domain import Register
from services.console.app import service as console
from services.console.domain import read_file as read_console_file
from services.console.store import ConsoleStore
from services.eligibility.app import service as eligibility
from services.eligibility.domain import read_file
from services.notification.app import service as notification
from services.notification.domain.writing import read_dossier
from services.plumbing.rebuilding import Kept, Plan, RebuildTrouble
from services.plumbing.roles import REBUILT
from services.pretrial.app import service as pretrial
from services.pretrial.domain import Roads

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.plumbing.keystore import SiteKeys
    from services.plumbing.service import Service
    from services.sites import Site

PIPES: Final = {
    "inbox": "which facts were handled",
    "outbox": "what was said and is not sent yet",
    "deadlines": "what falls due, and has not been reached",
    "dead_letters": "what is parked goes on holding its people",
    "heartbeats": "who runs",
    "heard_topics": "what is read",
}
"""Why the tables that every service has are carried over."""
IMPOSSIBLE: Final = {
    "intake": (
        "The door keeps what no topic holds: keyed marks of names and birth dates, by which people are known again,"
        " orders, counted groups and operators' keys. The log has names only sealed, and what agencies said is deleted"
        " once it is admitted."
    ),
    "replay": (
        "How far a run is stands on no topic: the cursor, the lease and its fence, the chunks of a plan. Rebuilt beside"
        " a run it would order what was ordered. Who asked, approved and what came of it stays on hub.replays."
    ),
}
"""Services that cannot honestly be rebuilt from the log, and why."""


class CannotBeRebuilt(RebuildTrouble):
    """The service {service} cannot be rebuilt from the log.

    {why}

    Next: `hub backup` and `hub restore` keep what it knows.
    """


def plan(name: str, site: Site, keys: SiteKeys) -> Plan:
    """Return how the service of that name is rebuilt.

    Raises:
        KeyError: no service has this name.
        CannotBeRebuilt: it keeps what no topic holds.
    """
    if name in IMPOSSIBLE:
        raise CannotBeRebuilt(service=name, why=IMPOSSIBLE[name])
    return _PLANS[name](site, keys)


def possible() -> tuple[str, ...]:
    """Name the services that can be rebuilt."""
    return tuple(name for name in topics.SERVICES if name in _PLANS)


def _says(*on: str) -> tuple[type[Event], ...]:
    """Return every event of these topics, each of which one service alone says."""
    events = (getattr(catalogue, name) for name in catalogue.__all__)
    return tuple(one for one in events if isinstance(one, type) and issubclass(one, Event) and one.topic in on)


def _one_state(
    service: Service[Any, Any], on: str, table: str, key: str, read: Callable[[str], Any], **more: Any
) -> Plan:
    kept = {table: Kept((key,), read={"state": read})}
    return Plan(service, says=_says(on), says_on=(on,), kept=kept, **more)


def _assignment(site: Site, keys: SiteKeys) -> Plan:
    return Plan(
        assignment(site, keys.naming),
        says=_says(topics.ASSIGNMENTS),
        says_on=(topics.ASSIGNMENTS,),
        kept={
            "placements": Kept(("person",), read={"state": read_placement}),
            "rooms": Kept(("agency",), read={"state": read_room}),
            "waiting": Kept(("agency", "priority", "waiting_since", "referral_id")),
        },
    )


def _notification(site: Site, keys: SiteKeys) -> Plan:
    # Its load waits for who is being told just now and reads the ledger, for decisions that a rebuild does not make.
    return _one_state(
        notification(site, keys), topics.DISCLOSURES, "dossiers", "key", read_dossier, shares=False,
        moved={
            "lane_rows": "what waits for a lane, or is being told: nothing is told twice, nothing that waits is lost",
            "lanes": "how each lane does",
        },
    )  # fmt: skip


def _console(site: Site, _keys: SiteKeys) -> Plan:
    return Plan(
        console(site, ConsoleStore(f"console{REBUILT}")),
        says=(),
        says_on=(),
        kept={
            "files": Kept(("subject",), read={"state": read_console_file}),
            "steps": Kept(("service", "id"), left_out=frozenset({"step_id"})),
            "erased": Kept(("id",)),
        },
        rows=True,
        moved={
            "receipt_codes": "one-time codes that operators gave out: no fact on any topic",
            "receipt_tries": "wrong codes of the last hour",
        },
    )


_PLANS: Final[dict[str, Callable[[Site, SiteKeys], Plan]]] = {
    "eligibility": lambda site, _: _one_state(
        eligibility(site), topics.SCREENINGS, "person_files", "person", read_file
    ),
    "consent": lambda site, _: _one_state(
        consent(site), topics.CONSENTS, "registers", "person", Register.model_validate_json
    ),
    "assignment": _assignment,
    "charges": lambda site, _: _one_state(
        charges(site), topics.CHARGES, "dockets", "person", Docket.model_validate_json
    ),
    "pretrial": lambda site, _: _one_state(
        pretrial(site), topics.PRETRIAL, "roads", "person", Roads.model_validate_json
    ),
    "notification": _notification,
    "console": _console,
}  # fmt: skip
