"""What every test may ask for: real servers, shared by the whole run, or a platform of its own to break."""

import re
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest

from services.local.platform import Platform
from services.plumbing.access import KafkaAccess
from services.plumbing.administration import Administration
from services.plumbing.passwords import Passwords
from tests.platform.aside import now
from tests.platform.choice import chosen
from tests.platform.embedded import fresh_folder
from tests.platform.ground import Ground, with_database
from tests.platform.sharing import shared

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it puts into the background ignore Ctrl-C, and so would every process that a test interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asserts by the clock on the wall: how long an example takes, or is made, says how busy the machine is.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

OwnPlatform = Callable[..., AbstractAsyncContextManager[Platform]]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """See `tests/platform/together.py`."""
    from tests.platform.together import Together  # noqa: PLC0415  # there is no xdist without `-n`

    return Together(config, log)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One Kafka and one PostgreSQL for the whole run and all its workers. Its topics are shared: see `own_platform`."""
    with shared(_of_all_workers(tmp_path_factory), chosen) as ground:
        yield ground


@pytest.fixture(scope="session")
def fresh_hub(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractContextManager[Path]]:
    """Gives state folders of hubs that were laid out and have done nothing yet: `with fresh_hub() as folder: …`."""
    from tests.platform.laid import laid  # noqa: PLC0415  # it loads a whole hub, which few tests need

    return partial(laid, _of_all_workers(tmp_path_factory))


def _of_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ours = tmp_path_factory.getbasetemp()
    return ours.parent if ours.name.startswith("popen-") else ours


@pytest.fixture(scope="session")
def kafka(platform: Ground) -> KafkaAccess:
    """The hub's own door, as the user who may do everything."""
    return platform.hub_access


@pytest.fixture(scope="session")
def administration(platform: Ground) -> Administration:
    """Makes topics and agencies on the shared Kafka; their passwords are in `platform.secrets / "agencies"`."""
    return Administration(platform.hub_access, Passwords(platform.secrets / "agencies"))


@pytest.fixture(scope="module")
def database(platform: Ground, request: pytest.FixtureRequest) -> Iterator[str]:
    """The superuser's address (DSN) of an empty database for this file of tests."""
    file = re.sub(r"[^a-z0-9]+", "_", Path(str(request.path)).stem.lower())[:40]
    name = f"{file}_{secrets.token_hex(4)}"
    now(_sql(platform.postgres, f'CREATE DATABASE "{name}"'))
    yield with_database(platform.postgres, name)
    now(_sql(platform.postgres, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture
def own_platform() -> OwnPlatform:
    """Gives embedded platforms for a test alone, to kill and restart: `async with own_platform() as platform: …`.

    With a folder it starts on that state and leaves it there; without, on a new one that goes away.
    """

    @asynccontextmanager
    async def start(folder: Path | None = None) -> AsyncIterator[Platform]:
        with fresh_folder() as fresh:
            async with Platform.started(folder or fresh) as platform:
                yield platform

    return start


async def _sql(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
