"""One real hub for all journeys of a worker, which ends with them, and agencies at its door."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.local.ground import AGENCIES
from services.plumbing.passwords import Passwords
from tests.journeys.outside import Outsider
from tests.journeys.running import running
from tests.platform.laid import FreshHub

Outside = Callable[[str], Outsider]


@pytest.fixture(scope="package")
def hub(fresh_hub: FreshHub) -> Iterator[dict]:
    """What a running hub says of itself; its minutes last three seconds."""
    with fresh_hub() as folder, running(folder) as facts:
        yield facts


@pytest.fixture(scope="package")
def outside(hub) -> Iterator[Outside]:
    """An agency by its slug, as a client with nothing but the credentials that it was given."""
    passwords = Passwords(Path(hub["state"]) / "secrets" / AGENCIES)
    known: dict[str, Outsider] = {}
    with ExitStack() as held:

        def of(slug: str) -> Outsider:
            if slug not in known:
                known[slug] = held.enter_context(Outsider(given(hub, slug, passwords.of(slug))))
            return known[slug]

        yield of


def given(hub: dict, slug: str, password: str) -> dict[str, str]:
    """What an agency is told on paper."""
    return {
        "user": slug,
        "password": password,
        "bootstrap": hub["agency_kafka"],
        "protocol": "SASL_PLAINTEXT",
        "to_hub": f"agency.{slug}.to-hub",
        "from_hub": f"agency.{slug}.from-hub",
        "group_prefix": f"agency.{slug}.",
    }
