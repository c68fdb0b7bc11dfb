"""The console's tables, as its own role sees them."""

from pathlib import Path

import asyncpg
import pytest

from services import console
from services.plumbing.migrations import from_folder, migrate
from services.plumbing.roles import prepare, role_of


@pytest.fixture
async def conn(database):
    """A connection as the console's own role, on its empty tables."""
    administrator = await asyncpg.connect(database)
    await prepare(administrator, ["console"])
    await administrator.close()
    own = await asyncpg.connect(database, user=role_of("console"), server_settings={"search_path": "console"})
    await migrate(own, "console", from_folder(Path(console.__file__).parent / "migrations"))
    await own.execute("TRUNCATE steps, files, erased")
    yield own
    await own.close()
