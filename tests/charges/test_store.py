"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

import pytest

from services.charges.domain import Docket
from services.charges.store import Dockets
from tests.charges.examples import PERSON, Stage, decides, diverted, holds, taken_in, told
from tests.charges.memory import MemoryDockets
from tests.platform.kept import in_memory, in_postgres, what_is_saved_is_what_is_loaded


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory(MemoryDockets())
    return in_postgres("charges", Dockets(), request.getfixturevalue("database"))


async def test_what_is_saved_is_what_is_loaded(opened):
    docket = Stage().given(*diverted(), holds(2, until=40), taken_in(9), told(9), decides("declined", 12)).docket
    await what_is_saved_is_what_is_loaded(opened, PERSON, docket, Docket())
