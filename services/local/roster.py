"""Who runs: every service of the hub with its keys and what runs beside it, each as one `Runner`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.assignment.app import service as assignment
from services.assignment.app import watching
from services.charges.app import service as charges
from services.consent.app import service as consent
from services.console.app import pages
from services.console.app import service as console
from services.eligibility.app import service as eligibility
from services.intake.app import service as intake
from services.notification.app import carrier
from services.notification.app import service as notification
from services.plumbing.runner import Runner
from services.plumbing.sealing import Wrapping
from services.pretrial.app import service as pretrial
from services.replay.app import running
from services.replay.app import service as replay
from services.sites import Rota

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from services.plumbing.keystore import SiteKeys
    from services.plumbing.settings import PipesSettings
    from services.sites import Site


def runner(
    name: str,
    site: Site,
    keys: SiteKeys,
    settings: PipesSettings,
    console_port: int | None = None,
    rota_file: Path | None = None,
) -> Runner:
    """Return the service of that name, ready to start; the console with its page where it has a port for it.

    Where there is a `rota_file`, a new rota in it is taken up while the service runs.

    Raises:
        KeyError: no service has this name.
    """
    rota = Rota(site)
    makers: Mapping[str, Callable[[], Any]] = {
        "intake": lambda: intake(site, keys),
        "eligibility": lambda: eligibility(site),
        "consent": lambda: consent(site),
        "assignment": lambda: assignment(site, keys.naming, rota=rota),
        "charges": lambda: charges(site),
        "pretrial": lambda: pretrial(site),
        "notification": lambda: notification(site, keys),
        "replay": lambda: replay(site),
        "console": lambda: console(site),
    }
    wrapping = Wrapping(keys.site)
    service, beside = makers[name](), []
    if name == "notification":
        beside.append(carrier(site, keys))
    if name == "replay":
        beside.append(running(site))
    if name == "assignment" and rota_file is not None:
        beside.append(watching(rota, site, rota_file))
    if name == "console" and console_port is not None:
        beside.append(pages(site, keys.codes, console_port))
    # Only what comes through the door is clear when it is parked; on the hub's own topics it is sealed already.
    wrap = wrapping.wrap if service.door is not None else None
    return Runner(service, settings, wrap=wrap, unwrap=wrapping.unwrap, beside=beside)
