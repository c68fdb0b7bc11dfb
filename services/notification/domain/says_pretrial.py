"""Where the fields of the messages about a court pretrial diversion come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.court import AskedFor
from contracts.parts import NOTICE
from services.notification.domain.diversions import CALLED, LACKING, OVER, REPORTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.notification.domain.diversions import Asked
    from services.notification.domain.telling import Telling


def _filed(name: str) -> Callable[[Telling], Any]:
    return lambda telling: getattr(telling.diversion.reports[telling.row.state], name)


def _marking(telling: Telling) -> Any:
    """What stands on every copy, as it is worded on the day on which it was called for."""
    site = telling.judge.site
    return site.pretrial.markings_on(site.local_time(telling.row.at).date()) if site.pretrial is not None else None


def _asked(telling: Telling) -> Asked | None:
    return telling.diversion.asked.get(telling.row.state)


def _asked_for(telling: Telling) -> AskedFor:
    asked = _asked(telling)
    if asked is not None:
        return asked.asked_for
    return AskedFor.NOTHING if telling.row.state == OVER else AskedFor.CONSENT


def _of_asked(name: str) -> Callable[[Telling], Any]:
    return lambda telling: getattr(_asked(telling), name, None)


def _recipient(telling: Telling) -> str | None:
    state = telling.row.state
    return state.removeprefix(LACKING) if state.startswith(LACKING) else None


SAYS_OF_PRETRIAL: Final[dict[str, dict[str, Callable[[Telling], Any]]]] = {
    REPORTED: {
        "referral_id": lambda telling: telling.referral_id,
        "cause_number": lambda telling: telling.cause_number(),
        **{
            name: _filed(name)
            for name in (
                "report", "reported_on", "month", "substantial_compliance", "services", "completed_by", "hours",
            )
        },
        "marking": _marking,
        "allowed_by": lambda telling: telling.allowed_by,
        NOTICE: lambda telling: telling.notice,
    },
    CALLED: {
        "referral_id": lambda telling: telling.referral_id,
        "asked_for": _asked_for,
        "recipient": _recipient,
        **{name: _of_asked(name) for name in ("month", "due_on", "overdue")},
    },
}  # fmt: skip
"""By message and field."""
